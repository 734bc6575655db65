//! Receipts as people hold them: on paper of each width, in both languages, and what the printer is sent.

#![allow(clippy::unwrap_used)]

use std::{io::Read, net::TcpListener, thread};

use jiff::tz::TimeZone;
use pos_agent::{
    receipt::{
        Charset, NotPaid, PrinterSettings, PrinterTarget, SoldLine, copy, escpos, link, of_declined,
        of_refund, of_sale, print, text, to_json,
    },
    sale::RefusedCoupon,
    words::Lang,
};
use proto::{
    convert::{money_to_wire, time_to_wire},
    v1::{
        CouponOutcome, CouponRedemption, LocalizedText, Payment, Receipt, RedeemedLine, Refund,
        RefundedCoupon,
    },
};
use shared::{
    gs1::Gtin,
    ids::OfferNumber,
    money::{Currency, Money},
    offer::Refusal,
    reason::Reason,
    time::UnixMillis,
};

const PAYMENT_ID: &str = "0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f";
/// 2026-09-21 14:05 UTC.
const NOON: UnixMillis = UnixMillis(1_790_000_000_000);

fn both(en: &str, zh: &str) -> LocalizedText {
    LocalizedText { en: en.into(), zh: zh.into() }
}

fn money(minor: i64) -> Option<proto::v1::Money> {
    Some(money_to_wire(cny(minor)))
}

fn cny(minor: i64) -> Money {
    Money::new(Currency::CNY, minor)
}

fn basket() -> Vec<SoldLine> {
    let line = |gtin: &str, en: &str, zh: &str, units, unit_price_minor, grams| SoldLine {
        gtin: Gtin::parse(gtin).unwrap(),
        name: both(en, zh),
        units,
        unit_price_minor,
        grams,
        per_kg_minor: (grams > 0).then_some(1980),
    };
    vec![
        line(
            "6901234567892",
            "Silk Shampoo with Argan Oil, 500 ml",
            "丝滑洗发水 摩洛哥坚果油 500毫升",
            2,
            3000,
            0,
        ),
        line("6923450657713", "Apples", "苹果", 1, 1485, 750),
        line("96385074", "", "", 1, 450, 0),
    ]
}

fn payment() -> Payment {
    let line = |units, discount| RedeemedLine {
        gtin: "6901234567892".into(),
        units,
        unit_price: money(3000),
        discount: money(discount),
        grams: 0,
    };
    Payment {
        payment_id: PAYMENT_ID.into(),
        merchant_name: "Corner Market".into(),
        terminal_id: "T1001".into(),
        gross_amount: money(7935),
        discount_amount: money(1000),
        amount_due: money(6935),
        merchant_reference: "17".into(),
        created_at: Some(time_to_wire(NOON)),
        completed_at: Some(time_to_wire(NOON)),
        redemptions: vec![CouponRedemption {
            offer_number: 100_001,
            title: Some(both("5 off each shampoo", "洗发水每瓶减5元")),
            lines: vec![line(2, 1000)],
            issuer_name: "Silk Care".into(),
        }],
        ..Payment::default()
    }
}

fn sale() -> Receipt {
    let refused = RefusedCoupon {
        offer_number: OfferNumber(100_002),
        title: Some(both("Mints half price", "薄荷糖半价")),
        reason: Refusal::NotStackable,
    };
    of_sale(&payment(), &basket(), &[refused], &|_| None)
}

fn refund() -> Receipt {
    let refund = Refund {
        refund_id: "0198f2a0-ffff-7d3e-8f40-5a6b7c8d9e0f".into(),
        payment_id: PAYMENT_ID.into(),
        gross_amount: money(6000),
        refunded_amount: money(5000),
        coupons: vec![RefundedCoupon {
            offer_number: 100_001,
            amount: money(1000),
            outcome: CouponOutcome::Restored.into(),
            discount_left: money(0),
        }],
        refunded_at: Some(time_to_wire(NOON)),
        ..Refund::default()
    };
    of_refund(&payment(), &refund, &basket()[..1], &|_| None)
}

fn declined() -> Receipt {
    let not_paid = NotPaid {
        payment_id: PAYMENT_ID,
        merchant_name: "Corner Market",
        terminal_id: "T1001",
        reference: "",
        at: NOON,
        gross: cny(7935),
        due: cny(6935),
        reason: Reason::InsufficientFunds,
    };
    of_declined(&not_paid, &basket()[2..])
}

fn check(receipt: &Receipt, lang: Lang, columns: usize, expect: &str) {
    let lines = text(receipt, lang, &TimeZone::UTC, columns);
    assert_eq!(lines.join("\n"), expect.trim_start_matches('\n').trim_end());
}

#[test]
fn a_sale_on_narrow_paper() {
    check(
        &sale(),
        Lang::En,
        32,
        "
         Corner Market
 Till T1001 · 2026-09-21 14:13
             No. 17
────────────────────────────────
Silk Shampoo with Argan Oil, 50…
  2 × 30.00                60.00
Apples
  0.750 kg × 19.80/kg      14.85
96385074                    4.50
────────────────────────────────
Total                      79.35
5 off each shampoo        -10.00
  2 × Silk Shampoo with Argan O…
  paid by Silk Care
────────────────────────────────
Paid                   CNY 69.35
You saved                  10.00

Not applied
Mints half price
  another coupon already covers
  these items

           Thank you!
    0198f2a0-1b2c-7d3e-8f40-
          5a6b7c8d9e0f
",
    );
}

#[test]
fn a_sale_in_chinese() {
    check(
        &sale(),
        Lang::Zh,
        42,
        "
              Corner Market
     收银台 T1001 · 2026-09-21 14:13
                 单号 17
──────────────────────────────────────────
丝滑洗发水 摩洛哥坚果油 500毫升
  2 × 30.00                          60.00
苹果
  0.750 kg × 19.80/kg                14.85
96385074                              4.50
──────────────────────────────────────────
合计                                 79.35
洗发水每瓶减5元                     -10.00
  2 × 丝滑洗发水 摩洛哥坚果油 500毫升
  由 Silk Care 承担
──────────────────────────────────────────
实付                             CNY 69.35
本次节省                             10.00

未使用
薄荷糖半价
  这些商品已使用其他优惠券

                谢谢惠顾！
   0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f
",
    );
}

#[test]
fn a_sale_on_wide_paper() {
    check(
        &sale(),
        Lang::En,
        48,
        "
                 Corner Market
         Till T1001 · 2026-09-21 14:13
                     No. 17
────────────────────────────────────────────────
Silk Shampoo with Argan Oil, 500 ml
  2 × 30.00                                60.00
Apples
  0.750 kg × 19.80/kg                      14.85
96385074                                    4.50
────────────────────────────────────────────────
Total                                      79.35
5 off each shampoo                        -10.00
  2 × Silk Shampoo with Argan Oil, 500 ml
  paid by Silk Care
────────────────────────────────────────────────
Paid                                   CNY 69.35
You saved                                  10.00

Not applied
Mints half price
  another coupon already covers these items

                   Thank you!
      0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f
",
    );
}

/// A scale's label with a price alone: its weight is on the label, and one that nobody measured is on no receipt.
#[test]
fn what_a_scale_only_priced_has_no_weight() {
    let unweighed = |line| SoldLine { grams: 0, per_kg_minor: None, ..line };
    let receipt =
        of_sale(&payment(), &basket().into_iter().map(unweighed).collect::<Vec<_>>(), &[], &|_| None);
    let lines = text(&receipt, Lang::En, &TimeZone::UTC, 32);
    assert!(lines.contains(&"Apples                     14.85".to_owned()), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("kg")), "{lines:#?}");
    assert!(to_json(&receipt)["lines"][1]["price_per_kg_minor"].is_null());
}

/// Dear goods by the ton: the left side would be cut, and the price of a kilogram with it.
#[test]
fn a_weight_and_its_price_are_whole_on_the_narrowest_paper() {
    let mut dear = basket().swap_remove(1);
    (dear.grams, dear.per_kg_minor, dear.unit_price_minor) = (999_999, Some(9_999_900), 9_999_890_000);
    let receipt = of_sale(&payment(), &[dear], &[], &|_| None);
    let lines = text(&receipt, Lang::En, &TimeZone::UTC, 32);
    assert!(lines.contains(&"  999.999 kg × 99999.00/kg".to_owned()), "{lines:#?}");
    assert!(lines.contains(&format!("{:>32}", "99998900.00")), "{lines:#?}");
}

#[test]
fn a_refund_and_its_copy() {
    check(
        &copy(refund()),
        Lang::En,
        42,
        "
              Corner Market
      Till T1001 · 2026-09-21 14:13
                  No. 17
                  Refund
               *** COPY ***
──────────────────────────────────────────
Silk Shampoo with Argan Oil, 500 ml
  2 × 30.00                          60.00
──────────────────────────────────────────
Returned                             60.00
5 off each shampoo                  -10.00
  back to the maker (Silk Care)
  Coupon is in the wallet again
──────────────────────────────────────────
Given back                       CNY 50.00

   0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f
",
    );
}

#[test]
fn a_payment_that_was_refused() {
    check(
        &declined(),
        Lang::Zh,
        32,
        "
         Corner Market
收银台 T1001 · 2026-09-21 14:13
             未付款
────────────────────────────────
96385074                    4.50
────────────────────────────────
应付                   CNY 69.35
────────────────────────────────
  钱包余额不足。
  请改用其他支付方式。
  未扣款。

    0198f2a0-1b2c-7d3e-8f40-
          5a6b7c8d9e0f
",
    );
}

#[test]
fn no_line_is_wider_than_the_paper() {
    use unicode_width::UnicodeWidthStr;
    for receipt in [sale(), refund(), declined(), copy(sale())] {
        for (lang, columns) in [32, 42, 48].into_iter().flat_map(|c| [(Lang::En, c), (Lang::Zh, c)]) {
            for line in text(&receipt, lang, &TimeZone::UTC, columns) {
                assert!(line.width() <= columns, "{line:?}");
            }
        }
    }
}

#[test]
fn the_same_as_data() {
    let json = to_json(&sale());
    assert_eq!(json["kind"], "sale");
    assert_eq!(json["at"], "2026-09-21T14:13:20Z");
    assert_eq!(json["amount_minor"], 6935);
    assert_eq!(json["lines"][1]["grams"], 750);
    assert_eq!(json["lines"][1]["price_per_kg_minor"], 1980);
    assert!(json["lines"][0]["price_per_kg_minor"].is_null());
    assert_eq!(json["lines"][0]["total_minor"], 6000);
    assert_eq!(json["coupons"][0]["paid_by"], "Silk Care");
    assert_eq!(json["coupons"][0]["amount_minor"], 1000);
    assert_eq!(json["unused_coupons"][0]["reason"], "NOT_STACKABLE");
    assert_eq!(json["unused_coupons"][0]["why"]["zh"], "这些商品已使用其他优惠券");
    assert_eq!(link::payment_id(json["qr_text"].as_str().unwrap()).as_deref(), Some(PAYMENT_ID));
    let json = to_json(&refund());
    assert_eq!((&json["kind"], &json["coupons"][0]["outcome"]), (&"refund".into(), &"RESTORED".into()));
    assert_eq!(to_json(&declined())["what"]["en"], "Not enough money in the wallet.");
}

#[test]
fn who_paid_is_taken_from_the_till_where_the_answer_does_not_say() {
    let mut payment = payment();
    payment.redemptions[0].issuer_name.clear();
    let receipt = of_sale(&payment, &basket(), &[], &|offer| Some(format!("maker of {offer}")));
    assert_eq!(receipt.coupons[0].paid_by, "maker of 100001");
    // Nobody knows: then the receipt says in general who pays.
    let receipt = of_sale(&payment, &basket(), &[], &|_| None);
    let lines = text(&receipt, Lang::En, &TimeZone::UTC, 42);
    assert!(lines.iter().any(|line| line.trim() == "Coupons are paid by the makers."), "{lines:#?}");
}

/// What a printer has put on its paper.
#[derive(Debug, Default, PartialEq, Eq)]
struct Paper {
    lines: Vec<String>,
    bold: Vec<String>,
    large: Vec<String>,
    qr: Vec<String>,
    cuts: usize,
}

/// A printer: takes the commands that we send, by the manual, and nothing else.
fn printed(bytes: &[u8], encoding: &'static encoding_rs::Encoding) -> Paper {
    let mut paper = Paper::default();
    let (mut line, mut bold, mut large, mut stored) = (Vec::new(), false, false, String::new());
    let mut rest = bytes;
    while let [first, ..] = rest {
        let taken = match rest {
            [0x1B, b'@', ..] | [0x1C, b'&' | b'.', ..] => 2,
            [0x1B, b't', 16, ..] | [0x1B, b'a', 0 | 1, ..] => 3,
            [0x1B, b'E', on, ..] => {
                bold = *on == 1;
                3
            }
            [0x1D, b'!', size, ..] => {
                large = *size == 1;
                3
            }
            [0x1D, b'V', 66, 0, ..] => {
                paper.cuts += 1;
                4
            }
            [0x1D, b'(', b'k', low, high, data @ ..] => {
                let length = usize::from(*low) + 256 * usize::from(*high);
                match &data[..length] {
                    [49, 80, 48, text @ ..] => stored = String::from_utf8(text.to_vec()).unwrap(),
                    [49, 81, 48] => paper.qr.push(stored.clone()),
                    [49, 65, 50, 0] | [49, 67, 6] | [49, 69, 49] => {}
                    other => panic!("no such function of GS ( k: {other:?}"),
                }
                5 + length
            }
            [b'\n', ..] => {
                let (text, _, broken) = encoding.decode(&line);
                assert!(!broken, "{line:?}");
                let text = text.into_owned();
                if bold {
                    paper.bold.push(text.trim().to_owned());
                }
                if large {
                    paper.large.push(text.trim().to_owned());
                }
                paper.lines.push(text);
                line.clear();
                1
            }
            _ => {
                assert!(*first >= 0x20, "no such command: {:?}", &rest[..rest.len().min(6)]);
                line.push(*first);
                1
            }
        };
        rest = &rest[taken..];
    }
    assert!(line.is_empty());
    paper
}

#[test]
fn a_chinese_printer_gets_gb18030_a_qr_code_and_a_cut() {
    let paper =
        printed(&escpos(&sale(), Lang::Zh, &TimeZone::UTC, 42, Charset::Gb18030), encoding_rs::GB18030);
    assert_eq!(paper.qr, [format!("onescan:receipt/{PAYMENT_ID}")]);
    assert_eq!(paper.cuts, 1);
    assert_eq!(paper.large, ["实付                             CNY 69.35"]);
    assert!(paper.bold.contains(&"Corner Market".to_owned()));
    assert!(paper.lines.contains(&"  2 x 30.00                          60.00".to_owned()), "{paper:#?}");
    assert!(paper.lines.contains(&"  0.750 kg x 19.80/kg                14.85".to_owned()), "{paper:#?}");
    let widest = |line: &String| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    assert!(paper.lines.iter().all(|line| widest(line) <= 42), "{paper:#?}");
}

#[test]
fn a_latin_printer_gets_english_and_no_command_from_a_name() {
    let mut receipt = sale();
    receipt.merchant_name = "Crème \u{1B}@ 茶 Café".into();
    let paper =
        printed(&escpos(&receipt, Lang::Zh, &TimeZone::UTC, 48, Charset::Latin), encoding_rs::WINDOWS_1252);
    assert_eq!(paper.bold[0], "Crème  @ ? Café");
    assert_eq!(paper.large, ["Paid                                   CNY 69.35"]);
    assert!(paper.lines.iter().all(|line| line.chars().count() <= 48));
}

#[tokio::test]
async fn a_network_printer_a_file_and_no_printer_at_all() {
    let settings = |target| PrinterSettings { target, columns: 32, charset: Charset::Gb18030 };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let printer = thread::spawn(move || {
        let mut bytes = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let there = settings(PrinterTarget::Tcp(address.clone()));
    print(&sale(), Lang::En, &TimeZone::UTC, &there).await.unwrap();
    let sent = printer.join().unwrap();
    assert_eq!(sent, escpos(&sale(), Lang::En, &TimeZone::UTC, 32, Charset::Gb18030));

    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("receipts.bin");
    for _ in 0..2 {
        print(&sale(), Lang::En, &TimeZone::UTC, &settings(PrinterTarget::File(file.clone()))).await.unwrap();
    }
    assert_eq!(std::fs::read(&file).unwrap(), [sent.clone(), sent].concat());

    // The listener is gone, and nothing else is there.
    let error = print(&sale(), Lang::En, &TimeZone::UTC, &there).await.unwrap_err().to_string();
    assert!(error.contains("print the receipt again"), "{error}");
    let none = settings(PrinterTarget::Device(dir.path().join("lp0")));
    assert!(print(&sale(), Lang::En, &TimeZone::UTC, &none).await.is_err());
}
