//! A code as JSON, for people who want to know what is in it: every template, ours or not, and what is wrong.

use jiff::Timestamp;
use proto::{
    claims,
    scan::{self, ScanError},
};
use serde_json::{Value, json};
use shared::code::{
    CombinedCode, emv, frame,
    tlv::{self, Object},
};

/// How deep templates are opened; codes nest three deep.
const DEPTH_MAX: usize = 8;

/// What a text holds; `Err` has what could be read of a text that is not one of our codes, with its `error`.
pub fn inspect(text: &str) -> Result<Value, Value> {
    let problem = scan::read(text).err();
    let code = CombinedCode::decode(text).ok();
    let mut all = json!({ "text": text.trim(), "ok": problem.is_none() });
    if let Some(problem) = &problem {
        all["error"] = json!({ "reason": problem.reason().as_str(), "message": problem.to_string() });
        if let ScanError::Code(error) = problem {
            all["error"]["kind"] = format!("{error:?}").into();
        }
    }
    if let Some(code) = &code {
        all["code"] = code_json(code);
    }
    if let Ok(bytes) = frame::bytes(text) {
        all["bytes"] = bytes.len().into();
        match tlv::read(&bytes) {
            Ok(objects) => all["templates"] = objects.iter().map(|object| object_json(object, 0)).collect(),
            Err(error) => all["templates_error"] = error.to_string().into(),
        }
    }
    if problem.is_none() { Ok(all) } else { Err(all) }
}

fn code_json(code: &CombinedCode) -> Value {
    let issued = Timestamp::from_second(i64::from(code.issued_at)).map(|time| time.to_string());
    let mut all = json!({
        "token": code.token.to_string(),
        "language": code.language.map(|language| language.to_string()),
        "issued_at": issued.unwrap_or_default(),
        "issued_at_seconds": code.issued_at,
        "signature": hex(&code.signature),
        "signing_input": hex(&code.signing_input()),
    });
    match claims::decode(code.claims()) {
        Ok(claims) => {
            let claim = |claim: &shared::offer::Claim| {
                json!({
                    "gtin": claim.gtin.map(shared::gs1::Gtin::short),
                    "offer_number": claim.offer_number.0,
                    "discount_minor": claim.discount_minor,
                    "units": claim.units,
                })
            };
            all["coupons"] = claims.iter().map(claim).collect();
        }
        Err(error) => all["coupons_error"] = error.to_string().into(),
    }
    all
}

fn object_json(object: &Object<'_>, depth: usize) -> Value {
    let mut all = json!({
        "tag": object.tag.to_string(),
        "length": object.value.len(),
        "value": hex(object.value),
    });
    if let Some(name) = name(object.tag) {
        all["name"] = name.into();
    }
    if object.value.iter().all(|byte| matches!(byte, b' '..=b'~')) && !object.value.is_empty() {
        all["ascii"] = String::from_utf8_lossy(object.value).into();
    }
    if object.tag.is_constructed() && depth < DEPTH_MAX {
        match tlv::read(object.value) {
            Ok(inner) => all["objects"] = inner.iter().map(|object| object_json(object, depth + 1)).collect(),
            Err(error) => all["objects_error"] = error.to_string().into(),
        }
    }
    all
}

/// What EMVCo calls the objects that readers meet.
fn name(tag: tlv::Tag) -> Option<&'static str> {
    match tag {
        emv::PAYLOAD_FORMAT => Some("payload format indicator"),
        emv::APPLICATION => Some("application template"),
        emv::COMMON => Some("common data template"),
        emv::TRANSPARENT => Some("application specific transparent template"),
        emv::AID => Some("application identifier"),
        emv::LABEL => Some("application label"),
        emv::PAN => Some("application PAN (payment token)"),
        emv::LANGUAGE => Some("language preference"),
        tlv::Tag(0x57) => Some("track 2 equivalent data"),
        tlv::Tag(0xE1) => Some("coupon template"),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EMVCo consumer-presented mode, annex B, example 1.
    const FOREIGN: &str = "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=";

    #[test]
    fn a_foreign_code_is_opened_and_named() {
        let found = inspect(FOREIGN).unwrap_err();
        assert_eq!(found["error"]["reason"], "CODE_NOT_ONESCAN");
        assert_eq!(found["templates"][0]["ascii"], "CPV01");
        assert_eq!(found["templates"][1]["tag"], "61");
        assert_eq!(found["templates"][1]["objects"][0]["value"], "a0000000555555");
        assert_eq!(found["templates"][1]["objects"][1]["name"], "track 2 equivalent data");
    }

    #[test]
    fn what_is_no_code_says_why() {
        let check = |text: &str, reason: &str| {
            let found = inspect(text).unwrap_err();
            assert_eq!(
                (found["ok"].clone(), found["error"]["reason"].clone()),
                (json!(false), json!(reason))
            );
        };
        check("https://example.com", "CODE_MALFORMED");
        check("hqvdufywmweatwegaaaavvvv", "KEYBOARD_LAYOUT");
        check(&FOREIGN[..40], "CODE_MALFORMED");
        check("", "CODE_MALFORMED");
    }
}
