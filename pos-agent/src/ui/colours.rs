//! The colours of the screen. Green is paid, red is stop, amber asks.

use ratatui::style::Color;

pub(super) const PAID: Color = Color::Rgb(0, 122, 61);
pub(super) const STOP: Color = Color::Rgb(196, 30, 46);
pub(super) const ASK: Color = Color::Rgb(176, 112, 0);
pub(super) const INK: Color = Color::Rgb(255, 255, 255);
pub(super) const QUIET: Color = Color::Rgb(120, 126, 134);
pub(super) const SAVES: Color = Color::Rgb(60, 186, 110);
