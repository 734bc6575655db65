//! The Pay screen: a code is made when it opens, when it is renewed, and whenever what is in it changes.

use proto::v1::WalletState;
use shared::code::Language;

use super::{Effect, Event, Form, Model, Pay, PayProblem, PayScreen, SignRequest};
use crate::{
    i18n::Lang,
    keys::KeyError,
    pay::{Choice, PayCode, Plan, RENEW_AFTER_MS, Room, plan},
};

/// Opens the screen afresh.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.pay = Pay::Code(PayScreen {
        plan: Plan::default(),
        code: None,
        form: Form::default(),
        problem: None,
        declined: None,
        opened_at: model.provider_now(),
        serial: 0,
    });
    make_code(model)
}

/// Leaves the screen.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    model.pay = Pay::Away;
    vec![]
}

/// Makes a code of what is in the wallet now. The one on the screen stays until the new one is signed.
pub(super) fn make_code(model: &mut Model) -> Vec<Effect> {
    let now = model.provider_now();
    let language = spoken(model.lang);
    let plan = plan(&model.memory.coupons, &model.memory.choices, language, model.room, now);
    let frozen = model.memory.account.as_ref().is_some_and(|a| a.wallet.state() == WalletState::Frozen);
    let closed = model.is_closed();
    let serial = model.next_serial();
    let Pay::Code(screen) = &mut model.pay else { return vec![] };
    screen.plan = plan.clone();
    screen.serial = serial;
    if frozen || closed {
        screen.problem = Some(if closed { PayProblem::Closed } else { PayProblem::Frozen });
        screen.code = None;
        return vec![];
    }
    let Some(token) = model.memory.stock.take(now) else {
        screen.problem = Some(PayProblem::NoTokens);
        screen.code = None;
        return vec![];
    };
    screen.problem = None;
    let request = SignRequest { serial, plan, token: token.number, language, now };
    let renew = Effect::Wait { ms: RENEW_AFTER_MS, then: Box::new(Event::RenewDue(serial)) };
    // The token is marked as shown on the disk before it is on the screen.
    vec![Effect::Save, Effect::Sign(Box::new(request)), renew]
}

/// A code came back from the device key.
pub(super) fn signed(model: &mut Model, serial: u32, outcome: Result<Box<PayCode>, KeyError>) -> Vec<Effect> {
    if let Pay::Code(screen) = &mut model.pay
        && screen.serial == serial
    {
        match outcome {
            Ok(code) => screen.code = Some(*code),
            Err(error) => {
                screen.code = None;
                screen.problem = Some(PayProblem::Key(error));
            }
        }
    }
    vec![]
}

/// The timer of a code ran out.
pub(super) fn renew_due(model: &mut Model, serial: u32) -> Vec<Effect> {
    match &mut model.pay {
        Pay::Code(screen) if screen.serial == serial => {
            // What happened to the code before this one is no longer of interest.
            screen.declined = None;
            make_code(model)
        }
        _ => vec![],
    }
}

/// A code that shares nothing with the one before.
pub(super) fn new_code(model: &mut Model) -> Vec<Effect> {
    let form = match &model.pay {
        Pay::Code(screen) => screen.form,
        Pay::Away | Pay::Paid { .. } => Form::default(),
    };
    model.memory.stock.end_visit();
    let effects = open(model);
    if let Pay::Code(screen) = &mut model.pay {
        screen.form = form;
    }
    effects
}

/// A coupon that is in the code is taken out; one that the shopper had taken out is left to the phone again; one that found no
/// room gets it.
pub(super) fn toggle(model: &mut Model, offer_number: u32) -> Vec<Effect> {
    let Pay::Code(screen) = &model.pay else { return vec![] };
    let is_in = screen.plan.chosen.iter().any(|chosen| chosen.offer_number == offer_number);
    let choice = match model.memory.choices.get(&offer_number) {
        _ if is_in => Some(Choice::Excluded),
        Some(Choice::Excluded) => None,
        _ => Some(Choice::Pinned),
    };
    choose(model, offer_number, choice)
}

/// A coupon goes in whatever else has to make room, or no longer.
pub(super) fn pin(model: &mut Model, offer_number: u32) -> Vec<Effect> {
    let pinned = model.memory.choices.get(&offer_number) == Some(&Choice::Pinned);
    choose(model, offer_number, (!pinned).then_some(Choice::Pinned))
}

fn choose(model: &mut Model, offer_number: u32, choice: Option<Choice>) -> Vec<Effect> {
    match choice {
        Some(choice) => model.memory.choices.insert(offer_number, choice),
        None => model.memory.choices.remove(&offer_number),
    };
    let mut effects = vec![Effect::Save];
    effects.extend(make_code(model));
    effects
}

/// The same token as a barcode, or as a QR code again.
pub(super) fn turn(model: &mut Model) -> Vec<Effect> {
    if let Pay::Code(screen) = &mut model.pay {
        screen.form = match screen.form {
            Form::Qr => Form::Bars,
            Form::Bars => Form::Qr,
        };
    }
    vec![]
}

/// The screen has another size: where the code has other room now, it is made again.
pub fn measured(model: &mut Model, side_px: u32) -> Vec<Effect> {
    let room = Room::on(side_px);
    if std::mem::replace(&mut model.room, room) == room { vec![] } else { make_code(model) }
}

/// What the code tells the till about the shopper's languages.
fn spoken(lang: Lang) -> Option<Language> {
    let codes = match lang {
        Lang::En => "en",
        Lang::Zh => "zhen",
    };
    Language::parse(codes).ok()
}
