//! The wallet's life as stories.

use proto::{
    convert::{money_to_wire, time_to_wire},
    status::Failure,
    v1::{self, CouponState, PaymentState},
};
use shared::{
    code::TokenNumber,
    money::{Currency, Money},
    reason::Reason,
    time::UnixMillis,
};

mod approval;
mod line;
mod version;

use super::*;
use crate::{api::Account, pay::LeftOut};

pub(super) const SHAMPOO: u32 = 100_001;
const NOODLES: u32 = 100_002;

/// A wallet whose effects are kept for looking at, with a clock.
pub(super) struct Phone {
    pub(super) model: Model,
    pub(super) now: UnixMillis,
    pub(super) effects: Vec<Effect>,
}

impl Phone {
    pub(super) fn new() -> Self {
        let now = UnixMillis(1_700_000_000_000);
        Self { model: Model::new(Route::Home, Lang::En, now), now, effects: vec![] }
    }

    /// A wallet that is open, with tokens and a coupon for shampoo.
    pub(super) fn open() -> Self {
        let mut phone = Self::new();
        phone.model.route = Route::Offers;
        phone.load(Memory::default());
        phone.on(Event::OpenTapped);
        phone.on(Event::Synced(Ok(Box::new(phone.snapshot(&[SHAMPOO], vec![])))));
        let tokens = (1..=15).map(|n| phone.token(n)).collect();
        phone.on(Event::TokensIssued(Ok(tokens)));
        phone
    }

    /// Its storage is read.
    pub(super) fn load(&mut self, memory: Memory) -> &mut Self {
        self.effects = loaded(&mut self.model, memory);
        self.opened()
    }

    pub(super) fn on(&mut self, event: Event) -> &mut Self {
        self.effects = update(&mut self.model, event, self.now);
        self.opened()
    }

    fn opened(&mut self) -> &mut Self {
        // The shell answers a page that is to be opened by opening it.
        while let Some(place) = self.effects.iter().position(|effect| matches!(effect, Effect::Go(_))) {
            let Effect::Go(route) = self.effects.remove(place) else { unreachable!() };
            self.effects.extend(update(&mut self.model, Event::Went(route), self.now));
        }
        self
    }

    pub(super) fn after(&mut self, ms: i64) -> &mut Self {
        self.now = self.now.plus_ms(ms);
        self
    }

    /// The event that is to come after so long.
    pub(super) fn due_after(&self, ms: u32) -> Event {
        let due = self.effects.iter().find_map(|effect| match effect {
            Effect::Wait { ms: wait, then } if *wait == ms => Some(*then.clone()),
            _ => None,
        });
        due.unwrap_or_else(|| panic!("nothing is due after {ms} ms: {:?}", self.effects))
    }

    pub(super) fn did(&self, what: fn(&Effect) -> bool) -> bool {
        self.effects.iter().any(what)
    }

    /// The code that is to be signed; signs it.
    pub(super) fn signs(&mut self) -> SignRequest {
        let request = self.effects.iter().find_map(|effect| match effect {
            Effect::Sign(request) => Some(*request.clone()),
            _ => None,
        });
        let request = request.expect("a code is to be signed");
        let code = PayCode {
            text: format!("code {}", request.serial),
            token: request.token,
            issued_at: request.now,
            saves_up_to_minor: request.plan.saves_up_to_minor,
        };
        self.on(Event::Signed(request.serial, Ok(Box::new(code))));
        request
    }

    pub(super) fn screen(&self) -> &PayScreen {
        match &self.model.pay {
            Pay::Code(screen) => screen,
            other => panic!("no code is shown but {other:?}"),
        }
    }

    pub(super) fn token(&self, body: u64) -> v1::PaymentToken {
        v1::PaymentToken {
            token_number: TokenNumber::from_body(body).unwrap().to_string(),
            expires_at: Some(time_to_wire(self.now.plus_ms(86_400_000))),
        }
    }

    pub(super) fn coupon(&self, offer_number: u32, state: CouponState) -> v1::Coupon {
        let amount = cny(500);
        let terms = v1::Terms {
            requirements: vec![v1::Requirement {
                gtins: vec!["6901234567892".to_owned()],
                company_prefixes: vec![],
                need: Some(v1::requirement::Need::Units(1)),
            }],
            reward: Some(v1::terms::Reward::AmountOffEach(v1::AmountOffEach { amount, max_units: 1 })),
            merchant_ids: vec![],
            starts_at: Some(time_to_wire(UnixMillis(0))),
            ends_at: Some(time_to_wire(self.now.plus_ms(1_000_000_000))),
            ..v1::Terms::default()
        };
        let offer = v1::Offer { offer_number, terms: Some(terms), ..Default::default() };
        v1::Coupon {
            coupon_id: format!("{offer_number}-1"),
            offer: Some(offer),
            state: state.into(),
            ..Default::default()
        }
    }

    pub(super) fn snapshot(&self, coupons: &[u32], payments: Vec<v1::Payment>) -> Snapshot {
        Snapshot {
            account: Account { wallet: wallet(50_000), provider: v1::ProviderInfo::default() },
            clock_offset_ms: 0,
            coupons: coupons.iter().map(|offer| self.coupon(*offer, CouponState::Clipped)).collect(),
            payments,
        }
    }

    pub(super) fn payment(&self, id: &str, state: PaymentState) -> v1::Payment {
        v1::Payment {
            payment_id: id.to_owned(),
            state: state.into(),
            amount_due: cny(2500),
            created_at: Some(time_to_wire(self.now)),
            ..Default::default()
        }
    }

    /// The provider reports that the shampoo was bought.
    pub(super) fn hears_of(&mut self, payment: v1::Payment) -> &mut Self {
        let coupons = vec![self.coupon(SHAMPOO, CouponState::Redeemed)];
        let change =
            v1::WatchWalletResponse { wallet: Some(wallet(47_500)), payment: Some(payment), coupons };
        self.on(Event::Changed(Box::new(change)))
    }
}

pub(super) fn cny(minor: i64) -> Option<v1::Money> {
    Some(money_to_wire(Money::new(Currency::CNY, minor)))
}

pub(super) fn wallet(balance_minor: i64) -> v1::Wallet {
    v1::Wallet {
        wallet_id: "W1001".to_owned(),
        balance: cny(balance_minor),
        state: v1::WalletState::Active.into(),
        ..Default::default()
    }
}

pub(super) fn refused(reason: Reason) -> CallError {
    CallError::Refused(Failure::new(reason, ""))
}

pub(super) fn offline<T>() -> Result<T, CallError> {
    Err(CallError::Offline("no route".to_owned()))
}

#[test]
fn a_new_shopper_opens_a_wallet_and_sees_the_offers() {
    let mut phone = Phone::new();
    phone.load(Memory::default());
    assert_eq!(phone.model.stage, Stage::Welcome { opening: false, problem: None });

    assert!(phone.on(Event::OpenTapped).did(|effect| matches!(effect, Effect::Open)));
    phone.on(Event::Synced(offline()));
    assert!(matches!(&phone.model.stage, Stage::Welcome { opening: false, problem: Some(_) }));

    phone.on(Event::OpenTapped);
    let snapshot = phone.snapshot(&[], vec![]);
    phone.on(Event::Synced(Ok(Box::new(snapshot))));
    assert_eq!((&phone.model.stage, &phone.model.route), (&Stage::Inside, &Route::Offers));
    assert!(phone.did(|effect| matches!(effect, Effect::IssueTokens(15))));
    assert!(phone.did(|effect| matches!(effect, Effect::Watch(_))));
}

#[test]
fn the_code_is_renewed_with_the_same_token_and_turns_into_the_receipt() {
    let mut phone = Phone::open();
    let first = phone.on(Event::Went(Route::Pay)).signs();
    assert_eq!(first.plan.saves_up_to_minor, 500);
    assert_eq!(phone.screen().code.as_ref().map(|code| code.issued_at), Some(phone.now));

    let second = phone.after(30_000).on(Event::RenewDue(first.serial)).signs();
    assert_eq!(second.token, first.token);
    assert!(phone.on(Event::RenewDue(first.serial)).effects.is_empty(), "the old timer means nothing");

    let payment = phone.payment("p1", PaymentState::Completed);
    phone.after(2_000).hears_of(payment);
    assert_eq!(phone.model.pay, Pay::Paid { payment_id: "p1".to_owned() });
    assert!(phone.did(|effect| matches!(effect, Effect::Buzz)));
    let receipt = phone.model.receipt("p1").unwrap();
    assert_eq!(receipt.balance_after, cny(47_500));
    assert!(phone.model.memory.coupons.is_empty());

    let third = phone.on(Event::NewCodeTapped).signs();
    assert_ne!(third.token, first.token);
    assert!(third.plan.chosen.is_empty());
}

#[test]
fn a_code_is_made_at_once_when_the_page_comes_back() {
    let mut phone = Phone::open();
    let first = phone.on(Event::Went(Route::Pay)).signs();
    let second = phone.after(20_000).on(Event::Shown).signs();
    assert_eq!(second.now, phone.now);
    assert_eq!(second.token, first.token);
    let third = phone.after(600_000).on(Event::Shown).signs();
    assert_ne!(third.token, first.token, "long away is another shop");
}

#[test]
fn the_phone_pays_offline_from_what_it_remembers() {
    let stored = Phone::open().model.memory.to_bytes();
    let mut phone = Phone::new();
    phone.load(Memory::from_bytes(&stored));
    assert_eq!(phone.model.route, Route::Pay);
    let request = phone.signs();
    assert_eq!(request.plan.chosen.len(), 1);

    assert_eq!(phone.model.memory.stock.payments_left(phone.now), 15);
    phone.on(Event::Synced(offline()));
    assert_eq!(phone.model.connection, Connection::Offline);
    assert!(phone.did(|effect| matches!(effect, Effect::Wait { ms: 1_000, .. })));
    assert!(phone.screen().code.is_some());

    // Back online it learns of the payment by asking.
    let payment = phone.after(5_000).payment("p1", PaymentState::Completed);
    let snapshot = phone.snapshot(&[], vec![payment]);
    phone.on(Event::NetworkBack).on(Event::Synced(Ok(Box::new(snapshot))));
    assert_eq!(phone.model.pay, Pay::Paid { payment_id: "p1".to_owned() });
}

#[test]
fn a_payment_from_before_does_not_close_the_code() {
    let mut phone = Phone::open();
    let old = phone.payment("p0", PaymentState::Completed);
    let first = phone.after(60_000).on(Event::Went(Route::Pay)).signs();
    phone.hears_of(old);
    let second = phone.signs();
    assert_ne!(second.token, first.token, "whichever token paid is not shown again");
    assert_eq!(phone.screen().plan.chosen, []);
    assert!(matches!(&phone.model.notice, Some(Notice { what: Said::Paid { .. }, .. })));
}

#[test]
fn a_reversal_is_told_and_a_refusal_explained() {
    let mut phone = Phone::open();
    phone.on(Event::Went(Route::Pay)).signs();
    let declined = v1::Payment {
        decline_reason: "INSUFFICIENT_FUNDS".to_owned(),
        ..phone.payment("p0", PaymentState::Declined)
    };
    phone.hears_of(declined);
    assert_eq!(phone.screen().declined, Some(Reason::InsufficientFunds));
    assert!(phone.model.receipt("p0").is_none());

    let payment = phone.payment("p1", PaymentState::Completed);
    phone.hears_of(payment);
    phone.on(Event::Went(Route::Offers));
    let payment = phone.payment("p1", PaymentState::Reversed);
    phone.hears_of(payment);
    assert!(matches!(&phone.model.notice, Some(Notice { what: Said::Reversed { .. }, .. })));
    let late = phone.payment("p1", PaymentState::Completed);
    phone.hears_of(late);
    assert_eq!(phone.model.receipt("p1").unwrap().payment.state(), PaymentState::Reversed);
}

#[test]
fn the_shopper_takes_a_coupon_out_of_the_code_and_puts_it_back() {
    let mut phone = Phone::open();
    phone.on(Event::Went(Route::Pay)).signs();
    let without = phone.on(Event::CouponToggled(SHAMPOO)).signs();
    assert_eq!(without.plan.left_out, [(SHAMPOO, LeftOut::Excluded)]);
    let with = phone.on(Event::CouponToggled(SHAMPOO)).signs();
    assert_eq!(with.plan.chosen.len(), 1);
    assert_eq!(with.token, without.token);
    assert!(!with.plan.chosen[0].pinned, "the phone chooses again");

    let pinned = phone.on(Event::PinTapped(SHAMPOO)).signs();
    assert!(pinned.plan.chosen[0].pinned);
    let free = phone.on(Event::PinTapped(SHAMPOO)).signs();
    assert!(!free.plan.chosen[0].pinned);
}

#[test]
fn the_code_turns_into_a_barcode_of_the_same_token() {
    let mut phone = Phone::open();
    let first = phone.on(Event::Went(Route::Pay)).signs();
    assert!(phone.on(Event::FormTapped).effects.is_empty(), "nothing is made anew");
    assert_eq!(phone.screen().form, Form::Bars);
    phone.after(30_000).on(Event::RenewDue(first.serial)).signs();
    assert_eq!(phone.screen().form, Form::Bars);
    assert_eq!(phone.screen().code.as_ref().map(|code| code.token), Some(first.token));
    assert_ne!(phone.on(Event::NewCodeTapped).signs().token, first.token);
    assert_eq!(phone.screen().form, Form::Bars, "the till still reads no QR codes");
    phone.on(Event::FormTapped);
    assert_eq!(phone.screen().form, Form::Qr);
}

#[test]
fn a_smaller_screen_makes_a_smaller_code() {
    let mut phone = Phone::open();
    let first = phone.on(Event::Went(Route::Pay)).signs();
    assert!(phone.on(Event::Measured(390)).effects.is_empty(), "a phone's usual size");
    let second = phone.on(Event::Measured(140)).signs();
    assert_eq!((first.plan.chosen.len(), second.plan.chosen.len()), (1, 0));
    assert_eq!(second.plan.left_out, [(SHAMPOO, LeftOut::NoRoom)]);
}

#[test]
fn the_screen_stays_on_while_a_code_is_shown() {
    let mut phone = Phone::open();
    let on = |effect: &Effect| matches!(effect, Effect::KeepAwake(true));
    let off = |effect: &Effect| matches!(effect, Effect::KeepAwake(false));
    assert!(phone.on(Event::Went(Route::Pay)).did(on));
    assert!(phone.on(Event::Hidden).did(off));
    assert!(phone.on(Event::Shown).did(on), "browsers forget it when the page is hidden");
    assert!(phone.on(Event::Went(Route::Offers)).did(off));
}

#[test]
fn a_full_disk_is_told_until_there_is_room_again() {
    let mut phone = Phone::open();
    phone.on(Event::Saved(false));
    assert!(phone.model.disk_full);
    phone.on(Event::Saved(true));
    assert!(!phone.model.disk_full);
}

#[test]
fn without_tokens_the_screen_says_so_and_goes_on_when_they_come() {
    let mut phone = Phone::open();
    phone.model.memory.stock = Default::default();
    phone.on(Event::Went(Route::Pay));
    assert_eq!(phone.screen().problem, Some(PayProblem::NoTokens));
    let token = phone.token(99);
    phone.on(Event::TokensIssued(Ok(vec![token]))).signs();
    assert_eq!(phone.screen().problem, None);
}

#[test]
fn a_coupon_is_clipped_and_given_back() {
    let mut phone = Phone::open();
    phone.on(Event::ClipTapped(NOODLES));
    assert!(phone.model.working.contains(&NOODLES));
    let coupon = phone.coupon(NOODLES, CouponState::Clipped);
    phone.on(Event::Clipped(NOODLES, Ok(Box::new(coupon))));
    assert!(phone.model.working.is_empty() && phone.model.coupon_of(NOODLES).is_some());

    phone.on(Event::UnclipTapped(NOODLES));
    assert!(
        phone.did(|effect| matches!(effect, Effect::Unclip { coupon_id, .. } if coupon_id == "100002-1"))
    );
    let coupon = phone.coupon(NOODLES, CouponState::Unclipped);
    phone.on(Event::Unclipped(NOODLES, Ok(Box::new(coupon))));
    assert!(phone.model.coupon_of(NOODLES).is_none());

    let refused = CallError::Refused(Failure::new(Reason::ClipLimitReached, "had"));
    phone.on(Event::Clipped(NOODLES, Err(refused.clone())));
    assert!(
        matches!(&phone.model.notice, Some(Notice { what: Said::Failed(error), .. }) if *error == refused)
    );
    assert!(phone.model.had.contains(&NOODLES));
}

#[test]
fn an_answer_that_is_older_than_a_change_is_asked_for_again() {
    let mut phone = Phone::open();
    phone.on(Event::NetworkBack);
    let before = phone.snapshot(&[SHAMPOO], vec![]);
    let coupon = phone.coupon(NOODLES, CouponState::Clipped);
    phone.on(Event::Clipped(NOODLES, Ok(Box::new(coupon))));
    phone.on(Event::Synced(Ok(Box::new(before))));
    assert!(phone.did(|effect| matches!(effect, Effect::Sync)));
}

#[test]
fn a_wallet_that_the_provider_forgot_is_opened_anew() {
    let mut phone = Phone::open();
    let gone = CallError::Refused(Failure::new(Reason::WalletNotFound, "gone"));
    phone.on(Event::NetworkBack).on(Event::Synced(Err(gone)));
    assert!(matches!(phone.model.stage, Stage::Welcome { problem: Some(_), .. }));
    assert_eq!(phone.model.memory, Memory::default());
}

#[test]
fn a_shopper_chooses_what_is_paid_without_asking() {
    let limits = |payment, day| Some(v1::ApprovalLimits { per_payment: cny(payment), per_day: cny(day) });
    let mut phone = Phone::open();
    assert!(phone.model.limit_choices(Limit::PerPayment).is_empty(), "a provider that names no limit");
    let mut snapshot = phone.snapshot(&[], vec![]);
    snapshot.account.provider.approval_limits = limits(100_000, 300_000);
    snapshot.account.wallet.approval_limits = limits(100_000, 20_000);
    phone.on(Event::Synced(Ok(Box::new(snapshot))));
    let choices = |phone: &Phone, limit| -> Vec<i64> {
        phone.model.limit_choices(limit).iter().map(|money| money.minor_units).collect()
    };
    assert_eq!(choices(&phone, Limit::PerPayment), [0, 10_000, 50_000, 100_000]);
    assert_eq!(choices(&phone, Limit::PerDay), [0, 20_000, 30_000, 150_000, 300_000]);

    assert!(phone.on(Event::LimitChosen(Limit::PerPayment, 100_000)).effects.is_empty(), "it is so already");
    phone.on(Event::LimitChosen(Limit::PerPayment, 10_000));
    let Some(Effect::SetLimits(sent)) = phone.effects.first() else { panic!("{:?}", phone.effects) };
    assert_eq!(Some(sent.clone()), limits(10_000, 20_000));
    assert!(phone.on(Event::LimitChosen(Limit::PerDay, 0)).effects.is_empty(), "one thing at a time");
    let set = v1::Wallet { approval_limits: limits(10_000, 20_000), ..wallet(50_000) };
    phone.on(Event::LimitsSet(Ok(Box::new(set))));
    assert_eq!(phone.model.limit(Limit::PerPayment).map(|money| money.minor_units), Some(10_000));

    phone.on(Event::LimitChosen(Limit::PerDay, 300_000));
    let Some(Effect::SetLimits(sent)) = phone.effects.first() else { panic!("{:?}", phone.effects) };
    assert_eq!((sent.per_payment.clone(), sent.per_day.clone()), (cny(10_000), None), "the provider's own");
    phone.on(Event::LimitsSet(Err(refused(Reason::InvalidArgument))));
    assert!(matches!(&phone.model.notice, Some(Notice { what: Said::Failed(_), .. })));
    assert!(!phone.model.setting_limits);
}
