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

/// A campaign's money that nobody was promised goes back to its issuer.
pub fn defunding(issuer: IssuerId, offer: OfferNumber, amount_minor: i64) -> Result<Entry, EntryError> {
    let (from, to) = (Account::CampaignBudget(offer), Account::Issuer(issuer));
    Entry::of(EntryKind::Defunding, &[Transfer { from, to, amount_minor }])
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

/// The provider's fee, from the account of whoever owes it.
pub fn fee(from: Account, fee_minor: i64) -> Result<Entry, EntryError> {
    Entry::of(EntryKind::Fee, &[Transfer { from, to: Account::ProviderFees, amount_minor: fee_minor }])
}

/// Money sent out.
pub fn pay_out(from: Account, amount_minor: i64) -> Result<Entry, EntryError> {
    Entry::of(EntryKind::PayOut, &[Transfer { from, to: Account::Cash, amount_minor }])
}

/// One campaign's part in a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignRefund {
    /// The campaign.
    pub offer: OfferNumber,
    /// Back into its budget.
    pub amount_minor: i64,
    /// Out of the budget again, to hold a coupon that is given back.
    pub held_again_minor: i64,
}

/// A refund: the shop gives up the shelf price, the shopper gets what he paid for it, each campaign what it no longer spends.
pub fn refund(
    wallet: WalletId,
    merchant: MerchantId,
    shopper_minor: i64,
    campaigns: &[CampaignRefund],
) -> Result<Entry, EntryError> {
    let shop = Account::Merchant(merchant);
    let mut transfers =
        vec![Transfer { from: shop, to: Account::Wallet(wallet), amount_minor: shopper_minor }];
    for CampaignRefund { offer, amount_minor, held_again_minor } in campaigns {
        let (budget, reserved) = (Account::CampaignBudget(*offer), Account::CampaignReserved(*offer));
        transfers.push(Transfer { from: shop, to: budget, amount_minor: *amount_minor });
        transfers.push(Transfer { from: budget, to: reserved, amount_minor: *held_again_minor });
    }
    Entry::of(EntryKind::Refund, &transfers)
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
    fn a_bottle_comes_back_and_its_coupon_is_held_again() {
        let part = CampaignRefund { offer: OFFER, amount_minor: 500, held_again_minor: 500 };
        let back = refund(SHOPPER, SHOP, 2500, &[part]).unwrap();
        let line = |account: &str, minor| (account.to_owned(), minor);
        assert_eq!(
            lines(&back),
            [line("wallet:W1", 2500), line("merchant:M2", -3000), line("campaign_reserved:3", 500)]
        );
    }

    #[test]
    fn a_payment_of_nothing_moves_nothing() {
        assert!(payment(SHOPPER, SHOP, 0, &[]).unwrap().postings().is_empty());
    }
}
