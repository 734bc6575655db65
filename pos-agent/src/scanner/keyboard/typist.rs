//! Key presses to text, for a scanner whose keys the agent sees itself. Pure; the codes are those of Linux
//! [input-event-codes.h].

use super::{Layout, Level, char_of};

/// Characters that one scan may have; what is longer is no scan.
const TYPED_CHARS_MAX: usize = 4_096;

const TAB: u16 = 15;
const ENTER: u16 = 28;
const LEFT_SHIFT: u16 = 42;
const RIGHT_SHIFT: u16 = 54;
const LEFT_ALT: u16 = 56;
const CAPS_LOCK: u16 = 58;
const KEYPAD_ENTER: u16 = 96;
const RIGHT_ALT: u16 = 100;
/// The keypad's digits, 0 to 9.
const KEYPAD: [u16; 10] = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73];

/// What is known of a keyboard while it types.
#[derive(Debug)]
pub struct Typist {
    layout: Layout,
    left_shift: bool,
    right_shift: bool,
    alt_gr: bool,
    caps: bool,
    /// Left Alt is down; the number typed on the keypad meanwhile is a character's, whichever the layout.
    alt: Option<u32>,
    text: String,
}

impl Typist {
    /// A keyboard whose keys mean what this layout says.
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            left_shift: false,
            right_shift: false,
            alt_gr: false,
            caps: false,
            alt: None,
            text: String::new(),
        }
    }

    /// A key goes down (`value` 1), up (0), or repeats (2: a scanner means nothing by it). Enter and Tab end a text and give it.
    pub fn key(&mut self, code: u16, value: i32) -> Option<String> {
        match (code, value) {
            (LEFT_SHIFT, _) => self.left_shift = value != 0,
            (RIGHT_SHIFT, _) => self.right_shift = value != 0,
            (RIGHT_ALT, _) => self.alt_gr = value != 0,
            (CAPS_LOCK, 1) => self.caps = !self.caps,
            (LEFT_ALT, 1) => self.alt = Some(0),
            (LEFT_ALT, 0) => {
                let number = self.alt.take().filter(|number| *number > 0);
                self.text.extend(number.and_then(char::from_u32));
            }
            (ENTER | KEYPAD_ENTER | TAB, 1) => return self.end(),
            (_, 1) => self.press(code),
            _ => {}
        }
        if self.text.len() > TYPED_CHARS_MAX {
            self.text.clear();
        }
        None
    }

    /// The text so far, where the scanner ends none by a key and has fallen silent.
    pub fn end(&mut self) -> Option<String> {
        let text = std::mem::take(&mut self.text);
        (!text.is_empty()).then_some(text)
    }

    /// Whether a text has begun.
    pub fn is_typing(&self) -> bool {
        !self.text.is_empty()
    }

    fn press(&mut self, code: u16) {
        let digit = (0_u32..).zip(KEYPAD).find(|(_, key)| *key == code).map(|(digit, _)| digit);
        match (digit, self.alt) {
            (Some(digit), Some(number)) => self.alt = Some(number.saturating_mul(10).saturating_add(digit)),
            (Some(digit), None) => self.text.extend(char::from_digit(digit, 10)),
            (None, _) => self.text.extend(self.typed(code)),
        }
    }

    fn typed(&self, code: u16) -> Option<char> {
        let shift = self.left_shift || self.right_shift;
        if self.alt_gr {
            return char_of(self.layout, code, Level::AltGr);
        }
        let level = |shift| if shift { Level::Shift } else { Level::Plain };
        let letter = char_of(self.layout, code, Level::Plain).is_some_and(char::is_alphabetic)
            && char_of(self.layout, code, Level::Shift).is_some_and(char::is_alphabetic);
        char_of(self.layout, code, level(shift != (self.caps && letter)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Presses and releases, as a scanner does: `^` before a key holds Shift, `~` AltGr.
    fn typed(layout: Layout, keys: &[&str]) -> Option<String> {
        let mut typist = Typist::new(layout);
        let mut end = None;
        for key in keys {
            let (held, code) = match key.split_at(1) {
                ("^", code) => (Some(LEFT_SHIFT), code),
                ("~", code) => (Some(RIGHT_ALT), code),
                _ => (None, *key),
            };
            let code = code.parse().unwrap();
            held.into_iter().for_each(|held| assert_eq!(typist.key(held, 1), None));
            end = end.or(typist.key(code, 1));
            assert_eq!(typist.key(code, 0), None);
            held.into_iter().for_each(|held| assert_eq!(typist.key(held, 0), None));
        }
        end
    }

    #[test]
    fn the_same_keys_are_other_texts_in_other_layouts() {
        let keys = ["35", "^16", "^47", "3", "^13", "53", "13", "28"];
        for (layout, text) in [(Layout::Us, "hQV2+/="), (Layout::Uk, "hQV2+/="), (Layout::Fr, "hAVé+!=")] {
            assert_eq!(typed(layout, &keys).as_deref(), Some(text), "{layout:?}");
        }
    }

    #[test]
    fn a_french_scanner_types_digits_with_shift_and_signs_with_alt_gr() {
        assert_eq!(typed(Layout::Fr, &["^7", "^10", "^11", "~11", "96"]).as_deref(), Some("690@"));
    }

    #[test]
    fn keypad_caps_lock_and_alt_numbers_are_understood() {
        assert_eq!(typed(Layout::De, &["77", "73", "82", "28"]).as_deref(), Some("690"));
        assert_eq!(typed(Layout::Us, &["58", "30", "^30", "3", "28"]).as_deref(), Some("Aa2"));
        let mut typist = Typist::new(Layout::Fr);
        for (code, value) in [(LEFT_ALT, 1), (82, 1), (77, 1), (76, 1), (LEFT_ALT, 0)] {
            typist.key(code, value);
        }
        assert_eq!(typist.end().as_deref(), Some("A"));
    }

    #[test]
    fn held_keys_and_empty_texts_are_nothing() {
        let mut typist = Typist::new(Layout::Us);
        assert_eq!((typist.key(30, 1), typist.key(30, 2), typist.key(30, 2)), (None, None, None));
        assert_eq!(typist.key(TAB, 1).as_deref(), Some("a"));
        assert_eq!(typist.key(ENTER, 1), None);
    }
}
