//! Writes what a batch of commands has changed, table by table in the order of keys: each row once, however many commands
//! touched it.

use diesel::{insert_into, prelude::*};
use shared::time::UnixMillis;

use super::{
    StoreError, batches,
    codes::{Coded, account_key, holder_name},
    prepared::{
        Bind::{Bytes, Int, MaybeBytes, MaybeInt},
        Update, insert,
    },
    refunds,
    rows::{CampaignRow, CouponRow, OfferRow, PaymentRow, WalletRow},
    schema, settings,
};
use crate::engine::{Enrolment, State};

type Written = Result<(), StoreError>;

/// Writes all changes of a batch.
pub(crate) fn write(conn: &mut SqliteConnection, state: &State, settled_through_before: i64) -> Written {
    for enrolment in &state.enrolled {
        enrol(conn, enrolment, state.now)?;
    }
    wallets(conn, state)?;
    accounts(conn, state)?;
    tokens(conn, state)?;
    campaigns(conn, state)?;
    coupons(conn, state)?;
    payments(conn, state)?;
    redemptions(conn, state)?;
    journal(conn, state)?;
    for (_, batch) in state.batches.new_rows() {
        batches::add(conn, batch)?;
    }
    for (_, batch) in state.batches.changed_rows() {
        batches::paid_out(conn, batch)?;
    }
    for (id, (hash, entry)) in state.requests.new_rows() {
        use schema::transfer_requests::dsl;
        let row = (
            dsl::request_id.eq(id.as_bytes().as_slice()),
            dsl::request_hash.eq(hash.as_slice()),
            dsl::entry_id.eq(entry),
        );
        insert_into(dsl::transfer_requests).values(row).execute(conn)?;
    }
    if state.sequences.settled_through != settled_through_before {
        settings::put(conn, settings::SETTLED_THROUGH, &state.sequences.settled_through.to_be_bytes())?;
    }
    Ok(())
}

fn enrol(conn: &mut SqliteConnection, enrolment: &Enrolment, now: UnixMillis) -> Written {
    match enrolment {
        Enrolment::Merchant { id, name, fee } => {
            use schema::merchants::dsl;
            let row = (
                dsl::id.eq(i64::from(id.0)),
                dsl::name.eq(name),
                dsl::fee_ppm.eq(i64::from(fee.ppm())),
                dsl::created_at_ms.eq(now.0),
            );
            insert_into(dsl::merchants).values(row).execute(conn)?;
        }
        Enrolment::Terminal { id, merchant, name, branch } => {
            use schema::terminals::dsl;
            let row = (
                dsl::id.eq(i64::from(id.0)),
                dsl::merchant_id.eq(i64::from(merchant.0)),
                dsl::name.eq(name),
                dsl::branch_gln.eq(branch.map(|gln| gln.to_string())),
                dsl::created_at_ms.eq(now.0),
            );
            insert_into(dsl::terminals).values(row).execute(conn)?;
        }
        Enrolment::Issuer { id, name, fee } => {
            use schema::issuers::dsl;
            let row = (
                dsl::id.eq(i64::from(id.0)),
                dsl::name.eq(name),
                dsl::fee_ppm.eq(i64::from(fee.ppm())),
                dsl::created_at_ms.eq(now.0),
            );
            insert_into(dsl::issuers).values(row).execute(conn)?;
        }
        Enrolment::Key { holder, hash } => {
            use schema::keys::dsl;
            let row = (dsl::holder.eq(holder_name(*holder)), dsl::hash.eq(hash.as_slice()));
            diesel::replace_into(dsl::keys).values(row).execute(conn)?;
        }
        Enrolment::Offer(offer) => {
            insert_into(schema::offers::table).values(OfferRow::from(offer.as_ref())).execute(conn)?;
        }
    }
    Ok(())
}

fn wallets(conn: &mut SqliteConnection, state: &State) -> Written {
    for (_, wallet) in state.wallets.new_rows() {
        insert_into(schema::wallets::table).values(WalletRow::from(wallet)).execute(conn)?;
    }
    for (id, wallet) in state.wallets.changed_rows() {
        one(
            conn,
            Update([
                ("UPDATE wallets SET frozen = ", Int(wallet.frozen.into())),
                (", limit_payment_minor = ", MaybeInt(wallet.limit_payment_minor)),
                (", limit_day_minor = ", MaybeInt(wallet.limit_day_minor)),
                (" WHERE id = ", Int(id.0.into())),
            ]),
        )?;
    }
    Ok(())
}

fn accounts(conn: &mut SqliteConnection, state: &State) -> Written {
    use schema::accounts::dsl;
    for (account, row) in state.accounts.new_rows() {
        let (kind, owner) = account_key(*account);
        let row = (
            dsl::kind.eq(kind),
            dsl::owner.eq(owner),
            dsl::currency.eq(state.rules.currency.code().to_owned()),
            dsl::balance_minor.eq(row.balance_minor),
            dsl::last_payment_id.eq(row.last_payment.map(|id| id.as_bytes().to_vec())),
            dsl::spent_day.eq(row.spent_day),
            dsl::spent_minor.eq(row.spent_minor),
        );
        insert_into(dsl::accounts).values(row).execute(conn)?;
    }
    for (account, row) in state.accounts.changed_rows() {
        let (kind, owner) = account_key(*account);
        let last = row.last_payment.as_ref().map(|id| id.as_bytes().as_slice());
        one(
            conn,
            Update([
                ("UPDATE accounts SET balance_minor = ", Int(row.balance_minor)),
                (", last_payment_id = ", MaybeBytes(last)),
                (", spent_day = ", Int(row.spent_day)),
                (", spent_minor = ", Int(row.spent_minor)),
                (", sales = ", Int(row.open.sales.into())),
                (", sales_minor = ", Int(row.open.sales_minor)),
                (", returns = ", Int(row.open.returns.into())),
                (", returns_minor = ", Int(row.open.returns_minor)),
                (" WHERE kind = ", Int(kind)),
                (" AND owner = ", Int(owner)),
            ]),
        )?;
    }
    Ok(())
}

fn tokens(conn: &mut SqliteConnection, state: &State) -> Written {
    let values: Vec<_> = state
        .tokens
        .new_rows()
        .flat_map(|(id, token)| {
            [
                Int(id.cast_signed()),
                Int(token.wallet.0.into()),
                Int(token.expires_at.0),
                Int(token.state.code()),
            ]
        })
        .collect();
    insert(conn, "INSERT INTO tokens (id, wallet_id, expires_at_ms, state)", 4, &values)?;
    for (id, token) in state.tokens.changed_rows() {
        one(
            conn,
            Update([
                ("UPDATE tokens SET state = ", Int(token.state.code())),
                (" WHERE id = ", Int(id.cast_signed())),
            ]),
        )?;
    }
    Ok(())
}

fn campaigns(conn: &mut SqliteConnection, state: &State) -> Written {
    for (_, campaign) in state.campaigns.new_rows() {
        insert_into(schema::campaigns::table).values(CampaignRow::from(campaign)).execute(conn)?;
    }
    for (_, campaign) in state.campaigns.changed_rows() {
        let row = CampaignRow::from(campaign);
        one(
            conn,
            Update([
                ("UPDATE campaigns SET state = ", Int(row.state)),
                (", revision = ", Int(row.revision)),
                (", coupons_clipped = ", Int(row.coupons_clipped)),
                (", coupons_redeemed = ", Int(row.coupons_redeemed)),
                (", expired_through = ", Int(row.expired_through)),
                (" WHERE offer_number = ", Int(row.offer_number)),
            ]),
        )?;
    }
    Ok(())
}

fn coupons(conn: &mut SqliteConnection, state: &State) -> Written {
    for (_, coupon) in state.coupons.new_rows() {
        insert_into(schema::coupons::table).values(CouponRow::from(coupon)).execute(conn)?;
    }
    for (_, coupon) in state.coupons.changed_rows() {
        let payment = coupon.payment.as_ref().map(|id| id.as_bytes().as_slice());
        one(
            conn,
            Update([
                ("UPDATE coupons SET state = ", Int(coupon.state.code())),
                (", reserved_minor = ", Int(coupon.reserved_minor)),
                (", clipped_at_ms = ", Int(coupon.clipped_at.0)),
                (", redeemed_at_ms = ", MaybeInt(coupon.redeemed_at.map(|at| at.0))),
                (", payment_id = ", MaybeBytes(payment)),
                (" WHERE wallet_id = ", Int(coupon.wallet.0.into())),
                (" AND offer_number = ", Int(coupon.id.offer.0.into())),
                (" AND sequence = ", Int(coupon.id.sequence.into())),
            ]),
        )?;
    }
    Ok(())
}

fn payments(conn: &mut SqliteConnection, state: &State) -> Written {
    let rows: Vec<PaymentRow> = state.payments.new_rows().map(|(_, payment)| payment.into()).collect();
    let values: Vec<_> = rows.iter().flat_map(PaymentRow::binds).collect();
    insert(conn, PaymentRow::INSERT, PaymentRow::COLUMNS, &values)?;
    for (id, payment) in state.payments.changed_rows() {
        one(
            conn,
            Update([
                ("UPDATE payments SET state = ", Int(payment.state.code())),
                (", reversed_at_ms = ", MaybeInt(payment.reversed_at.map(|at| at.0))),
                (", completed_at_ms = ", MaybeInt(payment.completed_at.map(|at| at.0))),
                (", entry_id = ", MaybeInt(payment.entry)),
                (" WHERE payment_id = ", Bytes(id.as_bytes())),
            ]),
        )?;
    }
    for (refund, payment) in state.refunds.new_rows() {
        let payment =
            state.payments.get(payment).ok_or(StoreError::Corrupt("a refund without its payment"))?;
        refunds::add(conn, payment, *refund)?;
    }
    Ok(())
}

fn redemptions(conn: &mut SqliteConnection, state: &State) -> Written {
    let values: Vec<_> = state
        .redemptions
        .iter()
        .flat_map(|redemption| {
            [
                Int(redemption.coupon.offer.0.into()),
                Int(redemption.entry),
                Int(redemption.kind.code()),
                Int(redemption.coupon.sequence.into()),
                Bytes(redemption.payment.as_bytes()),
            ]
        })
        .collect();
    let into = "INSERT INTO redemptions (offer_number, entry_id, kind, sequence, payment_id)";
    Ok(insert(conn, into, 5, &values)?)
}

fn journal(conn: &mut SqliteConnection, state: &State) -> Written {
    let entries: Vec<_> = state
        .entries
        .iter()
        .flat_map(|entry| {
            let payment = entry.payment.as_ref().map(|id| id.as_bytes().as_slice());
            [
                Int(entry.id),
                Int(entry.entry.kind().code()),
                Int(state.now.0),
                MaybeBytes(payment),
                MaybeInt(entry.entry.merchant().map(|id| id.0.into())),
            ]
        })
        .collect();
    insert(conn, "INSERT INTO entries (id, kind, at_ms, payment_id, merchant_id)", 5, &entries)?;
    let postings: Vec<_> = state
        .entries
        .iter()
        .flat_map(|entry| entry.entry.postings().iter().map(|posting| (entry.id, posting)))
        .flat_map(|(entry, posting)| {
            let (kind, owner) = account_key(posting.account);
            [Int(entry), Int(kind), Int(owner), Int(posting.amount_minor)]
        })
        .collect();
    Ok(insert(conn, "INSERT INTO postings (entry_id, kind, owner, amount_minor)", 4, &postings)?)
}

/// An update that did not meet its row would lose a change.
fn one<const N: usize>(conn: &mut SqliteConnection, update: Update<'_, N>) -> Written {
    if update.execute(conn)? == 1 { Ok(()) } else { Err(StoreError::Corrupt("an update that met no row")) }
}
