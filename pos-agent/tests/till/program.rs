//! The program itself, as a script and a cashier at a pipe use it.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use shared::{ids::OfferNumber, offer::Refusal};

use crate::{
    provider::Fault,
    world::{MINTS, MINTS_COUPON, SHAMPOO, SHAMPOO_COUPON, Shop, code},
};

const CATALOGUE: &str = "gtin,name_en,name_zh,price_minor,unit,scale_number\n\
    6901234567892,Silk Shampoo 500 ml,丝滑洗发水 500毫升,3000,,\n\
    96385074,Mints,薄荷糖,450,,\n\
    6923450657713,Apples,苹果,1980,kg,123456\n";

impl Shop {
    fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.data_dir.path().join(name);
        std::fs::write(&path, contents).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let catalogue = self.file("catalogue.csv", CATALOGUE);
        let mut command = Command::new(env!("CARGO_BIN_EXE_pos-agent"));
        command
            .args(args)
            .env("ONESCAN_PROVIDER", self.provider.url())
            .env("ONESCAN_TERMINAL_KEY", "osk_terminal_T1001_secret")
            .env("ONESCAN_TILL_DATA", self.data_dir.path().join("till"))
            .env("ONESCAN_CATALOGUE", catalogue)
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program with something on its standard input; the provider of the test goes on meanwhile.
    async fn run(&self, args: &[&str], stdin: &[u8]) -> Output {
        let mut command = self.command(args);
        let stdin = stdin.to_vec();
        tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            let _ = child.stdin.take().unwrap().write_all(&stdin);
            child.wait_with_output().unwrap()
        })
        .await
        .unwrap()
    }

    async fn checkout(&self, basket: &str, code: &str, more: &[&str]) -> (i32, Value) {
        let basket = self.file("basket.json", basket);
        let args = [&["checkout", "--json", "--scan", "-", "--basket", text(&basket)], more].concat();
        let output = self.run(&args, code.as_bytes()).await;
        let json = serde_json::from_slice(&output.stdout);
        (output.status.code().unwrap(), json.unwrap_or_else(|e| panic!("{e}: {output:?}")))
    }

    async fn cashier(&self, lines: &[&str], more: &[&str]) -> String {
        let output = self.run(&[&["till"], more].concat(), lines.join("\n").as_bytes()).await;
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn basket(gtins: &[&str]) -> String {
    serde_json::to_string(gtins).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn checkout_pays_and_prints_the_receipt() {
    let shop = Shop::open().await;
    let (exit, json) =
        shop.checkout(&basket(&[SHAMPOO]), &code(1, &[SHAMPOO_COUPON, MINTS_COUPON]), &[]).await;
    assert_eq!((exit, json["outcome"].as_str()), (0, Some("paid")));
    assert_eq!(json["due_minor"], 2500);
    assert_eq!(json["applied"][0]["lines"][0]["gtin"], SHAMPOO);
    assert_eq!(json["not_applied"][0]["reason"], "ITEM_MISMATCH");
    let receipt: Vec<_> = json["receipt"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    // The shopper's code asks for Chinese.
    let expect = [
        "           Corner Shop 街角小店",
        "     收银台 T1001 · 2026-09-21 14:13",
        "──────────────────────────────────────────",
        "丝滑洗发水 500毫升                   30.00",
        "──────────────────────────────────────────",
        "合计                                 30.00",
        "丝滑洗发水                           -5.00",
        "  1 × 丝滑洗发水 500毫升",
        "──────────────────────────────────────────",
        "实付                             CNY 25.00",
        "本次节省                              5.00",
    ];
    assert_eq!(receipt[..expect.len()], expect);
}

#[tokio::test(flavor = "multi_thread")]
async fn checkout_tells_its_ends_apart_by_exit_code() {
    let shop = Shop::open().await;
    let mints = basket(&[MINTS]);

    shop.provider.with(|world| world.balance_minor = 100);
    let (exit, json) = shop.checkout(&mints, &code(1, &[]), &[]).await;
    assert_eq!((exit, json["reason"].as_str()), (3, Some("INSUFFICIENT_FUNDS")));

    shop.provider.with(|world| {
        world.balance_minor = 100_000;
        world.refuse_coupons = vec![(OfferNumber(100_002), Refusal::NotClipped)];
    });
    let (exit, json) = shop.checkout(&mints, &code(2, &[MINTS_COUPON]), &[]).await;
    assert_eq!((exit, json["refused_coupons"][0]["reason"].as_str()), (4, Some("NOT_CLIPPED")));
    let (exit, json) = shop.checkout(&mints, &code(2, &[MINTS_COUPON]), &["--drop-refused-coupons"]).await;
    assert_eq!((exit, json["due_minor"].as_i64()), (0, Some(450)));
    assert_eq!(json["not_applied"][0]["reason"], "NOT_CLIPPED");

    let (exit, json) = shop.checkout(&mints, "https://example.com/menu", &[]).await;
    assert_eq!((exit, json["reason"].as_str()), (2, Some("CODE_MALFORMED")));
    let (exit, _) = shop.checkout("{}", &code(3, &[]), &[]).await;
    assert_eq!(exit, 2);

    // Nobody answers, neither the payment nor its reversal: unknown, and the next run brings it to its end first.
    for _ in 0..6 {
        shop.provider.fault(Fault::AnswerLost);
    }
    shop.provider.with(|world| world.reversal_faults = 1_000);
    let (exit, json) = shop.checkout(&mints, &code(4, &[]), &["--reverse-for", "1"]).await;
    assert_eq!((exit, json["outcome"].as_str()), (6, Some("unknown")));
    let unknown = json["payment_id"].as_str().unwrap().to_owned();
    shop.provider.with(|world| world.reversal_faults = 0);
    let (exit, _) = shop.checkout(&mints, &code(5, &[]), &[]).await;
    assert_eq!(exit, 0);
    shop.provider.with(|world| {
        assert_eq!(world.payments[&unknown].state(), proto::v1::PaymentState::Reversed);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cashier_rings_up_voids_scans_and_goes_on() {
    let shop = Shop::open().await;
    let first = code(1, &[SHAMPOO_COUPON]);
    let out = shop
        .cashier(&[&first, SHAMPOO, "3*2", "v2", "6901234567893", "v9", &first, "", "2", "new", "q"], &[])
        .await;
    let expect = [
        "Ring up the items first, then scan the code",
        " 1  1 × Silk Shampoo 500 ml          30.00",
        " 2  3 × Mints                        13.50",
        "    Total                            43.50",
        "    Total                            30.00",
        "the check digit is 3 where 2 belongs",
        "There is no such line",
        "Silk Shampoo                         -5.00",
        "To pay                           CNY 25.00",
        "PAID",
        "实付                             CNY 25.00",
        "Scan the first item",
        " 1  1 × Mints                         4.50",
        "Scan the first item",
    ];
    let mut rest = out.as_str();
    for part in expect {
        let place = rest.find(part).unwrap_or_else(|| panic!("{part:?} is not in what follows:\n{rest}"));
        rest = &rest[place + part.len()..];
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_labels_of_the_shops_scales_are_rung_up() {
    let shop = Shop::open().await;
    let label = "2123456007503";
    let out = shop.cashier(&[label, "3", "q"], &["--in-store", "2IIIIIIWWWWWC"]).await;
    assert!(out.contains(" 1  0.750 kg Apples                  14.85"), "{out}");
    assert!(out.contains("3 is sold by weight: scan the label of the scale"), "{out}");
    let out = shop.cashier(&[label, "q"], &[]).await;
    assert!(out.contains("2123456007503 is not in the catalogue"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cashier_decides_what_happens_without_the_coupons() {
    let shop = Shop::open().await;
    shop.provider.with(|world| world.refuse_coupons = vec![(OfferNumber(100_001), Refusal::AlreadyRedeemed)]);
    let scan = code(1, &[SHAMPOO_COUPON]);

    let out = shop.cashier(&["1", &scan, "n", "q"], &["--lang", "zh"]).await;
    assert!(out.contains("已经用过") && !out.contains("已付"), "{out}");
    let out = shop.cashier(&["1", &scan, "y", "q"], &[]).await;
    assert!(out.contains("used before") && out.contains("PAID"), "{out}");
    assert!(out.contains("To pay                           CNY 30.00"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_typed_by_name_pays_too() {
    let shop = Shop::open().await;
    let text_of_code = code(1, &[SHAMPOO_COUPON]);
    let path = shop.data_dir.path().join("my code.png");
    drawn(&text_of_code).save(&path).unwrap();

    let out = shop.cashier(&["1", &format!("'{}'", path.display()), "q"], &[]).await;
    assert!(out.contains("PAID"), "{out}");
    let output = shop.run(&["inspect", text(&path)], b"").await;
    assert_eq!(output.status.code(), Some(0));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["text"], text_of_code);
    assert_eq!(found["code"]["coupons"][0]["offer_number"], 100_001);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_accepted_is_said_at_once() {
    let shop = Shop::open().await;
    let key = shop.file("key", "osk_terminal_T1001_wrong\n");
    let (exit, json) = shop.checkout(&basket(&[MINTS]), &code(1, &[]), &["--key-file", text(&key)]).await;
    assert_eq!((exit, json["reason"].as_str()), (3, Some("UNAUTHENTICATED")));
}

/// The code as a phone shows it.
fn drawn(text: &str) -> image::GrayImage {
    let qr = qrcode::QrCode::new(text).unwrap();
    let side = u32::try_from(qr.width()).unwrap() + 8;
    let dark = |x: u32, y: u32| {
        let place = |v: u32| usize::try_from(v).unwrap().checked_sub(4).filter(|v| *v < qr.width());
        matches!((place(x / 4), place(y / 4)), (Some(x), Some(y)) if qr[(x, y)] == qrcode::Color::Dark)
    };
    image::GrayImage::from_fn(side * 4, side * 4, |x, y| image::Luma([if dark(x, y) { 0 } else { 255 }]))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_appears_in_the_watched_folder_pays() {
    let shop = Shop::open().await;
    let folder = tempfile::tempdir().unwrap();
    let mut till = shop.command(&["till", "--watch", text(folder.path())]).spawn().unwrap();
    let picture = drawn(&code(1, &[SHAMPOO_COUPON]));
    let out = tokio::task::spawn_blocking(move || {
        let mut stdin = till.stdin.take().unwrap();
        let mut lines = BufReader::new(till.stdout.take().unwrap()).lines().map(Result::unwrap);
        stdin.write_all(b"1\n").unwrap();
        assert!(lines.any(|line| line.contains("Total")));
        picture.save(folder.path().join("screenshot.png")).unwrap();
        let paid = lines.find(|line| line.contains("PAID"));
        drop(stdin);
        till.wait().unwrap();
        paid
    });
    assert_eq!(out.await.unwrap().as_deref(), Some("PAID"));
}
