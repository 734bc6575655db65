//! Pictures as people make them: screenshots at any scale, photos held askew, noise, dark mode.

#![allow(clippy::unwrap_used)]

mod camera;

use camera::{bytes, code_text, drawn, gallery, inverted, noisy, on_a_phone, scaled, turned};
use image::{GrayImage, ImageFormat, Luma, imageops};
use pos_agent::scanner::picture::{ScanError, decode, decode_gray};

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
fn a_shadow_across_the_code_does_not_matter() {
    let text = code_text(57);
    for percent in [50, 25, 15] {
        let mut screen = on_a_phone(&drawn(&text, 5));
        let edge = screen.width() / 2;
        for (.., pixel) in screen.enumerate_pixels_mut().filter(|(x, ..)| *x > edge) {
            pixel.0[0] = u8::try_from(u32::from(pixel.0[0]) * percent / 100).unwrap();
        }
        check(&format!("{percent} % of the light on half of it"), &text, &noisy(screen, 4));
    }
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
fn what_a_camera_does_to_a_code_is_undone() {
    for shot in gallery() {
        assert_eq!(decode_gray(&shot.picture).as_deref(), Ok(shot.text.as_str()), "{}", shot.name);
    }
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

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 48, failure_persistence: None, ..Default::default() })]

    /// Whatever is smeared over a code, it is read right, read as something else, or not read.
    #[test]
    fn a_smeared_code_never_panics(
        smears in proptest::collection::vec((0_u32..130, 0_u32..130, 1_u32..60, 1_u32..60, proptest::num::u8::ANY), 0..8),
        percent in 30_u32..150,
    ) {
        let mut picture = drawn(&code_text(0), 2);
        for (x0, y0, width, height, shade) in smears {
            for (x, y) in (x0..x0 + width).flat_map(|x| (y0..y0 + height).map(move |y| (x, y))) {
                if x < picture.width() && y < picture.height() {
                    picture.put_pixel(x, y, Luma([shade]));
                }
            }
        }
        let _ = decode(&bytes(&scaled(&picture, percent), ImageFormat::Png));
    }
}
