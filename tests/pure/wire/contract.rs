//! The contracts in `docs` say what the code does.
