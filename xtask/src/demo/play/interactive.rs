//! The demo for two hands: the wallet in a browser, the till in this terminal. Its state survives in `data/demo`.

use std::{
    env,
    net::{Ipv4Addr, SocketAddr},
    process::ExitStatus,
};

use super::{
    Options,
    calls::connect,
    certificate,
    folder::Folder,
    goods::catalogue,
    lan, now,
    programs::{Provider, Settings, shown, till, told_to_stop},
    screen::{Addresses, guide, qr},
    seed::{Seeded, seed},
    step, terminal,
};
use crate::{
    shell::{Outcome, could_not_start, write},
    wallet,
};

/// The wallet of a browser belongs to one address, so the ports are the same each time where they are free.
const PORT: u16 = 8080;
const TLS_PORT: u16 = 8443;

/// Plays until the cashier quits.
pub(super) async fn run(options: Options) -> Outcome {
    let folder = Folder::kept();
    folder.must_be_free()?;
    if options.fresh {
        folder.remove()?;
    }
    folder.make()?;
    write(&folder.catalogue(), catalogue())?;
    let lan = if options.local { None } else { lan::address() };
    if lan.is_none() && !options.local {
        println!("This machine is on no network that could be found: the wallet is for this machine only.");
    }

    let (provider, addresses) = tokio::select! {
        started = step("starting the provider", start(&folder, lan)) => started?,
        () = told_to_stop() => return Ok(()),
    };
    let outcome = tokio::select! {
        outcome = serve(&folder, &provider, &addresses) => outcome,
        () = told_to_stop() => Ok(()),
    };
    provider.stop().await;
    println!("\nThe till is closed, and the provider at {} with it.", addresses.here);
    println!("How to play is in {} too. The demo's state is kept:", shown(&folder.read_me()));
    println!("  cargo xtask demo           goes on where it was");
    println!("  cargo xtask demo --fresh   starts over");
    outcome
}

/// Starts the provider, on the network too where there is one.
async fn start(folder: &Folder, lan: Option<Ipv4Addr>) -> Outcome<(Provider, Addresses)> {
    let certificate = match lan {
        Some(address) => Some(certificate::for_address(&folder.certificate(), address, now())?),
        None => None,
    };
    let wallet = wallet::dist();
    let settings = Settings {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, lan::free_port(Ipv4Addr::LOCALHOST, PORT))),
        tls: certificate.as_ref().map(|certificate| (tls_address(), certificate)),
        wallet: Some(&wallet),
    };
    let provider = Provider::start(folder, &settings).await?;
    let phone = lan.zip(provider.tls_port).map(|(address, port)| format!("https://{address}:{port}"));
    let here = provider.url.clone();
    Ok((provider, Addresses { here, phone }))
}

fn tls_address() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::UNSPECIFIED, lan::free_port(Ipv4Addr::UNSPECIFIED, TLS_PORT)))
}

/// Fills the provider, says how to play, and lends the terminal to the till.
async fn serve(folder: &Folder, provider: &Provider, addresses: &Addresses) -> Outcome {
    let seeding = async { seed(&connect(&provider.url).await?, folder, now()).await };
    let seeded = step("a shop with its till, manufacturers and their offers", seeding).await;
    let seeded = seeded.map_err(|e| format!("{e}\n`cargo xtask demo --fresh` starts over."))?;

    let guide = guide(addresses, folder);
    write(&folder.read_me(), &guide)?;
    welcome(addresses, &guide);
    if terminal::is_there() {
        println!("Press Enter to open the till.");
        terminal::enter().await;
    }
    let status = run_till(folder, &provider.url, &seeded).await?;
    if ended_well(status) {
        return Ok(());
    }
    Err(format!("the till ended with {status}; what it had begun is brought to an end at the next start")
        .into())
}

fn welcome(addresses: &Addresses, guide: &str) {
    println!();
    if let Some(drawn) = addresses.phone.as_deref().and_then(qr).filter(|_| terminal::is_there()) {
        println!("{drawn}");
    }
    println!("{guide}");
    for (address, usual) in [(Some(&addresses.here), PORT), (addresses.phone.as_ref(), TLS_PORT)] {
        if let Some(address) = address.filter(|address| !address.ends_with(&format!(":{usual}"))) {
            println!("Port {usual} is taken, so this time the address is {address}.");
            println!("A wallet that was opened at another address is still there, at that address.\n");
        }
    }
}

/// The till in this terminal, until the cashier quits.
async fn run_till(folder: &Folder, provider: &str, seeded: &Seeded) -> Outcome<ExitStatus> {
    let mut till = till("till", provider, seeded, folder)?;
    till.arg("--watch").arg(shown(&folder.screenshots())).args(["--lang", language()]);
    let saved = terminal::Saved::now();
    let mut child = till.spawn().map_err(|e| could_not_start(till.as_std(), &e))?;
    let status = child.wait().await?;
    if status.success() {
        saved.forget();
    }
    Ok(status)
}

/// Whether the till ended because somebody wanted it to: quit, or Ctrl-C and its like.
fn ended_well(status: ExitStatus) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        const HANG_UP: i32 = 1;
        const INTERRUPT: i32 = 2;
        const TERMINATE: i32 = 15;
        status.success() || matches!(status.signal(), Some(HANG_UP | INTERRUPT | TERMINATE))
    }
    #[cfg(not(unix))]
    status.success()
}

/// The cashier's language: Chinese where the machine speaks it.
fn language() -> &'static str {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
    if locale.starts_with("zh") { "zh" } else { "en" }
}
