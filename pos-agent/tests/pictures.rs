//! Pictures as people make them: screenshots at any scale, photos held askew, noise, dark mode.

#![allow(clippy::unwrap_used)]

use image::{GrayImage, ImageFormat, Luma, imageops};
use pos_agent::scanner::picture::{ScanError, decode};
use qrcode::{EcLevel, QrCode};
use shared::code::{Language, TokenNumber, UnsignedCode};

/// A code with `claims_len` bytes of coupons: 0 bytes is version 8, 190 bytes (10 coupons) version 15.
fn code_text(claims_len: usize) -> String {
    let unsigned = UnsignedCode {
        token: TokenNumber::from_body(912_345_678_901_234_567).unwrap(),
        language: Some(Language::parse("zhen").unwrap()),
        issued_at: 1_790_000_000,
        claims: (0..claims_len).map(|i| u8::try_from(i * 37 % 251).unwrap()).collect(),
    };
    unsigned.sign_with(std::array::from_fn(|i| u8::try_from(i * 29 % 253).unwrap())).encode()
}

/// The code as a wallet shows it, `module_px` a module, quiet zone 4.
fn drawn(text: &str, module_px: u32) -> GrayImage {
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
fn on_a_phone(code: &GrayImage) -> GrayImage {
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
    let mut desk = GrayImage::from_pixel(width + width / 3, height + height / 5, Luma([70]));
    imageops::replace(&mut desk, &screen, i64::from(width / 6), i64::from(height / 10));
    desk
}

fn scaled(picture: &GrayImage, percent: u32) -> GrayImage {
    let (w, h) = (picture.width() * percent / 100, picture.height() * percent / 100);
    imageops::resize(picture, w, h, imageops::FilterType::CatmullRom)
}

/// Turned about its middle, with bilinear sampling as a camera does, on a square that holds it all.
fn turned(picture: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    let side = picture.height() + picture.width() / 2;
    let middle = side as f32 / 2.0;
    GrayImage::from_fn(side, side, |x, y| {
        let (dx, dy) = (x as f32 - middle, y as f32 - middle);
        let (sx, sy) = (cos * dx + sin * dy + w / 2.0, cos * dy - sin * dx + h / 2.0);
        imageops::interpolate_bilinear(picture, sx, sy).unwrap_or(Luma([70]))
    })
}

/// Sensor noise of up to `amount` each way, from a fixed sequence.
fn noisy(mut picture: GrayImage, amount: i16) -> GrayImage {
    let mut seed = 12_345_u32;
    for pixel in picture.pixels_mut() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = i16::try_from(seed >> 20).unwrap() % (2 * amount + 1) - amount;
        pixel.0[0] = u8::try_from((i16::from(pixel.0[0]) + noise).clamp(0, 255)).unwrap();
    }
    picture
}

fn inverted(mut picture: GrayImage) -> GrayImage {
    imageops::invert(&mut picture);
    picture
}

fn bytes(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// Every picture is decoded to exactly the text drawn.
fn check(what: &str, text: &str, picture: &GrayImage) {
    assert_eq!(decode(&bytes(picture, ImageFormat::Png)).as_deref(), Ok(text), "{what}");
}

#[test]
fn screenshots_are_read_at_any_scale() {
    for claims_len in [0, 57, 190] {
        let text = code_text(claims_len);
        let screen = on_a_phone(&drawn(&text, 4));
        for percent in [50, 66, 80, 100, 133, 200, 300] {
            check(&format!("{claims_len} bytes of coupons at {percent} %"), &text, &scaled(&screen, percent));
        }
    }
}

#[test]
fn photos_held_askew_are_read() {
    for claims_len in [0, 190] {
        let text = code_text(claims_len);
        let screen = on_a_phone(&drawn(&text, 4));
        for degrees in [-25.0, -4.0, 3.0, 10.0, 45.0, 90.0, 180.0] {
            let photo = noisy(turned(&screen, degrees), 30);
            check(&format!("{claims_len} bytes of coupons turned by {degrees}"), &text, &photo);
        }
    }
}

#[test]
fn noise_and_jpeg_do_not_matter() {
    let text = code_text(57);
    let screen = on_a_phone(&drawn(&text, 5));
    for amount in [10, 40, 70] {
        check(&format!("noise of {amount}"), &text, &noisy(screen.clone(), amount));
    }
    let photo = noisy(turned(&screen, 5.0), 25);
    assert_eq!(decode(&bytes(&photo, ImageFormat::Jpeg)).as_deref(), Ok(text.as_str()));
}

#[test]
fn a_code_light_on_dark_is_read_too() {
    let text = code_text(57);
    check("inverted", &text, &inverted(on_a_phone(&drawn(&text, 5))));
}

#[test]
fn the_payment_code_is_taken_where_others_are_beside_it() {
    let text = code_text(57);
    let (ours, other) = (drawn(&text, 5), drawn("https://example.com/menu", 5));
    let mut both = GrayImage::from_pixel(ours.width() + other.width() + 60, ours.height() + 40, Luma([230]));
    imageops::replace(&mut both, &other, 20, 20);
    imageops::replace(&mut both, &ours, i64::from(other.width()) + 40, 20);
    check("a menu's code beside it", &text, &both);
    check("a menu's code alone", "https://example.com/menu", &other);
}

#[test]
fn what_holds_no_code_says_so() {
    let blank = GrayImage::from_pixel(300, 300, Luma([255]));
    assert_eq!(decode(&bytes(&blank, ImageFormat::Png)), Err(ScanError::NoCode));
    assert_eq!(decode(&bytes(&noisy(blank, 127), ImageFormat::Png)), Err(ScanError::NoCode));
    let tiny = GrayImage::from_pixel(1, 1, Luma([0]));
    assert_eq!(decode(&bytes(&tiny, ImageFormat::Png)), Err(ScanError::NoCode));
    assert!(matches!(decode(b"not a picture"), Err(ScanError::NotAPicture(_))));
    assert!(matches!(decode(b""), Err(ScanError::NotAPicture(_))));
}
