//! Wire <-> domain, one file a subject. `..._from_wire` parses and names the field that is wrong; `..._to_wire` can't fail.

mod money;
mod offer;
mod payment;
mod reward;
mod time;

use thiserror::Error;

use crate::status::Failure;

pub use money::{currency_from_wire, money_from_wire, money_to_wire};
pub use offer::{terms_from_wire, terms_to_wire};
pub use payment::{
    REDEEMED_LINES_MAX, redemption_from_wire, redemption_to_wire, refusal_from_wire, refusal_to_wire,
    state_to_wire,
};
pub use time::{time_from_wire, time_to_wire};

/// A field of a message that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// Path of the field, e.g. `redemptions[0].lines[1].gtin`.
    pub field: String,
    /// What is wrong, in words.
    pub problem: String,
}

impl FieldError {
    /// A problem with a field.
    pub fn new(field: impl Into<String>, problem: impl std::fmt::Display) -> Self {
        Self { field: field.into(), problem: problem.to_string() }
    }

    /// The same problem, seen from the message around it.
    #[must_use]
    pub fn within(self, parent: impl std::fmt::Display) -> Self {
        Self { field: format!("{parent}.{}", self.field), ..self }
    }
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        Self::invalid(error.field.clone(), error.to_string())
    }
}

/// A field that must be there.
pub fn required<T>(field: &str, value: Option<T>) -> Result<T, FieldError> {
    value.ok_or_else(|| FieldError::new(field, "is required"))
}

/// A field that is text of a type with one spelling, such as an id or a GTIN.
pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &str,
    text: &str,
) -> Result<T, FieldError> {
    text.parse().map_err(|error| FieldError::new(field, error))
}
