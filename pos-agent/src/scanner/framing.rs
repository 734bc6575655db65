//! Where one scan ends and the next begins in what a serial scanner sends. Pure: bytes in, texts out.

use std::time::Duration;

use serde::Deserialize;

/// Bytes that one scan may have; the largest QR code holds fewer.
pub const SCAN_BYTES_MAX: usize = 4_096;

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

/// What a scanner sends behind each scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suffix {
    /// CR, LF or both: how scanners are delivered.
    #[default]
    Line,
    /// A tab.
    Tab,
    /// ETX, with STX before the scan.
    StxEtx,
    /// Nothing: a scan ends when the scanner falls silent.
    Silence,
}

/// How a scanner frames what it sends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Framing {
    /// What comes behind each scan.
    pub suffix: Suffix,
    /// A text that the scanner is set to put before each scan; it is taken off.
    pub prefix: String,
    /// How long no byte comes before the scanner counts as silent, in milliseconds. A scan that has no end by then is
    /// whole where silence is the end, and broken off otherwise.
    pub silence_ms: u64,
}

impl Default for Framing {
    fn default() -> Self {
        Self { suffix: Suffix::default(), prefix: String::new(), silence_ms: 250 }
    }
}

impl Framing {
    /// How long no byte comes before the scanner counts as silent.
    pub fn silence(&self) -> Duration {
        Duration::from_millis(self.silence_ms.max(1))
    }
}

/// Bytes on their way to be scans.
#[derive(Debug)]
pub struct Framer {
    framing: Framing,
    bytes: Vec<u8>,
    /// The scan that is being received is too long: all of it is dropped.
    overlong: bool,
}

impl Framer {
    /// Nothing received yet.
    pub fn new(framing: Framing) -> Self {
        Self { framing, bytes: Vec::new(), overlong: false }
    }

    /// Takes bytes in and gives the scans that are whole with them.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        bytes.iter().filter_map(|byte| self.byte(*byte)).collect()
    }

    fn byte(&mut self, byte: u8) -> Option<String> {
        let ends = match self.framing.suffix {
            Suffix::Line => matches!(byte, b'\r' | b'\n'),
            Suffix::Tab => byte == b'\t',
            Suffix::StxEtx => byte == ETX,
            Suffix::Silence => false,
        };
        if ends {
            return self.take();
        }
        if self.framing.suffix == Suffix::StxEtx && byte == STX {
            // A scan begins: what came before was cut off.
            self.bytes.clear();
            self.overlong = false;
            return None;
        }
        if self.bytes.len() == SCAN_BYTES_MAX {
            self.overlong = true;
            self.bytes.clear();
        }
        if !self.overlong {
            self.bytes.push(byte);
        }
        None
    }

    /// The scanner is silent: gives what is whole by that, and drops what was broken off, so that it isn't glued to the next scan.
    pub fn silent(&mut self) -> Option<String> {
        let text = self.take();
        text.filter(|_| self.framing.suffix == Suffix::Silence)
    }

    /// Whether a scan has begun.
    pub fn is_receiving(&self) -> bool {
        self.overlong || !self.bytes.is_empty()
    }

    fn take(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.bytes);
        if std::mem::take(&mut self.overlong) {
            return None;
        }
        // What is no UTF-8 stays recognisable as wrong; nothing that the till reads has such bytes.
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_matches(|c: char| c.is_ascii_control() || c == ' ');
        let text = text.strip_prefix(self.framing.prefix.as_str()).unwrap_or(text);
        (!text.is_empty()).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(suffix: Suffix, prefix: &str, chunks: &[&[u8]], expect: &[&str]) {
        let mut framer = Framer::new(Framing { suffix, prefix: prefix.to_owned(), ..Framing::default() });
        let mut scans: Vec<String> = chunks.iter().flat_map(|chunk| framer.push(chunk)).collect();
        scans.extend(framer.silent());
        assert_eq!(scans, expect, "{suffix:?} {chunks:?}");
        assert!(!framer.is_receiving());
    }

    #[test]
    fn each_framing_gives_the_scans_alone() {
        check(Suffix::Line, "", &[b"690\r", b"\n691\n692\r\n\r\n"], &["690", "691", "692"]);
        check(Suffix::Line, "", &[b"69", b"01", b"\r"], &["6901"]);
        check(Suffix::Line, "F1", &[b"F1690\rF2691\r"], &["690", "F2691"]);
        check(Suffix::Tab, "", &[b"690\t691\t"], &["690", "691"]);
        check(Suffix::StxEtx, "", &[b"\x02690\x03", b"\x02691\x03"], &["690", "691"]);
        check(Suffix::StxEtx, "", &[b"noise\x02690\x03"], &["690"]);
        check(Suffix::Silence, "", &[b"690", b"1\r\n"], &["6901"]);
    }

    #[test]
    fn what_is_broken_off_is_not_glued_to_the_next() {
        let mut framer = Framer::new(Framing::default());
        assert_eq!(framer.push(b"6901"), Vec::<String>::new());
        assert_eq!(framer.silent(), None);
        assert_eq!(framer.push(b"690\r"), ["690"]);
    }

    #[test]
    fn a_scan_without_end_takes_no_memory() {
        let mut framer = Framer::new(Framing::default());
        for _ in 0..10 {
            assert_eq!(framer.push(&[b'1'; 1_000]), Vec::<String>::new());
        }
        assert_eq!(framer.push(b"2\r690\r"), ["690"]);
    }
}
