//! A receipt as ESC/POS, the language of receipt printers [Epson ESC/POS Application Programming Guide].
//!
//! Chinese is sent as GB18030 and drawn with the printer's own font, which every printer sold in China has: a picture of the text
//! would need a font of many megabytes in each till, and prints at a tenth of the speed. A printer without that font is set to
//! [`Charset::Latin`] and gets the receipt in English.

use encoding_rs::{Encoding, GB18030, WINDOWS_1252};
use jiff::tz::TimeZone;
use proto::v1::Receipt;
use serde::Deserialize;

use super::{
    Columns,
    layout::{self, Look, Row},
};
use crate::words::Lang;

/// Which characters a printer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Charset {
    /// Chinese: GB18030.
    #[default]
    Gb18030,
    /// Western European: Windows-1252, page 16 of the printer. Receipts are in English.
    Latin,
}

const ESC: u8 = 0x1B;
const FS: u8 = 0x1C;
const GS: u8 = 0x1D;

/// ESC @: forget earlier settings.
const INITIALISE: &[u8] = &[ESC, b'@'];
/// FS &: two bytes are a Chinese character.
const CHINESE_ON: &[u8] = &[FS, b'&'];
/// FS .: every byte is a character.
const CHINESE_OFF: &[u8] = &[FS, b'.'];
/// ESC t 16: Windows-1252.
const PAGE_1252: &[u8] = &[ESC, b't', 16];
/// GS V 66 0: feed the paper to the knife and cut it, all but one point.
const CUT: &[u8] = &[GS, b'V', 66, 0];
/// GS ( k, functions 165, 167 and 169: QR code model 2, modules of 6 dots, error correction M.
const QR_SETTINGS: [&[u8]; 3] = [
    &[GS, b'(', b'k', 4, 0, 49, 65, 50, 0],
    &[GS, b'(', b'k', 3, 0, 49, 67, 6],
    &[GS, b'(', b'k', 3, 0, 49, 69, 49],
];
/// GS ( k, function 181: print the QR code that is stored.
const QR_PRINT: &[u8] = &[GS, b'(', b'k', 3, 0, 49, 81, 48];

impl Charset {
    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Gb18030 => GB18030,
            Self::Latin => WINDOWS_1252,
        }
    }

    fn columns(self, count: usize) -> Columns {
        match self {
            Self::Gb18030 => Columns::on_chinese_paper(count),
            Self::Latin => Columns::on_latin_paper(count),
        }
    }

    /// The text in characters that the printer has, and none that command it.
    fn printable(self, text: &str) -> String {
        let known = |c: char| match (self, c) {
            // Twice as wide in a Chinese font.
            (Self::Gb18030, '×') => 'x',
            (Self::Gb18030, '·') => '-',
            (_, c) if c.is_control() => ' ',
            (Self::Latin, c) if WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])).2 => '?',
            (_, c) => c,
        };
        text.chars().map(known).collect()
    }
}

/// The bytes that print a receipt and cut the paper.
pub fn escpos(receipt: &Receipt, lang: Lang, zone: &TimeZone, columns: usize, charset: Charset) -> Vec<u8> {
    let lang = if charset == Charset::Latin { Lang::En } else { lang };
    let mut paper = Paper { bytes: INITIALISE.to_vec(), columns: charset.columns(columns), charset };
    match charset {
        Charset::Gb18030 => paper.bytes.extend(CHINESE_ON),
        Charset::Latin => paper.bytes.extend([CHINESE_OFF, PAGE_1252].concat()),
    }
    for row in layout::rows(receipt, lang, zone) {
        paper.row(row, lang.labels().keep_for_refunds);
    }
    paper.bytes.extend(CUT);
    paper.bytes
}

struct Paper {
    bytes: Vec<u8>,
    columns: Columns,
    charset: Charset,
}

impl Paper {
    fn row(&mut self, row: Row, below_qr: &str) {
        let printable = |text: &str| self.charset.printable(text);
        match row {
            Row::Blank => self.line(Look::Plain, ""),
            Row::Rule => self.line(Look::Plain, &"-".repeat(self.columns.count)),
            Row::Centred(look, text) => self.lines(look, self.columns.centred(&printable(&text))),
            Row::Pair(look, left, right) => {
                self.line(look, &self.columns.pair(&printable(&left), &printable(&right)));
            }
            Row::Sum(left, right) => {
                self.lines(Look::Plain, self.columns.whole_pair(&printable(&left), &printable(&right)));
            }
            Row::Detail(text) => self.lines(Look::Plain, self.columns.broken(&printable(&text), 2)),
            Row::Qr(text) => {
                self.qr(&text);
                self.lines(Look::Plain, self.columns.centred(below_qr));
            }
        }
    }

    fn lines(&mut self, look: Look, lines: Vec<String>) {
        lines.iter().for_each(|line| self.line(look, line));
    }

    fn line(&mut self, look: Look, text: &str) {
        // ESC E: bold. GS !: times as wide and high, less one each, in half bytes.
        let (bold, size) = match look {
            Look::Plain => (0, 0x00),
            Look::Bold => (1, 0x00),
            Look::Large => (1, 0x01),
        };
        if look != Look::Plain {
            self.bytes.extend([ESC, b'E', bold, GS, b'!', size]);
        }
        self.bytes.extend_from_slice(&self.charset.encoding().encode(text).0);
        self.bytes.push(b'\n');
        if look != Look::Plain {
            self.bytes.extend([ESC, b'E', 0, GS, b'!', 0]);
        }
    }

    /// GS ( k, function 180 stores the text; ESC a puts the code in the middle.
    fn qr(&mut self, text: &str) {
        let [low, high, ..] = (text.len() + 3).to_le_bytes();
        self.bytes.extend([ESC, b'a', 1]);
        QR_SETTINGS.iter().for_each(|setting| self.bytes.extend(*setting));
        self.bytes.extend([GS, b'(', b'k', low, high, 49, 80, 48]);
        self.bytes.extend(text.as_bytes());
        self.bytes.extend(QR_PRINT);
        self.bytes.extend([ESC, b'a', 0]);
    }
}
