//! A newer version of the wallet takes over.

use super::*;

fn takes(phone: &Phone) -> bool {
    phone.did(|effect| matches!(effect, Effect::TakeVersion))
}

fn reloads(phone: &Phone) -> bool {
    phone.did(|effect| matches!(effect, Effect::Reload))
}

#[test]
fn a_new_version_waits_until_nobody_looks() {
    let mut phone = Phone::open();
    phone.on(Event::Went(Route::Pay)).signs();
    phone.on(Event::VersionReady);
    assert!(!takes(&phone) && !phone.model.offers_version(), "not over a code");
    phone.on(Event::Hidden);
    assert!(takes(&phone) && phone.did(|effect| matches!(effect, Effect::Save)));
    assert!(reloads(phone.on(Event::VersionTaken)));

    let stored = phone.model.memory.to_bytes();
    let mut phone = Phone::new();
    phone.load(Memory::from_bytes(&stored));
    assert!(matches!(&phone.model.notice, Some(Notice { what: Said::Updated, .. })));
    assert!(!phone.model.memory.updating, "it is told once");
    assert_eq!(phone.model.route, Route::Pay);
}

#[test]
fn the_shopper_can_have_it_at_once_where_no_code_is_shown() {
    let mut phone = Phone::open();
    assert!(phone.on(Event::VersionTapped).effects.is_empty(), "there is none");
    phone.on(Event::VersionReady);
    assert!(phone.model.offers_version());
    assert!(takes(phone.on(Event::VersionTapped)));
    assert!(!phone.model.offers_version(), "it is on its way");
}

#[test]
fn no_payment_is_interrupted_by_it() {
    let mut phone = Phone::open();
    let waiting = v1::Payment {
        approval_expires_at: Some(time_to_wire(phone.now.plus_ms(180_000))),
        ..phone.payment("p1", PaymentState::PendingApproval)
    };
    phone.on(Event::VersionReady).hears_of(waiting.clone());
    assert!(!takes(phone.on(Event::VersionTapped)) && !takes(phone.on(Event::Hidden)));
    assert!(!phone.model.offers_version());

    // Another page let it take over.
    assert!(!reloads(phone.on(Event::VersionTaken)));
    let paid = v1::Payment {
        state: PaymentState::Completed.into(),
        completed_at: Some(time_to_wire(phone.now)),
        ..waiting
    };
    phone.on(Event::Shown).hears_of(paid);
    assert!(phone.model.offers_version());
    assert!(reloads(phone.on(Event::Hidden)));
}
