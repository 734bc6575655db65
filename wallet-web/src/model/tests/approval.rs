//! Payments that wait for the shopper.

use shared::payment::approval::Answer;

use super::*;

const MINUTES_3_MS: i64 = 180_000;

/// A payment that waits for three minutes, heard of.
fn waiting(phone: &mut Phone) -> v1::Payment {
    let payment = v1::Payment {
        approval_expires_at: Some(time_to_wire(phone.now.plus_ms(MINUTES_3_MS))),
        ..phone.payment("p1", PaymentState::PendingApproval)
    };
    phone.hears_of(payment.clone());
    payment
}

fn paid(phone: &Phone, waiting: &v1::Payment) -> v1::Payment {
    v1::Payment {
        state: PaymentState::Completed.into(),
        completed_at: Some(time_to_wire(phone.now)),
        ..waiting.clone()
    }
}

fn sends(answer: Answer) -> impl Fn(&Effect) -> bool {
    move |effect| matches!(effect, Effect::Answer { answer: sent, .. } if *sent == answer)
}

#[test]
fn a_large_payment_is_asked_for_on_whatever_page() {
    let mut phone = Phone::open();
    let first = phone.on(Event::Went(Route::Pay)).signs();
    phone.on(Event::Went(Route::Offers));
    let payment = waiting(&mut phone);
    assert!(phone.did(|effect| matches!(effect, Effect::Buzz)));
    assert_eq!(phone.model.waiting().map(|p| p.payment_id.as_str()), Some("p1"));
    assert_eq!(phone.model.receipts().len(), 0, "nothing is paid yet");

    phone.on(Event::AnswerTapped(Answer::Approve));
    assert!(phone.effects.iter().any(sends(Answer::Approve)));
    assert!(phone.on(Event::AnswerTapped(Answer::Reject)).effects.is_empty(), "it is on its way");
    phone.on(Event::Answered("p1".to_owned(), Err(refused(Reason::InsufficientFunds))));
    assert_eq!(phone.model.answering, Answering::Failed(refused(Reason::InsufficientFunds)));
    phone.on(Event::AnswerTapped(Answer::Approve));
    let completed = paid(&phone, &payment);
    phone.on(Event::Answered("p1".to_owned(), Ok(Box::new(completed))));
    assert!(matches!(&phone.model.notice, Some(Notice { what: Said::Paid { .. }, .. })));
    assert_eq!((phone.model.waiting(), phone.model.receipts().len()), (None, 1));
    assert_eq!(
        phone.model.receipt("p1").unwrap().balance_after,
        None,
        "the one it heard was before the payment"
    );
    phone.hears_of(payment);
    assert_eq!(phone.model.waiting(), None, "old news changes nothing");
    assert_ne!(phone.on(Event::Went(Route::Pay)).signs().token, first.token);
}

#[test]
fn only_a_button_that_is_held_and_let_go_approves() {
    let mut phone = Phone::open();
    assert!(phone.on(Event::HoldBegan).effects.is_empty(), "there is nothing to approve");
    waiting(&mut phone);
    let early = phone.on(Event::HoldBegan).due_after(HOLD_MS);
    phone.on(Event::HoldEnded);
    assert_eq!(phone.model.answering, Answering::Open);
    assert!(phone.on(early).effects.is_empty(), "it was let go");

    let done = phone.on(Event::HoldBegan).due_after(HOLD_MS);
    phone.after(i64::from(HOLD_MS)).on(done);
    assert!(phone.did(|effect| matches!(effect, Effect::Buzz)));
    assert_eq!(phone.model.answering, Answering::Held);
    phone.on(Event::HoldSlipped);
    assert_eq!(phone.model.answering, Answering::Open, "there is still a way back");

    let done = phone.on(Event::HoldBegan).due_after(HOLD_MS);
    phone.after(i64::from(HOLD_MS)).on(done).on(Event::HoldEnded);
    assert!(phone.effects.iter().any(sends(Answer::Approve)));
    assert_eq!(phone.model.answering, Answering::Sent(Answer::Approve));
}

#[test]
fn an_answer_that_could_not_be_sent_is_sent_when_the_provider_is_back() {
    let mut phone = Phone::open();
    let payment = waiting(&mut phone);
    phone.on(Event::AnswerTapped(Answer::Approve));
    phone.on(Event::Answered("p1".to_owned(), offline()));
    assert_eq!(phone.model.answering, Answering::Unsent(Answer::Approve));
    assert_eq!(phone.model.connection, Connection::Offline);

    let snapshot = phone.snapshot(&[SHAMPOO], vec![payment.clone()]);
    phone.after(2_000).on(Event::RetryDue).on(Event::Synced(Ok(Box::new(snapshot))));
    assert!(phone.effects.iter().any(sends(Answer::Approve)));
    let completed = paid(&phone, &payment);
    phone.on(Event::Answered("p1".to_owned(), Ok(Box::new(completed))));
    assert_eq!(phone.model.waiting(), None);
}

#[test]
fn a_shopper_may_still_say_no_while_the_yes_is_not_sent() {
    let mut phone = Phone::open();
    waiting(&mut phone);
    phone.on(Event::AnswerTapped(Answer::Approve)).on(Event::Answered("p1".to_owned(), offline()));
    phone.on(Event::AnswerTapped(Answer::Reject));
    assert!(phone.effects.iter().any(sends(Answer::Reject)));
}

#[test]
fn the_time_is_counted_down_by_one_timer_and_then_the_provider_is_asked() {
    let mut phone = Phone::open();
    let payment = waiting(&mut phone);
    assert_eq!(phone.model.seconds_to_approve(), 180);
    let second = phone.due_after(1_000);
    let snapshot = phone.snapshot(&[], vec![payment]);
    phone.on(Event::Synced(Ok(Box::new(snapshot))));
    assert!(phone.on(Event::NoticeTapped).effects.is_empty(), "one timer is enough");
    let next = phone.after(1_000).on(second).due_after(1_000);
    assert_eq!(phone.model.seconds_to_approve(), 179);

    phone.after(MINUTES_3_MS).on(next);
    assert_eq!((phone.model.waiting(), phone.model.seconds_to_approve()), (None, 0));
    assert!(phone.did(|effect| matches!(effect, Effect::Sync)));
    let expired = v1::Payment {
        approval_expires_at: Some(time_to_wire(phone.now)),
        ..phone.payment("p1", PaymentState::Expired)
    };
    phone.hears_of(expired);
    assert_eq!((phone.model.receipts().len(), phone.model.receipt("p1").is_some()), (0, false));
}

#[test]
fn a_payment_that_waited_while_the_page_was_loaded_anew_is_asked_for_again() {
    let mut phone = Phone::open();
    waiting(&mut phone);
    let (stored, receipts) = (phone.model.memory.to_bytes(), phone.model.recent.to_bytes());
    let mut phone = Phone::new();
    phone.model.recent = Recent::from_bytes(&receipts);
    phone.load(Memory::from_bytes(&stored));
    assert!(phone.model.waiting().is_some());
    phone.due_after(1_000);
}

#[test]
fn what_waited_and_was_not_paid_says_why_and_a_fresh_code_is_shown() {
    let check = |state: PaymentState| {
        let mut phone = Phone::open();
        phone.on(Event::Went(Route::Pay));
        let payment = waiting(&mut phone);
        phone.hears_of(v1::Payment { state: state.into(), ..payment });
        assert_eq!(phone.model.notice.as_ref().map(|notice| &notice.what), Some(&Said::NotPaid(state)));
        assert!(phone.did(|effect| matches!(effect, Effect::Sign(_))), "{state:?}");
    };
    check(PaymentState::Rejected);
    check(PaymentState::Expired);
    check(PaymentState::Reversed);
}

#[test]
fn a_payment_that_is_made_is_shown_without_a_word_about_the_one_before() {
    let mut phone = Phone::open();
    phone.on(Event::Went(Route::Pay));
    let first = waiting(&mut phone);
    phone.hears_of(v1::Payment { state: PaymentState::Rejected.into(), ..first });
    assert!(phone.model.notice.is_some());
    let second = v1::Payment { payment_id: "p2".to_owned(), ..waiting(&mut phone) };
    phone.hears_of(second.clone());
    let second = paid(&phone, &second);
    phone.hears_of(second);
    assert_eq!(phone.model.pay, Pay::Paid { payment_id: "p2".to_owned() });
    assert_eq!(phone.model.notice, None);
}
