//! What is checked of the tables as they stand, once the journal has been read.

use std::collections::BTreeMap;

use diesel::{prelude::*, sql_query, sql_types::BigInt};
use shared::{
    ids::{CouponId, OfferNumber, WalletId},
    ledger::Account,
    payment::PaymentState,
    settlement::{Party, Turnover},
};

use super::Audit;
use crate::{
    directory::Directory,
    model::{Batch, CouponState},
    read::batches::{claim_lines, shop_lines},
    store::{
        Conn, StoreError,
        batches::BatchRow,
        codes::{Coded, account_of, count, number, uuid},
        schema::{accounts, batches, coupons, payments},
        stretches,
    },
};

/// Rows that are looked at together.
const ROWS_MAX: i64 = 1_000;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct Stray {
    #[diesel(sql_type = BigInt)]
    offer_number: i64,
    #[diesel(sql_type = BigInt)]
    entry_id: i64,
}

impl Audit {
    /// Balances are the sums of their postings.
    pub(super) fn balances(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let rows: Vec<(i64, i64, i64)> =
            accounts::table.select((accounts::kind, accounts::owner, accounts::balance_minor)).load(conn)?;
        let mut kept: BTreeMap<Account, i64> = BTreeMap::new();
        for (kind, owner, minor) in rows {
            *kept.entry(account_of(kind, owner)?).or_default() += minor;
        }
        self.accounts = count(i64::try_from(kept.len()).unwrap_or(i64::MAX))?;
        for (account, minor) in std::mem::take(&mut self.balances) {
            let balance = kept.remove(&account);
            if balance != Some(minor) {
                let detail = format!("its postings sum to {minor}, its balance is {}", balance.unwrap_or(0));
                self.found("BALANCED", None, account.to_string(), detail);
            }
        }
        for (account, balance) in kept.into_iter().filter(|(_, balance)| *balance != 0) {
            let detail = format!("it has no postings, its balance is {balance}");
            self.found("BALANCED", None, account.to_string(), detail);
        }
        Ok(())
    }

    /// ONCE: whatever has paid has an entry, and what was reversed after it has its reversal.
    pub(super) fn payments(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        self.payments = count(payments::table.count().get_result(conn)?)?;
        let paid = [PaymentState::Completed, PaymentState::PartiallyRefunded, PaymentState::Refunded];
        let without: Vec<Vec<u8>> = payments::table
            .filter(payments::state.eq_any(paid.map(Coded::code)).and(payments::entry_id.is_null()))
            .select(payments::payment_id)
            .limit(ROWS_MAX)
            .load(conn)?;
        for id in without {
            let detail = "it is paid, and no entry moved its money".to_owned();
            self.found("ONCE", None, format!("payment {}", uuid(&id)?), detail);
        }
        for (kind, what) in [(5, "payments are made"), (6, "payments are reversed")] {
            let states = if kind == 5 { "1, 2, 7, 8" } else { "2" };
            let sql = format!(
                "SELECT (SELECT count(*) FROM payments WHERE state IN ({states}) AND entry_id IS NOT NULL) \
                 - (SELECT count(*) FROM entries WHERE kind = {kind}) AS found"
            );
            let difference = sql_query(sql).get_result::<Counted>(conn)?.found;
            if difference != 0 {
                let detail = format!("{difference} more {what} than entries say");
                self.found("ONCE", None, "payments".to_owned(), detail);
            }
        }
        Ok(())
    }

    /// RESERVED and HONOURED: what a campaign holds is what its coupons hold, and each that can be used holds its worst case.
    pub(super) fn coupons(&mut self, conn: &mut Conn, directory: &Directory) -> Result<(), StoreError> {
        let mut held: BTreeMap<OfferNumber, i64> = BTreeMap::new();
        let mut after = (0, 0, 0);
        loop {
            let (wallet, offer, sequence) = after;
            let beyond = coupons::wallet_id.gt(wallet).or(coupons::wallet_id.eq(wallet).and(
                coupons::offer_number
                    .gt(offer)
                    .or(coupons::offer_number.eq(offer).and(coupons::sequence.gt(sequence))),
            ));
            let rows: Vec<(i64, i64, i64, i64, i64)> = coupons::table
                .filter(beyond)
                .order((coupons::wallet_id, coupons::offer_number, coupons::sequence))
                .select((
                    coupons::wallet_id,
                    coupons::offer_number,
                    coupons::sequence,
                    coupons::state,
                    coupons::reserved_minor,
                ))
                .limit(ROWS_MAX)
                .load(conn)?;
            let Some(last) = rows.last() else { break };
            after = (last.0, last.1, last.2);
            for (wallet, offer, sequence, state, minor) in rows {
                self.coupons += 1;
                let coupon = CouponId { offer: OfferNumber(number(offer)?), sequence: number(sequence)? };
                *held.entry(coupon.offer).or_default() += minor;
                let worst_case = directory.offer(coupon.offer)?.map(|offer| offer.terms.worst_case_minor());
                let state = CouponState::of_code(state)?;
                let wrong = match state {
                    CouponState::Clipped | CouponState::Held => Some(minor) != worst_case,
                    CouponState::Redeemed => worst_case.is_none_or(|worst| minor > worst),
                    CouponState::Unclipped | CouponState::Expired => minor != 0,
                };
                if wrong {
                    let detail = format!(
                        "coupon of {}, {state:?}, holds {minor} of {}",
                        WalletId(number(wallet)?),
                        worst_case.unwrap_or(0)
                    );
                    self.found("HONOURED", None, format!("coupon {coupon}"), detail);
                }
            }
        }
        let rows: Vec<(i64, i64)> = accounts::table
            .filter(accounts::kind.eq(5))
            .select((accounts::owner, accounts::balance_minor))
            .load(conn)?;
        let mut reserved: BTreeMap<OfferNumber, i64> = BTreeMap::new();
        for (offer, minor) in rows {
            *reserved.entry(OfferNumber(number(offer)?)).or_default() += minor;
        }
        for (offer, minor) in reserved {
            let held = held.get(&offer).copied().unwrap_or(0);
            if held != minor {
                let detail = format!("its coupons hold {held}, its reserve is {minor}");
                self.found("RESERVED", None, Account::CampaignReserved(offer).to_string(), detail);
            }
        }
        Ok(())
    }

    /// Every redemption belongs to the entry of one payment, and the lists of its campaign lead to it.
    pub(super) fn redemptions(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let strays = "LEFT JOIN entries e ON e.id = r.entry_id WHERE e.id IS NULL OR e.kind <> r.kind \
                      OR e.payment_id IS NULL OR e.payment_id <> r.payment_id";
        let hidden = format!(
            "WHERE NOT EXISTS (SELECT 1 FROM redemption_stretches s WHERE s.offer_number = r.offer_number \
             AND s.first_entry = r.entry_id - r.entry_id % {})",
            stretches::ENTRIES
        );
        let wrong = [
            (strays, "it does not belong to the entry of its payment"),
            (hidden.as_str(), "no list of its campaign leads to it"),
        ];
        for (which, detail) in wrong {
            let select = "SELECT r.offer_number, r.entry_id FROM redemptions r";
            let found: Vec<Stray> =
                sql_query(format!("{select} {which} ORDER BY r.entry_id LIMIT 100")).load(conn)?;
            for stray in found {
                let subject = format!("redemption of offer {}", stray.offer_number);
                self.found("REDEEMED-ONCE", Some(stray.entry_id), subject, detail.to_owned());
            }
        }
        Ok(())
    }

    /// SETTLED: a batch is the sum of its lines, and follows on the one before.
    pub(super) fn batches(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let rows: Vec<BatchRow> =
            batches::table.order((batches::kind, batches::owner, batches::number)).load(conn)?;
        let mut through: BTreeMap<Party, i64> = BTreeMap::new();
        for row in rows {
            let batch = row.read()?;
            let before = through.insert(batch.id.party, batch.through).unwrap_or(0);
            if before != batch.after {
                let detail =
                    format!("it begins after entry {}, the one before ends with {before}", batch.after);
                self.found("SETTLED", Some(batch.after), format!("batch {}", batch.id), detail);
            }
            let sum = match sum_of_lines(conn, &batch) {
                // A line that can't be read has been found by what it breaks; here is who else it concerns.
                Err(StoreError::Corrupt(what)) => {
                    let detail = format!("it has {what}");
                    self.found("SETTLED", None, format!("batch {}", batch.id), detail);
                    continue;
                }
                sum => sum?,
            };
            // A manufacturer's file has a line an item, its batch counts coupons: the sums agree.
            let sums = |turnover: &Turnover| (turnover.sales_minor, turnover.returns_minor);
            if sums(&sum) != sums(&batch.turnover) {
                let detail =
                    format!("its lines sum to {:?}, it says {:?}", sums(&sum), sums(&batch.turnover));
                self.found("SETTLED", Some(batch.through), format!("batch {}", batch.id), detail);
            }
        }
        Ok(())
    }
}

fn sum_of_lines(conn: &mut Conn, batch: &Batch) -> Result<Turnover, StoreError> {
    let mut sum = Turnover::default();
    let mut after = Some(batch.after);
    while let Some(from) = after {
        match batch.id.party {
            Party::Merchant(merchant) => {
                let page = shop_lines(conn, merchant, batch, from)?;
                page.lines.iter().for_each(|line| sum.add(line.shopper_minor + line.campaigns_minor));
                after = page.more_after;
            }
            Party::Issuer(_) => {
                let page = claim_lines(conn, batch, from)?;
                page.lines.iter().for_each(|line| sum.add(-line.amount_minor));
                after = page.more_after;
            }
        }
    }
    Ok(sum)
}
