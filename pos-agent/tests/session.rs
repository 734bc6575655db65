//! The cashier's screen as a value: what each event makes of it.

#![allow(clippy::unwrap_used)]

use pos_agent::{
    catalogue::Catalogue,
    journal::{Asked, SaleRecord},
    machine::{Machine, Outcome},
    returns::{Returnable, Returned},
    sale::{Priced, Sale},
    scanner::picture::ScanError,
    session::{Act, Desk, Event, Screen, Session},
    words::{self, Lang},
};
use proto::{status::Failure, v1::Payment};
use shared::{
    code::{TokenNumber, UnsignedCode},
    ids::OfferNumber,
    money::{Currency, Money},
    offer::Refusal,
    reason::Reason,
    time::UnixMillis,
};

const CATALOGUE: &str =
    "gtin,name_en,name_zh,price_minor\n6901234567892,Shampoo,洗发水,3000\n96385074,Mints,薄荷糖,450\n";

fn session() -> Session {
    Session::new(Lang::En, Catalogue::parse(CATALOGUE).unwrap(), Currency::CNY, 0)
}

fn line(text: &str) -> Event {
    Event::Line(text.to_owned())
}

fn code() -> String {
    let token = TokenNumber::from_body(900_000_000_000_000_001).unwrap();
    UnsignedCode { token, language: None, issued_at: 1, claims: vec![] }.sign_with([1; 64]).encode()
}

fn priced(due_minor: i64) -> Priced {
    let money = |minor| Money::new(Currency::CNY, minor);
    Priced {
        gross: money(3000),
        discount: money(3000 - due_minor),
        due: money(due_minor),
        applied: vec![],
        refused: vec![],
        exact: true,
    }
}

/// A session whose basket is being paid for.
fn asking() -> Session {
    let mut session = session();
    session.on(line("1"));
    assert!(matches!(session.on(line(&code())).as_slice(), [Act::Pay(_)]));
    session.on(Event::Asking(priced(2500)));
    session
}

/// A payment as the journal has it before it is over.
fn begun(asked: Asked) -> SaleRecord {
    SaleRecord {
        payment_id: "p".into(),
        asked,
        begun_at: UnixMillis(1),
        reversing_at: None,
        ended: None,
        reason: String::new(),
        payment: None,
        refunds: vec![],
    }
}

fn ended(outcome: Outcome) -> Event {
    Event::Progress(Machine::Ended(outcome))
}

fn paid() -> Event {
    ended(Outcome::Paid(Box::default()))
}

#[test]
fn items_add_up_and_can_be_voided() {
    let check = |lines: &[&str], gross: Option<i64>, notice: Option<&str>| {
        let mut session = session();
        for text in lines {
            assert!(session.on(line(text)).is_empty());
        }
        assert_eq!(session.basket().map(|basket| basket.gross().minor), gross, "{lines:?}");
        assert_eq!(session.notice.as_deref(), notice, "{lines:?}");
    };
    check(&["6901234567892"], Some(3000), None);
    check(&["1", "2*1", "2"], Some(9450), None);
    check(&["1", "2", "v1"], Some(450), None);
    check(&["1", "2", "v"], Some(3000), None);
    // The last line is what was rung up last, also where it was there before.
    check(&["1", "2", "1", "v"], Some(450), None);
    check(&["1", "new"], None, None);
    check(&["v"], None, Some("There is no such line"));
    check(&["7"], None, Some("7 is not in the catalogue"));
    check(&["9999*1", "1"], Some(29_997_000), Some("That is more than one sale can hold"));
    check(&["hello"], None, Some("\"hello\" is no item number, code or picture"));
    check(&[&code()], None, Some("Ring up the items first, then scan the code"));
}

#[test]
fn one_scan_pays_and_a_second_one_does_nothing() {
    let mut session = asking();
    assert!(session.on(line(&code())).is_empty(), "while the money moves");
    assert!(session.on(Event::Read(Ok(code()))).is_empty(), "from a picture neither");
    assert!(session.on(line("2")).is_empty());
    assert_eq!(session.lines.len(), 1);
    session.on(paid());
    assert!(matches!(session.screen, Screen::Paid { .. }));
    assert!(session.on(line(&code())).is_empty(), "a paid basket is not paid for again");
    assert!(session.on(Event::Read(Ok(code()))).is_empty());
    for key in ["", "n", "new"] {
        let mut next = session.clone();
        next.on(line(key));
        assert!(
            next.lines.is_empty() && next.screen == Screen::Selling,
            "{key:?} leads to the next customer"
        );
    }
    session.on(line("2"));
    assert_eq!(session.lines.len(), 1, "and so does the next item");
    assert_eq!(session.basket().unwrap().gross().minor, 450);
}

#[test]
fn a_refused_payment_leaves_the_basket_for_another_code() {
    let mut session = asking();
    session.on(ended(Outcome::Declined(Failure::new(Reason::CodeExpired, ""))));
    let Screen::Stopped { what, next, .. } = &session.screen else { panic!("{:?}", session.screen) };
    assert_eq!((what.as_str(), next.as_str()), ("The code is too old.", "Ask for a fresh code."));
    assert!(matches!(session.on(line(&code())).as_slice(), [Act::Pay(_)]), "at once");
}

#[test]
fn the_cashier_decides_about_refused_coupons() {
    let mut session = asking();
    let refusals = vec![(OfferNumber(100_001), Refusal::Expired)];
    let failure = Failure { refusals: refusals.clone(), ..Failure::new(Reason::CouponRefused, "") };
    let acts = session.on(ended(Outcome::Declined(failure)));
    let [Act::Quote(order)] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!(order.dropped, refusals);
    session.on(Event::Quoted(priced(3000)));

    assert!(session.on(line("")).is_empty(), "Enter alone decides nothing");
    assert!(matches!(session.screen, Screen::CouponsRefused { .. }));
    let mut no = session.clone();
    no.on(line("n"));
    assert_eq!((no.screen, no.lines.len()), (Screen::Selling, 1));
    let acts = session.on(line("y"));
    let [Act::Pay(order)] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!(order.dropped, refusals);
    session.on(Event::Asking(priced(3000)));
    session.on(ended(Outcome::Declined(Failure::new(Reason::CodeExpired, ""))));
    let acts = session.on(line(&code()));
    let [Act::Pay(order)] = acts.as_slice() else { panic!("{acts:?}") };
    assert!(order.dropped.is_empty(), "a new code has coupons of its own");
}

#[test]
fn a_payment_that_is_taken_back_does_not_hold_the_till() {
    let mut session = asking();
    session.on(Event::Progress(Machine::Reversing { tries: 1 }));
    assert!(matches!(session.screen, Screen::Stopped { .. }));
    assert_eq!(session.pending, 1);
    let mut watching = session.clone();
    watching.on(Event::TakenBack(Machine::Ended(Outcome::Reversed)));
    let Screen::Stopped { what, .. } = &watching.screen else { panic!() };
    assert_eq!(what, "The payment was taken back: nothing was charged");
    assert_eq!(watching.pending, 0);

    session.on(line("new"));
    session.on(line("2"));
    session.on(Event::TakenBack(Machine::Ended(Outcome::Standing)));
    assert!(session.notice.as_deref().unwrap().ends_with("Refund it."));
    assert_eq!((session.lines.len(), session.screen), (1, Screen::Selling));
}

#[test]
fn a_picture_without_a_code_says_so_and_the_basket_stays() {
    let mut session = session();
    session.on(line("1"));
    assert!(matches!(session.on(line("shot.png")).as_slice(), [Act::Read(_)]));
    assert!(session.busy());
    session.on(Event::Read(Err(ScanError::NoCode)));
    assert_eq!(session.screen, Screen::Selling);
    assert_eq!(session.notice.as_deref(), Some("There is no readable code in the picture"));
    assert!(matches!(session.on(Event::Read(Ok(code()))).as_slice(), [Act::Pay(_)]));
}

#[test]
fn a_code_of_others_or_mangled_stops_with_words() {
    let check = |text: &str, what: &str| {
        let mut session = session();
        session.on(line("1"));
        assert!(session.on(line(text)).is_empty());
        let Screen::Stopped { what: found, .. } = &session.screen else { panic!("{:?}", session.screen) };
        assert_eq!(found, what);
    };
    check("hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=", "This code belongs to another payment scheme.");
    check("havdufywmweatwegaaaavvvvvw8sn", "The scanner and this computer use different keyboard layouts.");
    check("https://example.com/some/menu", "The code could not be read.");
}

#[test]
fn what_the_last_run_left_is_told_with_its_amount() {
    let mut session = Session::new(Lang::Zh, Catalogue::default(), Currency::CNY, 1);
    let asked = Asked { currency: "CNY".into(), gross_minor: 450, due_minor: 450, ..Asked::default() };
    session.on(Event::Recovered(
        Box::new(begun(asked)),
        Machine::Ended(Outcome::Paid(Box::<Payment>::default())),
    ));
    assert_eq!(session.notice.as_deref(), Some("重启前的一笔付款已成功: CNY 4.50"));
    assert_eq!(session.pending, 0);
}

#[test]
fn a_payment_that_waits_for_the_shopper_can_be_given_up() {
    let mut session = asking();
    session.on(Event::Progress(Machine::Approving { lost: 0, allowed: None }));
    assert_eq!(session.screen, Screen::Approving { priced: priced(2500) });
    assert!(session.on(line("2")).is_empty() && session.busy(), "nothing is rung up meanwhile");
    assert_eq!(session.on(line("n")), [Act::GiveUp]);
    session.on(ended(Outcome::Declined(Failure::new(Reason::ApprovalRejected, ""))));
    let Screen::Stopped { what, .. } = &session.screen else { panic!("{:?}", session.screen) };
    assert_eq!(what, "The shopper said no on the phone.");
}

#[test]
fn eleven_keys_lead_through_menu_refund_and_end_of_day() {
    let mut session = session();
    session.on(line("1"));
    session.on(line("0"));
    assert_eq!(session.screen, Screen::Desk(Desk::Menu));
    session.on(line("1"));
    session.on(line("3"));
    assert_eq!(
        (session.screen.clone(), session.lines[0].units),
        (Screen::Selling, 3),
        "three of the last item"
    );

    session.on(line("0"));
    assert_eq!(session.on(line("6")), [Act::CloseDay]);
    assert!(session.busy() && session.on(line("0")).is_empty(), "until the provider has answered");
    let words = words::reason(Reason::Forbidden, Lang::En);
    session.on(Event::Desk(Box::new(Err(words))));
    assert_eq!(session.screen, Screen::Desk(Desk::Failed(words)));
    session.on(line(""));
    assert_eq!(session.screen, Screen::Selling);

    // A receipt that is scanned while selling leads to its refund.
    let id = "0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f";
    assert_eq!(session.on(line(&format!("onescan:receipt/{id}"))), [Act::LookUp(id.to_owned())]);
    let amount = |minor_units| Some(proto::v1::Money { currency_code: "CNY".into(), minor_units });
    let mut payment = Payment { gross_amount: amount(450), amount_due: amount(450), ..Payment::default() };
    payment.set_state(proto::v1::PaymentState::Completed);
    let from = Returnable::of(&payment, None);
    session.on(Event::Desk(Box::new(Ok(Desk::Choosing { from, units: vec![0] }))));
    session.on(line("7"));
    assert_eq!(session.notice.as_deref(), Some("There is no such choice here"));
    session.on(line("1"));
    session.on(line(""));
    let asked = session.on(line("1"));
    let [Act::GiveBack(_, returned)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(*returned, Returned::Lines(vec![(0, 1)]));
    assert_eq!(session.lines.len(), 1, "the basket of the customer at the till stays");
}

#[test]
fn goods_that_come_back_are_scanned_or_named_by_their_line() {
    let mut session = session();
    session.on(line("2*1"));
    session.on(line("2"));
    let sale = Sale { sold: session.lines.clone(), ..Sale::default() };
    let record = begun(Asked::of(&priced(6450), &sale));
    let from = Returnable::of(&Payment::default(), Some(&record));
    session.screen = Screen::Desk(Desk::Choosing { units: vec![0; from.lines.len()], from });
    let mut check = |typed: &str, expect: [u32; 2], notice: Option<&str>| {
        session.on(line(typed));
        let Screen::Desk(Desk::Choosing { units, .. }) = &session.screen else { panic!("{typed}") };
        assert_eq!((units.as_slice(), session.notice.as_deref()), (expect.as_slice(), notice), "{typed}");
    };
    let no_more = Some("That is not on this receipt, or all of it is chosen");
    check("6901234567892", [1, 0], None);
    check("6901234567892", [2, 0], None);
    check("6901234567892", [2, 0], no_more);
    check("6952013000116", [2, 0], no_more);
    check("2", [2, 1], None);
    // By its number a line is also let go.
    check("1", [0, 1], None);
    check("3", [0, 1], Some("There is no such choice here"));
}
