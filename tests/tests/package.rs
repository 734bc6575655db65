//! The Debian package of the till's agent, installed in a Debian that has nothing else: it runs as its own user, sells, stops with grace,
//! and goes without a trace but its journal.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use proto::v1::{
    BasketLine, CheckoutState, Money, StartCheckoutRequest, SubmitScanRequest, WatchCheckoutRequest,
    till_service_client::TillServiceClient,
};
use tests::{
    actors::{connect, system_time},
    process::{ServerProcess, operator_key},
    world::{SHAMPOO, World},
};

/// Longer than the program takes to do anything on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A copy of the clean Debian, which goes with this value.
struct Machine {
    root: PathBuf,
    package: PathBuf,
}

impl Machine {
    /// `None` where the test command said that there is none.
    fn clean() -> Option<Self> {
        let (debian, package) = (env::var_os("ONESCAN_DEBIAN")?, env::var_os("ONESCAN_PACKAGE")?);
        let (debian, package) = (PathBuf::from(debian), PathBuf::from(package));
        let root = debian.with_extension(format!("test-{}", std::process::id()));
        let machine = Self { root, package };
        succeed(Command::new("cp").args(["--archive", "--reflink=auto"]).arg(&debian).arg(&machine.root));
        Some(machine)
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside.trim_start_matches('/'))
    }

    /// A command of this machine.
    fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        command.arg(&self.root).arg(program).args(args).env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    fn run(&self, program: &str, args: &[&str]) -> String {
        String::from_utf8(succeed(&mut self.command(program, args)).stdout).unwrap()
    }

    /// Everything on it, but for what dpkg notes, what the system logs and what a start forgets.
    fn files(&self) -> Vec<String> {
        let all = "find / -xdev \\( -path /proc -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache -o -path /run \\) -prune -o -print";
        let mut files: Vec<_> = self.run("sh", &["-c", all]).lines().map(str::to_owned).collect();
        files.sort();
        files
    }

    fn install(&self) {
        fs::copy(&self.package, self.path("/tmp/agent.deb")).unwrap();
        self.run("dpkg", &["--install", "/tmp/agent.deb"]);
        fs::remove_file(self.path("/tmp/agent.deb")).unwrap();
    }

    /// The number of the agent's own user and group.
    fn agent_user(&self) -> (u32, u32) {
        let number = |what: &str| self.run("id", &[what, "onescan-till"]).trim().parse().unwrap();
        (number("-u"), number("-g"))
    }

    /// What a shop's IT does on each lane: the provider's address, and the key as only the agent reads it.
    fn set_up(&self, provider: &str, key: &str) {
        let settings = self.path("/etc/onescan/pos-agent.toml");
        let text = fs::read_to_string(&settings).unwrap();
        let text = text
            .replace("address = \"https://pay.example.com\"", &format!("address = \"{provider}\""))
            .replace("listen = \"127.0.0.1:7411\"", "listen = \"127.0.0.1:0\"");
        fs::write(&settings, text).unwrap();
        let file = self.path("/etc/onescan/terminal.key");
        fs::write(&file, key).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        chown(&file, Some(0), Some(self.agent_user().1)).unwrap();
    }

    /// The unit's own command as the unit's own user, and where it serves.
    fn start(&self) -> (Child, String) {
        let unit = fs::read_to_string(self.path("/lib/systemd/system/pos-agent.service")).unwrap();
        let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
        let mut start = Command::new("chroot");
        start.args(["--userspec=onescan-till:onescan-till"]).arg(&self.root).args(command.split(' '));
        let mut child = start.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("pos-agent: serving on ").unwrap().to_owned();
        (child, format!("http://{address}"))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // Nothing is mounted in it.
        drop(fs::remove_dir_all(&self.root));
    }
}

fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&said));
    output
}

#[tokio::test(flavor = "multi_thread")]
async fn the_package_installs_sells_stops_with_grace_and_goes() {
    let Some(machine) = Machine::clean() else {
        println!("no clean Debian here: `cargo xtask test` makes one on Debian, as root");
        return;
    };
    let before = machine.files();
    machine.install();
    the_unit_is_sound(&machine);
    assert!(machine.run("pos-agent", &["--version"]).starts_with("pos-agent "));

    let folder = tempfile::tempdir().unwrap();
    let provider = ServerProcess::start(folder.path()).await;
    let channel = connect(&provider.url());
    let world = World::begin(channel, &operator_key(folder.path()), system_time()).await;
    let key = world.shop.till_key("Lane 1").await;
    machine.set_up(&provider.url(), &key);
    machine.run("pos-agent", &["config", "--check", "/etc/onescan/pos-agent.toml"]);

    let (mut agent, url) = machine.start();
    sell(&world, &url).await;
    succeed(Command::new("kill").arg("-TERM").arg(agent.id().to_string()));
    let ended = tokio::task::spawn_blocking(move || agent.wait().unwrap()).await.unwrap();
    assert_eq!(ended.code(), Some(0), "it stops with grace");
    let journal = machine.path("/var/lib/onescan-till/journal.db");
    assert!(journal.exists());

    // Another version is installed over it: the settings stay as they were set.
    machine.install();
    let settings = fs::read_to_string(machine.path("/etc/onescan/pos-agent.toml")).unwrap();
    assert!(settings.contains(&provider.url()));

    machine.run("dpkg", &["--purge", "onescan-pos-agent"]);
    assert!(journal.exists(), "a purge leaves the journal");
    fs::remove_dir_all(journal.parent().unwrap()).unwrap();
    let after = machine.files();
    let left: Vec<_> = after
        .iter()
        .filter(|file| !before.contains(file))
        // Copies that `adduser` makes of the lists of users.
        .filter(|file| !Path::new(file).starts_with("/etc") || !file.ends_with('-'))
        .collect();
    assert_eq!(left, Vec::<&String>::new(), "a purge leaves nothing else");
}

/// As systemd itself reads it.
fn the_unit_is_sound(machine: &Machine) {
    let unit = "pos-agent.service";
    let root = format!("--root={}", machine.root.display());
    // What it comes after is not on a machine without systemd; nor are manuals read there.
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--man=no", "--recursive-errors=no", &root, unit]);
    let said = succeed(&mut verify);
    assert_eq!(String::from_utf8_lossy(&said.stderr), "", "{unit}");
    // 0 is closed, 100 open; a service without any hardening has 96.
    let mut security = Command::new("systemd-analyze");
    security.args(["security", "--no-pager", "--offline=true", "--threshold=20", &root, unit]);
    succeed(&mut security);
    let wanted = "/usr/share/man/man1/pos-agent.1.gz";
    let manual = machine.run("zcat", &[wanted]);
    for command in ["run", "config", "till", "checkout", "inspect"] {
        assert!(manual.contains(&format!("\n.B {command}\n")), "{wanted} does not explain {command}");
    }
}

/// A shampoo at 30.00 with a coupon of 5.00, through the installed agent.
async fn sell(world: &World, url: &str) {
    let offer = world.shampoo_offer().await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let mut till = TillServiceClient::new(connect(url));
    let unit_price = Some(Money { currency_code: "CNY".into(), minor_units: 3_000 });
    let sale = StartCheckoutRequest {
        lane_id: "1".into(),
        checkout_id: "sale-1".into(),
        lines: vec![BasketLine { gtin: SHAMPOO.into(), units: 1, unit_price, ..BasketLine::default() }],
        ..StartCheckoutRequest::default()
    };
    till.start_checkout(sale).await.unwrap();
    let scan = SubmitScanRequest { checkout_id: "sale-1".into(), scan: phone.code().await };
    till.submit_scan(scan).await.unwrap();
    let watch = WatchCheckoutRequest { checkout_id: "sale-1".into() };
    let mut changes = till.watch_checkout(watch).await.unwrap().into_inner();
    let paid = async {
        loop {
            let checkout = changes.message().await.unwrap().expect("it ends paid").checkout.unwrap();
            if checkout.state() == CheckoutState::Completed {
                return checkout.amount_due.unwrap().minor_units;
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, paid).await.unwrap(), 2_500);
}
