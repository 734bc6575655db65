//! Pages of a list: how many, and from where on. The caller's token is opaque: the key of the last item, in base64.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use proto::status::Failure;

use crate::store::StoreError;

/// Items of a page, and the key of the next page where there is one.
pub(crate) type Listed<T, K> = Result<(Vec<T>, Option<K>), StoreError>;

/// What part of a list is asked for; `K` is the key after which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page<K> {
    /// At most this many items.
    pub size: usize,
    /// After this one; from the start where there is none.
    pub after: Option<K>,
}

/// A key that travels in a page token.
pub(crate) trait PageKey: Sized {
    /// As bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// From bytes.
    fn of_bytes(bytes: &[u8]) -> Option<Self>;
}

impl<K: PageKey> Page<K> {
    /// Reads `page_size` (0: `default`; more than `max`: `max`) and `page_token`.
    pub(crate) fn of(size: u32, token: &str, default: usize, max: usize) -> Result<Self, Failure> {
        let size = match size as usize {
            0 => default,
            size => size.min(max),
        };
        if token.is_empty() {
            return Ok(Self { size, after: None });
        }
        let key = BASE64_URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| K::of_bytes(&bytes));
        let bad = || Failure::invalid("page_token", "page_token: is not one that this list gave");
        Ok(Self { size, after: Some(key.ok_or_else(bad)?) })
    }
}

/// The token of the page after `last`; empty where there is none.
pub(crate) fn next_token<K: PageKey>(last: Option<K>) -> String {
    last.map(|key| BASE64_URL_SAFE_NO_PAD.encode(key.to_bytes())).unwrap_or_default()
}

impl PageKey for i64 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

impl PageKey for (i64, i64, i64) {
    fn to_bytes(&self) -> Vec<u8> {
        [self.0, self.1, self.2].iter().flat_map(|n| n.to_be_bytes()).collect()
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 24] = bytes.try_into().ok()?;
        let at = |place: usize| i64::of_bytes(&bytes[place * 8..place * 8 + 8]);
        Some((at(0)?, at(1)?, at(2)?))
    }
}

impl PageKey for uuid::Uuid {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_slice(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_goes_on_where_the_one_before_ended() {
        let token = next_token(Some((1_i64, -2_i64, 3_i64)));
        assert_eq!(Page::of(0, &token, 50, 100), Ok(Page { size: 50, after: Some((1, -2, 3)) }));
        assert_eq!(Page::<i64>::of(7, "", 50, 100), Ok(Page { size: 7, after: None }));
        assert_eq!(Page::<i64>::of(7_000, "", 50, 100), Ok(Page { size: 100, after: None }));
        assert!(Page::<i64>::of(7, &token, 50, 100).is_err());
        assert!(Page::<i64>::of(7, "?", 50, 100).is_err());
    }
}
