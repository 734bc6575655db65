//! The settings file from its reader's side.

use std::fs;

use super::{keys::*, *};

/// A folder with a key in it, as only its owner reads it.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in ["terminal.key", "service.key"] {
        let path = dir.path().join(name);
        fs::write(&path, "osk_terminal_T1001_secret\n").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
    dir
}

fn read(text: &str) -> Result<Settings, String> {
    let dir = folder();
    let path = dir.path().join("till.toml");
    fs::write(&path, text).unwrap();
    load(&path).map_err(|error| error.to_string())
}

const LEAST: &str = "[provider]\naddress = \"http://127.0.0.1:8080\"\nkey_file = \"terminal.key\"\n";

#[test]
fn provider_and_key_are_enough() {
    let settings = read(LEAST).unwrap();
    assert_eq!(settings.till.provider.key, "osk_terminal_T1001_secret");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:7411");
    assert_eq!(settings.lane_ids, ["1"]);
    assert_eq!(settings.stop_patience, Duration::from_secs(30));
    assert!(settings.till.data_dir.ends_with("till-data") && settings.till.data_dir.is_absolute());
}

#[test]
fn what_is_printed_is_a_good_file_and_names_every_key() {
    let printed = print();
    assert!(read(&printed).is_ok(), "{}", read(&printed).err().unwrap());
    for key in KEYS {
        let line = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{} = ", key.name));
        assert!(printed.lines().any(line), "{}", key.name);
        assert!(key.doc.iter().all(|doc| !doc.is_empty()));
    }
}

#[test]
fn every_default_and_example_is_allowed() {
    for key in KEYS {
        let (Unset::Default(text) | Unset::Required(text) | Unset::Nothing(text)) = key.unset;
        let value = format!("v = {text}").parse::<toml::Table>().unwrap().remove("v").unwrap();
        assert!(key.kind.allows(&value), "{}.{}", key.section, key.name);
    }
}

#[test]
fn what_is_wrong_is_told_with_key_and_remedy() {
    let check = |more: &str, expect: &str| {
        let problem = read(&format!("{LEAST}{more}")).err().unwrap_or_else(|| panic!("taken: {more}"));
        assert!(problem.contains(expect), "{problem}");
    };
    check("adress = \"x\"", "provider.adress: is no key; did you mean address?");
    check("[servise]", "[servise]: is no section; did you mean service?");
    check(
        "[xyz]",
        "[xyz]: is no section; there are provider, till, lanes, service, scanner, printer, offers, log",
    );
    check(
        "[service]\nstop_seconds = 0",
        "service.stop_seconds: 0 is not allowed; whole seconds from 1 to 600 is",
    );
    check("[service]\nstop_seconds = \"5\"", "service.stop_seconds: \"5\" is not allowed");
    check("[log]\nlevel = \"loud\"", "one of \"error\", \"warn\", \"info\", \"debug\"");
    check("[service]\nlisten = \"localhost\"", "service.listen: \"localhost\"");
    check("[service]\nlisten = \"0.0.0.0:7411\"", "service.listen: is reached from other computers");
    check("[lanes]\nids = []", "lanes.ids: needs one lane or more");
    check("[lanes]\nids = [\"1\", \"1\"]", "lanes.ids: needs one lane or more, each with another name");
    check("[till\n", "line 4");
    check("ca = \"nowhere.pem\"", "provider.ca: ");
    let both = read("[provider]\naddres = \"x\"\n").err().unwrap();
    for part in
        ["provider.addres: is no key", "provider.address: is missing", "provider.key_file: is missing"]
    {
        assert!(both.contains(part), "{both}");
    }
}

#[test]
fn scanners_belong_to_lanes_and_have_the_keys_of_their_kind() {
    let scanner = |keys: &str| read(&format!("{LEAST}[[scanner]]\n{keys}"));
    let good = "lane = \"1\"\nkind = \"serial\"\ndevice = \"/dev/ttyACM0\"\nsuffix = \"tab\"";
    let settings = scanner(good).unwrap();
    let crate::scanner::ScannerSettings::Serial(serial) = &settings.scanners[0].scanner else { panic!() };
    assert_eq!((serial.baud, serial.framing.suffix), (9_600, crate::scanner::framing::Suffix::Tab));
    let check = |keys: &str, expect: &str| {
        let problem = scanner(keys).err().unwrap_or_else(|| panic!("taken: {keys}"));
        assert!(problem.contains(expect), "{problem}");
    };
    check("kind = \"serial\"\ndevice = \"x\"", "scanner 1.lane: is missing");
    check("lane = \"9\"\nkind = \"serial\"\ndevice = \"x\"", "scanner 1.lane: \"9\" is not one of lanes.ids");
    check("lane = \"1\"\nkind = \"laser\"", "scanner 1.kind: \"laser\" is not allowed; one of \"serial\"");
    check("lane = \"1\"\nkind = \"serial\"", "scanner 1.device: is missing");
    check(
        "lane = \"1\"\nkind = \"wedge\"\ndevice = \"x\"\nbaud = 9600",
        "scanner 1.baud: is not for a wedge scanner",
    );
    check(&format!("{good}\nbuad = 1"), "scanner 1.buad: is no key; did you mean baud?");
    let flat = read(&format!("{LEAST}[scanner]\nlane = \"1\"")).err().unwrap();
    assert!(flat.contains("each is a section [[scanner]]"), "{flat}");
}

#[test]
fn printers_belong_to_lanes_and_have_the_keys_of_their_kind() {
    let printer = |keys: &str| read(&format!("{LEAST}[[printer]]\n{keys}"));
    let good = "lane = \"1\"\nkind = \"tcp\"\naddress = \"192.168.1.50\"";
    let settings = printer(good).unwrap();
    let found = &settings.printers[0];
    assert_eq!(found.printer.target, crate::receipt::PrinterTarget::Tcp("192.168.1.50".into()));
    assert_eq!((found.printer.columns, found.speech), (48, PrinterSpeech::Shopper(Lang::En)));
    assert!(found.sales && found.refunds);
    let quiet = printer(&format!("{good}\nlang = \"zh\"\nprints = \"asked\"\ncolumns = 32")).unwrap();
    let found = &quiet.printers[0];
    assert_eq!((found.printer.columns, found.speech), (32, PrinterSpeech::Always(Lang::Zh)));
    assert!(!found.sales && !found.refunds);
    let check = |keys: &str, expect: &str| {
        let problem = printer(keys).err().unwrap_or_else(|| panic!("taken: {keys}"));
        assert!(problem.contains(expect), "{problem}");
    };
    check("kind = \"tcp\"\naddress = \"x\"", "printer 1.lane: is missing");
    check("lane = \"9\"\nkind = \"device\"\npath = \"x\"", "printer 1.lane: \"9\" is not one of lanes.ids");
    check("lane = \"1\"\nkind = \"device\"", "printer 1.path: is missing");
    check("lane = \"1\"\nkind = \"tcp\"\npath = \"x\"", "printer 1.path: is not for a tcp printer");
    check(&format!("{good}\ncolumns = 100"), "printer 1.columns: 100 is not allowed");
    check(&format!("{good}\n[[printer]]\n{good}"), "printer 2.lane: lane \"1\" has a printer already");
}

#[test]
fn other_computers_reach_it_with_a_key_only() {
    let open = format!("{LEAST}[service]\nlisten = \"0.0.0.0:7411\"\nkey_file = \"service.key\"\n");
    assert!(read(&open).is_ok());
}
