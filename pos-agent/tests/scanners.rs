//! Scanners that are played: a serial one by a pseudo-terminal, one that acts as a keyboard by the kernel's uinput, a camera by a
//! program, a folder by files.

#![allow(clippy::unwrap_used)]
#![cfg(target_os = "linux")]

use std::{fs, io::Write, os::unix::fs::symlink, path::Path, time::Duration};

use pos_agent::scanner::{
    Scan, Scanner, ScannerSettings,
    camera::CameraSettings,
    folder::FolderSettings,
    framing::{Framing, Suffix},
    keyboard::Layout,
    serial::SerialSettings,
    wedge::WedgeSettings,
};
use tokio::{sync::mpsc, time::timeout};

#[path = "serial/cable.rs"]
mod cable;
#[path = "pictures/camera.rs"]
#[allow(dead_code)]
mod camera;

use cable::pseudo_terminal;

/// Longer than any of these takes on the slowest computer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A scanner under test with its channel.
struct Bench {
    scanner: Scanner,
    scans: mpsc::Receiver<Scan>,
}

impl Bench {
    fn start(settings: ScannerSettings) -> Self {
        let (sender, scans) = mpsc::channel(16);
        Self { scanner: Scanner::start("counter 1", settings, sender), scans }
    }

    async fn plugged(&mut self, is_in: bool) {
        timeout(PATIENCE, self.scanner.connected.wait_for(|there| *there == is_in)).await.unwrap().unwrap();
    }

    async fn expect(&mut self, text: &str) {
        let scan = timeout(PATIENCE, self.scans.recv()).await.unwrap().unwrap();
        assert_eq!((scan.text.as_str(), &*scan.source), (text, "counter 1"));
    }
}

fn serial(device: &Path, suffix: Suffix) -> ScannerSettings {
    let framing = Framing { suffix, ..Framing::default() };
    ScannerSettings::Serial(SerialSettings { device: device.to_owned(), baud: 115_200, framing })
}

#[tokio::test]
async fn a_serial_scanner_is_heard() {
    let (mut cable, path) = pseudo_terminal();
    let mut bench = Bench::start(serial(&path, Suffix::Line));
    bench.plugged(true).await;
    let code = camera::code_text(57);
    for text in ["6901234567892", &code, "9123456789012345672"] {
        write!(cable, "{text}\r\n").unwrap();
        bench.expect(text).await;
    }
    // Two in one go, and one in pieces.
    cable.write_all(b"690\r691\r69").unwrap();
    bench.expect("690").await;
    bench.expect("691").await;
    cable.write_all(b"2\r").unwrap();
    bench.expect("692").await;
}

#[tokio::test]
async fn a_scanner_without_suffix_is_heard_when_it_falls_silent() {
    let (mut cable, path) = pseudo_terminal();
    let mut bench = Bench::start(serial(&path, Suffix::Silence));
    bench.plugged(true).await;
    cable.write_all(b"6901234567892").unwrap();
    bench.expect("6901234567892").await;
}

#[tokio::test]
async fn a_scanner_may_come_late_be_pulled_out_and_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let port = dir.path().join("usb-scanner");
    let mut bench = Bench::start(serial(&port, Suffix::Line));
    bench.plugged(false).await;
    for text in ["first", "second"] {
        let (mut cable, path) = pseudo_terminal();
        symlink(path, &port).unwrap();
        bench.plugged(true).await;
        writeln!(cable, "{text}").unwrap();
        bench.expect(text).await;
        fs::remove_file(&port).unwrap();
        drop(cable);
        bench.plugged(false).await;
    }
}

#[tokio::test]
async fn a_folder_gives_each_new_picture_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::start(ScannerSettings::Folder(FolderSettings { path: dir.path().to_owned() }));
    bench.plugged(true).await;
    let code = camera::code_text(0);
    let picture = camera::bytes(&camera::on_a_phone(&camera::drawn(&code, 4)), image::ImageFormat::Png);
    fs::write(dir.path().join("shot.png"), picture).unwrap();
    bench.expect(&code).await;
    assert!(bench.scans.is_empty());
}

#[tokio::test]
async fn a_camera_gives_a_code_once_while_it_is_in_sight() {
    let dir = tempfile::tempdir().unwrap();
    let jpeg = |claims_len| {
        let picture = camera::on_a_phone(&camera::drawn(&camera::code_text(claims_len), 4));
        camera::bytes(&picture, image::ImageFormat::Jpeg)
    };
    // The first code in three pictures, then the second in two.
    let frames = [jpeg(0), jpeg(0), jpeg(0), jpeg(57), jpeg(57)].concat();
    let stream = dir.path().join("frames.mjpeg");
    fs::write(&stream, frames).unwrap();
    // The program plays once and then stays, as a camera before which nothing happens.
    let script = format!("cat '{}'; sleep 60", stream.display());
    let command = ["sh", "-c", &script].map(str::to_owned).to_vec();
    let mut bench = Bench::start(ScannerSettings::Camera(CameraSettings { device: stream.clone(), command }));
    bench.expect(&camera::code_text(0)).await;
    bench.expect(&camera::code_text(57)).await;
    assert!(bench.scans.is_empty());
}

/// Where the kernel has no uinput, this says so; what the keys mean is tested in the unit tests all the same.
#[tokio::test]
async fn a_scanner_that_acts_as_a_keyboard_is_heard_in_its_layout() {
    use evdev::{AttributeSet, EventType, InputEvent, KeyCode, uinput::VirtualDevice};

    let keys: AttributeSet<KeyCode> = (1..128).map(KeyCode::new).collect();
    let device =
        VirtualDevice::builder().and_then(|builder| builder.name("Played scanner").with_keys(&keys)?.build());
    let mut device = match device {
        Ok(device) => device,
        Err(error) => return eprintln!("no keyboard could be played: this kernel's uinput says {error}"),
    };
    let path = device.enumerate_dev_nodes_blocking().unwrap().next().unwrap().unwrap();
    let settings = WedgeSettings { device: path, layout: Layout::Fr, silence_ms: 250 };
    let mut bench = Bench::start(ScannerSettings::Wedge(settings));
    bench.plugged(true).await;
    // A French scanner's 6, 9, 0 with Shift, then Enter.
    for (code, value) in
        [(42, 1), (7, 1), (7, 0), (10, 1), (10, 0), (11, 1), (11, 0), (42, 0), (28, 1), (28, 0)]
    {
        device.emit(&[InputEvent::new(EventType::KEY.0, code, value)]).unwrap();
    }
    bench.expect("690").await;
}
