//! tidemark decides customers' tiers from Kafka events and publishes each change exactly once.
