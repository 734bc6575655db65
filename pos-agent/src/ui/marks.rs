//! Large pictograms beside the amount, so that the outcome is seen from afar in any language. Two rows of dots are one row of text.

use ratatui::{Frame, layout::Rect, style::Style, text::Line, widgets::Paragraph};

/// Columns and rows of a mark at its smaller size; twice that at its larger one.
pub(super) const MARK_COLUMNS: u16 = 8;
pub(super) const MARK_ROWS: u16 = 4;

/// What it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Done.
    Check,
    /// Not done.
    Cross,
    /// A phone: somebody has to look there.
    Phone,
    /// A question to the cashier.
    Question,
}

impl Mark {
    /// Eight rows of eight dots, the leftmost highest.
    fn dots(self) -> [u8; 8] {
        match self {
            Self::Check => [0x01, 0x03, 0x06, 0x8C, 0xD8, 0x70, 0x20, 0x00],
            Self::Cross => [0xC3, 0xE7, 0x7E, 0x3C, 0x3C, 0x7E, 0xE7, 0xC3],
            Self::Phone => [0x7E, 0x42, 0x42, 0x42, 0x42, 0x7E, 0x66, 0x7E],
            Self::Question => [0x3C, 0x66, 0x06, 0x0C, 0x18, 0x00, 0x18, 0x18],
        }
    }

    fn rows(self, large: bool) -> Vec<String> {
        let dots = self.dots();
        let on = |row: usize, column: usize| dots[row] >> (7 - column) & 1 == 1;
        if large {
            let row = |row| (0..8).map(|column| if on(row, column) { "██" } else { "  " }).collect();
            return (0..8).map(row).collect();
        }
        let half = |row: usize, column: usize| match (on(2 * row, column), on(2 * row + 1, column)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (0..4).map(|row| (0..8).map(|column| half(row, column)).collect()).collect()
    }
}

/// Draws it at the size that fills the height.
pub(super) fn draw_mark(frame: &mut Frame<'_>, area: Rect, mark: Mark, style: Style) {
    let rows = mark.rows(area.height >= 2 * MARK_ROWS);
    let lines: Vec<Line<'_>> = rows.into_iter().map(Line::from).collect();
    frame.render_widget(Paragraph::new(lines).style(style), area);
}
