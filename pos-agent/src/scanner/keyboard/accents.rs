//! Accents that a keyboard types as keys of their own: the computer waits for the next key and joins both where there is such a letter.
//! Of the signs that a scan has, the German layout types `=` and `+` so [xkeyboard-config, `de`].

use super::Layout;

/// An accent by itself, letters, and the same letters with it, as Compose tables have them.
const JOINED: [(char, &str, &str); 2] = [
    ('´', "acegiklmnoprsuwyzACEGIKLMNOPRSUWYZ", "áćéǵíḱĺḿńóṕŕśúẃýźÁĆÉǴÍḰĹḾŃÓṔŔŚÚẂÝŹ"),
    ('`', "aeinouwyAEINOUWY", "àèìǹòùẁỳÀÈÌǸÒÙẀỲ"),
];

fn waits(layout: Layout) -> bool {
    layout == Layout::De
}

/// The key presses behind a text: each accent before its letter.
pub(super) fn apart(text: &str, layout: Layout) -> String {
    let keys = |c: char| {
        let found = JOINED.iter().find_map(|(accent, letters, joined)| {
            let place = joined.chars().position(|known| known == c)?;
            Some((*accent, letters.chars().nth(place)?))
        });
        let (accent, letter) = found.filter(|_| waits(layout)).map_or((None, c), |(a, l)| (Some(a), l));
        accent.into_iter().chain([letter])
    };
    text.chars().flat_map(keys).collect()
}

/// What a computer makes of key presses: an accent and a letter that takes it are one.
pub(super) fn joined(keys: &str, layout: Layout) -> String {
    if !waits(layout) {
        return keys.to_owned();
    }
    let mut text = String::new();
    let mut rest = keys.chars().peekable();
    while let Some(c) = rest.next() {
        let one = JOINED.iter().find(|(accent, ..)| *accent == c).and_then(|(_, letters, joined)| {
            let place = letters.chars().position(|letter| Some(&letter) == rest.peek())?;
            joined.chars().nth(place)
        });
        text.push(one.unwrap_or(c));
        if one.is_some() {
            rest.next();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_has_its_accented_one() {
        for (accent, letters, with) in JOINED {
            assert_eq!(letters.chars().count(), with.chars().count());
            for (letter, one) in letters.chars().zip(with.chars()) {
                let keys: String = [accent, letter].iter().collect();
                assert_eq!(joined(&keys, Layout::De), one.to_string());
                assert_eq!(apart(&one.to_string(), Layout::De), keys);
            }
        }
        assert_eq!(joined("´7´´", Layout::De), "´7´´");
        assert_eq!(apart("é", Layout::Fr), "é");
    }
}
