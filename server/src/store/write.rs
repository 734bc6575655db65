//! Writes what a batch of commands has changed, table by table in the order of keys: each row once, however many commands
//! touched it.

use shared::time::UnixMillis;

use super::{
    Conn, StoreError, accounts,
    batches::{self, Batches},
    codes::{Coded, account_key, holder_name},
    refunds,
    rows::{
        Campaigns, Coupons, Offers, Payments, campaign_values, coupon_values, offer_values, payment_values,
    },
    settings,
    statements::replace,
    stretches,
    stripes::Stripe,
    table::Table,
    values::Bind::{Bytes, Int, MaybeBytes, MaybeInt, MaybeText, Text},
    wallets,
};
use crate::engine::{Enrolment, State};

type Written = Result<(), StoreError>;

/// Writes all changes of a batch; `stripe` is that of this server.
pub(crate) fn write(conn: &mut Conn, state: &State, stripe: Stripe, revision_before: u64) -> Written {
    for enrolment in &state.enrolled {
        enrol(conn, enrolment, state.now)?;
    }
    wallets::write(conn, state)?;
    accounts::add(conn, state.accounts.new_rows(), state.rules.currency)?;
    accounts::change(conn, &state.accounts, stripe, state.rules.currency)?;
    Campaigns::write(conn, &state.campaigns, |(_, campaign)| campaign_values(campaign))?;
    Coupons::write(conn, &state.coupons, |(_, coupon)| coupon_values(coupon))?;
    payments(conn, state)?;
    redemptions(conn, state, stripe)?;
    journal(conn, state)?;
    Batches::write(conn, &state.batches, |(_, batch)| batches::values(batch))?;
    requests(conn, state)?;
    if state.settled_through > 0 {
        settings::raise(conn, settings::SETTLED_THROUGH, state.settled_through)?;
    }
    if state.sequences.revision != revision_before {
        settings::put(conn, settings::REVISION, &state.sequences.revision.to_be_bytes())?;
    }
    Ok(())
}

/// Of a table that only grows.
macro_rules! growing {
    ($($table:ident: $name:literal [$($column:literal),+];)+) => {$(
        struct $table;

        impl Table for $table {
            const NAME: &'static str = $name;
            const FIXED: &'static [&'static str] = &[$($column),+];
        }
    )+};
}

growing! {
    Merchants: "merchants" ["id", "name", "fee_ppm", "created_at_ms"];
    Terminals: "terminals" ["id", "merchant_id", "name", "branch_gln", "created_at_ms"];
    Issuers: "issuers" ["id", "name", "fee_ppm", "created_at_ms"];
    Redemptions: "redemptions" ["entry_id", "offer_number", "kind", "sequence", "payment_id"];
    Entries: "entries" ["id", "kind", "at_ms", "payment_id", "merchant_id"];
    Postings: "postings" ["entry_id", "kind", "owner", "amount_minor"];
    Requests: "transfer_requests" ["request_id", "request_hash", "entry_id"];
}

fn enrol(conn: &mut Conn, enrolment: &Enrolment, now: UnixMillis) -> Written {
    match enrolment {
        Enrolment::Merchant { id, name, fee } => {
            let row = [Int(id.0.into()), Text(name), Int(fee.ppm().into()), Int(now.0)];
            Merchants::insert(conn, [row])?;
        }
        Enrolment::Terminal { id, merchant, name, branch } => {
            let branch = branch.map(|gln| gln.to_string());
            let row = [
                Int(id.0.into()),
                Int(merchant.0.into()),
                Text(name),
                MaybeText(branch.as_deref()),
                Int(now.0),
            ];
            Terminals::insert(conn, [row])?;
        }
        Enrolment::Issuer { id, name, fee } => {
            let row = [Int(id.0.into()), Text(name), Int(fee.ppm().into()), Int(now.0)];
            Issuers::insert(conn, [row])?;
        }
        Enrolment::Key { holder, hash } => {
            let name = holder_name(*holder);
            replace(conn, "keys", "holder", "hash", [Text(&name), Bytes(hash)])?;
        }
        Enrolment::Offer(offer) => Offers::insert(conn, [offer_values(offer)])?,
        // Its row is written with the others.
        Enrolment::Revoked(_) => {}
    }
    Ok(())
}

fn payments(conn: &mut Conn, state: &State) -> Written {
    Payments::write(conn, &state.payments, |(_, payment)| payment_values(payment))?;
    for (refund, payment) in state.refunds.new_rows() {
        let payment =
            state.payments.get(payment).ok_or(StoreError::Corrupt("a refund without its payment"))?;
        refunds::add(conn, payment, *refund)?;
    }
    Ok(())
}

fn redemptions(conn: &mut Conn, state: &State, stripe: Stripe) -> Written {
    let rows = state.redemptions.iter().map(|redemption| {
        [
            Int(redemption.entry),
            Int(redemption.coupon.offer.0.into()),
            Int(redemption.kind.code()),
            Int(redemption.coupon.sequence.into()),
            Bytes(redemption.payment.as_bytes()),
        ]
    });
    Redemptions::insert(conn, rows)?;
    Ok(stretches::note(conn, &state.redemptions, stripe)?)
}

fn journal(conn: &mut Conn, state: &State) -> Written {
    let entries = state.entries.iter().map(|entry| {
        [
            Int(entry.id),
            Int(entry.entry.kind().code()),
            Int(state.now.0),
            MaybeBytes(entry.payment.as_ref().map(|id| id.as_bytes().as_slice())),
            MaybeInt(entry.entry.merchant().map(|id| id.0.into())),
        ]
    });
    Entries::insert(conn, entries)?;
    let postings = state.entries.iter().flat_map(|entry| {
        entry.entry.postings().iter().map(|posting| {
            let (kind, owner) = account_key(posting.account);
            [Int(entry.id), Int(kind), Int(owner), Int(posting.amount_minor)]
        })
    });
    Ok(Postings::insert(conn, postings)?)
}

fn requests(conn: &mut Conn, state: &State) -> Written {
    let rows = state.requests.new_rows();
    let rows = rows.map(|(id, (hash, entry))| [Bytes(id.as_bytes()), Bytes(hash), Int(*entry)]);
    Ok(Requests::insert(conn, rows)?)
}
