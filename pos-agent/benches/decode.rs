//! CPU time to read each picture of `tests/pictures/camera.rs`, beside other readers where they are installed:
//! `cargo bench -p pos-agent --bench decode`. The others are PyPI's `pyzbar` (with Debian's `libzbar0`) and `zxing-cpp`, called by the
//! Python that ONESCAN_PYTHON names, on the same grey pixels in memory. Milliseconds in brackets: not read.

#![allow(clippy::unwrap_used)]

#[path = "../tests/pictures/camera.rs"]
#[allow(dead_code)]
mod camera;

use std::{collections::BTreeMap, env, fs, path::Path, process::Command, time::Instant};

use camera::{
    Shot, blurred, bytes, code_text, drawn, gallery, in_perspective, inverted, low_contrast, noisy,
    on_a_phone, scaled, turned, with_glare,
};
use image::{GrayImage, ImageFormat};
use pos_agent::scanner::picture::decode_gray;

/// Readings of one picture, of which the quickest counts: what is slower was disturbed.
const ROUNDS: usize = 3;
/// The other readers: zbar as it is delivered, zbar told to look for QR codes alone, zxing-cpp told so too.
const OTHERS: [&str; 3] = ["zbar", "zbar-qr", "zxing"];

fn main() {
    compare("each kind of damage", gallery());
    compare("until nobody reads it", worse());
}

fn compare(what: &str, shots: Vec<Shot>) {
    let dir = tempfile::tempdir().unwrap();
    for (number, shot) in shots.iter().enumerate() {
        fs::write(dir.path().join(format!("{number:04}.png")), bytes(&shot.picture, ImageFormat::Png))
            .unwrap();
    }
    let others = others(dir.path());
    println!("{what:<46} {:>9} {:>9} {:>9} {:>9} {:>9}", "pixels", "ours", OTHERS[0], OTHERS[1], OTHERS[2]);
    let mut sums = [(0.0, 0); 1 + OTHERS.len()];
    for (number, shot) in shots.iter().enumerate() {
        let other = |reader: &&str| {
            let (ms, text) = others.get(&(number, (*reader).to_owned()))?;
            Some((*ms, *text == shot.text))
        };
        let all: Vec<Option<(f64, bool)>> =
            [Some(ours(shot))].into_iter().chain(OTHERS.iter().map(other)).collect();
        for (sum, one) in sums.iter_mut().zip(&all) {
            let (ms, read) = one.unwrap_or((f64::NAN, false));
            *sum = (sum.0 + ms, sum.1 + usize::from(read));
        }
        let (w, h) = shot.picture.dimensions();
        let cells: Vec<String> = all.iter().map(|one| format!("{:>9}", cell(*one))).collect();
        println!("{:<46} {:>9} {}", shot.name, format!("{w}x{h}"), cells.join(" "));
    }
    let of = |cells: [String; 4]| cells.map(|cell| format!("{cell:>9}")).join(" ");
    println!("{:<46} {:>9} {}", "all, milliseconds", "", of(sums.map(|(ms, _)| format!("{ms:.1}"))));
    println!("{:<46} {:>9} {}\n", "read", shots.len(), of(sums.map(|(_, read)| read.to_string())));
}

/// Milliseconds, and whether it was read.
fn ours(shot: &Shot) -> (f64, bool) {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let read = decode_gray(&shot.picture).is_ok_and(|text| text == shot.text);
        (start.elapsed().as_secs_f64() * 1e3, read)
    });
    rounds.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

fn cell(one: Option<(f64, bool)>) -> String {
    match one {
        Some((ms, true)) => format!("{ms:.2}"),
        Some((ms, false)) => format!("({ms:.2})"),
        None => "-".to_owned(),
    }
}

/// The same kinds of damage, each from little to more than any reader takes, alone and together.
fn worse() -> Vec<Shot> {
    let mut shots = Vec::new();
    for (claims_len, module_px) in [0, 57, 190].into_iter().flat_map(|len| [(len, 3), (len, 4)]) {
        let text = code_text(claims_len);
        let screen = on_a_phone(&drawn(&text, module_px));
        let mut add = |name: String, picture: GrayImage| {
            let name = format!("{name}, {claims_len} bytes, {module_px} px");
            shots.push(Shot { name, text: text.clone(), picture });
        };
        for sigma in [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0] {
            add(format!("blur {sigma}"), blurred(&screen, sigma));
        }
        for percent in [30, 35, 40, 45, 55, 70, 120, 170, 330] {
            add(format!("scale {percent}"), scaled(&screen, percent));
        }
        for degrees in [2.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 100.0, 200.0] {
            add(format!("turned {degrees}"), turned(&screen, degrees));
        }
        for tilt in [0.05, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5] {
            add(format!("tilted {tilt}"), in_perspective(&screen, tilt));
        }
        for amount in [20, 40, 60, 80, 100, 120] {
            add(format!("noise {amount}"), noisy(screen.clone(), amount));
        }
        add("glare and noise".into(), noisy(with_glare(screen.clone()), 15));
        add("dim and small".into(), low_contrast(scaled(&screen, 70)));
        add("inverted and turned".into(), inverted(turned(&screen, 12.0)));
        for (degrees, sigma, tilt, noise) in [
            (8.0, 0.8, 0.1, 20),
            (15.0, 1.0, 0.15, 25),
            (25.0, 1.2, 0.1, 30),
            (33.0, 0.6, 0.2, 40),
            (5.0, 2.0, 0.08, 10),
        ] {
            let photo = blurred(&in_perspective(&turned(&screen, degrees), tilt), sigma);
            add(format!("photo {degrees} {sigma}"), noisy(photo.clone(), noise));
            add(format!("photo with glare {degrees} {sigma}"), noisy(with_glare(photo.clone()), noise / 2));
            add(format!("dim photo {degrees} {sigma}"), noisy(low_contrast(photo), noise / 5));
        }
    }
    shots
}

/// What the other readers took and found, by picture and reader.
fn others(folder: &Path) -> BTreeMap<(usize, String), (f64, String)> {
    let Ok(python) = env::var("ONESCAN_PYTHON") else { return BTreeMap::new() };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/other_readers.py");
    let output = Command::new(python).arg(script).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let entry = |line: &str| {
        let mut words = line.split(' ');
        let (number, reader, ms) = (words.next()?.parse().ok()?, words.next()?, words.next()?.parse().ok()?);
        Some(((number, reader.to_owned()), (ms, words.next().unwrap_or_default().to_owned())))
    };
    lines.lines().filter_map(entry).collect()
}
