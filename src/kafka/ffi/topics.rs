//! What the cluster says of topics: their ids and how many partitions they have.
#![expect(
    unsafe_code,
    reason = "part of the one named module that calls librdkafka"
)]

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;
use std::slice;
use std::time::Duration;

use rdkafka::error::RDKafkaErrorCode;
use rdkafka_sys as sys;

use super::Native;

/// A topic as the cluster knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its name.
    pub topic: String,
    /// Its id: another one if it is deleted and made again.
    pub id: String,
    /// How many partitions it has.
    pub partitions: usize,
}

impl Native {
    /// What the cluster says of these topics; nothing of one that it does not know.
    ///
    /// # Errors
    /// It does not answer in time, or may not.
    pub fn identities(
        self,
        topics: &[CString],
        most: Duration,
    ) -> Result<Vec<Identity>, RDKafkaErrorCode> {
        let most = c_int::try_from(most.as_millis()).unwrap_or(c_int::MAX);
        let mut names: Vec<*const c_char> = topics.iter().map(|name| name.as_ptr()).collect();
        // SAFETY: the handle is that of a live client, the names are NUL-terminated and outlive the
        // call; everything made here is destroyed here, once, the event after it has been read.
        unsafe {
            let queue = sys::rd_kafka_queue_new(self.0);
            let for_api = sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS;
            let options = sys::rd_kafka_AdminOptions_new(self.0, for_api);
            sys::rd_kafka_AdminOptions_set_request_timeout(options, most, ptr::null_mut(), 0);
            let all = sys::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), names.len());
            sys::rd_kafka_DescribeTopics(self.0, all, options, queue);
            // The request itself ends in time; a little is for the way back.
            let event = sys::rd_kafka_queue_poll(queue, most.saturating_add(1_000));
            let answer = read(event);
            if !event.is_null() {
                sys::rd_kafka_event_destroy(event);
            }
            sys::rd_kafka_TopicCollection_destroy(all);
            sys::rd_kafka_AdminOptions_destroy(options);
            sys::rd_kafka_queue_destroy(queue);
            answer
        }
    }
}

/// Reads an answer.
///
/// # Safety
/// The event is null or live.
unsafe fn read(event: *mut sys::rd_kafka_event_t) -> Result<Vec<Identity>, RDKafkaErrorCode> {
    if event.is_null() {
        return Err(RDKafkaErrorCode::RequestTimedOut);
    }
    // SAFETY: the event is live, and what is read of it lives as long.
    unsafe {
        let error = sys::rd_kafka_event_error(event);
        if error != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            return Err(error.into());
        }
        let result = sys::rd_kafka_event_DescribeTopics_result(event);
        if result.is_null() {
            return Err(RDKafkaErrorCode::BadMessage);
        }
        let mut count = 0;
        let topics = sys::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
        let mut found = Vec::new();
        if topics.is_null() {
            return Ok(found);
        }
        for topic in slice::from_raw_parts(topics, count) {
            let error = sys::rd_kafka_TopicDescription_error(*topic);
            let error = match error.is_null() {
                true => sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR,
                false => sys::rd_kafka_error_code(error),
            };
            match error {
                sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR => {}
                sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART => continue,
                error => return Err(error.into()),
            }
            let mut partitions = 0;
            sys::rd_kafka_TopicDescription_partitions(*topic, &raw mut partitions);
            let text = |text: *const c_char| CStr::from_ptr(text).to_string_lossy().into_owned();
            let id = sys::rd_kafka_TopicDescription_topic_id(*topic);
            found.push(Identity {
                topic: text(sys::rd_kafka_TopicDescription_name(*topic)),
                id: text(sys::rd_kafka_Uuid_base64str(id)),
                partitions,
            });
        }
        Ok(found)
    }
}
