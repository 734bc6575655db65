//! The screens of one morning, each made by the events that lead to it.

use pos_agent::{
    attention::{Attention, Trouble},
    catalogue::Catalogue,
    day::{Cause, DayReport, Difference, Total},
    journal::{Asked, SaleRecord},
    machine::{Ending, Hindrance, Machine, Outcome, RefundMachine, RefundOutcome},
    returns::{Returnable, Returned},
    sale::{AppliedCoupon, Priced, RefusedCoupon, Sale},
    scanner::picture::ScanError,
    session::{Act, Desk, Event, Session},
    words::{self, Lang},
};
use proto::{
    convert::{money_to_wire, redemption_to_wire},
    status::Failure,
    v1::{LocalizedText, Payment, PaymentState, Refund},
};
use shared::{
    code::{TokenNumber, UnsignedCode},
    ids::OfferNumber,
    money::{Currency, Money},
    offer::Refusal,
    payment::{Applied, RedeemedLine, Redemption},
    reason::Reason,
    time::UnixMillis,
};

const GOODS: &str = "gtin,name_en,name_zh,price_minor,unit,scale_number\n\
    6901234567892,Silk Shampoo 500 ml,丝滑洗发水 500 毫升,3000,,\n\
    6952013000116,Whole Milk 1 L,全脂牛奶 1 升,1280,,\n\
    6971463000125,Dark Chocolate 100 g,黑巧克力 100 克,1890,,\n\
    6948120000132,Jasmine Rice 5 kg,茉莉香米 5 千克,4990,,\n\
    6935207000147,Laundry Liquid 3 L,洗衣液 3 升,4590,,\n\
    6926045000154,Oolong Tea 500 ml,乌龙茶 500 毫升,550,,\n\
    6901234560725,Lavender Body Wash 750 ml,薰衣草沐浴露 750 毫升,3590,,\n\
    6923450657713,Apples,苹果,1980,kg,123456\n";
const PAYMENT_ID: &str = "0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f";
/// 2026-09-21 14:13 UTC.
const AT: i64 = 1_790_000_000_000;

/// One screen and the words that must be on it.
pub(crate) struct Shown {
    pub(crate) name: &'static str,
    pub(crate) session: Session,
    pub(crate) says: Vec<String>,
    /// Whether its band has a colour.
    pub(crate) coloured: bool,
}

fn money(minor: i64) -> Money {
    Money::new(Currency::CNY, minor)
}

fn text(en: &str, zh: &str) -> LocalizedText {
    LocalizedText { en: en.into(), zh: zh.into() }
}

fn line(text: &str) -> Event {
    Event::Line(text.to_owned())
}

fn code() -> String {
    let token = TokenNumber::from_body(900_000_000_000_000_001).unwrap();
    UnsignedCode { token, language: None, issued_at: 1, claims: vec![] }.sign_with([1; 64]).encode()
}

fn start(lang: Lang) -> Session {
    let patterns = vec!["2IIIIIIWWWWWC".parse().unwrap()];
    Session::new(lang, Catalogue::parse(GOODS).unwrap().with_in_store(patterns), Currency::CNY, 0)
}

fn basket(lang: Lang) -> Session {
    let mut session = start(lang);
    for typed in ["2*1", "2", "3*6", "2123456007503"] {
        session.on(line(typed));
    }
    session
}

fn coupon(
    number: u32,
    title: LocalizedText,
    lines: &[(usize, u32, i64)],
    session: &Session,
) -> AppliedCoupon {
    let redeemed = |(place, units, off): &(usize, u32, i64)| {
        let mut line = session.lines[*place].line();
        line.units = *units;
        RedeemedLine { line, discount_minor: *off }
    };
    let redemption =
        Redemption { offer_number: OfferNumber(number), lines: lines.iter().map(redeemed).collect() };
    AppliedCoupon {
        title,
        applied: Applied { redemption, line_indexes: lines.iter().map(|line| line.0).collect() },
    }
}

fn priced(session: &Session) -> Priced {
    let applied = vec![
        coupon(100_001, text("5 off each shampoo", "洗发水每瓶减 5 元"), &[(0, 2, 1_000)], session),
        coupon(100_002, text("Three teas for the price of two", "乌龙茶买二送一"), &[(2, 3, 550)], session),
    ];
    let refused = vec![RefusedCoupon {
        offer_number: OfferNumber(100_003),
        title: Some(text("20 % off chocolate", "巧克力八折")),
        reason: Refusal::ItemMismatch,
    }];
    let gross = session.basket().unwrap().gross();
    Priced { gross, discount: money(1_550), due: money(gross.minor - 1_550), applied, refused, exact: true }
}

fn payment(priced: &Priced) -> Payment {
    let redemption = |coupon: &AppliedCoupon| proto::v1::CouponRedemption {
        title: Some(coupon.title.clone()),
        issuer_name: "Silk Care".into(),
        ..redemption_to_wire(&coupon.applied.redemption, Currency::CNY)
    };
    let mut payment = Payment {
        payment_id: PAYMENT_ID.into(),
        merchant_name: "Corner Shop 街角便利店".into(),
        terminal_id: "T1001".into(),
        gross_amount: Some(money_to_wire(priced.gross)),
        discount_amount: Some(money_to_wire(priced.discount)),
        amount_due: Some(money_to_wire(priced.due)),
        redemptions: priced.applied.iter().map(redemption).collect(),
        completed_at: Some(prost_types::Timestamp { seconds: AT / 1_000, nanos: 0 }),
        ..Payment::default()
    };
    payment.set_state(PaymentState::Completed);
    payment
}

fn asking(lang: Lang) -> Session {
    let mut session = basket(lang);
    assert!(matches!(session.on(line(&code())).as_slice(), [Act::Pay(_)]));
    let price = priced(&session);
    session.on(Event::Asking(price));
    session
}

fn ended(lang: Lang, outcome: Outcome) -> Session {
    let mut session = asking(lang);
    session.on(Event::Progress(Machine::Ended(outcome)));
    session
}

fn sale(session: &Session, minute: i64, ending: Option<Ending>) -> SaleRecord {
    let price = priced(session);
    let of = Sale { sold: session.lines.clone(), ..Sale::from("17") };
    SaleRecord {
        payment_id: PAYMENT_ID.into(),
        asked: Asked::of(&price, &of),
        begun_at: UnixMillis(AT - minute * 60_000),
        reversing_at: None,
        ended: ending.map(|ending| (ending, UnixMillis(AT))),
        reason: String::new(),
        payment: (ending == Some(Ending::Paid)).then(|| Box::new(payment(&price))),
        refunds: vec![],
    }
}

fn desk(lang: Lang, answer: Result<Desk, words::Message>) -> Session {
    let mut session = basket(lang);
    session.on(line("0"));
    session.on(line("4"));
    session.on(Event::Desk(Box::new(answer)));
    session
}

fn day(differences: Vec<Difference>) -> DayReport {
    let total = |count, minor| Total { count, minor };
    DayReport {
        since: UnixMillis(AT),
        until: UnixMillis(AT + 86_400_000),
        currency: Currency::CNY,
        paid: total(212, 1_384_250),
        discounts: total(97, 61_300),
        refunded: total(3, 8_930),
        taken_back: total(1, 4_500),
        declined: total(4, 23_110),
        differences,
    }
}

fn differences() -> Vec<Difference> {
    let one = |cause, till, provider| Difference {
        at: UnixMillis(AT),
        cause,
        payment_id: PAYMENT_ID.into(),
        refund_id: String::new(),
        reference: "17".into(),
        till,
        provider,
    };
    vec![
        one(Cause::AmountDiffers, Some(money(7_935)), Some(money(7_953))),
        one(Cause::MissingAtTill, None, Some(money(450))),
    ]
}

/// All of them.
pub(crate) fn shown(lang: Lang) -> Vec<Shown> {
    let labels = lang.labels();
    let mut all = Vec::new();
    let mut show = |name, session: Session, coloured, says: &[&str]| {
        let says = says.iter().map(|words| (*words).to_owned()).collect();
        all.push(Shown { name, session, says, coloured });
    };
    let reason = |reason| {
        let words = words::reason(reason, lang);
        [words.what, words.next]
    };

    show(
        "01-start",
        start(lang),
        false,
        &[labels.empty, labels.help_selling, labels.keys_selling, labels.scan_ready],
    );
    show(
        "02-basket",
        basket(lang),
        false,
        &["0.750 kg", "14.85", "× ", labels.scan_read, labels.keys_selling],
    );
    let mut long = basket(lang);
    for _ in 0..2 {
        ["1", "2", "3", "4", "5", "6", "7", "2123456007503", "2123456007503", "2123456007503"]
            .iter()
            .for_each(|item| drop(long.on(line(item))));
    }
    for grams in ["2123456012507", "2123456004205", "2123456003307"] {
        long.on(line(grams));
    }
    show("03-basket-long", long, false, &[labels.keys_selling]);
    let mut unread = basket(lang);
    unread.on(Event::Read(Err(ScanError::NoCode)));
    show("04-not-read", unread, false, &[labels.no_code, labels.scan_not_read, labels.by_picture]);
    let mut reading = basket(lang);
    reading.on(line("shot.png"));
    show("05-reading", reading, false, &[labels.reading]);
    show("06-asking", asking(lang), false, &[labels.asking, labels.exact, labels.not_applied, "-10.00"]);
    let mut again = asking(lang);
    again.on(Event::Progress(Machine::Asking { tries: 2 }));
    show("07-asking-again", again, false, &[labels.asking_again]);
    let mut approving = asking(lang);
    approving.on(Event::Progress(Machine::Approving { lost: 0, allowed: None }));
    approving.on(Event::SecondsLeft(118));
    show(
        "08-approving",
        approving,
        true,
        &[labels.approving, "118", labels.seconds_left, labels.keys_approving],
    );
    let mut refused = asking(lang);
    let refusals = vec![(OfferNumber(100_001), Refusal::Expired)];
    let failure = Failure { refusals, ..Failure::new(Reason::CouponRefused, "") };
    refused.on(Event::Progress(Machine::Ended(Outcome::Declined(failure))));
    let without = priced(&refused);
    refused.on(Event::Quoted(Priced { exact: false, ..without }));
    let [what, next] = reason(Reason::CouponRefused);
    show("09-coupons-refused", refused, true, &[what, next, labels.keys_refused]);
    let paid = ended(lang, Outcome::Paid(Box::new(payment(&priced(&basket(lang))))));
    show(
        "10-paid",
        paid,
        true,
        &[labels.paid_large, labels.saved_large, labels.paid_next, labels.next_customer],
    );
    let declined = ended(lang, Outcome::Declined(Failure::new(Reason::InsufficientFunds, "")));
    let [what, next] = reason(Reason::InsufficientFunds);
    show("11-declined", declined, true, &[labels.stop_large, what, next, labels.back_to_basket]);
    let mut offline = ended(lang, Outcome::NotSent(Hindrance::Offline));
    offline.on(Event::Online(false));
    offline.pending = 1;
    show("12-offline", offline, true, &[labels.stop_large, labels.offline, labels.pending]);
    let mut back = asking(lang);
    back.on(Event::Progress(Machine::Reversing { tries: 1 }));
    show("13-taken-back", back, true, &[labels.reversing, labels.reversing_next]);

    let mut menu = basket(lang);
    menu.on(line("0"));
    show("20-menu", menu.clone(), false, &[labels.end_of_day, labels.keys_desk, labels.refunds, "0.750"]);
    // What was weighed has no quantity, so the last item is a counted one.
    menu.on(line("0"));
    ["3", "0", "1"].iter().for_each(|key| drop(menu.on(line(key))));
    show("21-quantity", menu, false, &[labels.menu_quantity, labels.keys_quantity, "1 ×"]);
    let session = basket(lang);
    let endings =
        [Some(Ending::Paid), None, Some(Ending::Declined), Some(Ending::Reversed), Some(Ending::Standing)];
    let sales: Vec<_> =
        (0..9).zip(endings.iter().cycle()).map(|(n, ending)| sale(&session, n * 7, *ending)).collect();
    let receipt = Desk::Receipt(Box::new(sales[0].clone()));
    show(
        "22-history",
        desk(lang, Ok(Desk::History(sales.clone()))),
        false,
        &[labels.refund_due, labels.open, labels.keys_history],
    );
    show("23-receipt", desk(lang, Ok(receipt)), false, &[labels.keys_receipt, "Corner Shop"]);
    let mut scan = basket(lang);
    scan.on(line("0"));
    scan.on(line("5"));
    show("24-scan-receipt", scan, false, &[labels.scan_receipt, labels.scan_ready]);
    let from = Returnable::of(&payment(&priced(&session)), Some(&sales[0]));
    let choosing = Desk::Choosing { from: from.clone(), units: vec![1, 0, 0, 0] };
    show(
        "25-choosing",
        desk(lang, Ok(choosing)),
        false,
        &[labels.keys_choosing, labels.chosen_of_left, "1 / 2"],
    );
    let confirming = Desk::Confirming { from, returned: Returned::Everything };
    show("26-confirming", desk(lang, Ok(confirming)), true, &[labels.confirm_refund, labels.all_goods]);
    let refund = Refund {
        gross_amount: Some(money_to_wire(money(3_000))),
        refunded_amount: Some(money_to_wire(money(2_500))),
        ..Refund::default()
    };
    let done = Desk::Refund(RefundMachine::Ended(RefundOutcome::Done(Box::new(refund))));
    show(
        "27-refunded",
        desk(lang, Ok(done)),
        true,
        &[labels.refunded_large, labels.refund_done, labels.refund_done_next, labels.coupons_off, "-5.00"],
    );
    let waits = Desk::Refund(RefundMachine::Asking { tries: 9, resumed: false, waits_for: None });
    show("28-refund-waits", desk(lang, Ok(waits)), true, &[labels.refund_waits, labels.refund_waits_next]);
    show("29-day-clean", desk(lang, Ok(Desk::Day(day(vec![]), vec![]))), true, &["212", labels.day_clean]);
    let attention = Attention {
        payment_id: PAYMENT_ID.into(),
        begun_at: UnixMillis(AT),
        amount: money(4_500),
        trouble: Trouble::NotTakenBack,
    };
    let due = Attention { trouble: Trouble::RefundDue, ..attention.clone() };
    show(
        "30-day-differs",
        desk(lang, Ok(Desk::Day(day(differences()), vec![attention, due]))),
        true,
        &[labels.day_differs, labels.differences],
    );
    show(
        "31-failed",
        desk(lang, Err(words::Message { what: labels.unreachable, next: labels.unreachable_next })),
        true,
        &[labels.unreachable, labels.unreachable_next],
    );
    all
}
