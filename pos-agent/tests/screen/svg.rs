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
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" shape-rendering=\"crispEdges\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, monospace\" font-size=\"15\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
        columns * WIDTH,
        rows * HEIGHT,
        theme.ground,
    );
    for (row, cells) in buffer.content.chunks(columns).enumerate() {
        let alike = |(_, one): &(usize, &Cell), (_, other): &(usize, &Cell)| {
            one.style() == other.style() && is_block(one) == is_block(other)
        };
        seen(cells).chunk_by(alike).for_each(|run| draw(&mut out, theme, run, row));
    }
    out + "</svg>\n"
}

/// The cells that are seen, with their columns: the one behind a wide character is covered by it.
pub(crate) fn seen(cells: &[Cell]) -> Vec<(usize, &Cell)> {
    let mut free = 0;
    let uncovered = |(column, cell): &(usize, &Cell)| {
        let seen = *column >= free;
        if seen {
            free = column + cell.symbol().width();
        }
        seen
    };
    cells.iter().enumerate().filter(uncovered).collect()
}

fn draw(out: &mut String, theme: Theme, run: &[(usize, &Cell)], row: usize) {
    let (column, cell) = run[0];
    let (x, y) = (column * WIDTH, row * HEIGHT);
    let (mut ink, mut ground) = (colour(cell.fg, theme.ink), colour(cell.bg, theme.ground));
    if cell.modifier.contains(Modifier::REVERSED) {
        (ink, ground) = (ground, ink);
    }
    let text: String = run.iter().map(|(_, cell)| cell.symbol()).collect();
    if ground != theme.ground {
        writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{HEIGHT}\" fill=\"{ground}\"/>",
            text.width() * WIDTH
        )
        .unwrap();
    }
    if is_block(cell) {
        for (column, cell) in run {
            blocks(out, cell.symbol(), (column * WIDTH, y), &ink);
        }
        return;
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
