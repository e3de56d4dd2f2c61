//! A customer's id; a short one lies in place, where the customer is.

/// Bytes that lie in place: all numbers, most names of numbers, and UUIDs.
const SHORT: usize = 38;

/// An id.
#[derive(Clone, Debug)]
pub(super) enum Id {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Box<str>),
}

impl Id {
    pub(super) fn new(id: &str) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..id.len()) {
            Some(place) => {
                place.copy_from_slice(id.as_bytes());
                Self::Short {
                    len: id.len() as u8,
                    bytes,
                }
            }
            None => Self::Long(id.into()),
        }
    }

    pub(super) fn is(&self, id: &str) -> bool {
        match self {
            Self::Short { len, bytes } => bytes[..usize::from(*len)] == *id.as_bytes(),
            Self::Long(text) => **text == *id,
        }
    }

    /// Reads a little of it: a number without meaning.
    pub(super) fn glance(&self) -> i64 {
        match self {
            Self::Short { len, .. } => i64::from(*len),
            Self::Long(_) => 0,
        }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Short { len, bytes } => {
                str::from_utf8(&bytes[..usize::from(*len)]).expect("an id was made from text")
            }
            Self::Long(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_every_length_are_kept() {
        for len in 0..80 {
            let id = "ü".repeat(len);
            assert_eq!(Id::new(&id).text(), id);
            assert!(Id::new(&id).is(&id));
            assert!(!Id::new(&id).is(&format!("{id}.")));
        }
    }
}
