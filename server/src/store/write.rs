//! Writes what a batch of commands has changed, table by table in the order of keys: each row once, however many commands
//! touched it.

use diesel::{insert_into, prelude::*};
use shared::time::UnixMillis;

use super::{
    StoreError,
    codes::{Coded, account_key, holder_name},
    prepared::{
        Bind::{Int, MaybeBytes, MaybeInt},
        Update,
    },
    rows::{CampaignRow, CouponRow, OfferRow, PaymentRow, TokenRow, WalletRow},
    schema, settings,
};
use crate::{
    engine::{Enrolment, JournalEntry, State},
    model::Token,
};

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
    for entry in &state.entries {
        journal(conn, entry, state.now)?;
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
        Enrolment::Merchant { id, name } => {
            use schema::merchants::dsl;
            let row = (dsl::id.eq(i64::from(id.0)), dsl::name.eq(name), dsl::created_at_ms.eq(now.0));
            insert_into(dsl::merchants).values(row).execute(conn)?;
        }
        Enrolment::Terminal { id, merchant, name } => {
            use schema::terminals::dsl;
            let row = (
                dsl::id.eq(i64::from(id.0)),
                dsl::merchant_id.eq(i64::from(merchant.0)),
                dsl::name.eq(name),
                dsl::created_at_ms.eq(now.0),
            );
            insert_into(dsl::terminals).values(row).execute(conn)?;
        }
        Enrolment::Issuer { id, name } => {
            use schema::issuers::dsl;
            let row = (dsl::id.eq(i64::from(id.0)), dsl::name.eq(name), dsl::created_at_ms.eq(now.0));
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
        let binds = [Int(wallet.frozen.into()), Int(id.0.into())];
        one(Update::new("UPDATE wallets SET frozen = ? WHERE id = ?", binds).execute(conn)?)?;
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
        );
        insert_into(dsl::accounts).values(row).execute(conn)?;
    }
    for (account, row) in state.accounts.changed_rows() {
        let (kind, owner) = account_key(*account);
        let last = row.last_payment.as_ref().map(|id| id.as_bytes().as_slice());
        let sql = "UPDATE accounts SET balance_minor = ?, last_payment_id = ? WHERE kind = ? AND owner = ?";
        let binds = [Int(row.balance_minor), MaybeBytes(last), Int(kind), Int(owner)];
        one(Update::new(sql, binds).execute(conn)?)?;
    }
    Ok(())
}

fn tokens(conn: &mut SqliteConnection, state: &State) -> Written {
    let row = |(id, token): (&u64, &Token)| TokenRow {
        id: id.cast_signed(),
        wallet_id: token.wallet.0.into(),
        expires_at_ms: token.expires_at.0,
        state: token.state.code(),
    };
    for new in state.tokens.new_rows() {
        insert_into(schema::tokens::table).values(row(new)).execute(conn)?;
    }
    for (id, token) in state.tokens.changed_rows() {
        let binds = [Int(token.state.code()), Int(id.cast_signed())];
        one(Update::new("UPDATE tokens SET state = ? WHERE id = ?", binds).execute(conn)?)?;
    }
    Ok(())
}

fn campaigns(conn: &mut SqliteConnection, state: &State) -> Written {
    for (_, campaign) in state.campaigns.new_rows() {
        insert_into(schema::campaigns::table).values(CampaignRow::from(campaign)).execute(conn)?;
    }
    for (_, campaign) in state.campaigns.changed_rows() {
        let row = CampaignRow::from(campaign);
        let sql = "UPDATE campaigns SET state = ?, revision = ?, coupons_clipped = ?, coupons_redeemed = ?, \
                   expired_through = ? WHERE offer_number = ?";
        let binds = [
            Int(row.state),
            Int(row.revision),
            Int(row.coupons_clipped),
            Int(row.coupons_redeemed),
            Int(row.expired_through),
            Int(row.offer_number),
        ];
        one(Update::new(sql, binds).execute(conn)?)?;
    }
    Ok(())
}

fn coupons(conn: &mut SqliteConnection, state: &State) -> Written {
    for (_, coupon) in state.coupons.new_rows() {
        insert_into(schema::coupons::table).values(CouponRow::from(coupon)).execute(conn)?;
    }
    for (_, coupon) in state.coupons.changed_rows() {
        let row = CouponRow::from(coupon);
        let sql = "UPDATE coupons SET state = ?, reserved_minor = ?, clipped_at_ms = ?, redeemed_at_ms = ?, \
                   payment_id = ? WHERE wallet_id = ? AND offer_number = ? AND sequence = ?";
        let binds = [
            Int(row.state),
            Int(row.reserved_minor),
            Int(row.clipped_at_ms),
            MaybeInt(row.redeemed_at_ms),
            MaybeBytes(row.payment_id.as_deref()),
            Int(row.wallet_id),
            Int(row.offer_number),
            Int(row.sequence),
        ];
        one(Update::new(sql, binds).execute(conn)?)?;
    }
    Ok(())
}

fn payments(conn: &mut SqliteConnection, state: &State) -> Written {
    for (_, payment) in state.payments.new_rows() {
        insert_into(schema::payments::table).values(PaymentRow::from(payment)).execute(conn)?;
    }
    for (id, payment) in state.payments.changed_rows() {
        let sql = "UPDATE payments SET state = ?, reversed_at_ms = ? WHERE payment_id = ?";
        let binds = [
            Int(payment.state.code()),
            MaybeInt(payment.reversed_at.map(|at| at.0)),
            MaybeBytes(Some(id.as_bytes())),
        ];
        one(Update::new(sql, binds).execute(conn)?)?;
    }
    Ok(())
}

fn redemptions(conn: &mut SqliteConnection, state: &State) -> Written {
    use schema::redemptions::dsl;
    for redemption in &state.redemptions {
        let row = (
            dsl::offer_number.eq(i64::from(redemption.coupon.offer.0)),
            dsl::entry_id.eq(redemption.entry),
            dsl::sequence.eq(i64::from(redemption.coupon.sequence)),
            dsl::payment_id.eq(redemption.payment.as_bytes().as_slice()),
        );
        insert_into(dsl::redemptions).values(row).execute(conn)?;
    }
    Ok(())
}

fn journal(conn: &mut SqliteConnection, entry: &JournalEntry, now: UnixMillis) -> Written {
    use schema::{entries, postings};
    let row = (
        entries::id.eq(entry.id),
        entries::kind.eq(entry.entry.kind().code()),
        entries::at_ms.eq(now.0),
        entries::payment_id.eq(entry.payment.as_ref().map(|id| id.as_bytes().as_slice())),
    );
    insert_into(entries::table).values(row).execute(conn)?;
    for posting in entry.entry.postings() {
        let (kind, owner) = account_key(posting.account);
        let row = (
            postings::entry_id.eq(entry.id),
            postings::kind.eq(kind),
            postings::owner.eq(owner),
            postings::amount_minor.eq(posting.amount_minor),
        );
        insert_into(postings::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// An update that did not meet its row would lose a change.
fn one(rows: usize) -> Written {
    if rows == 1 { Ok(()) } else { Err(StoreError::Corrupt("an update that met no row")) }
}
