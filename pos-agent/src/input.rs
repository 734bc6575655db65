//! What a line means that was typed, pasted or sent by a scanner. A scanner is a keyboard to the till, so items, codes and
//! commands come through the same line and are told apart by their shape.

use std::path::PathBuf;

use shared::{basket::LINE_UNITS_MAX, code::frame, gs1::Gtin};

use crate::scan::{Scanned, told_apart};

/// Digits of a place in the catalogue; more are an item number.
const QUICK_DIGITS_MAX: usize = 3;
/// Texts from this length on can only be a code, if anything.
const CODE_CHARS_MIN: usize = 20;

/// A line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Nothing: Enter alone.
    Enter,
    /// Some units of an item.
    Item {
        /// Which.
        item: ItemRef,
        /// How many.
        units: u32,
    },
    /// Take a line out of the basket: the one with this number, counted from 1, or the last.
    Void(Option<usize>),
    /// Empty the basket.
    New,
    /// End the program.
    Quit,
    /// Yes.
    Yes,
    /// No.
    No,
    /// A scanned code, well-formed or not.
    Code(String),
    /// A picture to read a code from.
    Picture(PathBuf),
    /// Nothing of these.
    Unknown(String),
}

/// How an item is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemRef {
    /// By its number.
    Gtin(Gtin),
    /// By its place in the catalogue, counted from 1.
    Quick(usize),
}

/// Reads a line. Total: what makes no sense is [`Typed::Unknown`].
pub fn read(line: &str) -> Typed {
    let text = line.trim();
    let command = text.to_ascii_lowercase();
    match command.as_str() {
        "" => return Typed::Enter,
        "q" | "quit" | "exit" => return Typed::Quit,
        "new" => return Typed::New,
        "y" | "yes" => return Typed::Yes,
        "n" | "no" => return Typed::No,
        _ => {}
    }
    if let Some(place) = command.strip_prefix("void").or_else(|| command.strip_prefix('v')) {
        match (place.trim(), place.trim().parse()) {
            ("", _) => return Typed::Void(None),
            (_, Ok(place)) => return Typed::Void(Some(place)),
            _ => {}
        }
    }
    item(text).or_else(|| picture(text)).or_else(|| scanned(text)).unwrap_or_else(|| {
        if text.chars().count() >= CODE_CHARS_MIN || is_code(text) {
            Typed::Code(text.to_owned())
        } else {
            Typed::Unknown(text.to_owned())
        }
    })
}

/// Whether a text is a whole code already, so that nobody needs to press Enter behind it.
pub fn is_code(text: &str) -> bool {
    frame::bytes(text).is_ok()
}

/// `6901234567892`, `3*6901234567892`, `2*7`.
fn item(text: &str) -> Option<Typed> {
    let (units, item) = match text.split_once(['*', 'x', '×']) {
        Some((units, item)) => (units.trim(), item.trim()),
        None => ("1", text),
    };
    let units: u32 = all_digits(units)?.parse().ok()?;
    let digits = all_digits(item)?;
    let item = if digits.len() <= QUICK_DIGITS_MAX {
        ItemRef::Quick(digits.parse().ok()?)
    } else {
        ItemRef::Gtin(Gtin::parse(digits).ok()?)
    };
    (1..=LINE_UNITS_MAX).contains(&units).then_some(Typed::Item { item, units })
}

/// A number that came in another way than by its digits: a UPC-E, or digits that another keyboard layout made signs of.
fn scanned(text: &str) -> Option<Typed> {
    match told_apart(text) {
        Ok(Scanned::Goods(number)) => Some(Typed::Item { item: ItemRef::Gtin(number.gtin), units: 1 }),
        _ => None,
    }
}

fn all_digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

/// A file's name, as typed or as terminals put it when a file is dropped on them: quoted, or with blanks escaped.
fn picture(text: &str) -> Option<Typed> {
    let unquoted = ['\'', '"'].iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q));
    let name = unquoted.map_or_else(|| text.replace("\\ ", " "), str::to_owned);
    let path = PathBuf::from(name.strip_prefix("file://").unwrap_or(&name));
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    matches!(extension.as_str(), "png" | "jpg" | "jpeg").then_some(Typed::Picture(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: Typed) {
        assert_eq!(read(line), expect, "{line:?}");
    }

    fn item(gtin: &str, units: u32) -> Typed {
        Typed::Item { item: ItemRef::Gtin(Gtin::parse(gtin).unwrap()), units }
    }

    #[test]
    fn items_come_with_or_without_a_quantity() {
        check("6901234567892\r", item("6901234567892", 1));
        check("3*6901234567892", item("6901234567892", 3));
        check("12 x 96385074", item("96385074", 12));
        check("2*7", Typed::Item { item: ItemRef::Quick(7), units: 2 });
        check("7", Typed::Item { item: ItemRef::Quick(7), units: 1 });
        check("0*7", Typed::Unknown("0*7".into()));
        check("6901234567893", Typed::Unknown("6901234567893".into()));
        check("3*", Typed::Unknown("3*".into()));
    }

    #[test]
    fn items_of_a_scanner_with_another_layout_are_understood() {
        check("-çà&é\"'(-è_çé", item("6901234567892", 1));
        check("^()!@#$%^&*(@", item("6901234567892", 1));
        check("425261", item("042100005264", 1));
    }

    #[test]
    fn commands_are_words() {
        check("", Typed::Enter);
        check(" \t", Typed::Enter);
        check("v", Typed::Void(None));
        check("V 2", Typed::Void(Some(2)));
        check("void 12", Typed::Void(Some(12)));
        check("Y", Typed::Yes);
        check("q", Typed::Quit);
        check("voila", Typed::Unknown("voila".into()));
    }

    #[test]
    fn long_texts_are_codes_even_when_a_keyboard_layout_mangled_them() {
        for code in ["hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=", "hqvdufywmweatwegaaaavvvvvw8snfz4"] {
            check(code, Typed::Code(code.into()));
        }
    }

    #[test]
    fn pictures_are_named_as_terminals_name_dropped_files() {
        for (typed, path) in [
            ("code.png", "code.png"),
            ("'/tmp/my shot.PNG'", "/tmp/my shot.PNG"),
            ("/tmp/my\\ shot.jpeg", "/tmp/my shot.jpeg"),
            ("file:///tmp/a.jpg", "/tmp/a.jpg"),
        ] {
            check(typed, Typed::Picture(path.into()));
        }
    }
}
