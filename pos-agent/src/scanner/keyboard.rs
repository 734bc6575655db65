//! Keyboard layouts: which character a key types. A scanner that acts as a keyboard presses keys, and which text comes out
//! depends on two settings that nobody looks at: the layout that the scanner types for, and the one that the computer reads by.
//!
//! [`Typist`] turns key presses into text where the agent sees the keys themselves; [`readings`] undoes the damage where the
//! computer has already made text of them by another layout.

mod accents;
mod layouts;
mod typist;

use serde::Deserialize;

use layouts::{NONE, keys_of};
pub use typist::Typist;

/// A keyboard's layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// American: what scanners are delivered with.
    #[default]
    Us,
    /// British.
    Uk,
    /// French (AZERTY).
    Fr,
    /// German (QWERTZ).
    De,
}

impl Layout {
    /// Every layout that is known here.
    pub const ALL: [Self; 4] = [Self::Us, Self::Uk, Self::Fr, Self::De];
}

/// What is held down together with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Plain,
    Shift,
    AltGr,
}

const LEVELS: [Level; 3] = [Level::Plain, Level::Shift, Level::AltGr];

/// What Caps Lock does to a key while a computer makes text of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// It is off.
    Off,
    /// Letters are as with Shift, and with Shift as without.
    Caps,
    /// All keys are: what Caps Lock does on Windows with French and German keyboards.
    Shift,
}

impl Lock {
    /// Off, and each way of being on.
    pub const ALL: [Self; 3] = [Self::Off, Self::Caps, Self::Shift];

    /// The level that a key types at in the end.
    fn level(self, layout: Layout, place: usize, level: Level) -> Level {
        let letter = || {
            let alphabetic = |level| char_at(layout, place, level).is_some_and(char::is_alphabetic);
            alphabetic(Level::Plain) && alphabetic(Level::Shift)
        };
        match (self, level) {
            (Self::Off, _) | (_, Level::AltGr) => level,
            (Self::Caps, _) if !letter() => level,
            (_, Level::Plain) => Level::Shift,
            (_, Level::Shift) => Level::Plain,
        }
    }
}

/// A computer that makes text of key presses, or, without a lock, a scanner that makes key presses of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Keyboard {
    layout: Layout,
    lock: Lock,
}

impl Keyboard {
    fn char_at(self, place: usize, level: Level) -> Option<char> {
        char_at(self.layout, place, self.lock.level(self.layout, place, level))
    }

    /// Each key that types a character, with what is held: a lock undoes itself.
    fn places_of(self, c: char) -> impl Iterator<Item = (usize, Level)> {
        LEVELS.iter().flat_map(move |level| {
            let keys = keys_of(self.layout, *level).chars().enumerate().filter(move |(_, known)| *known == c);
            keys.map(move |(place, _)| (place, self.lock.level(self.layout, place, *level)))
        })
    }

    /// What the same keys type on another keyboard; `None` for no such key, or for several that mean different things there.
    fn rekeyed(self, c: char, other: Self) -> Option<char> {
        if c == ' ' || c.is_ascii_control() {
            return Some(c);
        }
        let mut meant = self.places_of(c).map(|(place, level)| other.char_at(place, level));
        let first = meant.next()??;
        meant.all(|other| other == Some(first)).then_some(first)
    }
}

/// The character of a key by its code [Linux, input-event-codes.h]; `None` for keys that type none.
fn char_of(layout: Layout, code: u16, level: Level) -> Option<char> {
    let place = layouts::CODES.iter().position(|known| *known == code)?;
    char_at(layout, place, level)
}

fn char_at(layout: Layout, place: usize, level: Level) -> Option<char> {
    keys_of(layout, level).chars().nth(place).filter(|c| *c != NONE)
}

/// The text that a scanner meant which types for `typed`, where a computer made this text of its keys. `None` where a character
/// can't have come about so, or in more than one way.
fn retyped(text: &str, typed: Layout, computer: Keyboard) -> Option<String> {
    let scanner = Keyboard { layout: typed, lock: Lock::Off };
    accents::apart(text, computer.layout).chars().map(|c| computer.rekeyed(c, scanner)).collect()
}

/// What a computer set to `read` makes of a text that a scanner types for `typed`; keys that type nothing there are lost.
pub fn garbled(text: &str, typed: Layout, read: Layout, lock: Lock) -> String {
    let (scanner, computer) = (Keyboard { layout: typed, lock: Lock::Off }, Keyboard { layout: read, lock });
    let arrived: String = text.chars().filter_map(|c| scanner.rekeyed(c, computer)).collect();
    accents::joined(&arrived, read)
}

/// What a text may have been before two layouts, or Caps Lock, made this of it; the text itself is not among them.
pub fn readings(text: &str) -> Vec<String> {
    let computers =
        Lock::ALL.iter().flat_map(|lock| Layout::ALL.map(|layout| Keyboard { layout, lock: *lock }));
    let mut found: Vec<String> = Vec::new();
    for (computer, typed) in computers.flat_map(|computer| Layout::ALL.map(|typed| (computer, typed))) {
        found.extend(retyped(text, typed, computer).filter(|meant| !found.contains(meant)));
    }
    found.retain(|meant| meant != text);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layout_has_a_character_or_none_for_each_key() {
        for layout in Layout::ALL {
            for level in LEVELS {
                assert_eq!(
                    keys_of(layout, level).chars().count(),
                    layouts::CODES.len(),
                    "{layout:?} {level:?}"
                );
            }
        }
    }

    #[test]
    fn what_a_computer_set_otherwise_made_of_a_scan_is_undone() {
        let check = |read: &str, typed: Layout, by: Layout, meant: Option<&str>| {
            let computer = Keyboard { layout: by, lock: Lock::Off };
            assert_eq!(retyped(read, typed, computer).as_deref(), meant, "{read}");
        };
        check("_ç&é", Layout::Us, Layout::Fr, Some("8912"));
        check("*(!@", Layout::Fr, Layout::Us, Some("8912"));
        check("hAVDUFY", Layout::Us, Layout::Fr, Some("hQVDUFY"));
        check("hQVDUFZ", Layout::Us, Layout::De, Some("hQVDUFY"));
        check("£", Layout::Us, Layout::Uk, Some("#"));
        check("-è´", Layout::Us, Layout::De, Some("/+e="));
        check("日", Layout::Us, Layout::Fr, None);
    }

    #[test]
    fn caps_lock_is_undone() {
        for (typed, read, lock, arrives) in [
            (Layout::Us, Layout::Us, Lock::Caps, "Hqvdufy8912"),
            (Layout::Us, Layout::De, Lock::Shift, "Hqvdufz()!\""),
            (Layout::Fr, Layout::Fr, Lock::Shift, "Hqvdufy_ç&é"),
        ] {
            assert_eq!(garbled("hQVDUFY8912", typed, read, lock), arrives, "{typed:?} as {read:?}");
            assert!(readings(arrives).contains(&"hQVDUFY8912".to_owned()), "{arrives}");
        }
    }
}
