//! Scanners and printers of the settings file, at a `pos-agent run` of its own: each serves its lane.

use std::{fs, io::Write, os::unix::fs::symlink};

use proto::v1::{
    CashierWords, CheckoutState, GetReceiptRequest, ListLanesRequest, RefundSaleRequest, RefundState,
    StartCheckoutRequest,
};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::{
    running::{Agent, PATIENCE, until},
    service::{due, sale},
    world::{MINTS, SHAMPOO, SHAMPOO_COUPON, Shop, code},
};

#[path = "../serial/cable.rs"]
pub(crate) mod cable;
#[path = "../pictures/camera.rs"]
#[allow(dead_code)]
mod camera;

use cable::pseudo_terminal;

const SERVICE: &str = "[service]\nlisten = \"127.0.0.1:0\"\n[lanes]\nids = [\"1\", \"2\"]\n";

fn on_lane(lane: &str, checkout: &str, gtin: &str, price_minor: i64) -> StartCheckoutRequest {
    StartCheckoutRequest { lane_id: lane.into(), ..sale(checkout, gtin, price_minor) }
}

/// How often the agent's log has said this.
fn said(shop: &Shop, what: &str) -> usize {
    fs::read_to_string(shop.data_dir.path().join("log.jsonl")).unwrap().matches(what).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_scanner_of_the_settings_pays_at_its_own_lane() {
    let shop = Shop::open().await;
    let folder = shop.data_dir.path();
    let (port, pictures) = (folder.join("usb-scanner"), folder.join("pictures"));
    fs::create_dir(&pictures).unwrap();
    let settings = format!(
        "{SERVICE}[[scanner]]\nlane = \"1\"\nkind = \"serial\"\ndevice = \"usb-scanner\"\n\
         [[scanner]]\nlane = \"2\"\nkind = \"folder\"\nfolder = \"pictures\"\n"
    );
    let mut agent = Agent::start(&shop, &settings);
    agent.software.start(on_lane("1", "at-1", SHAMPOO, 3000)).await.unwrap();
    agent.software.start(on_lane("2", "at-2", MINTS, 450)).await.unwrap();

    // The serial scanner is plugged in while the agent runs.
    let (mut cable, path) = pseudo_terminal();
    symlink(path, &port).unwrap();
    until(|| said(&shop, "the scanner is there") == 2).await;
    write!(cable, "{}\r\n", code(1, &[SHAMPOO_COUPON])).unwrap();
    let paid = agent.software.until("at-1", CheckoutState::Completed).await;
    assert_eq!((paid.lane_id.as_str(), due(&paid)), ("1", 2500));

    let picture = camera::on_a_phone(&camera::drawn(&code(2, &[]), 4));
    fs::write(pictures.join("shot.png"), camera::bytes(&picture, image::ImageFormat::Png)).unwrap();
    let paid = agent.software.until("at-2", CheckoutState::Completed).await;
    assert_eq!((paid.lane_id.as_str(), due(&paid)), ("2", 450));

    // It is pulled out and comes back as another device, in the middle of the next sale.
    agent.software.start(on_lane("1", "at-1-again", MINTS, 450)).await.unwrap();
    fs::remove_file(&port).unwrap();
    drop(cable);
    until(|| said(&shop, "the scanner is not there; waiting for it") == 2).await;
    let (mut cable, path) = pseudo_terminal();
    symlink(path, &port).unwrap();
    until(|| said(&shop, "the scanner is there") == 3).await;
    write!(cable, "{}\r\n", code(3, &[])).unwrap();
    let paid = agent.software.until("at-1-again", CheckoutState::Completed).await;
    assert_eq!((paid.lane_id.as_str(), due(&paid)), ("1", 450));
}

fn en(words: Option<CashierWords>) -> Option<String> {
    Some(words?.what?.en)
}

impl Agent {
    /// Sells mints at a lane: the payment.
    async fn sell(&mut self, lane: &str, checkout: &str, token: u64) -> String {
        self.software.start(on_lane(lane, checkout, MINTS, 450)).await.unwrap();
        self.software.scan(checkout, &code(token, &[])).await.unwrap();
        self.software.until(checkout, CheckoutState::Completed).await.payment_id
    }

    /// What the cashier of a lane reads of its printer.
    async fn printer_of(&mut self, lane: &str) -> Option<String> {
        let lanes = self.software.0.list_lanes(ListLanesRequest {}).await.unwrap().into_inner().lanes;
        en(lanes.into_iter().find(|found| found.lane_id == lane).unwrap().printer_words)
    }

    /// Asks for a copy on paper: why there is none.
    async fn print_again(&mut self, payment_id: &str) -> Option<String> {
        let request = GetReceiptRequest {
            payment_id: payment_id.into(),
            copy: true,
            print: true,
            ..GetReceiptRequest::default()
        };
        en(self.software.0.get_receipt(request).await.unwrap().into_inner().not_printed)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_refunds_and_copies_are_printed_at_their_lane() {
    let shop = Shop::open().await;
    let paper = shop.data_dir.path().join("paper.bin");
    let settings = format!(
        "{SERVICE}[[printer]]\nlane = \"1\"\nkind = \"file\"\npath = \"paper.bin\"\ncolumns = 32\n\
         charset = \"latin\"\n"
    );
    let mut agent = Agent::start(&shop, &settings);
    let on_paper = || fs::read(&paper).unwrap_or_default();
    let printed =
        |text: &str| on_paper().windows(text.len()).filter(|window| *window == text.as_bytes()).count();
    let cuts = || on_paper().windows(3).filter(|window| *window == [0x1D, b'V', 66]).count();
    let payment = agent.sell("1", "c1", 1).await;
    until(|| cuts() == 1).await;
    assert_eq!((printed("CNY 4.50"), printed("COPY")), (1, 0));

    assert_eq!(agent.print_again(&payment).await, None);
    assert_eq!(cuts(), 2, "it answers when the copy is on paper");
    assert_eq!(printed("COPY"), 1);

    let refund = RefundSaleRequest {
        refund_id: "0199b0f0-0000-7000-8000-0000000000aa".into(),
        payment_id: payment,
        everything: true,
        items: Vec::new(),
    };
    let refunded = agent.software.0.refund_sale(refund).await.unwrap().into_inner();
    assert_eq!(refunded.state(), RefundState::Completed);
    until(|| cuts() == 3).await;

    let other = agent.sell("2", "c2", 2).await;
    assert_eq!(agent.print_again(&other).await.unwrap(), "This lane has no printer.");
    assert_eq!((cuts(), agent.printer_of("2").await), (3, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_is_off_keeps_nobody_from_paying() {
    let shop = Shop::open().await;
    // A port on which nothing listens, until somebody switches the printer on.
    let off = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = off.local_addr().unwrap();
    drop(off);
    let settings = format!("{SERVICE}[[printer]]\nlane = \"1\"\nkind = \"tcp\"\naddress = \"{address}\"\n");
    let mut agent = Agent::start(&shop, &settings);
    let payment = agent.sell("1", "c1", 1).await;
    until(|| said(&shop, "\"not printed\"") == 1).await;
    assert_eq!(agent.printer_of("1").await.unwrap(), "The receipt was not printed.");
    assert_eq!(agent.print_again(&payment).await.unwrap(), "The receipt was not printed.");
    agent.sell("1", "c2", 2).await;
    // Two sales and a copy: none of them is still under way to the printer that is switched on now.
    until(|| said(&shop, "\"not printed\"") == 3).await;

    let printer = TcpListener::bind(address).await.unwrap();
    let paper = tokio::spawn(async move {
        let (mut cable, _) = printer.accept().await.unwrap();
        let mut paper = Vec::new();
        cable.read_to_end(&mut paper).await.unwrap();
        paper
    });
    assert_eq!(agent.print_again(&payment).await, None);
    assert!(tokio::time::timeout(PATIENCE, paper).await.unwrap().unwrap().len() > 100);
    assert_eq!(agent.printer_of("1").await, None);
}
