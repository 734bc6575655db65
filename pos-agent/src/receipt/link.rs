//! The text of the QR code on a receipt, by which the till finds the payment again for a refund: `onescan:receipt/<payment id>`.

use uuid::Uuid;

const PREFIX: &str = "onescan:receipt/";

/// The text for this payment.
pub fn text(payment_id: &str) -> String {
    format!("{PREFIX}{payment_id}")
}

/// The payment that such a text names; `None` for any other text.
pub fn payment_id(text: &str) -> Option<String> {
    let id = text.get(..PREFIX.len()).filter(|prefix| prefix.eq_ignore_ascii_case(PREFIX))?;
    let id = &text[id.len()..];
    // The hyphenated form alone, in small letters as the provider writes it.
    let uuid = Uuid::try_parse(id).ok().filter(|_| id.len() == 36)?;
    Some(uuid.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payment_comes_back_out_of_its_text_and_of_no_other() {
        let id = "0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f";
        assert_eq!(text(id), "onescan:receipt/0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f");
        assert_eq!(payment_id(&text(id)).as_deref(), Some(id));
        assert_eq!(payment_id(&text(id).to_uppercase()).as_deref(), Some(id));
        for other in [
            "",
            "onescan:receipt/",
            "onescan:receipt/17",
            id,
            "onescan:receipt/0198f2a01b2c7d3e8f405a6b7c8d9e0f",
            "ünescan:receipt/x",
        ] {
            assert_eq!(payment_id(other), None, "{other}");
        }
    }
}
