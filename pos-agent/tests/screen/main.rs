//! Every screen of the cashier's till, on three sizes of terminal and in both languages: no word that matters is cut off, and a
//! picture of each stays in `target/screenshots/till` for people to look at.

#![allow(clippy::unwrap_used)]

mod gallery;
mod svg;

use std::{fs, path::Path};

use gallery::{Shown, shown};
use pos_agent::{
    ui::{Around, Colours, draw},
    words::Lang,
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use unicode_width::UnicodeWidthStr;

/// From the smallest on.
const SIZES: [(u16, u16); 4] = [(78, 22), (80, 24), (100, 30), (120, 40)];

fn around(colours: Colours) -> Around {
    Around {
        terminal_id: "T1001".into(),
        watch: Some("data/demo/screenshots".into()),
        colours,
        ..Around::default()
    }
}

fn drawn(shown: &Shown, (columns, rows): (u16, u16), colours: Colours) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| {
            draw(frame, &shown.session, &around(colours));
        })
        .unwrap();
    terminal.backend().buffer().clone()
}

/// The rows as text.
fn lines(buffer: &Buffer) -> Vec<String> {
    let row = |cells| svg::seen(cells).iter().map(|(_, cell)| cell.symbol()).collect();
    buffer.content.chunks(usize::from(buffer.area.width)).map(row).collect()
}

/// Without blanks and without the blocks of figures and marks beside the words, so that words are found wherever a line was broken.
fn packed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !('▀'..='▟').contains(c)).collect()
}

#[test]
fn every_screen_says_all_that_matters_at_every_size() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screenshots/till");
    fs::create_dir_all(&folder).unwrap();
    for (lang, code) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        for one in shown(lang) {
            for (columns, rows) in SIZES {
                let buffer = drawn(&one, (columns, rows), Colours::True);
                let name = format!("{}-{code}-{columns}x{rows}", one.name);
                for (theme, of) in [("dark", svg::DARK), ("light", svg::LIGHT)] {
                    fs::write(folder.join(format!("{name}-{theme}.svg")), svg::svg(&buffer, of)).unwrap();
                }
                let lines = lines(&buffer);
                for line in &lines {
                    assert_eq!(line.width(), usize::from(columns), "{name}: {line:?}");
                }
                // The words of the band share their rows with figures, so they are looked for word by word.
                let text = lines.join("\n");
                for words in &one.says {
                    let missing = words.split(' ').find(|word| !packed(&text).contains(&packed(word)));
                    assert_eq!(missing, None, "{name}: {words:?} in\n{text}");
                }
                let keys = lines.last().unwrap();
                assert!(keys.trim().len() > 1, "{name}: the keys are shown\n{text}");
                assert!(
                    !keys.contains('…') && !keys.ends_with(|c: char| c.is_alphanumeric()),
                    "{name}: {keys}"
                );
            }
        }
    }
}

/// What a colour says is also said by a sign, and the band is seen by its reversed letters.
#[test]
fn without_colours_the_band_is_reversed_and_nothing_has_a_colour() {
    use ratatui::style::{Color, Modifier};
    for one in shown(Lang::En) {
        let buffer = drawn(&one, (80, 24), Colours::None);
        assert!(
            buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset),
            "{}",
            one.name
        );
        let band = &buffer.content[buffer.index_of(1, 16)];
        assert_eq!(band.modifier.contains(Modifier::REVERSED), one.coloured, "{}", one.name);
    }
}
