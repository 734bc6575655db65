//! The till on a terminal's screen: keys in, frames out.

use std::{io, path::PathBuf, thread};

use crossterm::{
    event::{
        self, DisableBracketedPaste, EnableBracketedPaste, Event as TerminalEvent, KeyCode, KeyEvent,
        KeyEventKind, KeyModifiers,
    },
    execute,
};
use tokio::sync::mpsc;

use super::{Counter, draw};
use crate::{
    input::is_code,
    session::{Act, Event, Session},
};

/// Keys that may wait: a scanner types a whole code at once.
const KEYS_MAX: usize = 2_048;
/// Characters that the line can hold: more than any code has.
const INPUT_CHARS_MAX: usize = 1_024;

/// What the head of the screen says.
pub(super) struct Head {
    pub(super) terminal_id: String,
    pub(super) watch: Option<PathBuf>,
}

pub(super) async fn run(
    counter: &Counter,
    mut session: Session,
    mut events: mpsc::Receiver<Event>,
    head: &Head,
) -> io::Result<()> {
    let mut terminal = ratatui::try_init()?;
    execute!(io::stdout(), EnableBracketedPaste)?;
    let mut keys = read_keys();
    let mut input = String::new();
    let result = loop {
        if let Err(error) = terminal.draw(|frame| draw::draw(frame, &session, head, &input)) {
            break Err(error);
        }
        let event = tokio::select! {
            event = events.recv() => event,
            key = keys.recv() => match key {
                Some(key) => match typed_at_once(key, &mut keys, &mut input) {
                    Typing::Line(line) => Some(Event::Line(line)),
                    Typing::Quit => None,
                    Typing::Nothing => continue,
                },
                None => None,
            },
        };
        let Some(event) = event else { break Ok(()) };
        let acts = session.on(event);
        if acts.contains(&Act::Quit) {
            break Ok(());
        }
        acts.into_iter().for_each(|act| counter.carry_out(act));
    };
    execute!(io::stdout(), DisableBracketedPaste)?;
    ratatui::restore();
    result
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

/// Takes in all keys that are there, up to the end of a line: the screen is drawn once for a scanned code, not for each of
/// its characters.
fn typed_at_once(
    mut key: TerminalEvent,
    keys: &mut mpsc::Receiver<TerminalEvent>,
    input: &mut String,
) -> Typing {
    loop {
        match typed(&key, input) {
            Typing::Nothing => match keys.try_recv() {
                Ok(next) => key = next,
                Err(_) => return Typing::Nothing,
            },
            ended => return ended,
        }
    }
}

enum Typing {
    Nothing,
    Line(String),
    Quit,
}

/// Takes a key into the line. Enter ends it, and so do the line feed and tab that scanners are set up to send; a code
/// that was pasted whole ends by itself.
fn typed(event: &TerminalEvent, input: &mut String) -> Typing {
    match event {
        TerminalEvent::Paste(text) => {
            let whole = text.trim_end_matches(['\r', '\n', '\t']);
            push(input, whole);
            if whole.len() < text.len() || is_code(input) { end(input) } else { Typing::Nothing }
        }
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => key_typed(*key, input),
        _ => Typing::Nothing,
    }
}

fn key_typed(key: KeyEvent, input: &mut String) -> Typing {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c' | 'd') if control => return Typing::Quit,
        KeyCode::Char('j' | 'm') if control => return end(input),
        KeyCode::Char('u') if control => input.clear(),
        KeyCode::Char(_) if control => {}
        KeyCode::Char(c) => push(input, c.encode_utf8(&mut [0; 4])),
        KeyCode::Enter | KeyCode::Tab => return end(input),
        KeyCode::Backspace => {
            input.pop();
        }
        KeyCode::Esc => {
            // Without a line begun, Esc is No.
            if input.is_empty() {
                return Typing::Line("n".to_owned());
            }
            input.clear();
        }
        _ => {}
    }
    Typing::Nothing
}

fn push(input: &mut String, text: &str) {
    input.extend(text.chars().filter(|c| !c.is_control()));
    while input.chars().count() > INPUT_CHARS_MAX {
        input.pop();
    }
}

fn end(input: &mut String) -> Typing {
    Typing::Line(std::mem::take(input))
}
