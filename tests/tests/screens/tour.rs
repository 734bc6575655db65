//! A phone that is shown around.

use std::time::Duration;

use pos_agent::scanner::picture;
use tests::{browser::Phone, proxy::Proxy};

/// The phone, its network, and what was found.
pub(crate) struct Tour {
    pub(crate) phone: Phone,
    network: Proxy,
    language: &'static str,
    seen: u32,
    found: Vec<String>,
}

impl Tour {
    pub(crate) fn new(phone: Phone, network: Proxy, language: &'static str) -> Self {
        Self { phone, network, language, seen: 0, found: Vec::new() }
    }

    /// Looks at the screen once it shows this, by day and by night, and however it is held.
    pub(crate) async fn look(&mut self, name: &str, at: &str) {
        self.phone.see(at).await;
        self.seen += 1;
        let picture = format!("{:02}-{name}", self.seen);
        self.phone.evaluate("scrollTo(0, 0); document.querySelector('dialog')?.scrollTo(0, 0)").await;
        let mut found = Vec::new();
        self.phone.theme(true).await;
        self.phone.screenshot(&format!("{}-dark/{picture}", self.language)).await;
        found.extend(self.phone.unreadable().await);
        self.phone.theme(false).await;
        self.phone.screenshot(&format!("{}-light/{picture}", self.language)).await;
        found.extend(self.phone.inaccessible().await);
        found.extend(self.phone.misplaced().await);
        self.found.extend(found.into_iter().map(|what| format!("{}/{name}: {what}", self.language)));
    }

    pub(crate) async fn tap(&self, name: &str) {
        self.phone.tap(name).await;
    }

    /// Closes the sheet; with it the address changes.
    pub(crate) async fn shut(&self) {
        self.tap("sheet-close").await;
        while self.phone.shows_now("sheet").await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The code as a till reads it off the screen.
    pub(crate) async fn code(&self) -> String {
        self.phone.see("new-code").await;
        self.phone.evaluate("scrollTo(0, 0)").await;
        for _ in 0..100 {
            let screen = self.phone.screenshot(&format!("{}-code", self.language)).await;
            if let Ok(code) = picture::decode(&screen) {
                return code;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no code comes up")
    }

    /// The network is gone.
    pub(crate) async fn cut(&self) {
        self.network.unplug();
        self.phone.offline(true).await;
    }

    /// It is back.
    pub(crate) async fn mend(&self) {
        self.network.plug();
        self.phone.offline(false).await;
    }

    /// Nothing was found.
    pub(crate) async fn end(self) {
        self.phone.close().await;
        assert_eq!(self.found, [] as [String; 0], "{}", self.found.join("\n"));
    }
}
