//! Amounts.

use shared::money::{AMOUNT_MINOR_MAX, Currency, Money};

use super::{FieldError, required};
use crate::v1;

/// A currency code.
pub fn currency_from_wire(field: &str, code: &str) -> Result<Currency, FieldError> {
    code.parse().map_err(|error| FieldError::new(field, error))
}

/// An amount from outside: required, not negative, not above [`AMOUNT_MINOR_MAX`].
pub fn money_from_wire(field: &str, wire: Option<&v1::Money>) -> Result<Money, FieldError> {
    let wire = required(field, wire)?;
    let currency = currency_from_wire(&format!("{field}.currency_code"), &wire.currency_code)?;
    if !(0..=AMOUNT_MINOR_MAX).contains(&wire.minor_units) {
        let problem = format!("{} is not within 0 and {AMOUNT_MINOR_MAX}", wire.minor_units);
        return Err(FieldError::new(format!("{field}.minor_units"), problem));
    }
    Ok(Money::new(currency, wire.minor_units))
}

/// An amount or balance.
pub fn money_to_wire(money: Money) -> v1::Money {
    v1::Money { currency_code: money.currency.to_string(), minor_units: money.minor }
}
