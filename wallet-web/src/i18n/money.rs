//! Amounts as people write them.

use proto::v1;
use shared::money::{Currency, Money};

/// With the currency's sign and all its decimals: "¥25.00"; "CHF 25.00" where there is no sign; "−¥5.00" below zero.
pub fn amount(money: &v1::Money) -> String {
    let Ok(currency) = money.currency_code.parse::<Currency>() else {
        return format!("{} {}", money.minor_units, money.currency_code);
    };
    let digits = Money::new(currency, money.minor_units).digits();
    let minus = if money.minor_units < 0 { "−" } else { "" };
    format!("{minus}{}{}", sign(&currency), digits.trim_start_matches('-'))
}

/// As [`amount`], without decimals that are all zero: "¥5".
pub fn short_amount(money: &v1::Money) -> String {
    let full = amount(money);
    match full.split_once('.') {
        Some((whole, decimals)) if decimals.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        _ => full,
    }
}

fn sign(currency: &Currency) -> String {
    match currency.code() {
        "CNY" | "JPY" => "¥".to_owned(),
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        code => format!("{code}\u{a0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_sign_and_no_needless_zeros() {
        let check = |code: &str, minor_units, full: &str, short: &str| {
            let money = v1::Money { currency_code: code.to_owned(), minor_units };
            assert_eq!((amount(&money).as_str(), short_amount(&money).as_str()), (full, short));
        };
        check("CNY", 2500, "¥25.00", "¥25");
        check("CNY", 50, "¥0.50", "¥0.50");
        check("CNY", -500, "−¥5.00", "−¥5");
        check("JPY", 25, "¥25", "¥25");
        check("CHF", 100, "CHF\u{a0}1.00", "CHF\u{a0}1");
    }
}
