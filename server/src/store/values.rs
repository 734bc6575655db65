//! Values of a statement: one by one, or many of them as one array a column.

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Binary, Nullable, Text},
    sqlite::Sqlite,
};

/// A value.
pub(crate) enum Bind<'a> {
    /// A number.
    Int(i64),
    /// A number that may be missing.
    MaybeInt(Option<i64>),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Bytes that may be missing.
    MaybeBytes(Option<&'a [u8]>),
    /// Bytes that were made for the statement, and may be missing.
    Encoded(Option<Vec<u8>>),
    /// Text.
    Text(&'a str),
    /// Text that may be missing.
    MaybeText(Option<&'a str>),
}

macro_rules! bind_fragment {
    ($backend:ty) => {
        impl QueryFragment<$backend> for Bind<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                match self {
                    Bind::Int(value) => out.push_bind_param::<BigInt, _>(value),
                    Bind::MaybeInt(value) => out.push_bind_param::<Nullable<BigInt>, _>(value),
                    Bind::Bytes(value) => out.push_bind_param::<Binary, _>(value),
                    Bind::MaybeBytes(value) => out.push_bind_param::<Nullable<Binary>, _>(value),
                    Bind::Encoded(value) => out.push_bind_param::<Nullable<Binary>, _>(value),
                    Bind::Text(value) => out.push_bind_param::<Text, _>(value),
                    Bind::MaybeText(value) => out.push_bind_param::<Nullable<Text>, _>(value),
                }
            }
        }
    };
}
bind_fragment!(Sqlite);
bind_fragment!(Pg);

/// The values of one column, in the order of rows.
pub(super) enum Column<'a> {
    Ints(Vec<Option<i64>>),
    Bytes(Vec<Option<&'a [u8]>>),
    Texts(Vec<Option<&'a str>>),
}

impl<'a> Column<'a> {
    /// Turns rows of `columns` values each, which all have the same kinds in the same places, into columns.
    pub(super) fn all(columns: usize, values: &'a [Bind<'_>]) -> Vec<Self> {
        (0..columns).map(|column| Self::of(values.iter().skip(column).step_by(columns))).collect()
    }

    fn of<'b: 'a>(values: impl Iterator<Item = &'a Bind<'b>> + Clone) -> Self {
        match values.clone().next() {
            Some(Bind::Bytes(_) | Bind::MaybeBytes(_) | Bind::Encoded(_)) => Self::Bytes(
                values
                    .map(|value| match value {
                        Bind::Bytes(value) => Some(*value),
                        Bind::MaybeBytes(value) => *value,
                        Bind::Encoded(value) => value.as_deref(),
                        _ => unreachable!("a column of bytes"),
                    })
                    .collect(),
            ),
            Some(Bind::Text(_) | Bind::MaybeText(_)) => Self::Texts(
                values
                    .map(|value| match value {
                        Bind::Text(value) => Some(*value),
                        Bind::MaybeText(value) => *value,
                        _ => unreachable!("a column of text"),
                    })
                    .collect(),
            ),
            _ => Self::Ints(
                values
                    .map(|value| match value {
                        Bind::Int(value) => Some(*value),
                        Bind::MaybeInt(value) => *value,
                        _ => unreachable!("a column of numbers"),
                    })
                    .collect(),
            ),
        }
    }
}

impl QueryFragment<Pg> for Column<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Column::Ints(values) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(values),
            Column::Bytes(values) => out.push_bind_param::<Array<Nullable<Binary>>, _>(values),
            Column::Texts(values) => out.push_bind_param::<Array<Nullable<Text>>, _>(values),
        }
    }
}
