//! The calls into librdkafka that the rdkafka crate does not offer; the only unsafe code of
//! tidemark.
//!
//! Why they are needed: batches (a third of the cost of single polls), a commit that does not wait
//! for 100 ms (`BaseProducer::flush` polls that long, whatever happens), the ends of partitions as
//! last seen, whether anything is left to be heard, and a guard before a function of librdkafka
//! that reads what it has not written.
#![expect(unsafe_code, reason = "the one named module that calls librdkafka")]

#[cfg(test)]
pub mod errors;
pub mod topics;

use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr;
use std::slice;
use std::thread::Thread;
use std::time::Duration;

use rdkafka::types::RDKafka;
use rdkafka_sys as sys;

/// A consumer's or producer's native handle. Valid as long as the client it was taken from; that
/// client must outlive every use.
#[derive(Clone, Copy)]
pub struct Native(*mut RDKafka);

impl Native {
    /// The handle of a client of the rdkafka crate.
    #[must_use]
    pub fn new(handle: *mut RDKafka) -> Self {
        Self(handle)
    }

    /// The end of a partition as of the last fetch response; nothing before the first.
    #[must_use]
    pub fn end_of(self, topic: &CStr, partition: i32) -> Option<i64> {
        let (mut low, mut high) = (-1_i64, -1_i64);
        // SAFETY: the handle is that of a live client, the topic is NUL-terminated, and both
        // out-pointers are live.
        let error = unsafe {
            sys::rd_kafka_get_watermark_offsets(
                self.0,
                topic.as_ptr(),
                partition,
                &raw mut low,
                &raw mut high,
            )
        };
        (error == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0).then_some(high)
    }

    /// What the client has to say, of the group, its errors and its log, and nobody has heard yet.
    #[must_use]
    pub fn unheard(self) -> usize {
        // SAFETY: the handle is that of a live client.
        let waiting = unsafe { sys::rd_kafka_outq_len(self.0) };
        usize::try_from(waiting).unwrap_or(0)
    }

    /// Sends at once what still waits, and waits until all has arrived; another thread must be
    /// polling the producer.
    ///
    /// # Errors
    /// What librdkafka says.
    #[cfg(feature = "bench-at-least-once")]
    pub fn flush(self, most: Duration) -> Result<(), rdkafka::error::RDKafkaErrorCode> {
        let most = c_int::try_from(most.as_millis()).unwrap_or(c_int::MAX);
        // SAFETY: the handle is that of a live producer.
        let error = unsafe { sys::rd_kafka_flush(self.0, most) };
        match error {
            sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR => Ok(()),
            error => Err(error.into()),
        }
    }

    /// Commits the producer's open transaction; another thread must be polling the producer.
    ///
    /// # Errors
    /// What librdkafka says; whether the transaction is committed is then unknown.
    pub fn commit_transaction(self, most: Duration) -> Result<(), String> {
        let most = c_int::try_from(most.as_millis()).unwrap_or(c_int::MAX);
        // SAFETY: the handle is that of a live transactional producer.
        let error = unsafe { sys::rd_kafka_commit_transaction(self.0, most) };
        if error.is_null() {
            return Ok(());
        }
        // SAFETY: librdkafka returned an error object, which is ours to read and to destroy once.
        let text = unsafe {
            let text = CStr::from_ptr(sys::rd_kafka_error_string(error))
                .to_string_lossy()
                .into_owned();
            sys::rd_kafka_error_destroy(error);
            text
        };
        Err(text)
    }
}

/// librdkafka's in-process test broker. Keeps 5 MiB a partition, stores no transactional offsets,
/// shows aborted records and fences nothing: good for a demonstration, useless as proof.
pub struct MockCluster {
    cluster: *mut sys::rd_kafka_mock_cluster_t,
}

// SAFETY: librdkafka serves the cluster in a thread of its own and locks in each of the calls made
// here.
unsafe impl Send for MockCluster {}

impl MockCluster {
    /// Starts one broker that lets groups form at once. The client behind `native` must outlive it.
    #[must_use]
    pub fn start(native: Native) -> Option<Self> {
        // SAFETY: the handle is that of a live client.
        let cluster = unsafe { sys::rd_kafka_mock_cluster_new(native.0, 1) };
        if cluster.is_null() {
            return None;
        }
        // SAFETY: the cluster was just made.
        unsafe { sys::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0) };
        Some(Self { cluster })
    }

    /// `host:port` of its broker.
    #[must_use]
    pub fn brokers(&self) -> String {
        // SAFETY: the cluster is live and keeps the text as long as it lives; it is copied at once.
        let text = unsafe { CStr::from_ptr(sys::rd_kafka_mock_cluster_bootstraps(self.cluster)) };
        text.to_string_lossy().into_owned()
    }

    /// Makes a topic.
    #[must_use]
    pub fn create_topic(&self, topic: &CStr, partitions: i32) -> bool {
        // SAFETY: the cluster is live and the topic NUL-terminated.
        let error =
            unsafe { sys::rd_kafka_mock_topic_create(self.cluster, topic.as_ptr(), partitions, 1) };
        error == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
    }
}

impl Drop for MockCluster {
    fn drop(&mut self) {
        // SAFETY: the cluster is ours and destroyed once.
        unsafe { sys::rd_kafka_mock_cluster_destroy(self.cluster) }
    }
}

/// The queue of one partition, taken away from the consumer's main queue.
pub struct PartitionQueue {
    queue: *mut sys::rd_kafka_queue_t,
    /// The thread to wake when records arrive; boxed, since librdkafka keeps its address.
    _reader: Box<Thread>,
}

impl PartitionQueue {
    /// Takes the queue of a partition that is to be assigned; records arriving in it wake `reader`.
    #[must_use]
    pub fn take(native: Native, topic: &CString, partition: i32, reader: Thread) -> Option<Self> {
        let reader = Box::new(reader);
        // SAFETY: the handle is live and the topic NUL-terminated; the queue returned is ours until
        // we destroy it. The address given to the callback stays valid until `drop` disables it.
        unsafe {
            let queue = sys::rd_kafka_queue_get_partition(native.0, topic.as_ptr(), partition);
            if queue.is_null() {
                return None;
            }
            sys::rd_kafka_queue_forward(queue, ptr::null_mut());
            sys::rd_kafka_queue_cb_event_enable(
                queue,
                Some(wake),
                (&raw const *reader).cast_mut().cast::<c_void>(),
            );
            Some(Self {
                queue,
                _reader: reader,
            })
        }
    }

    /// Records that have arrived, at most `most`; each is either a record or the number of an
    /// error.
    pub fn batch(&mut self, most: usize, buffer: &mut Vec<Message>) {
        buffer.reserve(most);
        let start = buffer.len();
        // SAFETY: `Message` is a transparent pointer, and there is room for `most` of them after
        // `start`. librdkafka writes as many as it returns.
        unsafe {
            let room = buffer
                .as_mut_ptr()
                .add(start)
                .cast::<*mut sys::rd_kafka_message_t>();
            let taken = sys::rd_kafka_consume_batch_queue(self.queue, 0, room, most);
            buffer.set_len(start + usize::try_from(taken).unwrap_or(0));
        }
    }
}

impl Drop for PartitionQueue {
    fn drop(&mut self) {
        // SAFETY: the queue is ours; after the callback is disabled nobody uses the reader's
        // address.
        unsafe {
            sys::rd_kafka_queue_cb_event_enable(self.queue, None, ptr::null_mut());
            sys::rd_kafka_queue_destroy(self.queue);
        }
    }
}

/// Called by librdkafka's threads when an empty queue gets a record.
unsafe extern "C" fn wake(_: *mut RDKafka, reader: *mut c_void) {
    // SAFETY: the address was given by `PartitionQueue::take` and is valid until the callback is
    // disabled.
    unsafe { (*reader.cast::<Thread>()).unpark() }
}

/// Stands before librdkafka's own function of that name, see `build.rs`.
///
/// librdkafka up to 2.12.1 counts partitions without a leader that a fetch response tells of, but
/// leaves their places in the news unwritten, and then reads far outside of its cache by what
/// happens to be there: a broker that is shut down takes its clients with it
/// (confluentinc/librdkafka#5280). So the places that cannot have been written are taken off.
#[cfg(target_os = "linux")]
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_rd_kafka_metadata_update_op(
    client: *mut RDKafka,
    news: *mut sys::rd_kafka_metadata,
) -> c_int {
    unsafe extern "C" {
        fn __real_rd_kafka_metadata_update_op(
            client: *mut RDKafka,
            news: *mut sys::rd_kafka_metadata,
        ) -> c_int;
    }
    // SAFETY: librdkafka's internal metadata begins with the public one, and is its caller's alone
    // until this returns. The original is called with what it was meant to be called with.
    unsafe {
        take_off_unwritten(&*news);
        __real_rd_kafka_metadata_update_op(client, news)
    }
}

/// Ends the partitions of each topic before the first that cannot be one.
///
/// # Safety
/// The arrays are as long as their counts say.
#[cfg(target_os = "linux")]
unsafe fn take_off_unwritten(news: &sys::rd_kafka_metadata) {
    for topic in 0..usize::try_from(news.topic_cnt).unwrap_or(0) {
        // SAFETY: by the contract of this function.
        unsafe {
            let topic = &mut *news.topics.add(topic);
            let count = usize::try_from(topic.partition_cnt).unwrap_or(0);
            let written = (0..count).take_while(|ix| (*topic.partitions.add(*ix)).id >= 0);
            topic.partition_cnt = c_int::try_from(written.count()).unwrap_or(0);
        }
    }
}

/// A message taken from a queue; destroyed when dropped.
#[repr(transparent)]
pub struct Message(*mut sys::rd_kafka_message_t);

impl Message {
    fn inner(&self) -> &sys::rd_kafka_message_t {
        // SAFETY: the pointer came from `rd_kafka_consume_batch_queue` and is destroyed in `drop`
        // only.
        unsafe { &*self.0 }
    }

    /// The error that came instead of a record.
    #[must_use]
    pub fn error(&self) -> Option<sys::rd_kafka_resp_err_t> {
        let error = self.inner().err;
        (error != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR).then_some(error)
    }

    /// The offset of the record, or the one that an error is about.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.inner().offset
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> Option<&[u8]> {
        let message = self.inner();
        // SAFETY: librdkafka owns `key_len` bytes at `key` as long as the message lives.
        (!message.key.is_null())
            .then(|| unsafe { slice::from_raw_parts(message.key.cast(), message.key_len) })
    }

    /// The value; for an error, its text.
    #[must_use]
    pub fn value(&self) -> Option<&[u8]> {
        let message = self.inner();
        // SAFETY: librdkafka owns `len` bytes at `payload` as long as the message lives.
        (!message.payload.is_null())
            .then(|| unsafe { slice::from_raw_parts(message.payload.cast(), message.len) })
    }

    /// Milliseconds since the epoch at which the record was made or written.
    #[must_use]
    pub fn stamped_at(&self) -> Option<i64> {
        let mut kind = sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: the message and the out-pointer are live.
        let at = unsafe { sys::rd_kafka_message_timestamp(self.0, &raw mut kind) };
        (at >= 0).then_some(at)
    }

    /// Copies of the headers, in order.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, Option<Vec<u8>>)> {
        let mut all = Vec::new();
        let mut headers = ptr::null_mut();
        // SAFETY: the message is live; the headers stay its own and live as long; names are
        // NUL-terminated, values have `size` bytes.
        unsafe {
            if sys::rd_kafka_message_headers(self.0, &raw mut headers)
                != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
            {
                return all;
            }
            let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
            while sys::rd_kafka_header_get_all(
                headers,
                all.len(),
                &raw mut name,
                &raw mut value,
                &raw mut size,
            ) == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
            {
                let text = CStr::from_ptr(name).to_string_lossy().into_owned();
                let bytes = (!value.is_null())
                    .then(|| slice::from_raw_parts(value.cast::<u8>(), size).to_vec());
                all.push((text, bytes));
            }
        }
        all
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        // SAFETY: the pointer is ours and destroyed once.
        unsafe { sys::rd_kafka_message_destroy(self.0) }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    unsafe extern "C" {
        fn rd_kafka_metadata_update_op();
    }

    #[test]
    fn librdkafka_calls_the_one_that_stands_before_its_own() {
        let called = rd_kafka_metadata_update_op as *const ();
        assert_eq!(called, __wrap_rd_kafka_metadata_update_op as *const ());
    }

    #[test]
    fn partitions_that_were_not_written_are_taken_off() {
        let partition = |id| sys::rd_kafka_metadata_partition {
            id,
            err: sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR,
            leader: 1,
            replica_cnt: 0,
            replicas: ptr::null_mut(),
            isr_cnt: 0,
            isrs: ptr::null_mut(),
        };
        for (ids, left) in [
            (&[][..], 0),
            (&[0, 2, 1], 3),
            (&[0, -1_610_608_960, 1], 1),
            (&[-1], 0),
        ] {
            let mut partitions: Vec<_> = ids.iter().copied().map(partition).collect();
            let mut topic = sys::rd_kafka_metadata_topic {
                topic: ptr::null_mut(),
                partition_cnt: ids.len() as c_int,
                partitions: partitions.as_mut_ptr(),
                err: sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR,
            };
            let news = sys::rd_kafka_metadata {
                broker_cnt: 0,
                brokers: ptr::null_mut(),
                topic_cnt: 1,
                topics: &raw mut topic,
                orig_broker_id: 1,
                orig_broker_name: ptr::null_mut(),
            };
            // SAFETY: the arrays are as long as their counts say.
            unsafe { take_off_unwritten(&news) };
            assert_eq!(topic.partition_cnt, left, "{ids:?}");
        }
    }
}
