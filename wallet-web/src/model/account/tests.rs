//! Stories of two devices, a lost phone, and the end of a wallet.

use proto::convert::time_to_wire;
use shared::reason::Reason;

use super::*;
use crate::{
    api::Account,
    model::{
        Memory,
        tests::{Phone, SHAMPOO, offline, refused, wallet},
    },
};

/// A recovery code, and its last group.
fn code() -> (String, String) {
    let code = RecoveryCode::of_random(std::array::from_fn(|n| u8::try_from(n * 7 + 3).unwrap())).to_string();
    let end = code[code.len() - 4..].to_owned();
    (code, end)
}

fn device(id: &str, this_device: bool) -> v1::Device {
    v1::Device { device_id: id.to_owned(), this_device, ..Default::default() }
}

impl Phone {
    fn account(&mut self, event: AccountEvent) -> &mut Self {
        self.on(Event::Account(event))
    }

    fn recovery(&mut self, event: RecoveryEvent) -> &mut Self {
        self.on(Event::Recovery(event))
    }

    fn shows_pairing_code(&mut self) -> &mut Self {
        self.on(Event::Went(Route::Devices));
        self.account(AccountEvent::DevicesCame(Ok(vec![device("D1", true)])));
        assert!(self.account(AccountEvent::PairTapped).did(|effect| matches!(effect, Effect::Pair)));
        let expires_at = Some(time_to_wire(self.now.plus_ms(300_000)));
        let made = v1::CreatePairingCodeResponse { pairing_code: "K7Q2-9XMD".to_owned(), expires_at };
        self.account(AccountEvent::Paired(Ok(made)))
    }
}

#[test]
fn a_pairing_code_is_shown_until_another_device_has_joined() {
    let mut phone = Phone::open();
    phone.shows_pairing_code();
    assert_eq!(phone.model.account.pairing.as_ref().unwrap().0, "K7Q2-9XMD");
    assert!(phone.did(|effect| matches!(effect, Effect::Wait { ms: 300_000, .. })));

    phone.account(AccountEvent::LookDue("K7Q2-9XMD".to_owned()));
    assert!(phone.did(|effect| matches!(effect, Effect::ListDevices)));
    phone.account(AccountEvent::DevicesCame(Ok(vec![device("D1", true), device("D2", false)])));
    assert_eq!(phone.model.account.pairing, None);
    phone.account(AccountEvent::LookDue("K7Q2-9XMD".to_owned()));
    assert!(phone.effects.is_empty(), "nobody waits any more");
}

#[test]
fn a_pairing_code_is_gone_when_its_time_is_over_or_its_page_is_left() {
    let mut phone = Phone::open();
    phone.shows_pairing_code().account(AccountEvent::PairingOver("older".to_owned()));
    assert!(phone.model.account.pairing.is_some());
    phone.account(AccountEvent::PairingOver("K7Q2-9XMD".to_owned()));
    assert_eq!(phone.model.account.pairing, None);
    phone.shows_pairing_code().on(Event::Went(Route::Settings));
    assert_eq!(phone.model.account.pairing, None);
}

#[test]
fn a_new_device_joins_by_a_scanned_code_which_leaves_the_address_at_once() {
    let mut phone = Phone::new();
    phone.model.route = Route::Link("K7Q29XMD".to_owned());
    phone.load(Memory::default());
    assert!(phone.did(|effect| matches!(effect, Effect::Replace(Route::Link(code)) if code.is_empty())));
    phone.on(Event::Went(Route::Link(String::new())));
    assert_eq!(phone.model.account.typed, "K7Q29XMD");

    phone.account(AccountEvent::JoinTapped(Join::Link));
    assert!(phone.did(|e| matches!(e, Effect::Join(Join::Link, code) if code == "K7Q29XMD")));
    assert!(phone.account(AccountEvent::JoinTapped(Join::Link)).effects.is_empty(), "it is under way");
    phone.on(Event::Synced(Err(refused(Reason::PairingCodeInvalid))));
    assert!(matches!(&phone.model.stage, Stage::Welcome { opening: false, problem: Some(_) }));

    phone.account(AccountEvent::Typed("k7q2 9xmd".to_owned())).account(AccountEvent::JoinTapped(Join::Link));
    let snapshot = phone.snapshot(&[], vec![]);
    phone.on(Event::Synced(Ok(Box::new(snapshot))));
    assert_eq!(phone.model.stage, Stage::Inside);
    assert_eq!(phone.model.account.typed, "");
}

#[test]
fn whoever_turns_from_the_pairing_code_to_the_recovery_code_begins_with_an_empty_field() {
    let mut phone = Phone::new();
    phone.load(Memory::default()).on(Event::Went(Route::Link(String::new())));
    phone.account(AccountEvent::Typed("k7q2 9xmd".to_owned())).account(AccountEvent::JoinTapped(Join::Link));
    phone.on(Event::Synced(Err(refused(Reason::PairingCodeInvalid))));
    assert!(matches!(&phone.model.stage, Stage::Welcome { problem: Some(_), .. }));
    phone.on(Event::Went(Route::Recover));
    assert_eq!(phone.model.stage, Stage::Welcome { opening: false, problem: None });
    assert_eq!(phone.model.account.typed, "");
}

#[test]
fn a_mistyped_recovery_code_is_told_before_it_is_sent() {
    let mut phone = Phone::new();
    phone.load(Memory::default());
    let (code, _) = code();
    let swapped = format!("{}{}{}", &code[1..2], &code[..1], &code[2..]);
    phone.account(AccountEvent::Typed(swapped));
    assert!(phone.account(AccountEvent::JoinTapped(Join::Recover)).effects.is_empty());
    let Stage::Welcome { opening: false, problem: Some(problem) } = &phone.model.stage else {
        panic!("it is told")
    };
    assert_eq!(problem.reason(), Some(Reason::RecoveryCodeInvalid));
    phone.account(AccountEvent::Typed(code)).account(AccountEvent::JoinTapped(Join::Recover));
    assert!(phone.did(|effect| matches!(effect, Effect::Join(Join::Recover, _))));
}

#[test]
fn an_empty_code_is_not_sent() {
    let mut phone = Phone::new();
    phone.load(Memory::default()).account(AccountEvent::Typed("  ".to_owned()));
    assert!(phone.account(AccountEvent::JoinTapped(Join::Recover)).effects.is_empty());
}

#[test]
fn the_recovery_code_is_shown_until_its_end_is_typed_and_then_nowhere() {
    let mut phone = Phone::open();
    let (code, end) = code();
    phone.recovery(RecoveryEvent::Came(Ok(code.clone())));
    assert_eq!(phone.model.recovery.code.as_deref(), Some(code.as_str()));
    assert!(!phone.model.memory.recovery_kept);
    let bytes = phone.model.memory.to_bytes();
    assert!(!bytes.windows(4).any(|part| part == end.as_bytes()), "it is never stored");

    phone.recovery(RecoveryEvent::KeptTapped);
    assert!(phone.model.recovery.wrong, "nothing was typed");
    phone.recovery(RecoveryEvent::Typed(end[1..].to_owned())).recovery(RecoveryEvent::KeptTapped);
    assert!(phone.model.recovery.wrong);
    phone
        .recovery(RecoveryEvent::Typed(format!(" {} ", end.to_lowercase())))
        .recovery(RecoveryEvent::KeptTapped);
    assert_eq!(phone.model.recovery, Recovery::default());
    assert!(phone.model.memory.recovery_kept);
}

#[test]
fn who_has_no_pen_is_reminded_and_makes_a_new_code() {
    let mut phone = Phone::open();
    phone.recovery(RecoveryEvent::Came(Ok(code().0))).recovery(RecoveryEvent::LaterTapped);
    assert_eq!(phone.model.recovery.code, None);
    assert!(!phone.model.memory.recovery_kept);

    assert!(phone.recovery(RecoveryEvent::RenewTapped).did(|e| matches!(e, Effect::RenewRecoveryCode)));
    assert!(phone.recovery(RecoveryEvent::RenewTapped).effects.is_empty(), "it is under way");
    phone.recovery(RecoveryEvent::Came(offline()));
    assert!(!phone.model.recovery.renewing);
    assert!(matches!(&phone.model.notice.as_ref().unwrap().what, crate::model::Said::Failed(_)));
}

#[test]
fn a_device_is_removed_only_after_the_shopper_is_sure() {
    let mut phone = Phone::open();
    phone.on(Event::Went(Route::Devices));
    phone.account(AccountEvent::DevicesCame(Ok(vec![device("D1", true), device("D2", false)])));
    phone.account(AccountEvent::RemoveConfirmed);
    assert!(phone.effects.is_empty());
    phone.account(AccountEvent::RemoveTapped("D2".to_owned())).account(AccountEvent::RemoveCancelled);
    assert!(phone.account(AccountEvent::RemoveConfirmed).effects.is_empty());
    phone.account(AccountEvent::RemoveTapped("D2".to_owned())).account(AccountEvent::RemoveConfirmed);
    assert!(phone.did(|effect| matches!(effect, Effect::RevokeDevice(id) if id == "D2")));
    phone.account(AccountEvent::DevicesCame(Ok(vec![device("D1", true)])));
    assert_eq!(phone.model.account.devices, Some(vec![device("D1", true)]));
    assert_eq!(phone.model.stage, Stage::Inside);
}

#[test]
fn a_device_that_was_removed_forgets_everything_and_says_why() {
    let mut phone = Phone::open();
    phone.on(Event::Synced(Err(refused(Reason::DeviceRevoked))));
    assert_eq!(phone.model.memory, Memory::default());
    assert!(matches!(&phone.model.stage, Stage::Welcome { problem: Some(_), .. }));
    assert!(phone.did(|effect| matches!(effect, Effect::Forget)));

    let mut phone = Phone::open();
    phone.on(Event::Went(Route::Devices));
    phone.account(AccountEvent::DevicesCame(Ok(vec![device("D2", false)])));
    assert!(matches!(&phone.model.stage, Stage::Welcome { .. }), "it removed itself");
}

#[test]
fn a_closed_wallet_pays_nothing_shows_its_receipts_and_makes_room_for_another() {
    let mut phone = Phone::open();
    phone.on(Event::Went(Route::Closing));
    assert!(phone.account(AccountEvent::CloseConfirmed).effects.is_empty(), "not asked yet");
    phone.account(AccountEvent::CloseTapped(true)).account(AccountEvent::CloseConfirmed);
    assert!(phone.did(|effect| matches!(effect, Effect::CloseWallet)));
    phone.account(AccountEvent::Closed(Err(refused(Reason::PaymentWaiting))));
    assert!(!phone.model.is_closed() && !phone.model.account.closing);

    phone.account(AccountEvent::CloseTapped(true)).account(AccountEvent::CloseConfirmed);
    let closed = v1::Wallet { state: v1::WalletState::Closed.into(), ..wallet(47_500) };
    phone.account(AccountEvent::Closed(Ok(Box::new(closed.clone()))));
    assert!(phone.model.is_closed());
    assert!(phone.model.memory.coupons.is_empty());
    phone.on(Event::Went(Route::Pay));
    assert!(!phone.did(|effect| matches!(effect, Effect::Sign(_))), "no code");

    let mut snapshot = phone.snapshot(&[], vec![]);
    snapshot.account = Account { wallet: closed, provider: v1::ProviderInfo::default() };
    phone.on(Event::NetworkBack).on(Event::Synced(Ok(Box::new(snapshot))));
    assert!(!phone.did(|effect| matches!(effect, Effect::IssueTokens(_))), "no tokens");

    phone.account(AccountEvent::StartOverTapped);
    assert_eq!(phone.model.stage, Stage::Welcome { opening: false, problem: None });
    assert!(phone.did(|effect| matches!(effect, Effect::Forget)));

    let next = phone.snapshot(&[], vec![]);
    phone.on(Event::OpenTapped).on(Event::Synced(Ok(Box::new(next))));
    assert!(phone.did(|effect| matches!(effect, Effect::Watch(_))), "the next wallet hears of changes");
}

#[test]
fn what_was_asked_for_a_wallet_that_was_left_is_not_answered_to_the_next() {
    let mut phone = Phone::open();
    let left = phone.model.wallet();
    let of_left = |event| Event::Of(left, Box::new(event));
    let late = phone.snapshot(&[], vec![]);
    phone.model.had.insert(SHAMPOO);
    phone.model.link.issuing = true;
    phone.on(Event::NetworkBack).on(Event::Synced(Err(refused(Reason::WalletNotFound))));
    assert!(phone.did(|effect| matches!(effect, Effect::Forget)));

    let begun = phone.model.clone();
    phone.on(of_left(Event::Synced(Ok(Box::new(late.clone())))));
    assert_eq!(
        (&phone.model.stage, &phone.model.memory),
        (&begun.stage, &begun.memory),
        "it does not come back"
    );

    phone.on(Event::OpenTapped).on(of_left(Event::Synced(Ok(Box::new(late.clone())))));
    assert_eq!(
        phone.model.stage,
        Stage::Welcome { opening: true, problem: None },
        "the next one is not there yet"
    );
    phone.on(of_left(Event::Synced(Err(refused(Reason::WalletNotFound)))));
    assert_eq!(phone.model.stage, Stage::Welcome { opening: true, problem: None });

    let this = phone.model.wallet();
    phone.on(Event::Of(this, Box::new(Event::Synced(Ok(Box::new(late))))));
    assert_eq!(phone.model.stage, Stage::Inside);
    assert!(phone.did(|effect| matches!(effect, Effect::IssueTokens(_))), "it gets tokens of its own");
    assert!(phone.model.had.is_empty(), "and its own share of each offer");
    assert!(
        !phone.did(|effect| matches!(effect, Effect::Wait { ms: 30_000, .. })),
        "one timer looks at the line"
    );
}

#[test]
fn a_wallet_closed_on_another_device_is_closed_here_too() {
    let mut phone = Phone::open();
    phone.on(Event::Synced(Err(refused(Reason::WalletClosed))));
    assert!(phone.model.is_closed());
    assert_eq!(phone.model.stage, Stage::Inside);
}
