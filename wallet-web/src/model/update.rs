//! The reducer: one event, what changes, what is to be done.

use proto::v1;
use shared::{reason::Reason, time::UnixMillis};

use super::{
    Answering, Connection, Effect, Event, Library, Memory, Model, Notice, Pay, Route, Said, Stage, account,
    browse, history, inbox, limits, pay_screen,
};
use crate::api::{CallError, TOKENS_PER_CALL_MAX};

/// How long a notice stays.
const NOTICE_MS: u32 = 6_000;
/// First wait before the provider is tried again; doubled at each failure.
const RETRY_FIRST_MS: u32 = 1_000;
/// Longest wait.
const RETRY_MAX_MS: u32 = 30_000;
/// A stream that has been silent for so long may be dead without anybody having noticed: ask.
const SILENCE_MS: i64 = 60_000;

/// Changes the model by an event that happened at `now` (the phone's clock), and says what is to be done.
pub fn update(model: &mut Model, event: Event, now: UnixMillis) -> Vec<Effect> {
    model.now = now;
    match event {
        Event::Loaded(memory) => loaded(model, *memory),
        Event::LibraryLoaded(library) => {
            // What has come from the provider meanwhile is newer.
            if model.library == Library::default() {
                model.library = *library;
            }
            vec![]
        }
        Event::Browse(event) => browse::on(model, event),
        Event::Account(event) => account::on(model, event),
        Event::Recovery(event) => account::on_recovery(model, event),
        Event::History(event) => history::on(model, event),
        Event::OpenTapped => {
            model.stage = Stage::Welcome { opening: true, problem: None };
            vec![Effect::Open]
        }
        Event::Went(route) => went(model, route),
        Event::ThemeChosen(theme) => {
            model.theme = theme;
            vec![Effect::KeepTheme(theme)]
        }
        Event::LanguageChosen(lang) => {
            model.lang = lang;
            let mut effects = vec![Effect::KeepLanguage(lang)];
            effects.extend(pay_screen::make_code(model));
            effects
        }
        Event::ClipTapped(offer_number) => {
            model.working.insert(offer_number);
            vec![Effect::Clip(offer_number)]
        }
        Event::UnclipTapped(offer_number) => match model.coupon_of(offer_number) {
            Some(coupon) => {
                let coupon_id = coupon.coupon_id.clone();
                model.working.insert(offer_number);
                vec![Effect::Unclip { offer_number, coupon_id }]
            }
            None => vec![],
        },
        Event::CouponToggled(offer_number) => pay_screen::toggle(model, offer_number),
        Event::NewCodeTapped => pay_screen::new_code(model),
        Event::CopyTapped => match &model.pay {
            Pay::Code(screen) => screen.code.iter().map(|code| Effect::Copy(code.text.clone())).collect(),
            _ => vec![],
        },
        Event::AnswerTapped(answer) => match model.waiting().cloned() {
            Some(payment) if model.answering != Answering::Sent => {
                model.answering = Answering::Sent;
                vec![Effect::Answer { payment: Box::new(payment), answer }]
            }
            _ => vec![],
        },
        Event::Answered(payment_id, outcome) => answered(model, &payment_id, outcome),
        Event::ApprovalOver => sync(model),
        Event::LimitChosen(limit, minor) => limits::choose(model, limit, minor),
        Event::LimitsSet(outcome) => limits_set(model, outcome),
        Event::NoticeTapped => {
            model.notice = None;
            vec![]
        }
        Event::Shown => {
            let mut effects = pay_screen::make_code(model);
            if matches!(model.pay, Pay::Code(_)) {
                effects.push(Effect::KeepAwake(true));
            }
            effects.extend(sync(model));
            effects
        }
        Event::NetworkBack => sync(model),
        Event::RetryDue => {
            model.link.retrying = false;
            sync(model)
        }
        Event::NetworkGone => {
            model.connection = Connection::Offline;
            vec![]
        }

        Event::Synced(outcome) => synced(model, outcome),
        Event::Changed(change) => {
            heard(model);
            model.link.stale = model.link.syncing;
            let paid = change.payment.is_some();
            if paid {
                model.offers_feed.spoil();
            }
            let mut effects = inbox::take_change(model, *change);
            effects.extend(replenish(model));
            if paid {
                // What was bought decides what can be clipped next.
                effects.extend(sync(model));
            }
            effects
        }
        Event::WatchEnded(error) => {
            model.link.watching = false;
            match error {
                Some(error) => failed(model, &error),
                None => retry(model),
            }
        }
        Event::TokensIssued(outcome) => {
            model.link.issuing = false;
            match outcome {
                Ok(tokens) => {
                    heard(model);
                    inbox::take_tokens(model, &tokens)
                }
                Err(error) => failed(model, &error),
            }
        }
        Event::Clipped(offer, outcome) | Event::Unclipped(offer, outcome) => {
            model.working.remove(&offer);
            model.link.stale = model.link.syncing;
            match outcome {
                Ok(coupon) => {
                    heard(model);
                    inbox::take_coupon(model, *coupon);
                    let mut effects = vec![Effect::Save];
                    effects.extend(sync(model));
                    effects
                }
                Err(error) => {
                    let mut effects = match error.reason() {
                        Some(Reason::ClipLimitReached) => {
                            model.had.insert(offer);
                            vec![]
                        }
                        Some(Reason::OfferExhausted | Reason::OfferNotActive | Reason::OfferNotFound) => {
                            browse::gone(model, offer)
                        }
                        _ => vec![],
                    };
                    effects.extend(failed_and_said(model, error));
                    effects
                }
            }
        }
        Event::Signed(serial, outcome) => pay_screen::signed(model, serial, outcome),
        Event::Copied(true) => say(model, Said::Copied),
        Event::Copied(false) => vec![],

        Event::RenewDue(serial) => {
            let mut effects = pay_screen::renew_due(model, serial);
            let silent = model.link.heard_at.is_none_or(|at| now.0.saturating_sub(at.0) > SILENCE_MS);
            if !effects.is_empty() && silent {
                effects.extend(sync(model));
            }
            effects
        }
        Event::NoticeDone(serial) => {
            model.notice = model.notice.take().filter(|notice| notice.serial != serial);
            vec![]
        }
    }
}

/// A refusal stays on the page, which says what to do; whatever else the provider says comes with a sync.
fn answered(
    model: &mut Model,
    payment_id: &str,
    outcome: Result<Box<v1::Payment>, CallError>,
) -> Vec<Effect> {
    model.link.stale = model.link.syncing;
    let waits = model.waiting().is_some_and(|payment| payment.payment_id == payment_id);
    match outcome {
        Ok(payment) => {
            heard(model);
            if waits {
                model.answering = Answering::Open;
            }
            let mut effects = inbox::take_change(
                model,
                v1::WatchWalletResponse { payment: Some(*payment), ..v1::WatchWalletResponse::default() },
            );
            effects.extend(sync(model));
            effects
        }
        Err(error) => {
            if waits {
                model.answering = Answering::Failed(error.clone());
            }
            let mut effects = failed(model, &error);
            effects.extend(sync(model));
            effects
        }
    }
}

fn limits_set(model: &mut Model, outcome: Result<Box<v1::Wallet>, CallError>) -> Vec<Effect> {
    model.setting_limits = false;
    model.link.stale = model.link.syncing;
    match outcome {
        Ok(wallet) => {
            heard(model);
            let wallet = Some(*wallet);
            inbox::take_change(
                model,
                v1::WatchWalletResponse { wallet, ..v1::WatchWalletResponse::default() },
            )
        }
        Err(error) => failed_and_said(model, error),
    }
}

/// A call that the shopper asked for failed.
pub(super) fn failed_and_said(model: &mut Model, error: CallError) -> Vec<Effect> {
    let mut effects = failed(model, &error);
    // Where the wallet is gone, the page that is left says why.
    if model.stage == Stage::Inside {
        effects.extend(say(model, Said::Failed(error)));
    }
    effects
}

/// Shows a message for a while.
pub(super) fn say(model: &mut Model, what: Said) -> Vec<Effect> {
    let serial = model.next_serial();
    model.notice = Some(Notice { what, serial });
    vec![Effect::Wait { ms: NOTICE_MS, then: Box::new(Event::NoticeDone(serial)) }]
}

/// The storage was read: what [`Event::Loaded`] does, for who has no use for all the other events.
pub fn loaded(model: &mut Model, memory: Memory) -> Vec<Effect> {
    model.memory = memory;
    if model.memory.account.is_none() {
        model.stage = Stage::Welcome { opening: false, problem: None };
        return account::welcome(model);
    }
    model.stage = Stage::Inside;
    let mut effects = went(model, model.route.clone());
    effects.push(Effect::LoadLibrary);
    effects.extend(sync(model));
    effects
}

fn went(model: &mut Model, route: Route) -> Vec<Effect> {
    if model.route.base() != route.base() {
        model.first_row = 0;
    }
    model.route = route;
    model.notice = None;
    account::leave(model);
    if model.stage != Stage::Inside {
        return account::welcome(model);
    }
    let mut effects = read(model);
    effects.extend(match model.route {
        // Who scans a pairing code with a wallet at hand has that one already.
        Route::Link(_) | Route::Recover => vec![Effect::Go(Route::Home)],
        Route::Home => {
            let home = if model.memory.coupons.is_empty() { Route::Offers } else { Route::Pay };
            vec![Effect::Go(home)]
        }
        Route::Pay if matches!(model.pay, Pay::Code(_)) => vec![],
        Route::Pay => pay_screen::open(model),
        _ => pay_screen::leave(model),
    });
    effects
}

/// Reads what the open page shows beside what every sync brings.
fn read(model: &mut Model) -> Vec<Effect> {
    let mut effects = browse::read_offers(model);
    effects.extend(history::read_payments(model));
    effects.extend(account::read_devices(model));
    effects
}

/// Asks for everything, unless that is under way.
fn sync(model: &mut Model) -> Vec<Effect> {
    if model.stage != Stage::Inside {
        return vec![];
    }
    if std::mem::replace(&mut model.link.syncing, true) {
        model.link.stale = true;
        return vec![];
    }
    vec![Effect::Sync]
}

fn synced(model: &mut Model, outcome: Result<Box<super::Snapshot>, CallError>) -> Vec<Effect> {
    model.link.syncing = false;
    let stale = std::mem::take(&mut model.link.stale);
    let snapshot = match outcome {
        Ok(snapshot) => *snapshot,
        Err(error) if matches!(model.stage, Stage::Welcome { .. }) => {
            model.stage = Stage::Welcome { opening: false, problem: Some(error) };
            return vec![];
        }
        Err(error) => return failed(model, &error),
    };
    heard(model);
    let entered = model.stage != Stage::Inside;
    let mut effects = inbox::take_snapshot(model, snapshot);
    if entered {
        model.account.typed.clear();
        effects.extend(went(model, model.route.clone()));
    }
    effects.extend(replenish(model));
    if !entered {
        effects.extend(read(model));
    }
    if !std::mem::replace(&mut model.link.watching, true) {
        effects.push(Effect::Watch);
    }
    if stale {
        effects.extend(sync(model));
    }
    effects
}

/// Fetches tokens when few are left.
fn replenish(model: &mut Model) -> Vec<Effect> {
    let wanted = model.memory.stock.wanted(model.provider_now());
    if wanted == 0 || model.is_closed() || std::mem::replace(&mut model.link.issuing, true) {
        return vec![];
    }
    vec![Effect::IssueTokens(u32::try_from(wanted).unwrap_or(TOKENS_PER_CALL_MAX))]
}

pub(super) fn heard(model: &mut Model) {
    model.connection = Connection::Online;
    model.link.failures = 0;
    model.link.heard_at = Some(model.now);
}

/// A call failed: the wallet goes on with what it has and tries again by itself.
pub(super) fn failed(model: &mut Model, error: &CallError) -> Vec<Effect> {
    match error {
        // The provider has forgotten the wallet, or another device has removed this one: all that is left is to begin anew.
        CallError::Refused(failure)
            if matches!(failure.reason, Reason::WalletNotFound | Reason::DeviceRevoked) =>
        {
            account::forget(model, Some(error.clone()))
        }
        CallError::Refused(failure) if failure.reason == Reason::WalletClosed => {
            heard(model);
            account::was_closed(model)
        }
        CallError::Refused(_) => {
            heard(model);
            vec![]
        }
        CallError::Offline(_) => {
            model.connection = Connection::Offline;
            retry(model)
        }
        CallError::Incomplete(_) | CallError::Fault(_) | CallError::Key(_) => retry(model),
    }
}

fn retry(model: &mut Model) -> Vec<Effect> {
    if std::mem::replace(&mut model.link.retrying, true) {
        return vec![];
    }
    let ms = RETRY_FIRST_MS.saturating_mul(1 << model.link.failures.min(10)).min(RETRY_MAX_MS);
    model.link.failures = model.link.failures.saturating_add(1);
    vec![Effect::Wait { ms, then: Box::new(Event::RetryDue) }]
}
