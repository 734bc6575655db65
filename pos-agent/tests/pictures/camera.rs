//! Codes as a camera or a screenshot sees them: drawn, put on a phone, and spoilt in every way that a shop spoils them.

use image::{GrayImage, ImageFormat, Luma, imageops};
use qrcode::{EcLevel, QrCode};
use shared::code::{Language, TokenNumber, UnsignedCode};

/// What surrounds the phone.
const DESK: u8 = 70;

/// One picture and what is in it.
pub(crate) struct Shot {
    /// How it was made.
    pub(crate) name: String,
    /// The code's text.
    pub(crate) text: String,
    /// The picture.
    pub(crate) picture: GrayImage,
}

/// Each kind of damage on a code without coupons, with three and with ten.
pub(crate) fn gallery() -> Vec<Shot> {
    let mut shots = Vec::new();
    for claims_len in [0, 57, 190] {
        let text = code_text(claims_len);
        let screen = on_a_phone(&drawn(&text, 4));
        let mut add = |name: &str, picture: GrayImage| {
            shots.push(Shot {
                name: format!("{name}, {claims_len} bytes of coupons"),
                text: text.clone(),
                picture,
            });
        };
        add("plain", screen.clone());
        add("blur", blurred(&screen, 1.6));
        add("half scale", scaled(&screen, 50));
        add("turned by 15", turned(&screen, 15.0));
        add("perspective", in_perspective(&screen, 0.12));
        add("noise", noisy(screen.clone(), 50));
        add("glare", with_glare(screen.clone()));
        add("low contrast", low_contrast(screen.clone()));
        add("inverted", inverted(screen.clone()));
        add("photo", noisy(blurred(&in_perspective(&turned(&screen, 7.0), 0.08), 0.9), 20));
        add("large", scaled(&screen, 250));
    }
    shots
}

/// A code with `claims_len` bytes of coupons: 0 bytes is version 8, 190 bytes (10 coupons) version 15.
pub(crate) fn code_text(claims_len: usize) -> String {
    let unsigned = UnsignedCode {
        token: TokenNumber::from_body(912_345_678_901_234_567).unwrap(),
        language: Some(Language::parse("zhen").unwrap()),
        issued_at: 1_790_000_000,
        claims: (0..claims_len).map(|i| u8::try_from(i * 37 % 251).unwrap()).collect(),
    };
    unsigned.sign_with(std::array::from_fn(|i| u8::try_from(i * 29 % 253).unwrap())).encode()
}

/// The code as a wallet shows it, `module_px` a module, quiet zone 4.
pub(crate) fn drawn(text: &str, module_px: u32) -> GrayImage {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
    let modules = u32::try_from(code.width()).unwrap();
    let side = (modules + 8) * module_px;
    GrayImage::from_fn(side, side, |x, y| {
        let (x, y) = (i64::from(x / module_px) - 4, i64::from(y / module_px) - 4);
        let inside = |v: i64| (0..i64::from(modules)).contains(&v);
        let dark = inside(x)
            && inside(y)
            && code[(usize::try_from(x).unwrap(), usize::try_from(y).unwrap())] == qrcode::Color::Dark;
        Luma([if dark { 0 } else { 255 }])
    })
}

/// A phone's screen around the code: a title bar, text lines, buttons, a dark backdrop behind the phone.
pub(crate) fn on_a_phone(code: &GrayImage) -> GrayImage {
    let (width, height) = (code.width() * 5 / 4, code.width() * 9 / 4);
    let mut screen = GrayImage::from_pixel(width, height, Luma([242]));
    let mut fill = |x0: u32, y0: u32, w: u32, h: u32, shade: u8| {
        for y in y0..(y0 + h).min(height) {
            for x in x0..(x0 + w).min(width) {
                screen.put_pixel(x, y, Luma([shade]));
            }
        }
    };
    fill(0, 0, width, height / 14, 40);
    for row in 0..8 {
        let y = height * 3 / 5 + row * height / 22;
        for word in 0..6 {
            fill(width / 12 + word * width / 7, y, width / 9, height / 70, 60);
        }
    }
    fill(width / 10, height * 19 / 20, width * 4 / 5, height / 30, 90);
    imageops::replace(&mut screen, code, i64::from(width / 10), i64::from(height / 8));
    let mut desk = GrayImage::from_pixel(width + width / 3, height + height / 5, Luma([DESK]));
    imageops::replace(&mut desk, &screen, i64::from(width / 6), i64::from(height / 10));
    desk
}

pub(crate) fn scaled(picture: &GrayImage, percent: u32) -> GrayImage {
    let (w, h) = (picture.width() * percent / 100, picture.height() * percent / 100);
    imageops::resize(picture, w, h, imageops::FilterType::CatmullRom)
}

/// Turned about its middle, with bilinear sampling as a camera does, on a square that holds it all.
pub(crate) fn turned(picture: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    let side = picture.height() + picture.width() / 2;
    let middle = side as f32 / 2.0;
    GrayImage::from_fn(side, side, |x, y| {
        let (dx, dy) = (x as f32 - middle, y as f32 - middle);
        let (sx, sy) = (cos * dx + sin * dy + w / 2.0, cos * dy - sin * dx + h / 2.0);
        imageops::interpolate_bilinear(picture, sx, sy).unwrap_or(Luma([DESK]))
    })
}

/// Seen from below: the top edge is farther away, so much shorter on either side.
pub(crate) fn in_perspective(picture: &GrayImage, tilt: f32) -> GrayImage {
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let depth = 1.0 + 2.0 * tilt * (1.0 - y as f32 / h);
        let sx = (x as f32 - w / 2.0) * depth + w / 2.0;
        let sy = h - (h - y as f32) * depth / (1.0 + tilt);
        imageops::interpolate_bilinear(picture, sx, sy).unwrap_or(Luma([DESK]))
    })
}

/// Out of focus.
pub(crate) fn blurred(picture: &GrayImage, sigma: f32) -> GrayImage {
    imageops::blur(picture, sigma)
}

/// A lamp's reflection across a corner: everything there is lighter, as far as almost white.
pub(crate) fn with_glare(mut picture: GrayImage) -> GrayImage {
    let (w, h) = picture.dimensions();
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        // In thousandths of the picture's sides, from where the lamp is.
        let (dx, dy) = ((x * 1_000 / w).abs_diff(250), (y * 1_000 / h).abs_diff(150));
        let light = 190 * 1_000_u32.saturating_sub((dx * dx + dy * dy).isqrt() * 22 / 10) / 1_000;
        let shade = u32::from(pixel.0[0]) * (255 - light) / 255 + light;
        pixel.0[0] = u8::try_from(shade).unwrap();
    }
    picture
}

/// A dim screen under bright light: what was black and white is two shades of grey.
pub(crate) fn low_contrast(mut picture: GrayImage) -> GrayImage {
    for pixel in picture.pixels_mut() {
        pixel.0[0] = 120 + pixel.0[0] / 6;
    }
    picture
}

/// Sensor noise of up to `amount` each way, from a fixed sequence.
pub(crate) fn noisy(mut picture: GrayImage, amount: i16) -> GrayImage {
    let mut seed = 12_345_u32;
    for pixel in picture.pixels_mut() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = i16::try_from(seed >> 20).unwrap() % (2 * amount + 1) - amount;
        pixel.0[0] = u8::try_from((i16::from(pixel.0[0]) + noise).clamp(0, 255)).unwrap();
    }
    picture
}

pub(crate) fn inverted(mut picture: GrayImage) -> GrayImage {
    imageops::invert(&mut picture);
    picture
}

pub(crate) fn bytes(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}
