//! Loads the rows that a batch names: payments and device keys first, since they lead to more, then all the rest.

use diesel::SqliteConnection;
use shared::{ledger::Account, settlement::Party};

use super::state::{Keys, State};
use crate::{
    directory::Directory,
    store::{StoreError, batches, load},
};

/// Fills `state` with the rows of `keys`.
pub(super) fn load(
    conn: &mut SqliteConnection,
    directory: &Directory,
    mut keys: Keys,
    state: &mut State,
) -> Result<(), StoreError> {
    state.payments.looked_for(keys.payments.iter().copied());
    for payment in load::payments(conn, &keys.payments)? {
        if keys.undone.contains(&payment.id) {
            touch_undone(&payment, &mut keys);
        }
        state.payments.loaded(payment.id, payment);
    }
    state.wallets_by_key.looked_for(keys.public_keys.iter().copied());
    for wallet in load::wallets_by_key(conn, &keys.public_keys)? {
        state.wallets_by_key.loaded(wallet.public_key, wallet.id);
        keys.wallets.push(wallet.id);
        keys.accounts.push(Account::Wallet(wallet.id));
    }
    state.wallets.looked_for(keys.wallets.iter().copied());
    for wallet in load::wallets(conn, &keys.wallets)? {
        state.wallets.loaded(wallet.id, wallet);
    }
    for party in &keys.closing {
        keys.accounts.extend([party.account(), Account::ProviderFees]);
        if let Party::Issuer(issuer) = party {
            let offers = batches::offers_of(conn, *issuer)?;
            keys.accounts.extend(offers.iter().map(|offer| Account::CampaignReserved(*offer)));
            state.offers_of.insert(*issuer, offers);
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
    state.accounts.looked_for(keys.accounts.iter().copied());
    for (account, row) in load::accounts(conn, &keys.accounts)? {
        state.accounts.loaded(account, row);
    }
    state.tokens.looked_for(keys.tokens.iter().copied());
    let live = load::live_tokens(conn, &keys.token_holders, state.now)?;
    for (id, token) in load::tokens(conn, &keys.tokens)?.into_iter().chain(live) {
        state.tokens.loaded(id, token);
    }
    for coupon in load::coupons(conn, &keys.coupons)? {
        state.coupons.loaded(coupon.key(), coupon);
    }
    state.campaigns.looked_for(keys.campaigns.iter().copied());
    for row in load::campaigns(conn, &keys.campaigns)? {
        let number = row.number()?;
        let offer = directory.offer(number).ok_or(StoreError::Corrupt("a campaign without offer"))?;
        state.campaigns.loaded(number, row.read(offer)?);
    }
    state.refunds.looked_for(keys.refunds.iter().copied());
    for (refund, payment) in load::refunds(conn, &keys.refunds)? {
        state.refunds.loaded(refund, payment);
    }
    state.requests.looked_for(keys.requests.iter().copied());
    for (id, request) in load::requests(conn, &keys.requests)? {
        state.requests.loaded(id, request);
    }
    Ok(())
}

/// All that a payment moved.
fn touch_undone(payment: &crate::model::Payment, keys: &mut Keys) {
    let Some(wallet) = payment.wallet else { return };
    keys.wallets.push(wallet);
    keys.accounts.extend([Account::Wallet(wallet), Account::Merchant(payment.merchant)]);
    for redemption in &payment.redemptions {
        let offer = redemption.offer_number;
        keys.coupons.push((wallet, offer));
        keys.campaigns.push(offer);
        keys.accounts.extend([Account::CampaignBudget(offer), Account::CampaignReserved(offer)]);
    }
}
