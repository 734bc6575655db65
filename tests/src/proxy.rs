//! A network that fails: a TCP proxy between a caller and the provider, which by a seeded schedule cuts connections before or
//! after a request got through, swallows answers, and delays. The cable can be pulled as a whole too.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

use crate::seed::Seed;

/// What will become of one connection, drawn when it is accepted. Bytes are counted from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Everything gets through.
    Honest,
    /// Closed once the caller has sent so many bytes; those before were passed on.
    CutRequest {
        /// Bytes from the caller.
        after_bytes: u64,
    },
    /// Closed once the provider has sent so many bytes: the request got through, the answer did not.
    CutAnswer {
        /// Bytes from the provider.
        after_bytes: u64,
    },
    /// Requests go on getting through, answers vanish after so many bytes; closed after the time.
    SwallowAnswers {
        /// Bytes from the provider.
        after_bytes: u64,
        /// How long the caller is left waiting.
        hold: Duration,
    },
    /// Each piece is held back for the time, and the connection closed after so many bytes from the caller.
    Slow {
        /// For each piece, each way.
        delay: Duration,
        /// Bytes from the caller.
        after_bytes: u64,
    },
}

impl Fate {
    /// Draws one. A payment is some 900 bytes there and 300 back, so that most connections end within their first or second.
    fn draw(seed: &mut Seed) -> Self {
        let (there, back) = (seed.below(2000), seed.below(500));
        match seed.below(10) {
            0..=2 => Self::CutRequest { after_bytes: there },
            3..=5 => Self::CutAnswer { after_bytes: back },
            6 | 7 => {
                Self::SwallowAnswers { after_bytes: back, hold: Duration::from_millis(50 + seed.below(400)) }
            }
            _ => Self::Slow { delay: Duration::from_millis(1 + seed.below(40)), after_bytes: 500 + there },
        }
    }
}

/// The proxy; ends with its value.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    cable: watch::Sender<bool>,
    target: Arc<Mutex<SocketAddr>>,
    faults: Arc<AtomicU32>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Passes everything on to `target`, honestly.
    pub async fn honest(target: SocketAddr) -> io::Result<Self> {
        Self::scripted(target, []).await
    }

    /// Gives the first connections these fates, one each; those after are honest.
    pub async fn scripted(target: SocketAddr, fates: impl Into<VecDeque<Fate>>) -> io::Result<Self> {
        let mut fates = fates.into();
        Self::start(target, move || fates.pop_front().unwrap_or(Fate::Honest)).await
    }

    /// Draws a fate for each connection.
    pub async fn faulty(target: SocketAddr, mut seed: Seed) -> io::Result<Self> {
        Self::start(target, move || Fate::draw(&mut seed)).await
    }

    async fn start(target: SocketAddr, mut next: impl FnMut() -> Fate + Send + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (cable, plugged) = watch::channel(true);
        let target = Arc::new(Mutex::new(target));
        let to = Arc::clone(&target);
        let faults = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&faults);
        let accepting = tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let fate = next();
                let to = *to.lock().unwrap_or_else(PoisonError::into_inner);
                let (count, plugged) = (Arc::clone(&count), plugged.clone());
                tokio::spawn(async move {
                    if connection(caller, to, fate, plugged).await.is_some() {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        Ok(Self { address, cable, target, faults, accepting })
    }

    /// Where callers connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections met the fate that was drawn for them, so that a test can say that there were faults at all.
    pub fn faults(&self) -> u32 {
        self.faults.load(Ordering::Relaxed)
    }

    /// The provider has moved, as after a restart on another port.
    pub fn retarget(&self, target: SocketAddr) {
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// Pulls the cable: every connection is closed and none comes about.
    pub fn unplug(&self) {
        self.cable.send_replace(false);
    }

    /// Puts it back.
    pub fn plug(&self) {
        self.cable.send_replace(true);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.unplug();
    }
}

/// One connection until its fate, an end, or the pulled cable; says whether it was its fate.
async fn connection(
    caller: TcpStream,
    target: SocketAddr,
    fate: Fate,
    mut plugged: watch::Receiver<bool>,
) -> Option<Sealed> {
    if !*plugged.borrow_and_update() {
        return None;
    }
    let provider = TcpStream::connect(target).await.ok()?;
    let (from_caller, to_caller) = caller.into_split();
    let (from_provider, to_provider) = provider.into_split();
    let (there, back) = match fate {
        Fate::Honest => (Pump::default(), Pump::default()),
        Fate::CutRequest { after_bytes } => (Pump::until(after_bytes), Pump::default()),
        Fate::CutAnswer { after_bytes } => (Pump::default(), Pump::until(after_bytes)),
        Fate::SwallowAnswers { after_bytes, hold } => {
            (Pump::default(), Pump { swallow_for: hold, ..Pump::until(after_bytes) })
        }
        Fate::Slow { delay, after_bytes } => {
            (Pump { delay, ..Pump::until(after_bytes) }, Pump { delay, ..Pump::default() })
        }
    };
    tokio::select! {
        end = there.run(from_caller, to_provider) => end,
        end = back.run(from_provider, to_caller) => end,
        _ = plugged.wait_for(|plugged| !plugged) => None,
    }
}

/// The connection met its fate.
struct Sealed;

/// One direction of a connection.
#[derive(Default)]
struct Pump {
    limit_bytes: Option<u64>,
    delay: Duration,
    swallow_for: Duration,
}

impl Pump {
    fn until(bytes: u64) -> Self {
        Self { limit_bytes: Some(bytes), ..Self::default() }
    }

    /// Returns when the connection is to be closed.
    async fn run(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> Option<Sealed> {
        let mut left = self.limit_bytes.unwrap_or(u64::MAX);
        let mut piece = [0_u8; 4096];
        while let Ok(read @ 1..) = from.read(&mut piece).await {
            tokio::time::sleep(self.delay).await;
            let passed = read.min(usize::try_from(left).unwrap_or(usize::MAX));
            if to.write_all(&piece[..passed]).await.is_err() {
                return None;
            }
            left -= passed as u64;
            if left == 0 {
                tokio::time::sleep(self.swallow_for).await;
                return Some(Sealed);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use super::*;

    /// A provider that sends back what it gets, and remembers how much that was.
    async fn echo() -> (SocketAddr, watch::Receiver<usize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (got, seen) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((mut caller, _)) = listener.accept().await {
                let mut piece = [0; 64];
                while let Ok(read @ 1..) = caller.read(&mut piece).await {
                    got.send_modify(|sum| *sum += read);
                    caller.write_all(&piece[..read]).await.ok();
                }
            }
        });
        (address, seen)
    }

    /// Sends ten bytes: how many the provider gets, and how many come back before the end.
    async fn check(fate: Fate, arrive: usize, come_back: RangeInclusive<usize>) {
        let (target, mut seen) = echo().await;
        let proxy = Proxy::scripted(target, [fate]).await.unwrap();
        let mut caller = TcpStream::connect(proxy.address()).await.unwrap();
        caller.write_all(&[7; 10]).await.unwrap();
        seen.wait_for(|sum| *sum >= arrive).await.unwrap();
        let mut back = Vec::new();
        if fate == Fate::Honest {
            back.resize(*come_back.start(), 0);
            caller.read_exact(&mut back).await.unwrap();
        } else {
            caller.read_to_end(&mut back).await.ok();
        }
        assert_eq!(*seen.borrow(), arrive, "{fate:?}");
        assert!(come_back.contains(&back.len()), "{fate:?}: {}", back.len());
    }

    #[tokio::test]
    async fn each_fate_lets_through_what_it_says() {
        let hold = Duration::from_millis(20);
        check(Fate::Honest, 10, 10..=10).await;
        check(Fate::CutAnswer { after_bytes: 3 }, 10, 3..=3).await;
        check(Fate::SwallowAnswers { after_bytes: 0, hold }, 10, 0..=0).await;
        check(Fate::CutRequest { after_bytes: 4 }, 4, 0..=4).await;
    }

    #[tokio::test]
    async fn a_pulled_cable_ends_what_there_is_and_lets_nothing_through_until_it_is_back() {
        let (target, _) = echo().await;
        let proxy = Proxy::honest(target).await.unwrap();
        let mut byte = [0];
        let mut before = TcpStream::connect(proxy.address()).await.unwrap();
        before.write_all(&[1]).await.unwrap();
        before.read_exact(&mut byte).await.unwrap();
        proxy.unplug();
        assert!(before.read_exact(&mut byte).await.is_err());
        let mut without = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(without.read_exact(&mut byte).await.is_err());
        proxy.plug();
        let mut after = TcpStream::connect(proxy.address()).await.unwrap();
        after.write_all(&[2]).await.unwrap();
        after.read_exact(&mut byte).await.unwrap();
    }
}
