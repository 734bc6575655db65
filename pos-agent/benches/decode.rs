//! CPU time to read each picture of `tests/pictures/camera.rs`, beside other readers where they are installed:
//! `cargo bench -p pos-agent --bench decode`. The others are PyPI's `pyzbar` (zbar) and `zxing-cpp`, called by the Python that
//! ONESCAN_PYTHON names, on the same grey pixels in memory.

#![allow(clippy::unwrap_used)]

#[path = "../tests/pictures/camera.rs"]
#[allow(dead_code)]
mod camera;

use std::{collections::BTreeMap, env, fs, path::Path, process::Command, time::Instant};

use camera::{bytes, gallery};
use image::ImageFormat;
use pos_agent::scanner::picture::decode_gray;

/// Readings of one picture, of which the quickest counts: what is slower was disturbed.
const ROUNDS: usize = 7;

fn main() {
    let shots = gallery();
    let dir = tempfile::tempdir().unwrap();
    for (number, shot) in shots.iter().enumerate() {
        fs::write(dir.path().join(format!("{number:03}.png")), bytes(&shot.picture, ImageFormat::Png))
            .unwrap();
    }
    let others = others(dir.path());
    println!(
        "{:<40} {:>10} {:>8} {:>8} {:>8} {:>8}",
        "picture", "pixels", "ours", "zbar", "zbar QR", "zxing"
    );
    let mut sums = [0.0; 4];
    for (number, shot) in shots.iter().enumerate() {
        let ours = (0..ROUNDS).map(|_| {
            let start = Instant::now();
            let read = decode_gray(&shot.picture).is_ok_and(|text| text == shot.text);
            (start.elapsed().as_secs_f64() * 1e3, read)
        });
        let ours = ours.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        let other = |reader: &str| {
            others.get(&(number, reader.to_owned())).map(|(ms, text)| (*ms, *text == shot.text))
        };
        let all = [Some(ours), other("zbar"), other("zbar-qr"), other("zxing")];
        all.iter().zip(&mut sums).for_each(|(one, sum)| *sum += one.map_or(f64::NAN, |(ms, _)| ms));
        let cell = |one: &Option<(f64, bool)>| match one {
            Some((ms, true)) => format!("{ms:.2}"),
            Some((ms, false)) => format!("{ms:.2}!"),
            None => "-".to_owned(),
        };
        let (w, h) = shot.picture.dimensions();
        let cells: Vec<String> = all.iter().map(|one| format!("{:>8}", cell(one))).collect();
        println!("{:<40} {:>10} {}", shot.name, format!("{w}x{h}"), cells.join(" "));
    }
    let sums: Vec<String> = sums.iter().map(|sum| format!("{sum:>8.2}")).collect();
    println!("{:<40} {:>10} {}\nmilliseconds; ! not read", "all", "", sums.join(" "));
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
