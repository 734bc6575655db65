//! A screen as a picture. Blocks are drawn as rectangles and each run of letters is held to its columns, so that no font matters.

use std::fmt::Write;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

const WIDTH: usize = 9;
const HEIGHT: usize = 18;

/// Of which colour a terminal is.
#[derive(Clone, Copy)]
pub(crate) struct Theme {
    pub(crate) ground: &'static str,
    pub(crate) ink: &'static str,
}

pub(crate) const DARK: Theme = Theme { ground: "#101418", ink: "#e8ecf0" };
pub(crate) const LIGHT: Theme = Theme { ground: "#ffffff", ink: "#16191d" };

pub(crate) fn svg(buffer: &Buffer, theme: Theme) -> String {
    let (columns, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"DejaVu Sans Mono, Menlo, \
         Consolas, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, monospace\" font-size=\"15\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
        columns * WIDTH,
        rows * HEIGHT,
        theme.ground,
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let cell = &buffer.content[row * columns + column];
            let same = |other: &&Cell| other.style() == cell.style() && is_block(other) == is_block(cell);
            let run: Vec<&Cell> =
                buffer.content[row * columns + column..(row + 1) * columns].iter().take_while(same).collect();
            draw(&mut out, theme, &run, column, row);
            column += run.len();
        }
    }
    out + "</svg>\n"
}

fn draw(out: &mut String, theme: Theme, run: &[&Cell], column: usize, row: usize) {
    let cell = run[0];
    let (x, y) = (column * WIDTH, row * HEIGHT);
    let (mut ink, mut ground) = (colour(cell.fg, theme.ink), colour(cell.bg, theme.ground));
    if cell.modifier.contains(Modifier::REVERSED) {
        (ink, ground) = (ground, ink);
    }
    if ground != theme.ground {
        writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{HEIGHT}\" fill=\"{ground}\"/>",
            run.len() * WIDTH
        )
        .unwrap();
    }
    if is_block(cell) {
        for (place, cell) in run.iter().enumerate() {
            blocks(out, cell.symbol(), (x + place * WIDTH, y), &ink);
        }
        return;
    }
    // The cell behind a wide character is empty.
    let mut text = String::new();
    let mut skip = 0;
    for cell in run {
        if skip == 0 {
            text.push_str(cell.symbol());
            skip = cell.symbol().width().saturating_sub(1);
        } else {
            skip -= 1;
        }
    }
    let mut at = column;
    for word in text.split_inclusive("  ") {
        let shown = word.trim();
        let lead = word.width() - word.trim_start().width();
        if !shown.is_empty() {
            let bold = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
            let line = if cell.modifier.contains(Modifier::UNDERLINED) {
                " text-decoration=\"underline\""
            } else {
                ""
            };
            let escaped = shown.replace('&', "&amp;").replace('<', "&lt;");
            writeln!(
                out,
                "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{ink}\"{bold}{line}>{escaped}</text>",
                (at + lead) * WIDTH,
                y + 14,
                shown.width() * WIDTH,
            )
            .unwrap();
        }
        at += word.width();
    }
}

/// Quarters of a block: upper left, upper right, lower left, lower right.
fn quarters(symbol: &str) -> Option<u8> {
    Some(match symbol {
        "█" => 0b1111,
        "▀" => 0b1100,
        "▄" => 0b0011,
        "▌" => 0b1010,
        "▐" => 0b0101,
        "▘" => 0b1000,
        "▝" => 0b0100,
        "▖" => 0b0010,
        "▗" => 0b0001,
        "▚" => 0b1001,
        "▞" => 0b0110,
        "▙" => 0b1011,
        "▟" => 0b0111,
        "▛" => 0b1110,
        "▜" => 0b1101,
        _ => return None,
    })
}

fn is_block(cell: &Cell) -> bool {
    quarters(cell.symbol()).is_some()
}

fn blocks(out: &mut String, symbol: &str, (x, y): (usize, usize), ink: &str) {
    let Some(quarters) = quarters(symbol) else { return };
    if quarters == 0b1111 {
        writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{ink}\"/>")
            .unwrap();
        return;
    }
    for (bit, dx, dy) in [(0b1000, 0.0, 0), (0b0100, 4.5, 0), (0b0010, 0.0, 9), (0b0001, 4.5, 9)] {
        if quarters & bit != 0 {
            writeln!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"4.5\" height=\"9\" fill=\"{ink}\"/>",
                x as f64 + dx,
                y + dy
            )
            .unwrap();
        }
    }
}

fn colour(colour: Color, otherwise: &str) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => otherwise.to_owned(),
    }
}
