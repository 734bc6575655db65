//! Which coupons go into a code that has room for some of them.

use std::cmp::Reverse;

use super::chars;

/// The most that fits a QR code of version 15 (77 modules a side) at error correction M, all in byte mode
/// [ISO/IEC 18004, table 7]: larger ones get slow to scan from a phone. [`super::CODE_CHARS_MAX`] is the hard limit.
pub const CODE_CHARS_COMFORT: usize = 412;

/// A coupon that could go into the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it can save at most, in minor units.
    pub saves_minor: i64,
    /// Bytes that its claim adds to the claims.
    pub encoded_len: usize,
    /// The shopper insists on it.
    pub pinned: bool,
}

/// What goes in and what stays out: places in the list of candidates, each in exactly one of the two, worth most first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// In the code.
    pub chosen: Vec<usize>,
    /// Not in the code, for want of room.
    pub left_out: Vec<usize>,
}

/// Fills a code of at most `chars_max` characters.
///
/// Pinned ones first, then those that save most; among equals the shorter, then the earlier. One that doesn't fit is
/// left out and the next is tried, so a small one may still get the room. Claims are all about equally long, so this is
/// hardly ever worse than the best packing, and a shopper can foresee it. The same candidates give the same code.
#[must_use]
pub fn fit(candidates: &[Candidate], language_len: usize, chars_max: usize) -> Fit {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|&place| {
        let candidate = &candidates[place];
        (!candidate.pinned, Reverse(candidate.saves_minor), candidate.encoded_len)
    });
    let mut claims_len: usize = 0;
    let (chosen, left_out) = order.into_iter().partition(|&place| {
        let longer = claims_len.saturating_add(candidates[place].encoded_len);
        let fits = chars(longer, language_len) <= chars_max;
        if fits {
            claims_len = longer;
        }
        fits
    });
    Fit { chosen, left_out }
}
