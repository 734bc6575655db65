//! The till on a terminal's screen: keys in, frames out.

use std::{io, panic, thread};

use crossterm::{
    SynchronizedUpdate,
    cursor::Show,
    event::{
        self, DisableBracketedPaste, EnableBracketedPaste, Event as TerminalEvent, KeyCode, KeyEvent,
        KeyEventKind, KeyModifiers,
    },
    execute,
    terminal::{
        EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{Terminal, backend::CrosstermBackend};
use tokio::sync::mpsc;

use super::{
    Counter,
    draw::{Around, draw},
};
use crate::{
    input::is_code,
    session::{Act, Desk, Event, Screen, Session},
    stop::StopSignals,
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
    let mut signals = StopSignals::of_terminal()?;
    let _taken = Taken::take()?;
    let mut terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
    let mut keys = read_keys();
    let mut typing = Typing::default();
    loop {
        let mut hidden_rows = 0;
        around.typed.clone_from(&typing.line);
        around.scroll = typing.scroll;
        // In one piece, so that nothing flickers.
        io::stdout().sync_update(|_| {
            terminal.draw(|frame| hidden_rows = draw(frame, &session, &around)).map(drop)
        })??;
        typing.scroll = typing.scroll.min(hidden_rows);
        let event = tokio::select! {
            event = events.recv() => event,
            () = signals.next() => None,
            key = keys.recv() => match key.map(|key| typing.all(key, &mut keys)) {
                // Enter alone turns the pages of what is long, and goes on after the last.
                Some(Typed::Line(line)) if line.is_empty() && has_pages(&session) && typing.scroll < hidden_rows => {
                    typing.scroll = typing.scroll.saturating_add(PAGE_ROWS).min(hidden_rows);
                    continue;
                }
                Some(Typed::Line(line)) => Some(Event::Line(line)),
                Some(Typed::More) => continue,
                Some(Typed::Quit) | None => None,
            },
        };
        let Some(event) = event else { return Ok(()) };
        let before = session.screen.clone();
        let acts = session.on(event);
        if session.screen != before {
            typing.scroll = scroll_after(&before, &session.screen, typing.scroll);
        }
        if acts.contains(&Act::Quit) {
            return Ok(());
        }
        acts.into_iter().for_each(|act| counter.carry_out(act));
    }
}

fn has_pages(session: &Session) -> bool {
    matches!(&session.screen, Screen::Desk(desk) if desk.has_pages())
}

/// A new screen begins at its top. While goods are chosen it stays where the line is that was chosen last.
fn scroll_after(before: &Screen, now: &Screen, scroll: u16) -> u16 {
    let (Screen::Desk(Desk::Choosing { units: before, .. }), Screen::Desk(Desk::Choosing { units: now, .. })) =
        (before, now)
    else {
        return 0;
    };
    let Some(place) = before.iter().zip(now).position(|(before, now)| before != now) else { return scroll };
    // The head is a row too.
    let row = u16::try_from(place).unwrap_or(u16::MAX).saturating_add(1);
    scroll.clamp(row.saturating_sub(PAGE_ROWS - 1), row)
}

/// The terminal, taken over. It is given back with this value, and before the words of a panic that ends the program.
struct Taken;

impl Taken {
    fn take() -> io::Result<Self> {
        let (drawing, usual) = (thread::current().id(), panic::take_hook());
        panic::set_hook(Box::new(move |panic| {
            if thread::current().id() == drawing {
                give_back();
                usual(panic);
            } else {
                // Of a picture that can't be read, say: the till goes on, and its screen is no place for this.
                tracing::error!(%panic);
            }
        }));
        enable_raw_mode()?;
        let taken = Self;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        Ok(taken)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // After a panic it has been: a second time would move the cursor into the panic's words.
        if !thread::panicking() {
            give_back();
        }
    }
}

/// Does as much of it as can be done: the terminal may be gone.
fn give_back() {
    let _ = disable_raw_mode();
    let _ = execute!(io::stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::returns::Returnable;

    #[test]
    fn the_line_that_was_chosen_last_stays_in_sight() {
        let of = |units: &[u32]| {
            let from = Returnable::of(&proto::v1::Payment::default(), None);
            Screen::Desk(Desk::Choosing { from, units: units.to_vec() })
        };
        let check = |place: usize, scroll: u16, expect: u16| {
            let (before, mut units) = ([0; 30], [0; 30]);
            units[place] = 1;
            assert_eq!(scroll_after(&of(&before), &of(&units), scroll), expect, "line {place} at {scroll}");
        };
        check(0, 0, 0);
        check(5, 0, 0);
        check(13, 0, 5);
        check(13, 10, 10);
        check(2, 20, 3);
        assert_eq!(scroll_after(&Screen::Selling, &of(&[1]), 7), 0, "another screen begins at its top");
    }
}
