//! Sends dead letters back to where they came from, each together with a mark that it has gone.

use rdkafka::message::{Header as KafkaHeader, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};

use crate::port::{Header, Trouble};

use super::client::Target;
use super::context::Publisher;
use super::trouble::restart;

/// A record to send back.
#[derive(Clone, Debug)]
pub struct Return {
    /// Where to.
    pub topic: String,
    /// To which partition.
    pub partition: i32,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value.
    pub value: Option<Vec<u8>>,
    /// Its headers.
    pub headers: Vec<Header>,
    /// What marks that it has gone.
    pub mark: Header,
    /// The partition of the dead letters that it lies in, and its mark, too.
    pub lies_in: i32,
}

/// A producer of its own, one for each service at a time.
pub struct Returns {
    producer: ThreadedProducer<Publisher>,
    dead_letters: String,
    target: Target,
}

impl Returns {
    /// Whoever was at it before is over after this.
    ///
    /// # Errors
    /// The broker does not answer, or refuses.
    pub fn open(target: &Target) -> Result<Self, Trouble> {
        let target = Target {
            owner: format!("{}.redrive", target.app),
            ..target.clone()
        };
        let producer: ThreadedProducer<Publisher> = target
            .producer()
            .create_with_context(Publisher::default())
            .map_err(|error| Trouble::Fatal(format!("cannot make a producer: {error}")))?;
        producer
            .init_transactions(target.patience)
            .map_err(restart("begin to publish"))?;
        Ok(Self {
            producer,
            dead_letters: target.dead_letters.clone(),
            target,
        })
    }

    /// Sends these back, all or none, with their marks.
    ///
    /// # Errors
    /// Whether they have gone is what the marks say.
    pub fn send(&self, all: &[Return]) -> Result<(), Trouble> {
        self.producer
            .begin_transaction()
            .map_err(restart("begin a transaction"))?;
        for one in all {
            let mut back = BaseRecord::<[u8], [u8]>::to(&one.topic);
            back.partition = Some(one.partition);
            back.key = one.key.as_deref();
            back.payload = one.value.as_deref();
            back.headers = Some(headers(&one.headers));
            self.put(back)?;
            let mut mark = BaseRecord::<[u8], [u8]>::to(&self.dead_letters);
            mark.partition = Some(one.lies_in);
            mark.headers = Some(headers(std::slice::from_ref(&one.mark)));
            self.put(mark)?;
        }
        self.producer
            .commit_transaction(self.target.patience)
            .map_err(restart("commit a transaction"))?;
        let context = self.producer.context();
        context.delivered()?;
        // The next transaction of a producer that was disturbed might be ended by a late request.
        match context.was_disturbed() {
            false => Ok(()),
            true => Err(Trouble::InDoubt(
                "a connection of the producer was disturbed before the end of a commit".to_owned(),
            )),
        }
    }

    fn put(&self, record: BaseRecord<'_, [u8], [u8]>) -> Result<(), Trouble> {
        let sent = self.producer.send(record);
        sent.map_err(|(error, _)| restart("send a record back")(error))
    }
}

fn headers(all: &[Header]) -> OwnedHeaders {
    let headers = OwnedHeaders::new_with_capacity(all.len());
    all.iter().fold(headers, |headers, (key, value)| {
        headers.insert(KafkaHeader {
            key,
            value: value.as_deref(),
        })
    })
}
