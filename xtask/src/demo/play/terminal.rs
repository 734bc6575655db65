//! The terminal that the till takes over: whether there is one, and giving it back as it was.

use std::{
    io::{IsTerminal, Write, stdin, stdout},
    process::{Command, Stdio},
    thread,
};

use tokio::sync::oneshot;

/// Ends the alternate screen and the marks around pasted text, shows the cursor, and drops colours.
const GIVE_BACK: &str = "\x1b[?1049l\x1b[?2004l\x1b[?25h\x1b[0m";

/// Whether somebody sits there who can read and type.
pub(super) fn is_there() -> bool {
    stdin().is_terminal() && stdout().is_terminal()
}

/// How the terminal was set before a program took it over. Dropped, it gives the terminal back as it was: the program
/// may have ended without a chance to.
#[derive(Debug)]
pub(super) struct Saved(Option<String>);

impl Saved {
    /// Takes note; without a terminal, or without `stty`, of nothing.
    pub(super) fn now() -> Self {
        if !is_there() {
            return Self(None);
        }
        let asked = Command::new("stty").arg("-g").stdin(Stdio::inherit()).output();
        let settings = asked.ok().filter(|output| output.status.success());
        Self(settings.and_then(|output| String::from_utf8(output.stdout).ok()))
    }

    /// The program has given it back by itself.
    pub(super) fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        let Some(settings) = &self.0 else { return };
        // Where one fails, the other has done most of it.
        print!("{GIVE_BACK}");
        let _ = stdout().flush();
        let _ = Command::new("stty").arg(settings.trim()).stdin(Stdio::inherit()).status();
    }
}

/// Waits for Enter, or for the end of the input.
pub(super) async fn enter() {
    let (done, pressed) = oneshot::channel();
    // A thread of its own, which nobody has to wait for when the demo ends before the key is pressed.
    thread::spawn(move || {
        let _ = stdin().read_line(&mut String::new());
        let _ = done.send(());
    });
    let _ = pressed.await;
}
