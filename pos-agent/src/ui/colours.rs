//! The colours of the screen. Green is paid, red is stop, amber asks; nothing else has a colour of its own. They are readable on
//! light and on dark terminals, and a terminal without colours gets the same by reversed and bold letters.

use std::env;

use ratatui::style::{Color, Style};

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    /// All.
    #[default]
    True,
    /// The 256 of xterm.
    Indexed,
    /// None, or none are wanted.
    None,
}

/// What a place on the screen says by its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// The money is there.
    Paid,
    /// It is not.
    Stop,
    /// Somebody is asked for something.
    Ask,
    /// What is beside the point.
    Quiet,
    /// What a coupon takes off.
    Saves,
}

impl Colours {
    /// Those of the terminal that the environment describes; `NO_COLOR` [no-color.org] goes before.
    pub fn of_environment() -> Self {
        let set = |name: &str| env::var(name).unwrap_or_default();
        if !set("NO_COLOR").is_empty() || set("TERM") == "dumb" {
            return Self::None;
        }
        match set("COLORTERM").as_str() {
            "truecolor" | "24bit" => Self::True,
            _ => Self::Indexed,
        }
    }

    fn colour(self, tone: Tone) -> Option<Color> {
        let (rgb, index) = match tone {
            Tone::Paid => ((0, 122, 61), 28),
            Tone::Stop => ((212, 54, 64), 160),
            Tone::Ask => ((160, 96, 0), 130),
            Tone::Quiet => ((120, 126, 134), 244),
            Tone::Saves => ((30, 142, 76), 29),
        };
        match self {
            Self::True => Some(Color::Rgb(rgb.0, rgb.1, rgb.2)),
            Self::Indexed => Some(Color::Indexed(index)),
            Self::None => None,
        }
    }

    /// Of letters on the terminal's own ground.
    pub(super) fn letters(self, tone: Tone) -> Style {
        match (self.colour(tone), tone) {
            (Some(colour), _) => Style::new().fg(colour),
            (None, Tone::Stop) => Style::new().bold(),
            (None, _) => Style::new(),
        }
    }

    /// Of a ground with letters on it.
    pub(super) fn ground(self, tone: Tone) -> Style {
        let ink = if self == Self::True { Color::Rgb(255, 255, 255) } else { Color::Indexed(231) };
        match self.colour(tone) {
            Some(colour) => Style::new().bg(colour).fg(ink),
            None => Style::new().reversed(),
        }
    }
}
