//! The line to the provider breaks and comes back.

use super::*;

/// The numbers of the streams that are to be opened.
fn watches(phone: &Phone) -> Vec<u32> {
    let number = |effect: &Effect| match effect {
        Effect::Watch(serial) => Some(*serial),
        _ => None,
    };
    phone.effects.iter().filter_map(number).collect()
}

fn answers(phone: &mut Phone) {
    let snapshot = phone.snapshot(&[SHAMPOO], vec![]);
    phone.on(Event::Synced(Ok(Box::new(snapshot))));
}

#[test]
fn lost_connections_are_retried_less_and_less_often_with_one_timer() {
    let check = |route: Route, expect: &[u32]| {
        let mut phone = Phone::open();
        phone.on(Event::Went(route));
        for ms in expect {
            phone.on(Event::RetryDue).on(Event::Synced(offline()));
            assert!(matches!(phone.due_after(*ms), Event::RetryDue));
            assert!(phone.on(Event::TokensIssued(offline())).effects.is_empty(), "one timer is enough");
        }
    };
    check(Route::Offers, &[1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    check(Route::Pay, &[1_000, 2_000, 4_000, 4_000, 4_000]);
}

#[test]
fn a_stream_that_broke_is_opened_again_after_a_sync() {
    let mut phone = Phone::open();
    phone.on(Event::NetworkBack);
    answers(&mut phone);
    assert_eq!(watches(&phone), [], "the first one is alive");
    let first = phone.model.link.watching.unwrap();
    phone.on(Event::WatchEnded(first, Some(CallError::Offline(String::new()))));
    assert_eq!(phone.model.connection, Connection::Offline);
    phone.on(Event::RetryDue);
    answers(&mut phone);
    let [second] = watches(&phone)[..] else { panic!("{:?}", phone.effects) };
    assert!(phone.on(Event::WatchEnded(first, None)).effects.is_empty(), "old news");
    assert_eq!(phone.model.link.watching, Some(second));
}

#[test]
fn a_call_that_fails_gives_up_the_stream_too() {
    let mut phone = Phone::open();
    phone.on(Event::NetworkBack).on(Event::Synced(offline()));
    phone.on(Event::RetryDue);
    answers(&mut phone);
    assert_eq!(watches(&phone).len(), 1);
}

#[test]
fn a_silent_line_is_asked_sooner_at_a_till_and_never_behind_another_page() {
    let asks = |phone: &mut Phone, after_ms| {
        phone.after(after_ms).on(Event::PulseDue);
        assert!(matches!(phone.due_after(30_000), Event::PulseDue), "each pulse brings about the next");
        phone.did(|effect| matches!(effect, Effect::Sync))
    };
    let mut phone = Phone::open();
    assert!(!asks(&mut phone, 240_000));
    assert!(asks(&mut phone, 60_000));
    answers(&mut phone);
    assert_eq!(watches(&phone).len(), 1, "the silent stream is given up");

    phone.on(Event::Went(Route::Pay));
    assert!(!asks(&mut phone, 30_000));
    assert!(asks(&mut phone, 30_000));
    answers(&mut phone);
    phone.on(Event::Hidden);
    assert!(!asks(&mut phone, 3_600_000));
    assert!(phone.on(Event::Shown).did(|effect| matches!(effect, Effect::Sync)));
}
