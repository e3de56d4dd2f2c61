//! Native event v1: the bytes of a record to an event, or the reason why it is none. The contract
//! is docs/events.md.

use std::sync::Arc;

use crate::model::detail::{Cleaned, Wanted};
use crate::model::event::{Event, Kind};
use crate::model::money::{Currency, Money};
use crate::model::refusal::{Refusal, Refused};
use crate::model::time::Timestamp;
use crate::model::zone::parse_instant;
use crate::policy::cleaning::Cleaning;
use crate::policy::declared::Policy;

use super::cleaning::{check, clean};
use super::fields::{Field, Fields};
use super::scanner::{plain, scan};
use super::scratch::Scratch;

/// Longest id in bytes: far more than ids have, and it bounds what a customer costs in memory.
pub const ID_BYTES_MAX: usize = 256;

/// The last instant that an event may carry: 8999-12-31T23:59:59.999Z, so that deadlines after it
/// still are in the calendar. The first is 1970-01-01T00:00:00Z.
pub const INSTANT_LAST: Timestamp = Timestamp(221_845_391_999_999);

/// Reads events.
#[derive(Clone, Debug)]
pub struct Decoder {
    currency: Currency,
    bytes_max: usize,
    wanted: Arc<Wanted>,
    /// Nothing where the policy has no rules.
    cleaning: Option<Arc<Cleaning>>,
}

impl Decoder {
    /// A decoder for records of at most `bytes_max` bytes. `currency` is meant where an event with
    /// `amount_minor` names none. It leaves out all details.
    #[must_use]
    pub fn new(currency: Currency, bytes_max: usize) -> Self {
        Self {
            currency,
            bytes_max,
            wanted: Arc::default(),
            cleaning: None,
        }
    }

    /// A decoder for records of at most `bytes_max` bytes that reads the details a policy asks for,
    /// and cleans what the policy declares.
    #[must_use]
    pub fn of_policy(policy: &Policy, bytes_max: usize) -> Self {
        Self::asking(policy, policy.wanted(), bytes_max)
    }

    /// The same, but other details are read: what is `wanted` by whoever decides by the policy.
    #[must_use]
    pub fn asking(policy: &Policy, wanted: Wanted, bytes_max: usize) -> Self {
        Self {
            wanted: Arc::new(wanted),
            cleaning: (!policy.cleaning.is_empty()).then(|| Arc::new(policy.cleaning.clone())),
            ..Self::new(policy.currency, bytes_max)
        }
    }

    /// Reads the key and value of a Kafka record.
    ///
    /// # Errors
    /// What [`Decoder::decode`] and [`check_key`] refuse, and [`Refusal::NoValue`].
    pub fn decode_record<'a>(
        &self,
        key: Option<&[u8]>,
        value: Option<&'a [u8]>,
        scratch: &'a Scratch,
    ) -> Result<Event<'a>, Refused> {
        let bytes = value.ok_or(Refusal::NoValue.of(""))?;
        let event = self.decode(bytes, scratch)?;
        check_key(key, &event)?;
        Ok(event)
    }

    /// Reads one JSON object. Text that is written with escapes is kept in `scratch`, all other
    /// text is borrowed from `bytes`.
    ///
    /// # Errors
    /// The first fault: of the whole record, then of the fields in the order of docs/events.md.
    pub fn decode<'a>(&self, bytes: &'a [u8], scratch: &'a Scratch) -> Result<Event<'a>, Refused> {
        if bytes.len() > self.bytes_max {
            return Err(Refusal::TooLarge.of(""));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Refusal::NotJson.of(""))?;
        let mut fields = Fields::default();
        let plain = scan(text, &mut fields);
        if !plain {
            fields = serde_json::from_str(text).map_err(|_| Refusal::NotJson.of(""))?;
        }
        if let Some(field) = fields.repeated {
            return Err(Refusal::NotJson.of(field.name()));
        }
        let cleaning = self.cleaning.as_deref();
        let cleaned = cleaning.map(|cleaning| {
            (
                cleaning,
                clean(cleaning, &self.wanted, &mut fields, scratch),
            )
        });
        let reader = Reader {
            fields: &fields,
            scratch,
            plain: plain && cleaned.is_none(),
        };
        self.read(&reader, cleaned)
    }

    fn read<'a>(
        &self,
        reader: &Reader<'a, '_>,
        cleaning: Option<(&Cleaning, Cleaned)>,
    ) -> Result<Event<'a>, Refused> {
        let event_id = required(reader.id(Field::EventId)?, Field::EventId)?;
        let customer = required(reader.id(Field::CustomerId)?, Field::CustomerId)?;
        let kind = required(reader.kind(&self.wanted.kinds)?, Field::Kind)?;
        let at = required(reader.instant(Field::OccurredAt)?, Field::OccurredAt)?;
        let order = reader.id(Field::OrderId)?;
        let currency = reader.currency(self.currency)?;
        let amount = reader.amount(currency.unwrap_or(self.currency))?;
        match kind {
            Kind::Purchase | Kind::Refund => _ = required(amount, Field::Amount)?,
            Kind::Cancel => _ = required(order, Field::OrderId)?,
            Kind::Restate => {
                required(order, Field::OrderId)?;
                required(amount, Field::Amount)?;
            }
            Kind::View
            | Kind::Search
            | Kind::Cart
            | Kind::Visit
            | Kind::Declared(_)
            | Kind::Heartbeat
            | Kind::Command
            | Kind::Profile => {}
        }
        let quantity = reader.quantity()?;
        let margin = reader.money(Field::Margin)?;
        let details = reader.details(&self.wanted, kind, cleaning)?;
        let command = match kind {
            Kind::Command => Some(reader.command(at)?),
            _ => None,
        };
        let reviewed = reader.flag(Field::Reviewed)?;
        let mut event = Event {
            event_id,
            customer,
            kind,
            at,
            order,
            amount: amount.unwrap_or_default(),
            currency,
            quantity: quantity.unwrap_or_default(),
            margin: margin.unwrap_or_default(),
            details,
            command,
        };
        if let Some((cleaning, _)) = cleaning {
            event.details.cleaned = check(cleaning, &event, reviewed)?;
        }
        Ok(event)
    }
}

/// Whether the key of a record is the customer id of its event. Without that, lanes would not hold
/// whole customers.
///
/// # Errors
/// [`Refusal::NoKey`] (absent or empty) or [`Refusal::KeyMismatch`].
pub fn check_key(key: Option<&[u8]>, event: &Event<'_>) -> Result<(), Refused> {
    match key {
        None | Some([]) => Err(Refusal::NoKey.of("")),
        Some(key) if key == event.customer.as_bytes() => Ok(()),
        Some(_) => Err(Refusal::KeyMismatch.of(Field::CustomerId.name())),
    }
}

pub(super) fn required<T>(value: Option<T>, field: Field) -> Result<T, Refused> {
    value.ok_or(Refusal::MissingField.of(field.name()))
}

/// Reads single fields.
pub(super) struct Reader<'a, 'f> {
    pub(super) fields: &'f Fields<'a>,
    pub(super) scratch: &'a Scratch,
    /// Whether no text of them has escapes.
    pub(super) plain: bool,
}

impl<'a> Reader<'a, '_> {
    /// A string, unescaped.
    pub(super) fn text(&self, field: Field) -> Result<Option<&'a str>, Refused> {
        let Some(raw) = self.fields.get(field) else {
            return Ok(None);
        };
        let text = match self.plain {
            true => quoted(raw),
            false => unquoted(raw, self.scratch),
        };
        text.map(Some).ok_or(Refusal::WrongType.of(field.name()))
    }

    /// `true`, or else what is absent means.
    fn flag(&self, field: Field) -> Result<bool, Refused> {
        match self.fields.get(field) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Refusal::WrongType.of(field.name())),
        }
    }

    pub(super) fn id(&self, field: Field) -> Result<Option<&'a str>, Refused> {
        match self.text(field)? {
            Some("") => Err(Refusal::MissingField.of(field.name())),
            Some(id) if id.len() > ID_BYTES_MAX || has_control(id) => {
                Err(Refusal::WrongType.of(field.name()))
            }
            id => Ok(id),
        }
    }

    fn kind(&self, declared: &[String]) -> Result<Option<Kind>, Refused> {
        let unknown = Refusal::UnknownKind.of(Field::Kind.name());
        self.text(Field::Kind)?
            .map(|name| Kind::from_name(name, declared).ok_or(unknown))
            .transpose()
    }

    pub(super) fn instant(&self, field: Field) -> Result<Option<Timestamp>, Refused> {
        let Some(raw) = self.fields.get(field) else {
            return Ok(None);
        };
        let at = match raw.as_bytes()[0] {
            b'-' | b'0'..=b'9' => few_digits(raw).or_else(|| raw.parse().ok()).map(Timestamp),
            _ => self.text(field)?.and_then(parse_instant),
        };
        at.filter(|at| (Timestamp(0)..=INSTANT_LAST).contains(at))
            .map(Some)
            .ok_or(Refusal::BadTime.of(field.name()))
    }

    fn currency(&self, usual: Currency) -> Result<Option<Currency>, Refused> {
        let unknown = Refusal::UnknownCurrency.of(Field::Currency.name());
        match self.text(Field::Currency)? {
            None => Ok(None),
            Some(code) if code == usual.code() => Ok(Some(usual)),
            Some(code) => Currency::from_code(code).map(Some).ok_or(unknown),
        }
    }

    /// A decimal, as a JSON number or as text.
    pub(super) fn money(&self, field: Field) -> Result<Option<Money>, Refused> {
        let Some(raw) = self.fields.get(field) else {
            return Ok(None);
        };
        let decimal = match raw.as_bytes()[0] {
            b'-' | b'0'..=b'9' => Some(raw),
            _ => self.text(field)?,
        };
        decimal
            .map(|decimal| Money::parse(decimal).map_err(|_| Refusal::BadAmount.of(field.name())))
            .transpose()
    }

    fn amount(&self, currency: Currency) -> Result<Option<Money>, Refused> {
        let Some(minor) = self.integer(Field::AmountMinor)? else {
            return not_negative(self.money(Field::Amount)?, Field::Amount);
        };
        if self.fields.get(Field::Amount).is_some() {
            return Err(Refusal::WrongType.of(Field::AmountMinor.name()));
        }
        let amount = Money::from_minor(minor, currency.exponent())
            .map_err(|_| Refusal::BadAmount.of(Field::AmountMinor.name()))?;
        not_negative(Some(amount), Field::AmountMinor)
    }

    fn quantity(&self) -> Result<Option<i64>, Refused> {
        not_negative(self.integer(Field::Quantity)?, Field::Quantity)
    }

    /// A JSON number without fraction and exponent.
    fn integer(&self, field: Field) -> Result<Option<i64>, Refused> {
        let Some(raw) = self.fields.get(field) else {
            return Ok(None);
        };
        if let Some(number) = few_digits(raw) {
            return Ok(Some(number));
        }
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::WrongType.of(field.name()));
        }
        raw.parse()
            .map(Some)
            .map_err(|_| Refusal::BadAmount.of(field.name()))
    }
}

/// The text of a JSON string, unescaped; nothing where it is something else.
#[inline]
pub(super) fn unquoted<'a>(raw: &'a str, scratch: &'a Scratch) -> Option<&'a str> {
    let text = quoted(raw)?;
    if plain(text.as_bytes()) == text.len() {
        return Some(text);
    }
    // A lone surrogate is valid JSON but no text.
    let text = serde_json::from_str::<Box<str>>(raw).ok()?;
    Some(scratch.keep(text))
}

/// What stands between quotes.
#[inline]
fn quoted(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
}

/// A whole number without a sign of so few digits that it fits in any case; all else is left to
/// whoever tells what is wrong with it.
#[inline]
fn few_digits(raw: &str) -> Option<i64> {
    if !(1..=18).contains(&raw.len()) {
        return None;
    }
    let (mut number, mut all) = (0_i64, true);
    for byte in raw.bytes() {
        let digit = byte.wrapping_sub(b'0');
        all &= digit < 10;
        number = number.wrapping_mul(10).wrapping_add(digit.into());
    }
    all.then_some(number)
}

/// Whether there is a control character. Looks at all bytes at once where all are ASCII.
fn has_control(text: &str) -> bool {
    let printable = |byte: &u8| (b' '..0x7f).contains(byte);
    let plain = text
        .bytes()
        .fold(true, |plain, byte| plain & printable(&byte));
    !plain && text.chars().any(char::is_control)
}

/// Refuses what is below zero.
pub(super) fn not_negative<T: PartialOrd + Default>(
    value: Option<T>,
    field: Field,
) -> Result<Option<T>, Refused> {
    match value {
        Some(value) if value < T::default() => Err(Refusal::BadAmount.of(field.name())),
        value => Ok(value),
    }
}
