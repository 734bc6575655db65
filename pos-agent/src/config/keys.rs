//! Every key there is.

/// What a key's value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text, with what it should look like.
    Text(&'static str),
    /// A file or folder.
    Path,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of texts.
    Texts(&'static str),
    /// Whole seconds within these bounds.
    Seconds(i64, i64),
    /// A whole number within these bounds.
    Number(i64, i64),
}

impl Kind {
    /// What is allowed, in words.
    pub(super) fn allowed(self) -> String {
        match self {
            Self::Text(like) => format!("a text such as \"{like}\""),
            Self::Path => "a path in quotes".to_owned(),
            Self::Choice(words) => {
                let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("one of {}", quoted.join(", "))
            }
            Self::Texts(like) => format!("a list of texts such as [\"{like}\"]"),
            Self::Seconds(least, most) => format!("whole seconds from {least} to {most}"),
            Self::Number(least, most) => format!("a whole number from {least} to {most}"),
        }
    }

    /// Whether a value is allowed.
    pub(super) fn allows(self, value: &toml::Value) -> bool {
        match (self, value) {
            (Self::Text(_) | Self::Path, toml::Value::String(text)) => !text.trim().is_empty(),
            (Self::Choice(words), toml::Value::String(text)) => words.contains(&text.as_str()),
            (Self::Texts(_), toml::Value::Array(all)) => {
                all.iter().all(|value| value.as_str().is_some_and(|text| !text.trim().is_empty()))
            }
            (Self::Seconds(least, most) | Self::Number(least, most), toml::Value::Integer(n)) => {
                (least..=most).contains(n)
            }
            _ => false,
        }
    }
}

/// What there is where a file doesn't name the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unset {
    /// This, written as in the file.
    Default(&'static str),
    /// It has to be named; this is what it could be.
    Required(&'static str),
    /// Nothing; this is what it could be.
    Nothing(&'static str),
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// The table it is in.
    pub(super) section: &'static str,
    /// Its name there.
    pub(super) name: &'static str,
    /// What it can be.
    pub(super) kind: Kind,
    /// What holds without it.
    pub(super) unset: Unset,
    /// What it does, for whoever writes the file.
    pub(super) doc: &'static [&'static str],
}

macro_rules! keys {
    ($($section:ident { $($name:ident: $kind:expr, $unset:expr, $($doc:literal)+;)+ })+) => {
        /// All keys, section by section, in the order in which they are printed.
        pub(super) const KEYS: &[Key] = &[$($(Key {
            section: stringify!($section),
            name: stringify!($name),
            kind: $kind,
            unset: $unset,
            doc: &[$($doc),+],
        },)+)+];
    };
}

/// The section of the scanners.
pub(super) const SCANNER: &str = "scanner";
/// The section of the printers.
pub(super) const PRINTER: &str = "printer";
/// Sections of which there can be many, such as `[[scanner]]`, and what is said above each.
pub(super) const LISTS: &[(&str, &str)] = &[
    (SCANNER, "One of these for each scanner of this machine; the till software's own needs none."),
    (
        PRINTER,
        "One of these for each lane whose receipts the agent prints; others are printed by the till software.",
    ),
];

use Kind::{Choice, Number, Path, Seconds, Text, Texts};
use Unset::{Default, Nothing, Required};

keys! {
    provider {
        address: Text("https://pay.example.com"), Required("\"https://pay.example.com\""),
            "The payment provider.";
        key_file: Path, Required("\"terminal.key\""),
            "File with this till's key (osk_terminal_...), which the provider's CreateTerminal gave."
            "Readable by its owner and group at most: chmod 600.";
        public_key: Text("64 hexadecimal digits"), Nothing("\"b7a1...\""),
            "The provider's public key (64 hexadecimal digits), which CreateTerminal gave. With it the till checks the signature of"
            "each offer, when it comes and when it is loaded from disk.";
        ca: Path, Nothing("\"provider-ca.pem\""),
            "For https: file with the only certificates to trust (PEM). Without it those that the system trusts.";
    }
    till {
        data_dir: Path, Default("\"till-data\""),
            "Folder for the journal and the offers; this agent's alone. Don't delete it: it knows what is unfinished.";
        currency: Text("CNY"), Default("\"CNY\""),
            "Currency of all prices.";
        lang: Choice(&["en", "zh"]), Default("\"en\""),
            "Language of receipts where the shopper's phone names none.";
        catalogue: Path, Nothing("\"catalogue.csv\""),
            "Items on sale (CSV: gtin,name_en,name_zh,price_minor,unit,scale_number), for names and prices that the till software"
            "leaves out. Read again whenever it changes.";
        in_store: Texts("21IIIIIWWWWWC"), Default("[]"),
            "How the numbers that the shop's scales print are made up, 13 places each: digits as they stand, I item, W weight in"
            "grams, P price, V not looked at, C check digit.";
    }
    lanes {
        ids: Texts("1"), Default("[\"1\"]"),
            "The lanes that this agent serves, as the till software names them. One checkout is open on a lane at a time.";
    }
    service {
        listen: Text("127.0.0.1:7411"), Default("\"127.0.0.1:7411\""),
            "Where the till software reaches TillService (gRPC and gRPC-web), health, reflection and /metrics."
            "An address that other computers reach takes a key_file.";
        key_file: Path, Nothing("\"service.key\""),
            "File with the key that callers show (authorization: Bearer ...). Readable by its owner and group at most.";
        allowed_origins: Texts("https://till.example.com"), Default("[]"),
            "Web pages that may call TillService, by origin. Requests of any other page are refused.";
        stop_seconds: Seconds(1, 600), Default("30"),
            "How long stopping may take: payments under way are finished or taken back. What is left then is seen to at the"
            "next start.";
    }
    scanner {
        lane: Text("1"), Required("\"1\""),
            "The lane that it scans for: one of lanes.ids.";
        kind: Choice(&["serial", "wedge", "camera", "folder"]), Required("\"serial\""),
            "serial: a serial port, or USB acting as one. wedge: a USB keyboard, which the agent takes for itself (Linux)."
            "camera: pictures of a camera. folder: pictures that appear in a folder.";
        device: Path, Nothing("\"/dev/serial/by-id/usb-Maker_Model-if00\""),
            "serial, wedge, camera: the device. It may be unplugged and come back.";
        baud: Number(300, 4_000_000), Default("9600"),
            "serial: bits per second; a scanner on USB doesn't care.";
        suffix: Choice(&["line", "tab", "stx_etx", "silence"]), Default("\"line\""),
            "serial: what the scanner sends behind each scan.";
        prefix: Text("]"), Nothing("\"]\""),
            "serial: a text that the scanner sends before each scan; it is taken off.";
        silence_ms: Number(1, 10_000), Default("250"),
            "serial, wedge: how long nothing comes before a scan without an end counts as whole, in milliseconds.";
        layout: Choice(&["us", "uk", "fr", "de"]), Default("\"us\""),
            "wedge: the keyboard layout that the scanner types for.";
        command: Texts("ffmpeg"), Default("[]"),
            "camera: program and arguments that stream JPEG pictures to standard output; without it v4l2-ctl.";
        folder: Path, Nothing("\"screenshots\""),
            "folder: the folder.";
    }
    printer {
        lane: Text("1"), Required("\"1\""),
            "The lane whose receipts it prints: one of lanes.ids.";
        kind: Choice(&["device", "tcp", "file"]), Required("\"device\""),
            "What it is; all speak ESC/POS. device: a printer on this machine. tcp: one in the network. file: no printer, a file to"
            "which each receipt is added.";
        path: Path, Nothing("\"/dev/usb/lp0\""),
            "device, file: where.";
        address: Text("192.168.1.50:9100"), Nothing("\"192.168.1.50\""),
            "tcp: name or number, with :9100 where nothing else is said.";
        columns: Number(24, 64), Default("48"),
            "Characters of a line: 32 on paper of 58 mm, 42 or 48 on 80 mm.";
        charset: Choice(&["gb18030", "latin"]), Default("\"gb18030\""),
            "gb18030: a printer with Chinese characters. latin: one without; its receipts are in English.";
        lang: Choice(&["shopper", "en", "zh"]), Default("\"shopper\""),
            "Language of the receipts; shopper: the one that the phone names, or till.lang.";
        prints: Choice(&["all", "sales", "refunds", "asked"]), Default("\"all\""),
            "What it prints by itself; asked: only what the till software asks for, by GetReceipt.";
    }
    offers {
        refresh_seconds: Seconds(5, 3_600), Default("60"),
            "How often the provider is asked for new offers.";
        age_max_seconds: Seconds(60, 2_592_000), Default("86400"),
            "How old the till's copy of the offers may be. Beyond, it takes no new payments until it has a newer one.";
    }
    log {
        level: Choice(&["error", "warn", "info", "debug"]), Default("\"info\""),
            "From which level on the log is written, on standard error.";
        format: Choice(&["json", "text"]), Default("\"json\""),
            "One JSON object a line, or text for people.";
    }
}
