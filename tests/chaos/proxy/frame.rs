//! The few bytes of Kafka's protocol that the proxy reads: how long a frame is, what it asks for,
//! which reply belongs to it and who sends it.

use std::io::{self, ErrorKind, Read};

/// More than any request here; a longer one is no Kafka.
const LONGEST: usize = 128 << 20;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Api {
    Produce,
    Fetch,
    ListOffsets,
    Metadata,
    OffsetFetch,
    FindCoordinator,
    JoinGroup,
    Heartbeat,
    SyncGroup,
    Handshake,
    InitProducerId,
    AddPartitionsToTxn,
    AddOffsetsToTxn,
    EndTxn,
    TxnOffsetCommit,
    /// Anything else.
    Other(i16),
}

impl Api {
    fn of(key: i16) -> Self {
        match key {
            0 => Self::Produce,
            1 => Self::Fetch,
            2 => Self::ListOffsets,
            3 => Self::Metadata,
            9 => Self::OffsetFetch,
            10 => Self::FindCoordinator,
            11 => Self::JoinGroup,
            12 => Self::Heartbeat,
            14 => Self::SyncGroup,
            18 => Self::Handshake,
            22 => Self::InitProducerId,
            24 => Self::AddPartitionsToTxn,
            25 => Self::AddOffsetsToTxn,
            26 => Self::EndTxn,
            28 => Self::TxnOffsetCommit,
            other => Self::Other(other),
        }
    }
}

/// What a request's first bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) api: Api,
    pub(super) version: i16,
    pub(super) correlation: i32,
    pub(super) client: String,
}

/// Reads a whole frame, with its length before it.
pub(super) fn read(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let bytes = usize::try_from(i32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if bytes > LONGEST {
        return Err(io::Error::from(ErrorKind::InvalidData));
    }
    let mut frame = length.to_vec();
    frame.resize(4 + bytes, 0);
    from.read_exact(&mut frame[4..])?;
    Ok(frame)
}

/// The head of a request; nothing where it is too short to have one.
pub(super) fn head(frame: &[u8]) -> Option<Head> {
    let short = |at: usize| Some(i16::from_be_bytes(frame.get(at..at + 2)?.try_into().ok()?));
    let length = usize::try_from(short(12)?).unwrap_or(0);
    Some(Head {
        api: Api::of(short(4)?),
        version: short(6)?,
        correlation: correlation(frame, 8)?,
        client: String::from_utf8_lossy(frame.get(14..14 + length)?).into_owned(),
    })
}

/// The correlation id at a place: 4 in a reply, 8 in a request.
pub(super) fn correlation(frame: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_be_bytes(frame.get(at..at + 4)?.try_into().ok()?))
}

/// The error code in the reply to an `EndTxn`, of the versions that begin with the throttle time.
pub(super) fn end_txn_error(reply: &[u8], version: i16) -> Option<i16> {
    let code = reply.get(12..14).filter(|_| version < 3)?;
    Some(i16::from_be_bytes(code.try_into().ok()?))
}

/// A request that ends a transaction, as librdkafka sends it, and its reply.
#[test]
fn heads_are_read() {
    let mut frame = vec![0, 0, 0, 0, 0, 26, 0, 1, 0, 0, 1, 2, 0, 3];
    frame.extend(b"a.bmore");
    let expected = Head {
        api: Api::EndTxn,
        version: 1,
        correlation: 258,
        client: "a.b".to_owned(),
    };
    assert_eq!(head(&frame), Some(expected));
    assert_eq!(head(&frame[..16]), None);
    frame[12..14].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(head(&frame).map(|head| head.client), Some(String::new()));
    let reply = [0, 0, 0, 10, 0, 0, 1, 2, 0, 0, 0, 0, 0, 47];
    assert_eq!(correlation(&reply, 4), Some(258));
    assert_eq!(end_txn_error(&reply, 1), Some(47));
    assert_eq!(end_txn_error(&reply, 3), None);
}
