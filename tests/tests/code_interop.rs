//! Programs that know nothing of us read our codes: two parsers of BER-TLV and a reader of QR codes.
//!
//! They run with the Python of `ONESCAN_PYTHON` (which has the packages ber-tlv, zxing-cpp and pillow) and with the
//! packages in `ONESCAN_NODE_MODULES` (ber-tlv). The full test command installs and sets both.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use image::{GrayImage, Luma};
use serde_json::{Value, json};
use shared::code::{CODE_CHARS_COMFORT, CODE_CHARS_MAX, frame, tlv};
use tests::sample::unsigned_code;
use wallet_web::qr::Symbol;

/// The text of a code with so many coupons.
fn code(coupons: u32) -> String {
    let signature = std::array::from_fn(|place| u8::try_from(place * 89 % 251).unwrap());
    unsigned_code(coupons).sign_with(signature).encode()
}

/// The code as the scripts print it.
fn tree(bytes: &[u8]) -> Value {
    let node = |object: &tlv::Object<'_>| {
        let value = if object.tag.is_constructed() { tree(object.value) } else { json!(hex(object.value)) };
        json!([object.tag.to_string(), value])
    };
    tlv::read(bytes).unwrap().iter().map(node).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The lines of JSON that a script of `tests/interop` prints.
fn run(mut command: Command, input: &str) -> Vec<Value> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} doesn't start: {error}"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", output.status);
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn python(script: &str) -> Command {
    let mut command = Command::new(setting("ONESCAN_PYTHON"));
    command.arg(interop(script));
    command
}

fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(interop(script)).env("NODE_PATH", setting("ONESCAN_NODE_MODULES"));
    command
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests by `cargo xtask test`"))
}

fn interop(script: &str) -> String {
    format!("{}/interop/{script}", env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn check_same_tree(command: Command) {
    // The last has templates of over 127 and of over 255 bytes.
    let codes = [0, 1, 5, 10, 13].map(code);
    let input: String = codes.iter().map(|code| format!("{}\n", json!(code))).collect();
    let ours: Vec<Value> = codes.iter().map(|code| tree(&frame::bytes(code).unwrap())).collect();
    assert_eq!(run(command, &input), ours);
}

#[test]
fn pythons_ber_tlv_reads_the_same_tree() {
    check_same_tree(python("read_ber_tlv.py"));
}

#[test]
fn nodes_ber_tlv_reads_the_same_tree() {
    check_same_tree(node("read_ber_tlv.js"));
}

const PIXELS_PER_MODULE: u32 = 4;

/// A picture of a code as the wallet draws it.
fn save(symbol: &Symbol, path: &Path) {
    let side = u32::try_from(symbol.size_with_quiet_zone()).unwrap() * PIXELS_PER_MODULE;
    let module = |pixel: u32| (pixel / PIXELS_PER_MODULE) as usize;
    let shade = |x, y| Luma([if symbol.is_dark(module(y), module(x)) { 0 } else { 255 }]);
    GrayImage::from_fn(side, side, shade).save(path).unwrap();
}

#[test]
fn zxing_reads_the_drawn_codes() {
    let folder = tempfile::tempdir().unwrap();
    let coupons = [0, 1, 3, 5, 10, 13];
    let codes = coupons.map(code);
    let mut reader = python("read_qr.py");
    for (coupons, text) in coupons.iter().zip(&codes) {
        let path = folder.path().join(format!("{coupons}.png"));
        let symbol = Symbol::draw(text).unwrap();
        let (version, modules) = (symbol.version, symbol.size);
        let level = if symbol.medium_correction { 'M' } else { 'L' };
        save(&symbol, &path);
        println!(
            "{coupons:2} coupons: {} characters, QR version {version}-{level}, {modules} modules",
            text.len()
        );
        assert!(text.len() <= CODE_CHARS_MAX && version <= 15);
        assert_eq!(level, if text.len() <= CODE_CHARS_COMFORT { 'M' } else { 'L' });
        reader.arg(path);
    }
    let read: Vec<Value> = codes.iter().map(|text| json!([text])).collect();
    assert_eq!(run(reader, ""), read);
}
