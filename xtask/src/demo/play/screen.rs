//! What the demo says: where the wallet is, what to do, and a QR code of the wallet's address for a phone.

use shared::money::{Currency, Money};
use wallet_web::qr::Symbol;

use super::{folder::Folder, goods::GOODS, programs::shown};

/// Items that are named as examples.
pub(super) const EXAMPLES: usize = 4;
/// Black and white of the fixed part of the 256 colours, which no theme of a terminal changes.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
const PLAIN: &str = "\x1b[0m";

/// Where the wallet can be opened.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    /// On this machine.
    pub(super) here: String,
    /// On a phone of the same network.
    pub(super) phone: Option<String>,
}

/// How to play, as plain text: on the screen before the till opens and after it, and in a file meanwhile.
pub(super) fn guide(addresses: &Addresses, folder: &Folder) -> String {
    let mut lines = vec![("Wallet", addresses.here.clone())];
    if let Some(phone) = &addresses.phone {
        lines.push(("on a phone", format!("{phone}   on the same network")));
        lines.push(("", "The demo made the certificate itself: your phone asks, accept it.".to_owned()));
    }
    lines.push(("", "Open a wallet, clip a few coupons, then open Pay.".to_owned()));
    lines.push(("", String::new()));
    lines.push(("Till", "Type items and Enter, then scan the code of the Pay screen.".to_owned()));
    lines.push(("", "Some items with coupons:".to_owned()));
    lines.extend(GOODS[..EXAMPLES].iter().map(|good| {
        let price = Money::new(Currency::CNY, good.price_minor).digits();
        ("", format!("  {}  {:<22} {price:>6}", good.gtin, good.en))
    }));
    lines.push(("", format!("All {} are in {}", GOODS.len(), shown(&folder.catalogue()))));
    lines.push(("", String::new()));
    lines.push(("No scanner?", "Press \"Copy code as text\" in the wallet and paste it here,".to_owned()));
    lines.push(("", "or save a screenshot of the code in this folder:".to_owned()));
    lines.push(("", format!("  {}", shown(&folder.screenshots()))));
    lines.push(("", String::new()));
    lines.push(("This text", shown(&folder.read_me())));

    let mut text = String::from("OneScan demo: one code, one scan, paid and redeemed\n\n");
    for (head, what) in lines {
        text.push_str(format!("  {head:<11}  {what}").trim_end());
        text.push('\n');
    }
    text
}

/// A QR code for the terminal: half blocks, two modules a character; dark on light whatever the terminal's theme.
/// `None` for a text that is too long for one.
pub(super) fn qr(text: &str) -> Option<String> {
    let symbol = Symbol::draw(text).ok()?;
    let side = symbol.size_with_quiet_zone();
    let mut drawn = String::new();
    for row in (0..side).step_by(2) {
        drawn.push_str("  ");
        drawn.push_str(BLACK_ON_WHITE);
        for column in 0..side {
            drawn.push(match (symbol.is_dark(row, column), symbol.is_dark(row + 1, column)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        drawn.push_str(PLAIN);
        drawn.push('\n');
    }
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use wallet_web::qr::QUIET_ZONE;

    use super::*;

    #[test]
    fn the_guide_says_where_and_how() {
        let here = "http://127.0.0.1:8080".to_owned();
        let phone = Some("https://192.0.2.7:8443".to_owned());
        let text = guide(&Addresses { here, phone }, &Folder::at("/demo".into()));
        for expected in
            ["http://127.0.0.1:8080", "https://192.0.2.7:8443", "6901234567892", "30.00", "/demo/screenshots"]
        {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn the_code_in_the_terminal_has_every_module_in_its_place() {
        let url = "https://192.168.100.200:8443";
        let symbol = Symbol::draw(url).unwrap();
        let drawn = qr(url).unwrap();
        let halves = |c: char| match c {
            '█' => [true, true],
            '▀' => [true, false],
            '▄' => [false, true],
            _ => [false, false],
        };
        let rows: Vec<Vec<[bool; 2]>> = drawn
            .lines()
            .map(|line| line.replace(BLACK_ON_WHITE, "").replace(PLAIN, ""))
            .map(|line| line.chars().skip(2).map(halves).collect())
            .collect();
        let dark = |row: usize, column: usize| rows[row / 2][column][row % 2];
        let side = symbol.size_with_quiet_zone();
        let count = (0..side).flat_map(|row| (0..side).map(move |column| (row, column)));
        for (row, column) in count {
            let inside = |place: usize| (QUIET_ZONE..side - QUIET_ZONE).contains(&place);
            assert_eq!(dark(row, column), symbol.is_dark(row, column), "row {row}, column {column}");
            assert!(inside(row) && inside(column) || !dark(row, column), "row {row}, column {column}");
        }
    }
}
