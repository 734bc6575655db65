//! A network that fails: a TCP proxy between a caller and the provider, which by a seeded schedule cuts connections before or
//! after a request got through, swallows answers, and delays. The cable can be pulled as a whole too.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
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
    /// Draws one; about one connection in five carries a handful of purchases before it is cut.
    fn draw(seed: &mut Seed) -> Self {
        match seed.below(10) {
            0 | 1 => Self::CutRequest { after_bytes: 4000 + seed.below(8000) },
            2 | 3 => Self::CutRequest { after_bytes: seed.below(1600) },
            4..=6 => Self::CutAnswer { after_bytes: seed.below(900) },
            7 | 8 => Self::SwallowAnswers {
                after_bytes: seed.below(900),
                hold: Duration::from_millis(50 + seed.below(400)),
            },
            _ => Self::Slow {
                delay: Duration::from_millis(1 + seed.below(40)),
                after_bytes: 1000 + seed.below(4000),
            },
        }
    }
}

/// The proxy; ends with its value.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    cable: watch::Sender<bool>,
    target: Arc<Mutex<SocketAddr>>,
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
        let accepting = tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let fate = next();
                let to = *to.lock().unwrap_or_else(PoisonError::into_inner);
                tokio::spawn(connection(caller, to, fate, plugged.clone()));
            }
        });
        Ok(Self { address, cable, target, accepting })
    }

    /// Where callers connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
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

/// One connection until its fate, an end, or the pulled cable.
async fn connection(caller: TcpStream, target: SocketAddr, fate: Fate, mut plugged: watch::Receiver<bool>) {
    if !*plugged.borrow_and_update() {
        return;
    }
    let Ok(provider) = TcpStream::connect(target).await else { return };
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
        () = there.run(from_caller, to_provider) => {}
        () = back.run(from_provider, to_caller) => {}
        _ = plugged.wait_for(|plugged| !plugged) => {}
    }
}

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
    async fn run(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut left = self.limit_bytes.unwrap_or(u64::MAX);
        let mut piece = [0_u8; 4096];
        while let Ok(read @ 1..) = from.read(&mut piece).await {
            tokio::time::sleep(self.delay).await;
            let passed = read.min(usize::try_from(left).unwrap_or(usize::MAX));
            if to.write_all(&piece[..passed]).await.is_err() {
                return;
            }
            left -= passed as u64;
            if left == 0 {
                tokio::time::sleep(self.swallow_for).await;
                return;
            }
        }
    }
}
