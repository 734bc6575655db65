//! Writes what a batch of commands has changed, table by table in the order of keys: each row once, however many commands
//! touched it.

use shared::time::UnixMillis;

use super::{
    Conn, StoreError, accounts, batches,
    codes::{Coded, account_key, holder_name},
    refunds,
    rows::{CampaignRow, CouponRow, OfferRow, PaymentRow},
    settings,
    statements::{insert, replace, update},
    stripes::Stripe,
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
    accounts::change(conn, state.accounts.changed_rows(), stripe)?;
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
    requests(conn, state)?;
    if state.settled_through > 0 {
        settings::raise(conn, settings::SETTLED_THROUGH, state.settled_through)?;
    }
    if state.sequences.revision != revision_before {
        settings::put(conn, settings::REVISION, &state.sequences.revision.to_be_bytes())?;
    }
    Ok(())
}

fn enrol(conn: &mut Conn, enrolment: &Enrolment, now: UnixMillis) -> Written {
    match enrolment {
        Enrolment::Merchant { id, name, fee } => {
            let row = [Int(id.0.into()), Text(name), Int(fee.ppm().into()), Int(now.0)];
            insert(conn, "merchants (id, name, fee_ppm, created_at_ms)", 4, &row)?;
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
            insert(conn, "terminals (id, merchant_id, name, branch_gln, created_at_ms)", 5, &row)?;
        }
        Enrolment::Issuer { id, name, fee } => {
            let row = [Int(id.0.into()), Text(name), Int(fee.ppm().into()), Int(now.0)];
            insert(conn, "issuers (id, name, fee_ppm, created_at_ms)", 4, &row)?;
        }
        Enrolment::Key { holder, hash } => {
            let name = holder_name(*holder);
            replace(conn, "keys", "holder", "hash", [Text(&name), Bytes(hash)])?;
        }
        Enrolment::Offer(offer) => {
            let row = OfferRow::from(offer.as_ref());
            insert(conn, OfferRow::INTO, OfferRow::COLUMNS, &row.binds())?;
        }
        // Its row is written with the others.
        Enrolment::Revoked(_) => {}
    }
    Ok(())
}

fn campaigns(conn: &mut Conn, state: &State) -> Written {
    let rows: Vec<CampaignRow> = state.campaigns.new_rows().map(|(_, campaign)| campaign.into()).collect();
    let values: Vec<_> = rows.iter().flat_map(CampaignRow::binds).collect();
    insert(conn, CampaignRow::INTO, CampaignRow::COLUMNS, &values)?;
    let rows = state.campaigns.changed_rows().map(|(_, campaign)| CampaignRow::from(campaign));
    let values: Vec<_> = rows
        .flat_map(|row| {
            [
                Int(row.state),
                Int(row.revision),
                Int(row.coupons_clipped),
                Int(row.expired_through),
                Int(row.offer_number),
            ]
        })
        .collect();
    let set = ["state", "revision", "coupons_clipped", "expired_through"];
    update(conn, "campaigns", &set, &["offer_number"], &values)
}

fn coupons(conn: &mut Conn, state: &State) -> Written {
    let rows: Vec<CouponRow> = state.coupons.new_rows().map(|(_, coupon)| coupon.into()).collect();
    let values: Vec<_> = rows.iter().flat_map(CouponRow::binds).collect();
    insert(conn, CouponRow::INTO, CouponRow::COLUMNS, &values)?;
    let values: Vec<_> = state
        .coupons
        .changed_rows()
        .flat_map(|(_, coupon)| {
            [
                Int(coupon.state.code()),
                Int(coupon.reserved_minor),
                Int(coupon.clipped_at.0),
                MaybeInt(coupon.redeemed_at.map(|at| at.0)),
                MaybeBytes(coupon.payment.as_ref().map(|id| id.as_bytes().as_slice())),
                Int(coupon.wallet.0.into()),
                Int(coupon.id.offer.0.into()),
                Int(coupon.id.sequence.into()),
            ]
        })
        .collect();
    let set = ["state", "reserved_minor", "clipped_at_ms", "redeemed_at_ms", "payment_id"];
    update(conn, "coupons", &set, &["wallet_id", "offer_number", "sequence"], &values)
}

fn payments(conn: &mut Conn, state: &State) -> Written {
    let rows: Vec<PaymentRow> = state.payments.new_rows().map(|(_, payment)| payment.into()).collect();
    let values: Vec<_> = rows.iter().flat_map(PaymentRow::binds).collect();
    insert(conn, PaymentRow::INTO, PaymentRow::COLUMNS, &values)?;
    let values: Vec<_> = state
        .payments
        .changed_rows()
        .flat_map(|(id, payment)| {
            [
                Int(payment.state.code()),
                MaybeInt(payment.reversed_at.map(|at| at.0)),
                MaybeInt(payment.completed_at.map(|at| at.0)),
                MaybeInt(payment.entry),
                Bytes(id.as_bytes()),
            ]
        })
        .collect();
    let set = ["state", "reversed_at_ms", "completed_at_ms", "entry_id"];
    update(conn, "payments", &set, &["payment_id"], &values)?;
    for (refund, payment) in state.refunds.new_rows() {
        let payment =
            state.payments.get(payment).ok_or(StoreError::Corrupt("a refund without its payment"))?;
        refunds::add(conn, payment, *refund)?;
    }
    Ok(())
}

fn redemptions(conn: &mut Conn, state: &State) -> Written {
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
    let into = "redemptions (offer_number, entry_id, kind, sequence, payment_id)";
    Ok(insert(conn, into, 5, &values)?)
}

fn journal(conn: &mut Conn, state: &State) -> Written {
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
    insert(conn, "entries (id, kind, at_ms, payment_id, merchant_id)", 5, &entries)?;
    let postings: Vec<_> = state
        .entries
        .iter()
        .flat_map(|entry| entry.entry.postings().iter().map(|posting| (entry.id, posting)))
        .flat_map(|(entry, posting)| {
            let (kind, owner) = account_key(posting.account);
            [Int(entry), Int(kind), Int(owner), Int(posting.amount_minor)]
        })
        .collect();
    Ok(insert(conn, "postings (entry_id, kind, owner, amount_minor)", 4, &postings)?)
}

fn requests(conn: &mut Conn, state: &State) -> Written {
    let new = state.requests.new_rows();
    let values: Vec<_> =
        new.flat_map(|(id, (hash, entry))| [Bytes(id.as_bytes()), Bytes(hash), Int(*entry)]).collect();
    Ok(insert(conn, "transfer_requests (request_id, request_hash, entry_id)", 3, &values)?)
}
