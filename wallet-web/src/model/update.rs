//! The reducer: one event, what changes, what is to be done.

use std::mem::discriminant;

use proto::v1;
use shared::{reason::Reason, time::UnixMillis};

use super::{
    Connection, Effect, Event, Library, Memory, Model, Notice, Pay, Route, Said, Stage, account, approval,
    browse, history, inbox, limits,
    link::{self, failed, heard, sync},
    pay_screen, version,
};
use crate::api::CallError;

/// How long a notice stays.
const NOTICE_MS: u32 = 6_000;

/// Changes the model by an event that happened at `now` (the phone's clock), and says what is to be done.
pub fn update(model: &mut Model, event: Event, now: UnixMillis) -> Vec<Effect> {
    model.now = now;
    let mut effects = react(model, event);
    effects.extend(approval::count(model));
    effects.extend(keep_awake(model));
    effects
}

fn react(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Of(wallet, event) if wallet == model.wallet => react(model, *event),
        Event::Of(..) => vec![],
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
        Event::PinTapped(offer_number) => pay_screen::pin(model, offer_number),
        Event::FormTapped => pay_screen::turn(model),
        Event::Measured(side_px) => pay_screen::measured(model, side_px),
        Event::NewCodeTapped => pay_screen::new_code(model),
        Event::CopyTapped => match &model.pay {
            Pay::Code(screen) => screen.code.iter().map(|code| Effect::Copy(code.text.clone())).collect(),
            _ => vec![],
        },
        Event::HoldBegan => approval::hold(model),
        Event::HoldEnded => approval::let_go(model),
        Event::HoldSlipped => approval::slip(model),
        Event::HoldDone(serial) => approval::held(model, serial),
        Event::AnswerTapped(answer) => approval::answer(model, answer),
        Event::Answered(payment_id, outcome) => approval::answered(model, &payment_id, outcome),
        Event::CountDue => approval::count_due(model),
        Event::LimitChosen(limit, minor) => limits::choose(model, limit, minor),
        Event::LimitsSet(outcome) => limits_set(model, outcome),
        Event::NoticeTapped => {
            model.notice = None;
            vec![]
        }
        Event::Shown => {
            model.hidden = false;
            let mut effects = pay_screen::make_code(model);
            effects.extend(sync(model));
            effects
        }
        Event::Hidden => {
            model.hidden = true;
            version::take(model)
        }
        Event::NetworkBack => sync(model),
        Event::RetryDue => {
            model.link.retrying = false;
            sync(model)
        }
        Event::PulseDue => link::pulse_due(model),
        Event::NetworkGone => {
            model.connection = Connection::Offline;
            vec![]
        }

        Event::Synced(outcome) => link::synced(model, outcome),
        Event::Changed(change) => {
            heard(model);
            model.link.stale = model.link.syncing;
            let paid = change.payment.is_some();
            if paid {
                model.offers_feed.spoil();
            }
            let mut effects = inbox::take_change(model, *change);
            effects.extend(link::replenish(model));
            if paid {
                // What was bought decides what can be clipped next.
                effects.extend(sync(model));
            }
            effects
        }
        Event::WatchEnded(serial, error) => link::watch_ended(model, serial, error.as_ref()),
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
            clip_answered(model, offer, outcome)
        }
        Event::Signed(serial, outcome) => pay_screen::signed(model, serial, outcome),
        Event::Copied(true) => say(model, Said::Copied),
        Event::Copied(false) => vec![],
        Event::Saved(kept) => {
            model.disk_full = !kept;
            vec![]
        }

        Event::VersionReady => version::ready(model),
        Event::VersionTapped => version::take(model),
        Event::VersionTaken => version::taken(model),

        Event::RenewDue(serial) => pay_screen::renew_due(model, serial),
        Event::NoticeDone(serial) => {
            model.notice = model.notice.take().filter(|notice| notice.serial != serial);
            vec![]
        }
    }
}

fn clip_answered(model: &mut Model, offer: u32, outcome: Result<Box<v1::Coupon>, CallError>) -> Vec<Effect> {
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

/// The storage was read: how every wallet begins. Not an event, since the first file has no use for all the others.
pub fn loaded(model: &mut Model, memory: Memory) -> Vec<Effect> {
    model.memory = memory;
    if model.memory.account.is_none() {
        model.stage = Stage::Welcome { opening: false, problem: None };
        return account::welcome(model);
    }
    model.stage = Stage::Inside;
    // Most open their wallet at a till.
    let route = if model.route == Route::Home { Route::Pay } else { model.route.clone() };
    let mut effects = if route == model.route { vec![] } else { vec![Effect::Go(route.clone())] };
    effects.extend(went(model, route));
    effects.push(Effect::LoadLibrary);
    effects.extend(sync(model));
    effects.extend(link::pulse(model));
    if std::mem::take(&mut model.memory.updating) {
        effects.extend(say(model, Said::Updated));
        effects.push(Effect::Save);
    }
    effects
}

/// A page was opened.
pub(super) fn went(model: &mut Model, route: Route) -> Vec<Effect> {
    if model.route.base() != route.base() {
        model.first_row = 0;
    }
    // A pairing code that leaves the address leaves the page as it is.
    if discriminant(&model.route) != discriminant(&route) {
        account::turned(model, &route);
    }
    if std::mem::replace(&mut model.route, route.clone()) != route {
        model.notice = None;
        account::leave(model);
    }
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
pub(super) fn read(model: &mut Model) -> Vec<Effect> {
    let mut effects = browse::read_offers(model);
    effects.extend(history::read_payments(model));
    effects.extend(account::read_devices(model));
    effects
}

/// The screen stays on while a code is shown or a payment waits. Browsers let it go dark again whenever the page is hidden.
fn keep_awake(model: &mut Model) -> Option<Effect> {
    let wanted = !model.hidden && model.at_a_till();
    (std::mem::replace(&mut model.awake, wanted) != wanted).then_some(Effect::KeepAwake(wanted))
}
