//! BER-TLV as EMVCo uses it: tag, length, value, one after the other [EMV Book 3, annex B; ISO/IEC 8825-1].
//!
//! Only definite lengths in their shortest form are read, so that one value has one encoding.

use std::fmt;

/// Tags longer than this occur in no EMV specification.
const TAG_BYTES_MAX: usize = 3;

/// A tag as it is written in hexadecimal: `Tag(0x5F2D)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u32);

/// One data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// What it is.
    pub tag: Tag,
    /// Its content; more objects where the tag is constructed.
    pub value: &'a [u8],
}

/// Why bytes aren't BER-TLV. `at` is the offset, within the bytes given, of the object that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// The bytes end within a tag, or a zero stands where a tag belongs.
    #[error("no valid tag at byte {at}")]
    Tag {
        /// Offset of the object.
        at: usize,
    },
    /// The bytes end before or within a length.
    #[error("tag {tag} at byte {at} has no whole length")]
    LengthCut {
        /// The object's tag.
        tag: Tag,
        /// Offset of the object.
        at: usize,
    },
    /// Length 80: ended by a marker. Not used in EMV.
    #[error("tag {tag} at byte {at} has an indefinite length")]
    LengthIndefinite {
        /// The object's tag.
        tag: Tag,
        /// Offset of the object.
        at: usize,
    },
    /// A length in more bytes than it needs, or in more than two.
    #[error("tag {tag} at byte {at} has a length that isn't written in its shortest form")]
    LengthForm {
        /// The object's tag.
        tag: Tag,
        /// Offset of the object.
        at: usize,
    },
    /// The value would go on past the end.
    #[error("tag {tag} at byte {at} says {length} bytes where only {left} are left")]
    ValueCut {
        /// The object's tag.
        tag: Tag,
        /// Offset of the object.
        at: usize,
        /// Bytes announced.
        length: usize,
        /// Bytes present.
        left: usize,
    },
}

/// All objects of `bytes`, which must end where the last of them ends. Constructed ones aren't opened: call again with
/// their value.
pub fn read(bytes: &[u8]) -> Result<Vec<Object<'_>>, TlvError> {
    let mut objects = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (object, size) = read_one(&bytes[at..], at)?;
        objects.push(object);
        at += size;
    }
    Ok(objects)
}

/// The object at the front of `bytes`, and how many bytes it takes.
fn read_one(bytes: &[u8], at: usize) -> Result<(Object<'_>, usize), TlvError> {
    let tag_size = tag_size(bytes).ok_or(TlvError::Tag { at })?;
    let tag = Tag(big_endian(&bytes[..tag_size]));
    let (length, length_size) = read_length(&bytes[tag_size..], tag, at)?;
    let rest = &bytes[tag_size + length_size..];
    let value = rest.get(..length).ok_or(TlvError::ValueCut { tag, at, length, left: rest.len() })?;
    Ok((Object { tag, value }, tag_size + length_size + length))
}

/// Low five bits of the first byte all set: the tag goes on, as long as the bytes that follow have their top bit set.
fn tag_size(bytes: &[u8]) -> Option<usize> {
    match *bytes.first()? {
        0 => None,
        first if first & 0x1F != 0x1F => Some(1),
        _ => (2..=TAG_BYTES_MAX).find(|&size| bytes.get(size - 1).is_some_and(|last| last & 0x80 == 0)),
    }
}

fn read_length(bytes: &[u8], tag: Tag, at: usize) -> Result<(usize, usize), TlvError> {
    let cut = TlvError::LengthCut { tag, at };
    let first = *bytes.first().ok_or(cut)?;
    match first {
        0..0x80 => Ok((usize::from(first), 1)),
        0x80 => Err(TlvError::LengthIndefinite { tag, at }),
        0x81 => match *bytes.get(1).ok_or(cut)? {
            length @ 0x80.. => Ok((usize::from(length), 2)),
            _ => Err(TlvError::LengthForm { tag, at }),
        },
        0x82 => match *bytes.get(1..3).unwrap_or_default() {
            [0, _] => Err(TlvError::LengthForm { tag, at }),
            [high, low] => Ok((usize::from(high) << 8 | usize::from(low), 3)),
            _ => Err(cut),
        },
        _ => Err(TlvError::LengthForm { tag, at }),
    }
}

/// Appends one object to `out`.
pub fn write(out: &mut Vec<u8>, tag: Tag, value: &[u8]) {
    out.extend(significant(&tag.0.to_be_bytes()));
    let first = out.len();
    match u8::try_from(value.len()) {
        Ok(short @ ..0x80) => out.push(short),
        _ => {
            // The first byte counts those that follow.
            out.push(0x80);
            for byte in significant(&value.len().to_be_bytes()) {
                out[first] += 1;
                out.push(*byte);
            }
        }
    }
    out.extend(value);
}

/// How many bytes [`write()`] appends for a value of `length` bytes.
#[must_use]
pub fn size(tag: Tag, length: usize) -> usize {
    let significant_bytes = |number: usize| number.to_be_bytes().len() - number.leading_zeros() as usize / 8;
    let length_size = if length < 0x80 { 1 } else { 1 + significant_bytes(length) };
    (significant(&tag.0.to_be_bytes()).len() + length_size).saturating_add(length)
}

/// Big-endian bytes without the leading zeros.
fn significant(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

impl Tag {
    /// Whether the value is itself made of objects (bit 6 of the first byte).
    #[must_use]
    pub fn is_constructed(self) -> bool {
        let bytes = self.0.to_be_bytes();
        significant(&bytes).first().is_some_and(|first| first & 0x20 != 0)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}
