//! A picture to the text of the QR code in it: a screenshot of the phone, or a photo of it.
//!
//! The reader is rxing's port of zxing-cpp, which finds codes in any rotation, in perspective and light on dark. One binarizer
//! at one size is not enough for pictures that people make: a screenshot wants the pixels as they are, a noisy photo wants
//! to be shrunk, a thumbnail with two pixels a module wants to be enlarged. So the [`PASSES`] are tried in turn and the first one
//! that gives a payment code wins; nearly every screenshot is read by the first.
//!
//! Measured against `rqrr` on 105 pictures made like those of `tests/pictures.rs` (0, 3 and 10 coupons; screenshots at 40 to
//! 300 %, turned by up to 180 degrees, noise, inverted): this reads all 105 in 5 to 32 ms each, `rqrr` 64 in 11 to 45 ms (none of
//! the inverted ones, half of the noisy turned ones), so a second reader would add nothing.

use std::{borrow::Cow, collections::HashSet, io::Cursor};

use image::{
    DynamicImage, GrayImage, ImageReader, Limits, Rgba, RgbaImage,
    imageops::{self, FilterType},
};
use rxing::{
    BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8LuminanceSource,
    common::{GlobalHistogramBinarizer, HybridBinarizer},
    multi::MultipleBarcodeReader,
    qrcode::cpp_port::QrReader,
};
use shared::code::frame;
use thiserror::Error;

/// Pixels that a picture may have on a side.
pub const PICTURE_SIDE_PX_MAX: u32 = 12_000;
/// Memory that decoding a picture file may take.
const PICTURE_BYTES_MAX: u64 = 256 << 20;
/// Side at which codes are looked for; larger pictures are shrunk to it, which also averages noise away.
const WORKING_SIDE_PX: u32 = 1_600;
/// Pictures below this side are enlarged in the last pass.
const SMALL_SIDE_PX: u32 = 800;

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

/// How the picture is prepared for one try.
#[derive(Debug, Clone, Copy)]
enum Size {
    /// As it is, unless it is larger than [`WORKING_SIDE_PX`].
    Working,
    /// Every pixel.
    Full,
    /// Half the working size: one module is fewer pixels, noise is averaged.
    Half,
    /// Twice as large, for small pictures.
    Double,
}

const PASSES: [Size; 4] = [Size::Working, Size::Half, Size::Double, Size::Full];

/// The text of the code in a PNG or JPEG file's bytes. Where there are several codes, a payment code is preferred.
pub fn decode(bytes: &[u8]) -> Result<String, ScanError> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| ScanError::NotAPicture(error.to_string()))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(PICTURE_SIDE_PX_MAX);
    limits.max_image_height = Some(PICTURE_SIDE_PX_MAX);
    limits.max_alloc = Some(PICTURE_BYTES_MAX);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| ScanError::NotAPicture(error.to_string()))?;
    decode_gray(&gray(picture))
}

/// The text of the code in one JPEG picture of a camera's stream, where the next picture is as good as a second look.
pub fn decode_frame(bytes: &[u8]) -> Result<String, ScanError> {
    decode(bytes)
}

/// The text of the code in a grey picture.
pub fn decode_gray(picture: &GrayImage) -> Result<String, ScanError> {
    let mut other = None;
    let mut tried = HashSet::new();
    for size in PASSES {
        let Some(sized) = resized(picture, size).filter(|p| tried.insert(p.dimensions())) else { continue };
        for text in codes(&sized) {
            if frame::bytes(&text).is_ok() {
                return Ok(text);
            }
            other = other.or(Some(text));
        }
    }
    other.ok_or(ScanError::NoCode)
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

/// The picture for one try; `None` where the try would see nothing new.
fn resized(picture: &GrayImage, size: Size) -> Option<Cow<'_, GrayImage>> {
    let side = picture.width().max(picture.height()).max(1);
    let working = side.min(WORKING_SIDE_PX);
    let target = match size {
        Size::Full => side,
        Size::Working => working,
        Size::Half => working / 2,
        Size::Double if side <= SMALL_SIDE_PX => side * 2,
        Size::Double => return None,
    };
    if target == side {
        return Some(Cow::Borrowed(picture));
    }
    let scaled = |pixels: u32| {
        let pixels = u64::from(pixels) * u64::from(target) / u64::from(side);
        u32::try_from(pixels).unwrap_or(side).max(1)
    };
    let (width, height) = (scaled(picture.width()), scaled(picture.height()));
    Some(Cow::Owned(imageops::resize(picture, width, height, FilterType::Triangle)))
}

/// All codes found in the picture: dark on light before light on dark, and local thresholds, which cope with uneven
/// light, before one global threshold.
fn codes(picture: &GrayImage) -> Vec<String> {
    let (width, height) = picture.dimensions();
    let inverted = || picture.as_raw().iter().map(|pixel| 255 - pixel).collect();
    let source = |pixels| Luma8LuminanceSource::new(pixels, width, height).ok();
    let local = |pixels| source(pixels).map(HybridBinarizer::new).map(codes_in).unwrap_or_default();
    let global = |pixels| source(pixels).map(GlobalHistogramBinarizer::new).map(codes_in).unwrap_or_default();

    let tries: [&dyn Fn() -> Vec<String>; 4] = [
        &|| local(picture.as_raw().clone()),
        &|| global(picture.as_raw().clone()),
        &|| local(inverted()),
        &|| global(inverted()),
    ];
    tries.iter().map(|find| find()).find(|texts| !texts.is_empty()).unwrap_or_default()
}

fn codes_in<B: Binarizer>(binarizer: B) -> Vec<String> {
    let hints = DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    };
    let found = QrReader.decode_multiple_with_hints(&mut BinaryBitmap::new(binarizer), &hints);
    found.unwrap_or_default().iter().map(|code| code.getText().to_owned()).collect()
}
