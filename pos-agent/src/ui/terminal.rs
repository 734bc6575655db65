//! The till on a terminal's screen: keys in, frames out.

use std::{io, thread};

use crossterm::{
    event::{
        self, DisableBracketedPaste, EnableBracketedPaste, Event as TerminalEvent, KeyCode, KeyEvent,
        KeyEventKind, KeyModifiers,
    },
    execute,
};
use tokio::sync::mpsc;

use super::{
    Counter,
    draw::{Around, draw},
};
use crate::{
    input::is_code,
    session::{Act, Desk, Event, Screen, Session},
};

/// Keys that may wait: a scanner types a whole code at once.
const KEYS_MAX: usize = 2_048;
/// Characters that the line can hold: more than any code has.
const INPUT_CHARS_MAX: usize = 1_024;
/// Rows that a page key scrolls by: fewer than any screen shows.
const PAGE_ROWS: u16 = 10;

pub(super) async fn run(
    counter: &Counter,
    mut session: Session,
    mut events: mpsc::Receiver<Event>,
    mut around: Around,
) -> io::Result<()> {
    let mut terminal = ratatui::try_init()?;
    execute!(io::stdout(), EnableBracketedPaste)?;
    let mut keys = read_keys();
    let mut typing = Typing::default();
    let result = loop {
        let mut hidden_rows = 0;
        around.typed.clone_from(&typing.line);
        around.scroll = typing.scroll;
        let drawn = terminal.draw(|frame| hidden_rows = draw(frame, &session, &around));
        if let Err(error) = drawn {
            break Err(error);
        }
        typing.scroll = typing.scroll.min(hidden_rows);
        let event = tokio::select! {
            event = events.recv() => event,
            key = keys.recv() => match key.map(|key| typing.all(key, &mut keys)) {
                // Enter alone turns the pages of what is long, and goes on after the last.
                Some(Typed::Line(line)) if line.is_empty() && is_read(&session) && typing.scroll < hidden_rows => {
                    typing.scroll = typing.scroll.saturating_add(PAGE_ROWS).min(hidden_rows);
                    continue;
                }
                Some(Typed::Line(line)) => Some(Event::Line(line)),
                Some(Typed::More) => continue,
                Some(Typed::Quit) | None => None,
            },
        };
        let Some(event) = event else { break Ok(()) };
        let before = session.screen.clone();
        let acts = session.on(event);
        if session.screen != before {
            typing.scroll = 0;
        }
        if acts.contains(&Act::Quit) {
            break Ok(());
        }
        acts.into_iter().for_each(|act| counter.carry_out(act));
    };
    execute!(io::stdout(), DisableBracketedPaste)?;
    ratatui::restore();
    result
}

/// Whether the screen is one that the cashier reads to its end.
fn is_read(session: &Session) -> bool {
    matches!(session.screen, Screen::Desk(Desk::Day(..) | Desk::Receipt(_)))
}

/// Reading the terminal blocks, so it has a thread of its own, which ends with the program.
fn read_keys() -> mpsc::Receiver<TerminalEvent> {
    let (sender, receiver) = mpsc::channel(KEYS_MAX);
    thread::spawn(move || {
        while let Ok(event) = event::read() {
            if sender.blocking_send(event).is_err() {
                return;
            }
        }
    });
    receiver
}

/// What the cashier's keys have come to so far.
#[derive(Debug, Default)]
struct Typing {
    /// The line as far as it is typed.
    line: String,
    /// Rows by which the right side is scrolled.
    scroll: u16,
}

#[derive(Debug, PartialEq, Eq)]
enum Typed {
    /// The line goes on.
    More,
    /// A line was ended.
    Line(String),
    /// The program is to end.
    Quit,
}

impl Typing {
    /// Takes in all keys that are there, up to the end of a line: the screen is drawn once for a scanned code, not for each of
    /// its characters.
    fn all(&mut self, mut key: TerminalEvent, keys: &mut mpsc::Receiver<TerminalEvent>) -> Typed {
        loop {
            let typed = self.one(&key);
            if typed != Typed::More {
                return typed;
            }
            let Ok(next) = keys.try_recv() else { return Typed::More };
            key = next;
        }
    }

    /// Takes a key into the line. Enter ends it, and so do the line feed and tab that scanners are set up to send; a code
    /// that was pasted whole ends by itself.
    fn one(&mut self, event: &TerminalEvent) -> Typed {
        match event {
            TerminalEvent::Paste(text) => {
                let whole = text.trim_end_matches(['\r', '\n', '\t']);
                self.push(whole);
                if whole.len() < text.len() || is_code(&self.line) { self.end() } else { Typed::More }
            }
            TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => self.key(*key),
            _ => Typed::More,
        }
    }

    fn key(&mut self, key: KeyEvent) -> Typed {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c' | 'd') if control => return Typed::Quit,
            KeyCode::Char('j' | 'm') if control => return self.end(),
            KeyCode::Char('u') if control => self.line.clear(),
            KeyCode::Char(_) if control => {}
            KeyCode::Char(c) => self.push(c.encode_utf8(&mut [0; 4])),
            KeyCode::Enter | KeyCode::Tab => return self.end(),
            KeyCode::Backspace => {
                self.line.pop();
            }
            // Without a line begun, Esc is No.
            KeyCode::Esc if self.line.is_empty() => return Typed::Line("n".to_owned()),
            KeyCode::Esc => self.line.clear(),
            KeyCode::Down => self.scroll = self.scroll.saturating_add(1),
            KeyCode::Up => self.scroll = self.scroll.saturating_sub(1),
            KeyCode::PageDown => self.scroll = self.scroll.saturating_add(PAGE_ROWS),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(PAGE_ROWS),
            _ => {}
        }
        Typed::More
    }

    fn push(&mut self, text: &str) {
        let room = INPUT_CHARS_MAX.saturating_sub(self.line.chars().count());
        self.line.extend(text.chars().filter(|c| !c.is_control()).take(room));
    }

    fn end(&mut self) -> Typed {
        Typed::Line(std::mem::take(&mut self.line))
    }
}
