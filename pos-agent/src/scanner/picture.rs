//! A picture to the text of the QR code in it: a screenshot of the phone, or a photo of it.
//!
//! Nobody who pays or scans is kept waiting: a picture is looked at in a small size first, which costs a quarter of the next one,
//! averages noise away, and is enough for nearly every screenshot and photo. Black and white are told apart by `threshold`, the code
//! in it is found by rxing's port of zxing-cpp (`find`); each size is looked at dark on light, then light on dark.
//!
//! Measured by `cargo bench -p pos-agent --bench decode` beside zbar 0.23 and zxing-cpp 3.1, on pictures that are spoilt as cameras do
//! it. Each kind of damage (33 pictures): all read in 20 ms of CPU, where zbar reads 30 of them in 1,090 ms (456 where told to look
//! for QR codes alone) and zxing-cpp all in 77 ms. From little damage to more than anybody reads (336 pictures): 273 read in 0.5 s,
//! by zbar 216 in 14.3 s (5.1), by zxing-cpp 258 in 0.65 s, and none is missed that one of them reads. rxing's own reader with its
//! binarizers took 310 ms for the 33, most of it where two looks failed before the third; `rqrr` reads none of the inverted
//! pictures and half of the noisy turned ones.

mod find;
mod sizes;
mod threshold;

use std::{borrow::Cow, io::Cursor};

use image::{DynamicImage, GrayImage, ImageReader, Limits, Rgba, RgbaImage, imageops};
use shared::code::frame;
use thiserror::Error;

use find::codes;
use sizes::{doubled, halved};
use threshold::black_and_white;

/// Pixels that a picture may have on a side.
pub const PICTURE_SIDE_PX_MAX: u32 = 12_000;
/// Memory that decoding a picture file may take.
const PICTURE_BYTES_MAX: u64 = 256 << 20;
/// Pictures from this side on are looked at in half the size first.
const HALVED_FROM_SIDE_PX: u32 = 640;
/// Pictures up to this side are enlarged in the last pass.
const SMALL_SIDE_PX: u32 = 800;
/// How many sizes of a camera's picture are looked at.
const QUICK_LEVELS: usize = 3;

/// Why a picture gave no text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScanError {
    /// Neither PNG nor JPEG, damaged, or larger than allowed.
    #[error("this is no picture that can be read: {0}")]
    NotAPicture(String),
    /// A picture without a QR code, or with one that can't be read.
    #[error("there is no readable QR code in the picture")]
    NoCode,
}

/// The text of the code in a PNG or JPEG file's bytes. Where there are several codes, a payment code is preferred.
pub fn decode(bytes: &[u8]) -> Result<String, ScanError> {
    decode_gray(&read_file(bytes)?)
}

fn read_file(bytes: &[u8]) -> Result<GrayImage, ScanError> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| ScanError::NotAPicture(error.to_string()))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(PICTURE_SIDE_PX_MAX);
    limits.max_image_height = Some(PICTURE_SIDE_PX_MAX);
    limits.max_alloc = Some(PICTURE_BYTES_MAX);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| ScanError::NotAPicture(error.to_string()))?;
    Ok(gray(picture))
}

/// The text of the code in one picture of a camera's stream: the quick passes alone, since the next picture is as good as another
/// look at this one.
pub fn decode_frame(bytes: &[u8]) -> Result<String, ScanError> {
    let mut seen = Seen::default();
    let picture = read_file(bytes)?;
    sizes(&picture, QUICK_LEVELS)
        .iter()
        .find_map(|sized| seen.look(sized))
        .or(seen.other)
        .ok_or(ScanError::NoCode)
}

/// The text of the code in a grey picture.
pub fn decode_gray(picture: &GrayImage) -> Result<String, ScanError> {
    let mut seen = Seen::default();
    let sizes = sizes(picture, usize::MAX);
    let found = sizes.iter().find_map(|sized| seen.look(sized));
    // A thumbnail may have two pixels a module.
    let small = picture.width().max(picture.height()) <= SMALL_SIDE_PX;
    let found = found.or_else(|| small.then(|| seen.look(&doubled(picture)))?);
    found.or(seen.other).ok_or(ScanError::NoCode)
}

/// What was found so far.
#[derive(Default)]
struct Seen {
    /// A code that is no payment code.
    other: Option<String>,
}

impl Seen {
    /// Looks for a payment code: dark on light, then light on dark.
    fn look(&mut self, picture: &GrayImage) -> Option<String> {
        let mut bits = black_and_white(picture)?;
        for flipped in [false, true] {
            if flipped {
                bits.flip_self();
            }
            for text in codes(&bits) {
                if frame::bytes(&text).is_ok() {
                    return Some(text);
                }
                self.other.get_or_insert(text);
            }
        }
        None
    }
}

/// The picture in falling sizes, each half of the one before, the smallest first; at most so many.
fn sizes(picture: &GrayImage, levels_max: usize) -> Vec<Cow<'_, GrayImage>> {
    let mut sizes = vec![Cow::Borrowed(picture)];
    while let Some(last) = sizes.last()
        && last.width().max(last.height()) >= HALVED_FROM_SIDE_PX
    {
        let half = halved(last);
        sizes.push(Cow::Owned(half));
    }
    sizes.reverse();
    sizes.truncate(levels_max);
    sizes
}

/// What is transparent is white, as on a page.
fn gray(picture: DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let picture = picture.into_rgba8();
    let mut page = RgbaImage::from_pixel(picture.width(), picture.height(), Rgba([255; 4]));
    imageops::overlay(&mut page, &picture, 0, 0);
    DynamicImage::ImageRgba8(page).into_luma8()
}
