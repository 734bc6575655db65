//! The cashier's screen in a terminal: it takes it over, follows its size, and gives it back however it ends.

use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command, ExitStatus},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::{devices::cable::pseudo_terminal, running::PATIENCE, world::Shop};

const CATALOGUE: &str = "gtin,name_en,name_zh,price_minor\n6901234567892,Shampoo,洗发水,3000\n";

/// A terminal's window with the till in it, which is killed with this value.
struct Window {
    terminal: File,
    child: Child,
    /// What the till wrote that nobody has looked at.
    written: Arc<Mutex<Vec<u8>>>,
}

impl Window {
    fn open(shop: &Shop, columns: u16, rows: u16) -> Self {
        let (terminal, path) = pseudo_terminal();
        let folder = shop.data_dir.path();
        std::fs::write(folder.join("catalogue.csv"), CATALOGUE).unwrap();
        let inside = File::options().read(true).write(true).open(path).unwrap();
        resize(&terminal, columns, rows);
        assert!(is_plain(&terminal));
        let child = Command::new(env!("CARGO_BIN_EXE_pos-agent"))
            .args(["till", "--catalogue", "catalogue.csv", "--data-dir", "till"])
            .current_dir(folder)
            .env("ONESCAN_PROVIDER", shop.provider.url())
            .env("ONESCAN_TERMINAL_KEY", "osk_terminal_T1001_secret")
            .env("TERM", "xterm-256color")
            .stdin(inside.try_clone().unwrap())
            .stdout(inside)
            .spawn()
            .unwrap();
        let written = Arc::new(Mutex::new(Vec::new()));
        let (mut from, to) = (terminal.try_clone().unwrap(), Arc::clone(&written));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // It ends with an error when the till has closed its side.
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                to.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self { terminal, child, written }
    }

    /// Waits until a word is written: blanks are not, where the screen is blank already.
    fn sees(&self, word: &str) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let mut written = self.written.lock().unwrap();
            if let Some(at) = written.windows(word.len()).position(|window| window == word.as_bytes()) {
                written.drain(..at + word.len());
                return;
            }
            drop(written);
            thread::sleep(Duration::from_millis(5));
        }
        panic!("{word:?} is not in {:?}", String::from_utf8_lossy(&self.written.lock().unwrap()));
    }

    fn types(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    fn resize(&self, columns: u16, rows: u16) {
        resize(&self.terminal, columns, rows);
        // The kernel tells the session whose terminal it is; this one is nobody's.
        self.signal("-WINCH");
    }

    fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the terminal shows what is typed and gathers it to lines, as a shell expects it.
fn is_plain(terminal: &File) -> bool {
    tcgetattr(terminal).unwrap().local_modes.contains(LocalModes::ECHO | LocalModes::ICANON)
}

fn resize(terminal: &File, columns: u16, rows: u16) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_is_given_back_however_the_till_ends() {
    let shop = Shop::open().await;
    let ends: [fn(&mut Window); 4] = [
        |window| window.types("q\r"),
        |window| window.types("\u{3}"),
        |window| window.signal("-TERM"),
        |window| window.signal("-HUP"),
    ];
    for end in ends {
        let mut window = Window::open(&shop, 80, 24);
        window.sees("T1001");
        assert!(!is_plain(&window.terminal));
        window.types("1\r");
        window.sees("Shampoo");
        end(&mut window);
        assert!(window.ended().success());
        // Marks of pasted text, the other screen, the cursor.
        for given_back in ["\x1b[?2004l", "\x1b[?1049l", "\x1b[?25h"] {
            window.sees(given_back);
        }
        assert!(is_plain(&window.terminal));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_too_small_says_so_and_the_till_goes_on() {
    let shop = Shop::open().await;
    let mut window = Window::open(&shop, 80, 24);
    window.sees("Basket");
    window.resize(60, 12);
    window.sees("larger:");
    window.types("2*1\r");
    window.sees("Pieces:");
    window.resize(132, 43);
    window.sees("Basket");
    window.sees("Shampoo");
    window.types("q\r");
    assert!(window.ended().success());
}
