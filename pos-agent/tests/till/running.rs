//! `pos-agent run` as a process of its own: signals and crashes while money is under way.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use pos_agent::{journal::endings, machine::Ending};
use proto::v1::{CheckoutState, PaymentState, till_service_client::TillServiceClient};
use tonic::transport::Channel;

use crate::{
    provider::Fault,
    service::{Software, private, sale},
    world::{MINTS, Shop, code},
};

/// Longer than any of these takes on the slowest computer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The program. It is killed with this value.
pub(crate) struct Agent {
    child: Child,
    pub(crate) software: Software,
}

impl Agent {
    /// Starts it with these settings beside those of the provider.
    pub(crate) fn start(shop: &Shop, more: &str) -> Self {
        let folder = shop.data_dir.path();
        std::fs::write(folder.join("terminal.key"), "osk_terminal_T1001_secret").unwrap();
        private(&folder.join("terminal.key"));
        let text =
            format!("[provider]\naddress = \"{}\"\nkey_file = \"terminal.key\"\n{more}", shop.provider.url());
        std::fs::write(folder.join("till.toml"), text).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_pos-agent"))
            .args(["run", "--config"])
            .arg(folder.join("till.toml"))
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.join("log.jsonl")).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("pos-agent: serving on ").unwrap_or_else(|| panic!("{line}"));
        let channel: Channel = Channel::from_shared(format!("http://{address}")).unwrap().connect_lazy();
        Self { child, software: Software(TillServiceClient::new(channel)) }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits for its end: the exit code; none where it was killed.
    async fn ended(&mut self) -> Option<i32> {
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status.code();
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("it ends")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const QUICK: &str = "[service]\nlisten = \"127.0.0.1:0\"\nstop_seconds = 1\n";
const SLOW: &str = "[service]\nlisten = \"127.0.0.1:0\"\nstop_seconds = 600\n";

/// How the journal says that its only payment ended; none while it is open.
fn ending(shop: &Shop) -> Option<Ending> {
    let all = endings(&shop.data_dir.path().join("till-data")).unwrap();
    assert_eq!(all.len(), 1);
    all.into_values().next().unwrap()
}

/// Mints are being paid for, and the provider has the request.
async fn a_payment_under_way(shop: &Shop, agent: &mut Agent) {
    agent.software.start(sale("c1", MINTS, 450)).await.unwrap();
    agent.software.scan("c1", &code(1, &[])).await.unwrap();
    until(|| shop.provider.with(|world| !world.requests.is_empty())).await;
}

pub(crate) async fn until(holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it comes to that");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_the_money_that_is_being_asked_for() {
    let shop = Shop::open().await;
    let mut agent = Agent::start(&shop, SLOW);
    shop.provider.fault(Fault::Slow(Duration::from_millis(300)));
    a_payment_under_way(&shop, &mut agent).await;
    agent.signal("-TERM");
    assert_eq!(agent.ended().await, Some(0));
    assert_eq!((ending(&shop), shop.provider.states()), (Some(Ending::Paid), vec![PaymentState::Completed]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_takes_back_what_waits_for_the_shopper() {
    let shop = Shop::open().await;
    let mut agent = Agent::start(&shop, SLOW);
    shop.provider.with(|world| world.wants_approval = true);
    a_payment_under_way(&shop, &mut agent).await;
    agent.software.until("c1", CheckoutState::WaitingForApproval).await;
    agent.signal("-TERM");
    assert_eq!(agent.ended().await, Some(0));
    assert_eq!(
        (ending(&shop), shop.provider.states()),
        (Some(Ending::Reversed), vec![PaymentState::Reversed])
    );
}

/// Stops it while a payment waits for its shopper and the provider does not take any back.
async fn a_stop_that_can_not_take_back(shop: &Shop, agent: &mut Agent) {
    shop.provider.with(|world| {
        world.wants_approval = true;
        world.reversal_faults = usize::MAX;
    });
    a_payment_under_way(shop, agent).await;
    agent.software.until("c1", CheckoutState::WaitingForApproval).await;
    agent.signal("-TERM");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stop_has_no_time_for_the_next_start_sees_to() {
    let shop = Shop::open().await;
    let mut agent = Agent::start(&shop, QUICK);
    a_stop_that_can_not_take_back(&shop, &mut agent).await;
    assert_eq!(agent.ended().await, Some(0), "within its bound");
    assert_eq!(ending(&shop), None);
    shop.provider.with(|world| world.reversal_faults = 0);
    resumed(&shop, PaymentState::Reversed, Ending::Reversed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_twice_does_not_wait() {
    let shop = Shop::open().await;
    let mut agent = Agent::start(&shop, SLOW);
    a_stop_that_can_not_take_back(&shop, &mut agent).await;
    until(|| shop.provider.with(|world| world.reversals > 0 || world.reversal_faults < usize::MAX)).await;
    agent.signal("-TERM");
    assert_eq!(agent.ended().await, Some(9));
    shop.provider.with(|world| world.reversal_faults = 0);
    resumed(&shop, PaymentState::Reversed, Ending::Reversed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_was_killed_goes_on_when_it_is_started_again() {
    let shop = Shop::open().await;
    let mut agent = Agent::start(&shop, SLOW);
    shop.provider.fault(Fault::Slow(PATIENCE));
    a_payment_under_way(&shop, &mut agent).await;
    until(|| !shop.provider.states().is_empty()).await;
    agent.signal("-KILL");
    assert_eq!(agent.ended().await, None);
    assert_eq!(ending(&shop), None);
    resumed(&shop, PaymentState::Completed, Ending::Paid).await;
}

/// Starts the agent again; it finds out what became of the payment, and is stopped when it has.
async fn resumed(shop: &Shop, at_provider: PaymentState, in_journal: Ending) {
    let mut agent = Agent::start(shop, SLOW);
    let state = match in_journal {
        Ending::Paid => CheckoutState::Completed,
        _ => CheckoutState::Cancelled,
    };
    agent.software.until("c1", state).await;
    agent.signal("-TERM");
    assert_eq!(agent.ended().await, Some(0));
    assert_eq!((ending(shop), shop.provider.states()), (Some(in_journal), vec![at_provider]));
}
