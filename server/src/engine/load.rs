//! Loads the rows that a batch names, and locks them in the one order that every batch has: accounts, wallets, payments, tokens,
//! coupons, campaigns, others. What leads to more keys (a payment to be undone, a device key) is looked at before, without
//! a lock: where these lead never changes. New numbers come last, so that of one account's entries the order of numbers
//! is the order of commits.

use std::collections::BTreeMap;

use shared::{
    ids::{IssuerId, OfferNumber, WalletId},
    ledger::Account,
    settlement::Party,
};

use super::state::{Keys, State};
use crate::{
    directory::Directory,
    model::{Payment, PaymentId},
    store::{
        Conn, StoreError, Stripe, accounts, batches, load, numbers,
        wallets::{self, Held},
    },
};

/// What leads to more keys, looked at before anything is locked.
pub(super) struct Ahead {
    /// Payments that are to be undone, as they stood.
    undone: Vec<Payment>,
    /// Campaigns of the manufacturers whose batch is closed.
    offers_of: BTreeMap<IssuerId, Vec<OfferNumber>>,
    /// What wallets that are closed still hold.
    closed: Vec<Held>,
}

/// Adds to `keys` what the keys lead to. Comes before the batch begins, so that the server has its stripe of every account
/// that is to be changed.
pub(super) fn look_ahead(conn: &mut Conn, keys: &mut Keys) -> Result<Ahead, StoreError> {
    let closed = held(conn, &keys.closed_wallets)?;
    closed.iter().for_each(|held| touch_closed(held, keys));
    let undone = load::payments_seen(conn, &keys.undone)?;
    undone.iter().for_each(|payment| touch_undone(payment, keys));
    let mut offers_of = BTreeMap::new();
    for party in &keys.closing {
        keys.whole.extend([party.account(), Account::ProviderFees]);
        if let Party::Issuer(issuer) = party {
            let offers = batches::offers_of(conn, *issuer)?;
            keys.whole.extend(offers.iter().map(|offer| Account::CampaignReserved(*offer)));
            offers_of.insert(*issuer, offers);
        }
    }
    Ok(Ahead { undone, offers_of, closed })
}

/// Fills `state` with the rows of `keys`.
pub(super) fn load(
    conn: &mut Conn,
    directory: &Directory,
    stripe: Stripe,
    (mut keys, ahead): (Keys, Ahead),
    state: &mut State,
) -> Result<(), StoreError> {
    state.offers_of = ahead.offers_of;
    state.devices_by_key.looked_for(keys.public_keys.iter().copied());
    for device in wallets::devices_by_key(conn, &keys.public_keys)? {
        state.devices_by_key.loaded(device.public_key, (device.wallet, device.id));
        keys.device_holders.push(device.wallet);
    }
    for (code, wallet) in wallets::wallets_by_code(conn, &keys.typed_codes)? {
        state.wallets_by_code.insert(code, wallet);
        keys.device_holders.push(wallet);
        keys.token_holders.push(wallet);
    }
    keys.wallets.extend(&keys.device_holders);
    keys.accounts.extend(keys.device_holders.iter().copied().map(Account::Wallet));

    state.accounts.looked_for(keys.accounts.iter().chain(&keys.whole).copied());
    for (account, row) in accounts::load(conn, &keys.accounts, &keys.whole, stripe)? {
        state.accounts.loaded(account, row);
    }
    state.wallets.looked_for(keys.wallets.iter().copied());
    for wallet in wallets::wallets(conn, &keys.wallets)? {
        state.wallets.loaded(wallet.id, wallet);
    }
    for device in wallets::devices_of(conn, &keys.device_holders)? {
        state.devices.loaded((device.wallet, device.id), device);
    }
    closed(conn, &keys.closed_wallets, &ahead.closed)?;
    batches_of(conn, &keys, state)?;
    state.payments.looked_for(keys.payments.iter().copied());
    for payment in payments(conn, &keys, ahead.undone)? {
        state.payments.loaded(payment.id, payment);
    }
    state.tokens.looked_for(keys.tokens.iter().copied());
    let live = wallets::live_tokens(conn, &keys.token_holders, state.now)?;
    for (id, token) in wallets::tokens(conn, &keys.tokens)?.into_iter().chain(live) {
        state.tokens.loaded(id, token);
    }
    for coupon in load::coupons(conn, &keys.coupons)? {
        state.coupons.loaded(coupon.key(), coupon);
    }
    campaigns(conn, directory, &keys, state)?;
    state.refunds.looked_for(keys.refunds.iter().copied());
    for (refund, payment) in load::refunds(conn, &keys.refunds)? {
        state.refunds.loaded(refund, payment);
    }
    state.requests.looked_for(keys.requests.iter().copied());
    for (id, request) in load::requests(conn, &keys.requests)? {
        state.requests.loaded(id, request);
    }
    if let Conn::Postgres(conn) = conn {
        state.sequences = numbers::reserve(conn, &keys.numbers)?;
    }
    Ok(())
}

/// Batches, once the accounts that they are made of are held.
fn batches_of(conn: &mut Conn, keys: &Keys, state: &mut State) -> Result<(), StoreError> {
    for (issuer, offers) in &state.offers_of {
        if batches::offers_of(conn, *issuer)? != *offers {
            return Err(StoreError::Conflict("a campaign that another server has just made"));
        }
    }
    for party in keys.parties.iter().chain(&keys.closing) {
        if let Some(batch) = batches::last(conn, *party)? {
            state.last_batches.insert(*party, batch);
        }
    }
    state.batches.looked_for(keys.batches.iter().copied());
    for id in &keys.batches {
        if let Some(batch) = batches::batch(conn, *id)? {
            state.batches.loaded(*id, batch);
        }
    }
    for id in &keys.closes {
        if let Some(batch) = batches::by_close(conn, *id)? {
            state.closes.insert(*id, batch.id);
            state.batches.loaded(batch.id, batch);
        }
    }
    Ok(())
}

/// Payments, locked. On SQLite nobody else writes: those that were seen ahead stand as they stood, and are not read again.
fn payments(conn: &mut Conn, keys: &Keys, seen: Vec<Payment>) -> Result<Vec<Payment>, StoreError> {
    if let Conn::Sqlite(_) = conn {
        let mut others = keys.payments.clone();
        others.retain(|id| !keys.undone.contains(id));
        return Ok([seen, load::payments(conn, &others)?].concat());
    }
    let found = load::payments(conn, &keys.payments)?;
    let is_seen = |id: &PaymentId| seen.iter().any(|payment| payment.id == *id);
    if found.iter().any(|payment| keys.undone.contains(&payment.id) && !is_seen(&payment.id)) {
        return Err(StoreError::Conflict("a payment that another server has just made"));
    }
    Ok(found)
}

fn campaigns(
    conn: &mut Conn,
    directory: &Directory,
    keys: &Keys,
    state: &mut State,
) -> Result<(), StoreError> {
    state.campaigns.looked_for(keys.campaigns.iter().chain(&keys.campaigns_seen).copied());
    let mut rows = load::campaigns(conn, &keys.campaigns)?;
    let mut seen = keys.campaigns_seen.clone();
    seen.retain(|offer| !keys.campaigns.contains(offer));
    rows.extend(load::campaigns_seen(conn, &seen)?);
    for row in rows {
        let number = row.number()?;
        let offer = directory.offer(number)?.ok_or(StoreError::Corrupt("a campaign without offer"))?;
        state.campaigns.loaded(number, row.read(offer)?);
    }
    Ok(())
}

/// What each of these wallets still holds.
fn held(conn: &mut Conn, of: &[WalletId]) -> Result<Vec<Held>, StoreError> {
    of.iter().map(|wallet| wallets::held(conn, *wallet)).collect()
}

/// Holds that what was seen ahead of wallets that are closed is still all that they hold.
fn closed(conn: &mut Conn, of: &[WalletId], ahead: &[Held]) -> Result<(), StoreError> {
    if held(conn, of)? == ahead {
        return Ok(());
    }
    Err(StoreError::Conflict("a coupon or payment of a wallet that is closed"))
}

/// The clipped coupons and waiting payments of a wallet that is closed. A coupon that the same batch clips is given back too.
fn touch_closed(held: &Held, keys: &mut Keys) {
    let wallet = held.wallet;
    let clipped_now = keys.coupons.iter().filter(|(holder, _)| *holder == wallet).count();
    keys.numbers.entry += u32::try_from(held.coupons.len() + clipped_now).unwrap_or(u32::MAX);
    for offer in &held.coupons {
        keys.coupons.push((wallet, *offer));
        keys.campaigns_seen.push(*offer);
        keys.accounts.extend([Account::CampaignBudget(*offer), Account::CampaignReserved(*offer)]);
    }
    keys.payments.extend(&held.payments);
    keys.undone.extend(&held.payments);
}

/// All that a payment moved. The shop's whole account: what it was paid may have left it since.
fn touch_undone(payment: &Payment, keys: &mut Keys) {
    let Some(wallet) = payment.wallet else { return };
    keys.wallets.push(wallet);
    keys.accounts.push(Account::Wallet(wallet));
    keys.whole.push(Account::Merchant(payment.merchant));
    keys.numbers.entry += 1;
    for redemption in &payment.redemptions {
        let offer = redemption.offer_number;
        keys.coupons.push((wallet, offer));
        keys.campaigns_seen.push(offer);
        keys.accounts.extend([Account::CampaignBudget(offer), Account::CampaignReserved(offer)]);
        keys.numbers.entry += 1;
    }
}
