//! A real phone-sized browser: headless Chromium, driven through its driver.

mod looks;

use std::{
    env, fmt, io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, PointerAction, TouchActions},
    elements::Element,
    wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

pub use looks::{LAYOUTS, Layout};

/// The browser: the variable that names it, and where it usually is.
pub const CHROMIUM: (&str, &str) = ("ONESCAN_CHROMIUM", "/usr/bin/chromium");
/// How long a page may take to show what is waited for, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// Times that what is tapped may have been put in place anew before it is tapped.
const TAPS_MAX: usize = 5;

/// How a phone is set up.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Its language: "en-US", "zh-CN".
    pub language: &'a str,
    /// Dark theme.
    pub dark: bool,
    /// Its screen in CSS pixels, of three device pixels each.
    pub screen: (u32, u32),
}

impl Default for Look<'_> {
    fn default() -> Self {
        Self { language: "en-US", dark: false, screen: (390, 844) }
    }
}

/// A phone with one page open.
pub struct Phone {
    page: Client,
    driver: Child,
    screenshots: PathBuf,
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Phone").field("driver", &self.driver.id()).finish_non_exhaustive()
    }
}

impl Phone {
    /// Starts the browser in a language and opens a page.
    pub async fn open(url: &str, language: &str) -> Self {
        Self::open_as(url, Look { language, ..Look::default() }).await
    }

    /// The same on a phone that is set up like this.
    pub async fn open_as(url: &str, look: Look<'_>) -> Self {
        Self::start(url, look, None).await
    }

    /// The same with a folder that outlives the browser: what it keeps there is there again when the next one opens it.
    pub async fn open_with(url: &str, look: Look<'_>, profile: &Path) -> Self {
        Self::start(url, look, Some(profile)).await
    }

    async fn start(url: &str, Look { language, dark, screen }: Look<'_>, profile: Option<&Path>) -> Self {
        let chromium = tool(CHROMIUM.0, CHROMIUM.1);
        let (driver, port) = start_driver().await;
        let (width, height) = screen;
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--lang={language}"),
            format!("--accept-lang={language}"),
            format!("--window-size={width},{height}"),
        ];
        arguments.extend(profile.map(|folder| format!("--user-data-dir={}", folder.display())));
        let capabilities = json!({
            "goog:chromeOptions": {
                "binary": chromium,
                "args": arguments,
                "mobileEmulation": {
                    "deviceMetrics": { "width": width, "height": height, "pixelRatio": 3.0, "touch": true },
                },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object was written above") };
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the browser starts");
        let phone = Self { page, driver, screenshots: screenshots_dir() };
        if dark {
            phone.theme(true).await;
        }
        phone.page.goto(url).await.expect("the page opens");
        phone
    }

    /// The element of this `data-test` name, once it can be seen.
    pub async fn see(&self, name: &str) -> Element {
        let css = format!("[data-test=\"{name}\"]");
        let waited = self.page.wait().at_most(PATIENCE).for_element(Locator::Css(&css)).await;
        match waited {
            Ok(element) => element,
            Err(error) => {
                self.screenshot(&format!("missing-{name}")).await;
                panic!("the page never showed {name}: {error}\n{}", self.text().await);
            }
        }
    }

    /// Whether it is there now.
    pub async fn shows_now(&self, name: &str) -> bool {
        let css = format!("[data-test=\"{name}\"]");
        self.page.find(Locator::Css(&css)).await.is_ok()
    }

    /// Waits for it, scrolls to it and taps it. Where the page puts another in its place meanwhile, that one is tapped.
    pub async fn tap(&self, name: &str) {
        // Not just into view: the tabs lie over the lower edge.
        let show =
            "document.querySelector(arguments[0])?.scrollIntoView({ block: 'center', behavior: 'instant' })";
        let css = json!(format!("[data-test=\"{name}\"]"));
        for tries_left in (0..TAPS_MAX).rev() {
            let element = self.see(name).await;
            self.page.execute(show, vec![css.clone()]).await.expect("the page scrolls");
            match element.click().await {
                Ok(()) => return,
                Err(error) if error.is_stale_element_reference() && tries_left > 0 => {}
                Err(error) => {
                    self.screenshot(&format!("untapped-{name}")).await;
                    panic!("{name} can't be tapped: {error}");
                }
            }
        }
    }

    /// Opens a wallet; the recovery code is written down another time.
    pub async fn open_wallet(&self) {
        self.tap("open-wallet").await;
        self.tap("recovery-later").await;
        self.see("balance").await;
    }

    /// Waits for a field and types into it, in place of what is there.
    pub async fn type_in(&self, name: &str, text: &str) {
        let field = self.see(name).await;
        field.clear().await.expect("the field can be cleared");
        field.send_keys(text).await.expect("the field can be typed into");
    }

    /// Presses a key where the focus is; WebDriver has letters of its own for those that write nothing.
    pub async fn press(&self, key: &str) {
        let focused = self.page.active_element().await.expect("something has the focus");
        focused.send_keys(key).await.expect("the key is pressed");
    }

    /// The text of an element.
    pub async fn text_of(&self, name: &str) -> String {
        self.see(name).await.text().await.expect("it has a text")
    }

    /// Files that the page gives to the shopper go into this folder.
    pub async fn download_to(&self, folder: &Path) {
        let how = json!({ "behavior": "allow", "downloadPath": folder });
        self.devtools("Browser.setDownloadBehavior", how).await;
    }

    /// Waits for it and holds a finger on it for so long.
    pub async fn hold(&self, name: &str, ms: u32) {
        let element = self.see(name).await;
        let finger = TouchActions::new("finger".to_owned())
            .then(PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 })
            .then(PointerAction::Down { button: 0 })
            .then(PointerAction::Pause { duration: Duration::from_millis(ms.into()) })
            .then(PointerAction::Up { button: 0 });
        if let Err(error) = self.page.perform_actions(finger).await {
            self.screenshot(&format!("unheld-{name}")).await;
            panic!("{name} can't be held: {error}");
        }
    }

    /// Waits until the element's text contains `part`.
    pub async fn read(&self, name: &str, part: &str) {
        let look = async || self.see(name).await.text().await.unwrap_or_default();
        if let Err(text) = wait(look, |text| text.contains(part)).await {
            self.screenshot(&format!("unread-{name}")).await;
            panic!("{name} says {text:?}, not {part:?}");
        }
    }

    /// Waits until the page says this, wherever.
    pub async fn shows(&self, part: &str) {
        if let Err(text) = wait(async || self.text().await, |text| text.contains(part)).await {
            panic!("the page says {text:?}, not {part:?}");
        }
    }

    /// All the text of the page.
    pub async fn text(&self) -> String {
        match self.page.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// What the screen shows, as PNG; kept for people to look at as well.
    pub async fn screenshot(&self, name: &str) -> Vec<u8> {
        let png = self.page.screenshot().await.expect("a screenshot");
        let file = self.screenshots.join(format!("{name}.png"));
        file.parent()
            .map(std::fs::create_dir_all)
            .transpose()
            .expect("the folder of screenshots can be made");
        std::fs::write(file, &png).expect("the screenshot is kept");
        png
    }

    /// Waits until a script in the page says true.
    pub async fn until(&self, script: &str) {
        if wait(async || self.evaluate(script).await, |said| *said == true).await.is_err() {
            self.screenshot("until").await;
            panic!("never true: {script}\n{}", self.text().await);
        }
    }

    /// Runs JavaScript in the page; for what only a page can tell.
    pub async fn evaluate(&self, script: &str) -> Value {
        self.page.execute(script, vec![]).await.expect("the script runs")
    }

    /// Loads the page again, as a shopper does who comes back.
    pub async fn reload(&self) {
        self.page.refresh().await.expect("the page loads again");
    }

    /// Opens another page.
    pub async fn go(&self, url: &str) {
        self.page.goto(url).await.expect("the page opens");
    }

    /// Makes the phone so many times slower than this machine.
    pub async fn slow_down(&self, times: u32) {
        self.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": times })).await;
    }

    /// Runs JavaScript in each page from now on, before anything of its own.
    pub async fn run_first(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// Files of these names can't be loaded, until others are named.
    pub async fn block(&self, names: &[String]) {
        let addresses: Vec<String> = names.iter().map(|name| format!("*/{name}")).collect();
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({ "urls": addresses })).await;
    }

    /// Tells the browser that the network is gone, or back.
    pub async fn offline(&self, offline: bool) {
        self.network(offline, 0).await;
    }

    /// A network on which each request takes so long.
    pub async fn slow(&self, latency_ms: u32) {
        self.network(false, latency_ms).await;
    }

    async fn network(&self, offline: bool, latency_ms: u32) {
        self.devtools("Network.enable", json!({})).await;
        let conditions = json!({
            "offline": offline, "latency": latency_ms, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// Opens a page of the wallet by its address: "#settings".
    pub async fn visit(&self, hash: &str) {
        self.evaluate(&format!("location.hash = {}", json!(hash))).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        let command = DevTools { body: json!({ "cmd": command, "params": parameters }).to_string() };
        self.page.issue_cmd(command).await.expect("the browser takes the command");
    }

    /// Ends the browser and its driver.
    pub async fn close(mut self) {
        self.page.close().await.expect("the browser closes");
        self.driver.kill().await.expect("the driver ends");
    }
}

/// The driver's own way to the Chrome DevTools protocol.
#[derive(Debug)]
struct DevTools {
    body: String,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.clone()))
    }
}

/// ChromeDriver, and the port at which it listens.
///
/// It takes a port that is free in one of IPv4 and IPv6 and gives up where another program, a second driver that starts
/// at the same moment for one, has it in the other: so it is started again, a few times.
async fn start_driver() -> (Child, u16) {
    const TRIES: usize = 10;
    let path = tool("ONESCAN_CHROMEDRIVER", "/usr/bin/chromedriver");
    for _ in 0..TRIES {
        let mut driver = Command::new(&path)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", path.display()));
        if let Ok(port) = driver_port(&mut driver).await {
            return (driver, port);
        }
    }
    panic!("{} found no port to listen at in {TRIES} tries", path.display());
}

/// The driver picks a free port and says so on its output.
async fn driver_port(driver: &mut Child) -> io::Result<u16> {
    let output = driver.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        let port = line
            .rsplit_once("successfully on port ")
            .and_then(|(_, rest)| rest.trim_end_matches('.').parse().ok());
        if let Some(port) = port {
            // Keeps reading, so that the driver never writes into a closed pipe.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(port);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// The wallet as `cargo xtask wallet` builds it.
pub fn wallet_dist() -> PathBuf {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../wallet-web/dist");
    let dist = tool("ONESCAN_WALLET_DIST", built);
    let page = dist.join("index.html");
    assert!(page.exists(), "{} is missing; `cargo xtask test` sets this up", page.display());
    dist
}

/// A program or folder by its variable, or where it usually is.
pub fn tool(variable: &str, usual: &str) -> PathBuf {
    let path = env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from);
    assert!(
        path.exists(),
        "{} is missing; `cargo xtask test` sets this up (or set {variable})",
        path.display()
    );
    path
}

fn screenshots_dir() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    std::fs::create_dir_all(&dir).expect("the folder of screenshots can be made");
    dir
}

/// Looks again and again until what is seen is right; what was seen last, where it never is.
async fn wait<T>(look: impl AsyncFn() -> T, is_right: impl Fn(&T) -> bool) -> Result<(), T> {
    let started = tokio::time::Instant::now();
    loop {
        let seen = look().await;
        if is_right(&seen) {
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            return Err(seen);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
