//! Fields that several requests have.

use proto::{
    convert::{FieldError, money_from_wire, parsed},
    v1,
};
use sha2::{Digest, Sha256};
use shared::{gs1::Gln, ids::MerchantId, money::Money, settlement::FeeRate};
use uuid::Uuid;

use crate::{
    config::{DEVICE_NAME_CHARS_MAX, IMAGE_URL_CHARS_MAX, NAME_CHARS_MAX, TEXT_CHARS_MAX},
    model::{PaymentId, RequestHash, Text},
};

/// A payment id: a UUID of version 7, so that ids are in the order of time.
pub(super) fn payment_id(text: &str) -> Result<PaymentId, FieldError> {
    uuid_v7("payment_id", text)
}

/// The same for an id of another name.
pub(super) fn uuid_v7(field: &str, text: &str) -> Result<Uuid, FieldError> {
    let id: Uuid = parsed(field, text)?;
    if id.get_version_num() == 7 { Ok(id) } else { Err(FieldError::new(field, "must be a UUIDv7")) }
}

/// The id of a deposit or funding.
pub(super) fn request_id(field: &str, text: &str) -> Result<Uuid, FieldError> {
    parsed(field, text)
}

/// The SHA-256 of a request by this caller.
pub(super) fn request_hash(caller: &str, request: &impl prost::Message) -> RequestHash {
    let mut hash = Sha256::new();
    hash.update(caller.as_bytes());
    hash.update([0]);
    hash.update(request.encode_to_vec());
    hash.finalize().into()
}

/// An amount above zero.
pub(super) fn amount(wire: Option<&v1::Money>) -> Result<Money, FieldError> {
    let amount = money_from_wire("amount", wire)?;
    if amount.minor > 0 { Ok(amount) } else { Err(FieldError::new("amount", "must be above zero")) }
}

/// A fee rate; empty is none.
pub(super) fn fee_rate(text: &str) -> Result<FeeRate, FieldError> {
    if text.is_empty() { Ok(FeeRate::default()) } else { parsed("fee_rate", text) }
}

/// The name of a party.
pub(super) fn name(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    match text.chars().count() {
        1..=NAME_CHARS_MAX => Ok(text.to_owned()),
        _ => Err(FieldError::new("name", format!("must have 1 to {NAME_CHARS_MAX} characters"))),
    }
}

/// What a shopper calls a device; may be empty.
pub(super) fn device_name(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    if text.chars().count() > DEVICE_NAME_CHARS_MAX || text.chars().any(char::is_control) {
        let problem = format!("must have at most {DEVICE_NAME_CHARS_MAX} characters, all printable");
        return Err(FieldError::new("device_name", problem));
    }
    Ok(text.to_owned())
}

/// A code of the GS1 Global Product Classification, which has 8 digits; or 0 for none.
pub(super) fn gpc_code(code: u32) -> Result<u32, FieldError> {
    match code {
        0 | 10_000_000..=99_999_999 => Ok(code),
        _ => Err(FieldError::new("gpc_code", "must have 8 digits, e.g. 50000000; or be 0")),
    }
}

/// Text in both languages; `required` asks for both.
pub(super) fn text(
    field: &str,
    wire: Option<&v1::LocalizedText>,
    required: bool,
) -> Result<Text, FieldError> {
    let wire = wire.cloned().unwrap_or_default();
    for (language, text) in [("en", &wire.en), ("zh", &wire.zh)] {
        let field = format!("{field}.{language}");
        if required && text.trim().is_empty() {
            return Err(FieldError::new(field, "is required"));
        }
        if text.chars().count() > TEXT_CHARS_MAX {
            return Err(FieldError::new(field, format!("must have at most {TEXT_CHARS_MAX} characters")));
        }
    }
    Ok(Text { en: wire.en, zh: wire.zh })
}

/// A picture's address: https, short, or none.
pub(super) fn image_url(text: &str) -> Result<String, FieldError> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic());
    let good =
        text.is_empty() || (text.len() <= IMAGE_URL_CHARS_MAX && plain && text.starts_with("https://"));
    if good {
        Ok(text.to_owned())
    } else {
        let problem = format!("must be an https address of at most {IMAGE_URL_CHARS_MAX} characters");
        Err(FieldError::new("image_url", problem))
    }
}

/// The branch that a till stands in, or none.
pub(super) fn branch_gln(text: &str) -> Result<Option<Gln>, FieldError> {
    if text.is_empty() { Ok(None) } else { parsed("branch_gln", text).map(Some) }
}

/// A shop.
pub(super) fn merchant_id(text: &str) -> Result<MerchantId, FieldError> {
    parsed("merchant_id", text)
}
