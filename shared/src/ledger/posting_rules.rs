//! Which entry each event makes. Nothing else in the system decides where money goes.

use super::{Account, Entry, EntryError, EntryKind, Transfer};
use crate::ids::{IssuerId, MerchantId, OfferNumber, WalletId};

/// Money from outside to a wallet or an issuer.
pub fn deposit(to: Account, amount_minor: i64) -> Result<Entry, EntryError> {
    Entry::of(EntryKind::Deposit, &[Transfer { from: Account::Cash, to, amount_minor }])
}

/// An issuer funds a campaign.
pub fn funding(issuer: IssuerId, offer: OfferNumber, amount_minor: i64) -> Result<Entry, EntryError> {
    let (from, to) = (Account::Issuer(issuer), Account::CampaignBudget(offer));
    Entry::of(EntryKind::Funding, &[Transfer { from, to, amount_minor }])
}

/// A coupon is clipped: its worst case leaves the budget and is held.
pub fn clip(offer: OfferNumber, worst_case_minor: i64) -> Result<Entry, EntryError> {
    let (from, to) = (Account::CampaignBudget(offer), Account::CampaignReserved(offer));
    Entry::of(EntryKind::Clip, &[Transfer { from, to, amount_minor: worst_case_minor }])
}

/// What a coupon still holds goes back to the budget.
pub fn release(offer: OfferNumber, held_minor: i64) -> Result<Entry, EntryError> {
    let (from, to) = (Account::CampaignReserved(offer), Account::CampaignBudget(offer));
    Entry::of(EntryKind::Release, &[Transfer { from, to, amount_minor: held_minor }])
}

/// A payment: the shopper pays what is due, each campaign its discount, and the shop has the whole.
pub fn payment(
    wallet: WalletId,
    merchant: MerchantId,
    due_minor: i64,
    discounts_minor: &[(OfferNumber, i64)],
) -> Result<Entry, EntryError> {
    Entry::of(EntryKind::Payment, &payment_transfers(wallet, merchant, due_minor, discounts_minor))
}

/// A payment undone: the same money the other way.
pub fn reversal(
    wallet: WalletId,
    merchant: MerchantId,
    due_minor: i64,
    discounts_minor: &[(OfferNumber, i64)],
) -> Result<Entry, EntryError> {
    let mut transfers = payment_transfers(wallet, merchant, due_minor, discounts_minor);
    for transfer in &mut transfers {
        std::mem::swap(&mut transfer.from, &mut transfer.to);
    }
    Entry::of(EntryKind::Reversal, &transfers)
}

fn payment_transfers(
    wallet: WalletId,
    merchant: MerchantId,
    due_minor: i64,
    discounts_minor: &[(OfferNumber, i64)],
) -> Vec<Transfer> {
    let to = Account::Merchant(merchant);
    let shopper = Transfer { from: Account::Wallet(wallet), to, amount_minor: due_minor };
    let campaign = |(offer, amount_minor): &(OfferNumber, i64)| Transfer {
        from: Account::CampaignReserved(*offer),
        to,
        amount_minor: *amount_minor,
    };
    std::iter::once(shopper).chain(discounts_minor.iter().map(campaign)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOPPER: WalletId = WalletId(1);
    const SHOP: MerchantId = MerchantId(2);
    const OFFER: OfferNumber = OfferNumber(3);

    fn lines(entry: &Entry) -> Vec<(String, i64)> {
        entry.postings().iter().map(|p| (p.account.to_string(), p.amount_minor)).collect()
    }

    #[test]
    fn the_patents_purchase_and_its_reversal() {
        let paid = payment(SHOPPER, SHOP, 2500, &[(OFFER, 500)]).unwrap();
        let line = |account: &str, minor| (account.to_owned(), minor);
        assert_eq!(
            lines(&paid),
            [line("wallet:W1", -2500), line("merchant:M2", 3000), line("campaign_reserved:3", -500)]
        );
        let undone = reversal(SHOPPER, SHOP, 2500, &[(OFFER, 500)]).unwrap();
        for (there, back) in paid.postings().iter().zip(undone.postings()) {
            assert_eq!((there.account, there.amount_minor), (back.account, -back.amount_minor));
        }
    }

    #[test]
    fn a_payment_of_nothing_moves_nothing() {
        assert!(payment(SHOPPER, SHOP, 0, &[]).unwrap().postings().is_empty());
    }
}
