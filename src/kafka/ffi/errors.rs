//! Errors that the test broker answers with, and how often it is asked: for tests.
#![expect(
    unsafe_code,
    reason = "part of the one named module that calls librdkafka"
)]

use std::ffi::CStr;
use std::ptr;
use std::slice;

use rdkafka_sys as sys;

use super::MockCluster;

/// An error of Kafka's or of the client.
pub type Code = sys::rd_kafka_resp_err_t;

/// The error that librdkafka calls so.
#[must_use]
pub fn code_of(name: &str) -> Option<Code> {
    let (mut all, mut count) = (ptr::null(), 0);
    // SAFETY: librdkafka gives a table of its own, as long as it says, with NUL-terminated names or
    // none.
    let all = unsafe {
        sys::rd_kafka_get_err_descs(&raw mut all, &raw mut count);
        slice::from_raw_parts(all, count)
    };
    let of_name = |one: &&sys::rd_kafka_err_desc| {
        // SAFETY: as above.
        !one.name.is_null() && unsafe { CStr::from_ptr(one.name) }.to_bytes() == name.as_bytes()
    };
    all.iter().find(of_name).map(|one| one.code)
}

impl MockCluster {
    /// Notes what it is asked from now on.
    pub fn track(&self) {
        // SAFETY: the cluster is live.
        unsafe { sys::rd_kafka_mock_start_request_tracking(self.cluster) }
    }

    /// Answers the next requests of that key with these errors, one each.
    pub fn answer(&self, key: i16, errors: &[Code]) {
        // SAFETY: the cluster is live, and the errors are copied at once.
        unsafe {
            let (count, first) = (errors.len(), errors.as_ptr());
            sys::rd_kafka_mock_push_request_errors_array(self.cluster, key, count, first);
        }
    }

    /// How many requests of that key it has had since it began to note them.
    #[must_use]
    pub fn asked(&self, key: i16) -> usize {
        let mut count = 0;
        // SAFETY: the cluster is live; it gives copies, which are destroyed once, here.
        unsafe {
            let all = sys::rd_kafka_mock_get_requests(self.cluster, &raw mut count);
            if all.is_null() {
                return 0;
            }
            let keys = slice::from_raw_parts(all, count).iter();
            let keys = keys.map(|one| sys::rd_kafka_mock_request_api_key(*one));
            let asked = keys.filter(|it| *it == key).count();
            sys::rd_kafka_mock_request_destroy_array(all, count);
            asked
        }
    }
}
