//! Row 5: the code itself: made, read, drawn, found in pictures; and its coupons matched to a basket.

use std::{collections::BTreeMap, env, path::Path, process::Command, time::Instant};

use image::ImageFormat;
use pos_agent::scanner::picture::decode_gray;
use shared::code::CombinedCode;
use tests::sample::unsigned_code;
use wallet_web::qr::Symbol;

use super::matching;
use crate::{
    bench::Bench,
    figures::{Goal, Row},
};

#[path = "../../../../pos-agent/tests/pictures/camera.rs"]
#[allow(dead_code)]
mod camera;

/// Other readers, and how a table names them.
const OTHERS: [(&str, &str); 3] = [("zbar", "zbar"), ("zbar-qr", "zbar, QR only"), ("zxing", "zxing-cpp")];
/// Readings of one picture, of which the quickest counts: what is slower was disturbed.
const READINGS: usize = 3;
const TIMES: usize = 2_000;

pub(crate) fn row(bench: &Bench) -> Row {
    let mut row = Row {
        name: "code",
        title: "The code",
        says: "One thread each. Text is made and read with checks, without the signature. Drawing chooses the smallest symbol. Pictures \
               are codes with 0, 57 and 190 bytes of coupons as cameras and screenshots see them (pos-agent/tests/pictures); \
               all readers get the same grey pixels in memory, and the quickest of 3 readings counts. Others are measured where \
               the Python that ONESCAN_PYTHON names has them (pyzbar, zxing-cpp).",
        ..Row::default()
    };
    for coupons in [0, 3, 10] {
        texts(bench, &mut row, coupons);
    }
    pictures(bench, &mut row);
    matching::measure_all(bench, &mut row);
    row
}

fn texts(bench: &Bench, row: &mut Row, coupons: u32) {
    let make = || unsigned_code(coupons).sign_with([7; 64]).encode();
    let text = make();
    let line = format!("text with {coupons} coupons, {} characters", text.len());
    let times = bench.size(TIMES);
    row.put(&line, "make", "us", timed(times, make));
    row.put(&line, "read", "us", timed(times, || CombinedCode::decode(&text).unwrap()));
    row.put(&line, "draw", "us", timed(times / 8, || Symbol::draw(&text).unwrap()));
}

/// Microseconds of each time.
fn timed<T>(times: usize, mut work: impl FnMut() -> T) -> Vec<f64> {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed().as_secs_f64() * 1e6
    };
    (0..times.max(8)).map(once).collect()
}

fn pictures(bench: &Bench, row: &mut Row) {
    let mut shots = camera::gallery();
    shots.truncate(if bench.quick { 4 } else { usize::MAX });
    let dir = bench.folder("pictures");
    for (number, shot) in shots.iter().enumerate() {
        let png = camera::bytes(&shot.picture, ImageFormat::Png);
        std::fs::write(dir.join(format!("{number:04}.png")), png).unwrap();
    }
    let others = others(&dir);
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    let mut missed = 0;
    for (number, shot) in shots.iter().enumerate() {
        let read = || {
            let start = Instant::now();
            let text = decode_gray(&shot.picture).unwrap_or_default();
            (start.elapsed().as_secs_f64() * 1e3, text)
        };
        let (ms, text) = (0..READINGS).map(|_| read()).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        let found_by_others = OTHERS.iter().any(|(reader, _)| {
            others.get(&(number, (*reader).to_owned())).is_some_and(|(_, text)| *text == shot.text)
        });
        missed += u8::from(text != shot.text && found_by_others);
        *sums.entry("ours").or_default() += ms;
        row.put(format!("picture: {}", shot.name), "ours", "ms", vec![ms]);
        for (reader, name) in OTHERS {
            if let Some((ms, _)) = others.get(&(number, reader.to_owned())) {
                *sums.entry(reader).or_default() += ms;
                row.put(format!("picture: {}", shot.name), name, "ms", vec![*ms]);
            }
        }
    }
    if let Some(zbar) = sums.get("zbar") {
        row.aim(
            "all pictures, CPU of ours / of zbar",
            "ratio",
            Goal::AtMost(0.25),
            vec![sums["ours"] / zbar],
        );
        row.aim("pictures that only others read", "pictures", Goal::AtMost(0.0), vec![missed.into()]);
    }
}

/// What the other readers took and found, by picture and reader.
fn others(folder: &Path) -> BTreeMap<(usize, String), (f64, String)> {
    let Ok(python) = env::var("ONESCAN_PYTHON") else { return BTreeMap::new() };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../pos-agent/benches/other_readers.py");
    let output = Command::new(python).arg(script).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let entry = |line: &str| {
        let mut words = line.split(' ');
        let (number, reader, ms) = (words.next()?.parse().ok()?, words.next()?, words.next()?.parse().ok()?);
        Some(((number, reader.to_owned()), (ms, words.next().unwrap_or_default().to_owned())))
    };
    String::from_utf8(output.stdout).unwrap().lines().filter_map(entry).collect()
}
