//! Shops' own till software, and the page that its programmers read: the examples and `docs/till.md`, against a real agent and a
//! real provider.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    env, fs,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use prost::Message as _;
use prost_types::FileDescriptorSet;
use proto::v1::{
    CloseDayRequest, DayDifferenceCause, GetReceiptRequest, RefundSaleRequest, RefundState, ReturnedItem,
    till_service_client::TillServiceClient,
};
use tempfile::TempDir;
use tests::{
    actors::{Shopper, connect, system_time},
    browser::{Phone, tool},
    page::{Shell, sessions},
    process::{AgentProcess, ServerProcess, operator_key, program},
    world::{SHAMPOO, SOAP, World},
};
use tokio::io::{AsyncBufReadExt, BufReader};
use tonic::Code;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
const PROTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../proto");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/till.md");

/// A shop with a provider; its shopper has 100.00 and the shampoo coupon.
struct Shop {
    provider: ServerProcess,
    world: World,
    shopper: Shopper,
    terminal_key: String,
    folder: TempDir,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let provider = ServerProcess::start(folder.path()).await;
        let key = operator_key(folder.path());
        let world = World::begin(connect(&provider.url()), &key, system_time()).await;
        let offer = world.shampoo_offer().await;
        let shopper = world.phone("100.00").await;
        shopper.clip(offer).await;
        let terminal_key = world.shop.till_key("Lane 1").await;
        Self { provider, world, shopper, terminal_key, folder }
    }

    /// An agent that starts with an empty disk.
    async fn agent(&self, name: &str, origins: &[&str]) -> AgentProcess {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        AgentProcess::start(&folder, &self.provider.url(), &self.terminal_key, origins).await
    }

    /// A folder with a copy of an example, where its code can be generated.
    fn example(&self, name: &str) -> PathBuf {
        let copy = self.folder.path().join(name);
        fs::create_dir(&copy).unwrap();
        for file in fs::read_dir(Path::new(EXAMPLES).join(name)).unwrap().map(Result::unwrap) {
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), copy.join(file.file_name())).unwrap();
            }
        }
        copy
    }
}

/// What a program prints; it must succeed.
fn run(command: &mut Command, input: &str) -> String {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{command:?}\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn python() -> Command {
    Command::new(tool("ONESCAN_PYTHON", "python3"))
}

/// A till in Python with its generated code.
fn python_till(shop: &Shop) -> impl Fn(SocketAddr, &[&str], &str) -> String + use<> {
    let folder = shop.example("till_python");
    fs::create_dir(folder.join("gen")).unwrap();
    let mut protos: Vec<PathBuf> =
        fs::read_dir(Path::new(PROTO).join("onescan/v1")).unwrap().map(|file| file.unwrap().path()).collect();
    protos.sort();
    let out = ["--python_out=gen", "--grpc_python_out=gen", "-I", PROTO];
    run(python().args(["-m", "grpc_tools.protoc"]).args(out).args(protos).current_dir(&folder), "");
    move |agent, arguments, input| {
        run(python().arg("till.py").arg(agent.to_string()).args(arguments).current_dir(&folder), input)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_in_python_sells_gives_back_and_closes_the_day() {
    let mut shop = Shop::open().await;
    let agent = shop.agent("agent", &[]).await;
    let till = python_till(&shop);
    let (shampoo, soap) = (format!("{SHAMPOO}:2:3000"), format!("{SOAP}:1:1200"));
    let code = shop.shopper.code().await;

    // The first thing scanned is no code; the next one is.
    let sold = till(agent.address(), &["sell", &shampoo, &soap], &format!("hello\n{code}\n"));
    assert!(sold.starts_with("CHECKOUT_STATE_WAITING_FOR_SCAN: Ready for the customer's code."), "{sold}");
    assert!(sold.contains("\nCHECKOUT_STATE_COMPLETED: "), "{sold}");
    assert!(sold.contains("CNY 67.00"), "two bottles, 5.00 off one, and soap: {sold}");
    let payment = sold.lines().last().unwrap().strip_prefix("payment ").unwrap();
    shop.shopper.expect_balance("33.00").await;

    let refunded = till(agent.address(), &["refund", payment, &format!("{SHAMPOO}:1")], "");
    assert!(refunded.starts_with("REFUND_STATE_COMPLETED: The money is back in the wallet."), "{refunded}");
    assert!(refunded.ends_with("refunded CNY 30.00\n"), "{refunded}");
    shop.shopper.expect_balance("63.00").await;

    let day = till(agent.address(), &["close-day"], "");
    let expect = "sales: 1, CNY 67.00\ndiscounts: 1, CNY 5.00\nrefunds: 1, CNY 30.00\n\
                  reversals: 0, CNY 0.00\ndeclines: 0, CNY 0.00\n0 differences\n";
    assert_eq!(day, expect);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_in_a_web_page_sells_gives_back_and_closes_the_day() {
    let mut shop = Shop::open().await;
    let folder = shop.example("till_web");
    let packages = fs::canonicalize(tool("ONESCAN_NODE_MODULES", "node_modules")).unwrap();
    std::os::unix::fs::symlink(packages, folder.join("node_modules")).unwrap();
    let repository = Path::new(EXAMPLES).parent().unwrap();
    run(Command::new(tool("ONESCAN_BUF", "buf")).arg("generate").arg(repository).current_dir(&folder), "");

    let mut web = tokio::process::Command::from(python())
        .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let line = BufReader::new(web.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    let origin = line.split_once('(').and_then(|(_, rest)| rest.split_once("/)")).unwrap().0;
    let agent = shop.agent("agent", &[origin]).await;

    let page = Phone::open(&format!("{origin}/?agent=http://{}", agent.address()), "en-US").await;
    page.tap("sell").await;
    page.read("words", "Ready for the customer's code.").await;
    let code = shop.shopper.code().await;
    page.type_in("code", &format!("{code}\n")).await;
    page.read("state", "COMPLETED").await;
    page.read("receipt", "CNY 67.00").await;
    shop.shopper.expect_balance("33.00").await;
    page.tap("refund").await;
    page.read("state", "COMPLETED CNY 30.00").await;
    shop.shopper.expect_balance("63.00").await;
    page.tap("close-day").await;
    page.read("day", "sales: 1, CNY 67.00").await;
    page.read("day", "refunds: 1, CNY 30.00\n").await;
    page.read("day", "0 differences").await;
    // The next customer has forgotten the phone.
    page.tap("sell").await;
    page.read("state", "WAITING_FOR_SCAN").await;
    page.tap("cancel").await;
    page.read("state", "CANCELLED").await;
    assert_eq!(page.inaccessible().await, Vec::<String>::new());
    page.close().await;

    // A page that the settings don't name gets no answer.
    let stranger = shop.agent("another agent", &["https://till.example.com"]).await;
    let page = Phone::open(&format!("{origin}/?agent=http://{}", stranger.address()), "en-US").await;
    page.tap("close-day").await;
    page.read("words", "Failed to fetch").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_back_is_given_back_once_and_a_lost_disk_is_found_at_the_end_of_the_day() {
    let mut shop = Shop::open().await;
    let agent = shop.agent("agent", &[]).await;
    let code = shop.shopper.code().await;
    let till = python_till(&shop);
    let sold = till(agent.address(), &["sell", &format!("{SHAMPOO}:2:3000")], &format!("{code}\n"));
    let payment_id = sold.lines().last().unwrap().strip_prefix("payment ").unwrap().to_owned();
    let mut software = TillServiceClient::new(connect(&format!("http://{}", agent.address())));
    let ask = |refund: u8, units: u32| RefundSaleRequest {
        refund_id: format!("0199b0f0-0000-7000-8000-0000000000{refund:02}"),
        payment_id: payment_id.clone(),
        everything: units == 0,
        items: (0..u32::from(units > 0)).map(|_| ReturnedItem { gtin: SHAMPOO.into(), units }).collect(),
    };

    let too_many = software.refund_sale(ask(1, 3)).await.unwrap_err();
    assert_eq!(too_many.code(), Code::FailedPrecondition, "{too_many:?}");
    let nothing = RefundSaleRequest { everything: false, ..ask(1, 0) };
    assert_eq!(software.refund_sale(nothing).await.unwrap_err().code(), Code::InvalidArgument);

    let first = software.refund_sale(ask(1, 1)).await.unwrap().into_inner();
    assert_eq!(first.state(), RefundState::Completed);
    assert_eq!(first.refunded_amount.as_ref().unwrap().minor_units, 3000);
    assert!(first.receipt.is_some());
    let again = software.refund_sale(ask(1, 1)).await.unwrap().into_inner();
    assert_eq!((again.state(), again.refunded_amount), (RefundState::Completed, first.refunded_amount));
    assert_eq!(software.refund_sale(ask(1, 2)).await.unwrap_err().code(), Code::AlreadyExists);
    shop.shopper.expect_balance("75.00").await;

    let rest = software.refund_sale(ask(2, 0)).await.unwrap().into_inner();
    assert_eq!(rest.refunded_amount.unwrap().minor_units, 2500);
    assert!(software.refund_sale(ask(3, 0)).await.is_err(), "nothing is left");
    shop.shopper.expect_balance("100.00").await;
    assert!(
        software.close_day(CloseDayRequest::default()).await.unwrap().into_inner().differences.is_empty()
    );

    // The machine's disk is replaced; the shop's new agent has the same key.
    drop(agent);
    let next = shop.agent("next agent", &[]).await;
    let mut software = TillServiceClient::new(connect(&format!("http://{}", next.address())));
    let closed = software.close_day(CloseDayRequest::default()).await.unwrap().into_inner();
    let found: Vec<_> = closed.differences.iter().map(|one| (one.cause(), one.payment_id.as_str())).collect();
    let refund = (DayDifferenceCause::RefundMissingAtTill, payment_id.as_str());
    assert_eq!(found, [(DayDifferenceCause::MissingAtTill, payment_id.as_str()), refund, refund]);
    let unknown = GetReceiptRequest { payment_id: payment_id.clone(), copy: true, ..Default::default() };
    assert_eq!(software.get_receipt(unknown).await.unwrap_err().code(), Code::NotFound);
    assert!(shop.world.operator.audit().await.clean);
}

/// What the page started is ended with the test, whatever becomes of it.
struct Started<'a>(&'a Path);

impl Drop for Started<'_> {
    fn drop(&mut self) {
        if let Ok(id) = fs::read_to_string(self.0.join("agent.pid")) {
            let _ = Command::new("kill").arg(id.trim()).stderr(Stdio::null()).status();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_session_of_the_page_answers_as_the_page_says() {
    let mut shop = Shop::open().await;
    let desk = tempfile::tempdir().unwrap();
    let _started = Started(desk.path());
    let mut shell = Shell::start(desk.path());
    let beside = |tool: PathBuf| tool.parent().unwrap().display().to_string();
    let folders =
        [beside(tool("ONESCAN_BUF", "buf")), beside(program("pos-agent")), env::var("PATH").unwrap()];
    shell.set("PATH", &folders.join(":"));
    shell.set("TZ", "UTC");
    shell.set("PROVIDER", &shop.provider.url());
    shell.set("TERMINAL_KEY", &shop.terminal_key);
    shell.set("LISTEN", "127.0.0.1:0");
    for session in sessions(&fs::read_to_string(PAGE).unwrap()) {
        if session.typed.contains("$CODE") {
            let code = shop.shopper.code().await;
            shell.set("CODE", &code);
        }
        tokio::task::block_in_place(|| shell.run(&session));
    }
}

#[test]
fn the_page_shows_every_call_that_there_is() {
    let page = fs::read_to_string(PAGE).unwrap();
    let typed: String = sessions(&page).into_iter().map(|session| session.typed).collect();
    let schema = FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET).unwrap();
    let services = schema.file.iter().flat_map(|file| &file.service);
    let calls: BTreeSet<&str> = services
        .filter(|service| service.name() == "TillService")
        .flat_map(|service| service.method.iter().map(|method| method.name()))
        .collect();
    let missing: Vec<_> = calls.iter().filter(|call| !typed.contains(*call)).collect();
    assert!(calls.len() >= 12 && missing.is_empty(), "docs/till.md does not show {missing:?}");
}
