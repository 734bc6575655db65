//! Keyboard layouts: which character a key types. A scanner that acts as a keyboard presses keys, and which text comes out
//! depends on two settings that nobody looks at: the layout that the scanner types for, and the one that the computer reads by.
//!
//! [`Typist`] turns key presses into text where the agent sees the keys themselves; [`readings`] undoes the damage where the
//! computer has already made text of them by another layout.

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

/// The character of a key by its code [Linux, input-event-codes.h]; `None` for keys that type none, dead keys among them.
fn char_of(layout: Layout, code: u16, level: Level) -> Option<char> {
    let place = layouts::CODES.iter().position(|known| *known == code)?;
    char_at(layout, place, level)
}

fn char_at(layout: Layout, place: usize, level: Level) -> Option<char> {
    keys_of(layout, level).chars().nth(place).filter(|c| *c != NONE)
}

/// The text that a scanner meant which types for `typed`, where a computer set to `read` made this text of its keys. `None`
/// where a character can't have come about so, or in more than one way.
fn retyped(text: &str, typed: Layout, read: Layout) -> Option<String> {
    text.chars()
        .map(|c| if c == ' ' || c.is_ascii_control() { Some(c) } else { rekeyed(c, typed, read) })
        .collect()
}

fn rekeyed(c: char, typed: Layout, read: Layout) -> Option<char> {
    let places = LEVELS.iter().flat_map(|level| {
        let keys = keys_of(read, *level).chars().enumerate();
        keys.filter(|(_, known)| *known == c).map(|(place, _)| (place, *level))
    });
    let mut meant = places.map(|(place, level)| char_at(typed, place, level));
    let first = meant.next()??;
    meant.all(|other| other == Some(first)).then_some(first)
}

/// What a computer set to `read` makes of a text that a scanner types for `typed`; keys that type nothing there are lost.
pub fn garbled(text: &str, typed: Layout, read: Layout) -> String {
    text.chars().filter_map(|c| rekeyed(c, read, typed)).collect()
}

/// What a text may have been before two layouts, or Caps Lock, made this of it; the text itself is not among them.
pub fn readings(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for caps in [false, true] {
        let text = if caps { case_swapped(text) } else { text.to_owned() };
        for (typed, read) in Layout::ALL.iter().flat_map(|typed| Layout::ALL.map(|read| (*typed, read))) {
            found.extend(retyped(&text, typed, read).filter(|meant| !found.contains(meant)));
        }
    }
    found.retain(|meant| meant != text);
    found
}

fn case_swapped(text: &str) -> String {
    let swap = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(swap).collect()
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
            assert_eq!(retyped(read, typed, by).as_deref(), meant, "{read}");
        };
        check("_ç&é", Layout::Us, Layout::Fr, Some("8912"));
        check("*(!@", Layout::Fr, Layout::Us, Some("8912"));
        check("hAVDUFY", Layout::Us, Layout::Fr, Some("hQVDUFY"));
        check("hQVDUFZ", Layout::Us, Layout::De, Some("hQVDUFY"));
        check("£", Layout::Us, Layout::Uk, Some("#"));
        check("日", Layout::Us, Layout::Fr, None);
    }

    #[test]
    fn caps_lock_is_undone() {
        assert!(readings("Hqvdufy").contains(&"hQVDUFY".to_owned()));
    }
}
