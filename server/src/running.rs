//! Starting and stopping.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use axum_server::{
    Handle,
    accept::NoDelayAcceptor,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::{
    api,
    app::App,
    clock::Surroundings,
    config::{Config, TlsConfig, UNKNOWN_TOKENS_A_MINUTE_MAX, WRONG_CODES_A_MINUTE_MAX},
    directory::{Directory, Sessions},
    door::Door,
    engine::{Engine, Writer},
    error::Error as CallError,
    gather::Gather,
    http::Site,
    hub::Hub,
    news::Herald,
    operator_key,
    read::audit::{Finding, audit},
    scan::Holders,
    secrets::Secrets,
    store::{Store, StoreError},
    sweep,
    tries::Tries,
};

/// How long calls that are under way may take when the server stops.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A listener can't be bound.
    #[error("{address}: {error}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The certificate or its key can't be used.
    #[error("TLS certificate {cert}: {error}")]
    Tls {
        /// Which.
        cert: String,
        /// Why.
        error: io::Error,
    },
    /// The operator's key can't be written.
    #[error("{path}: {error}")]
    OperatorKey {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// A server that runs. Dropping it stops it without grace.
pub struct Running {
    app: Arc<App>,
    address: SocketAddr,
    tls_address: Option<SocketAddr>,
    handle: Handle<SocketAddr>,
    listeners: Vec<JoinHandle<io::Result<()>>>,
    sweep: JoinHandle<()>,
    _lock: Option<std::fs::File>,
}

/// Starts a provider on an opened database.
pub async fn serve(config: Config, mut store: Store, outside: Surroundings) -> Result<Running, ServeError> {
    let sessions = Sessions { outside: outside.clone(), ttl_ms: config.rules.session_ttl_ms };
    let directory = Arc::new(Directory::read(&mut store, sessions)?);
    let Store { database, writer, readers, secret, data_dir, lock, news } = store;
    let rules = Arc::new(config.rules);
    let hub = Hub::default();
    let herald = match news {
        Some(conn) => Herald::start(conn, database, writer.stripe(), hub.clone(), Arc::clone(&directory))?,
        None => Herald::local(hub.clone()),
    };
    let writer = Writer::new(
        writer,
        outside.clone(),
        Arc::clone(&rules),
        Arc::clone(&directory),
        herald,
        config.batch_commands_max.max(1),
    )?;
    let engine = Engine::start(writer).map_err(|error| ServeError::Other(error.to_string()))?;
    let secrets = Secrets::new(&secret);
    let app = Arc::new(App {
        rules,
        outside,
        secrets,
        directory,
        door: Door::default(),
        engine,
        holders: Holders::new(readers.clone()),
        readers,
        wrong_codes: Tries::new(WRONG_CODES_A_MINUTE_MAX),
        unknown_tokens: Tries::new(UNKNOWN_TOKENS_A_MINUTE_MAX),
        hub,
    });
    operator_key::ensure(&app, &data_dir).await?;

    let routes = api::routes(&app).await.map_err(|error| ServeError::Other(error.to_string()))?;
    let site = tower::make::Shared::new(Site::new(routes, config.wallet_dir));
    let handle = Handle::new();
    let (listener, address) = bind(config.listen)?;
    let plain = axum_server::from_tcp(listener).map_err(|error| ServeError::Listen { address, error })?;
    let plain = plain.acceptor(Gather(NoDelayAcceptor)).handle(handle.clone());
    let mut listeners = vec![tokio::spawn(plain.serve(site.clone()))];
    let mut tls_address = None;
    if let Some(tls) = config.tls {
        let (listener, address) = bind(tls.listen)?;
        let acceptor = RustlsAcceptor::new(certificate(&tls).await?).acceptor(NoDelayAcceptor);
        let server =
            axum_server::from_tcp(listener).map_err(|error| ServeError::Listen { address, error })?;
        let server = server.acceptor(Gather(acceptor)).handle(handle.clone());
        listeners.push(tokio::spawn(server.serve(site)));
        tls_address = Some(address);
    }
    let sweep = tokio::spawn(sweep::run(Arc::clone(&app), config.sweep_interval));
    Ok(Running { app, address, tls_address, handle, listeners, sweep, _lock: lock })
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| ServeError::Listen { address, error })
}

async fn certificate(tls: &TlsConfig) -> Result<RustlsConfig, ServeError> {
    // Whichever part of the process was first has set it to the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    RustlsConfig::from_pem_file(&tls.cert, &tls.key)
        .await
        .map_err(|error| ServeError::Tls { cert: Path::display(&tls.cert).to_string(), error })
}

impl Running {
    /// Where the plain listener is bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The plain listener's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the TLS listener is bound.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.tls_address
    }

    /// The writer, for what needs no wire: benchmarks and tests of the engine.
    pub fn engine(&self) -> &Engine {
        &self.app.engine
    }

    /// Settles all that is due by now, without waiting for the interval.
    pub async fn sweep(&self) -> Result<(), String> {
        sweep::sweep(&self.app).await.map_err(|error: CallError| error.to_string())
    }

    /// What `AuditLedger` finds, in words; nothing where all is in order.
    pub async fn audit(&self) -> Result<Vec<String>, String> {
        let directory = Arc::clone(&self.app.directory);
        let audit = self.app.readers.read(move |conn| audit(conn, &directory)).await;
        let words = |f: Finding| format!("{} {:?} {}: {}", f.invariant, f.entry, f.subject, f.detail);
        let audit = audit.map_err(|error: StoreError| error.to_string())?;
        Ok(audit.findings.into_iter().map(words).collect())
    }

    /// Waits until a listener ends by itself, which it should not.
    pub async fn failed(&mut self) -> io::Error {
        let ended = futures::future::select_all(self.listeners.iter_mut()).await.0;
        match ended {
            Ok(Err(error)) => error,
            Ok(Ok(())) => io::Error::other("a listener ended"),
            Err(error) => io::Error::other(error),
        }
    }

    /// Takes no more calls, finishes those under way and what is queued, and ends.
    pub async fn shutdown(mut self) {
        self.sweep.abort();
        self.app.hub.close();
        self.handle.graceful_shutdown(Some(SHUTDOWN_GRACE));
        for listener in self.listeners.drain(..) {
            // It ends either way.
            let _ = listener.await;
        }
        let app = Arc::clone(&self.app);
        let _ = tokio::task::spawn_blocking(move || app.engine.stop()).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.sweep.abort();
        self.app.hub.close();
        self.handle.shutdown();
        for listener in &self.listeners {
            listener.abort();
        }
    }
}
