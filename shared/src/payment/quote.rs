//! Basket and coupons to the amount due: what the till shows before it asks for the money.

use super::{RedeemedLine, Redemption};
use crate::{
    basket::{Basket, Line},
    ids::{MerchantId, OfferNumber},
    money::Money,
    offer::{Refusal, Terms, discounts, eligible, select},
    time::UnixMillis,
};

/// A coupon of the scanned code with the terms that the till has for its offer.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The offer.
    pub offer_number: OfferNumber,
    /// Its terms.
    pub terms: &'a Terms,
}

/// One coupon that saves something, and where in the basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What is sent to the provider.
    pub redemption: Redemption,
    /// Index of the basket line of each redeemed line.
    pub line_indexes: Vec<usize>,
}

/// What is due, and what became of each coupon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Before discounts.
    pub gross: Money,
    /// All discounts.
    pub discount: Money,
    /// To be paid.
    pub due: Money,
    /// Coupons that save something, most first.
    pub applied: Vec<Applied>,
    /// Coupons that were not applied, and why, in the order of their numbers.
    pub refused: Vec<(OfferNumber, Refusal)>,
}

/// Applies the coupons to the basket. No unit takes the discount of two coupons.
///
/// Order, the same everywhere: the coupon that would save most on the whole basket first; among equals the lower offer
/// number. A coupon named twice counts once.
pub fn quote(basket: &Basket, candidates: &[Candidate<'_>], store: MerchantId, now: UnixMillis) -> Quote {
    let lines = basket.lines();
    let mut free_units: Vec<u32> = lines.iter().map(|line| line.units).collect();
    let mut refused = Vec::new();
    let mut ranked = Vec::new();
    for candidate in candidates {
        let alone = eligible(candidate.terms, store, now)
            .and_then(|()| same_currency(basket, candidate.terms))
            .and_then(|()| apply(candidate, lines, &free_units));
        match alone {
            Ok(applied) => ranked.push((applied.redemption.discount_minor(), candidate)),
            Err(reason) => refused.push((candidate.offer_number, reason)),
        }
    }
    ranked.sort_by_key(|(saves_minor, candidate)| (-saves_minor, candidate.offer_number));
    ranked.dedup_by_key(|(_, candidate)| candidate.offer_number);

    let mut applied = Vec::new();
    for (_, candidate) in ranked {
        match apply(candidate, lines, &free_units) {
            Ok(this) => {
                for (index, redeemed) in this.line_indexes.iter().zip(&this.redemption.lines) {
                    free_units[*index] -= redeemed.line.units;
                }
                applied.push(this);
            }
            // It would have applied to the whole basket, so other coupons hold the units it needs.
            Err(_) => refused.push((candidate.offer_number, Refusal::NotStackable)),
        }
    }
    refused.sort_unstable();
    refused.dedup();

    let discount_minor: i64 = applied.iter().map(|a| a.redemption.discount_minor()).sum();
    let money = |minor| Money::new(basket.currency(), minor);
    Quote {
        gross: basket.gross(),
        discount: money(discount_minor),
        due: money(basket.gross().minor - discount_minor),
        applied,
        refused,
    }
}

fn same_currency(basket: &Basket, terms: &Terms) -> Result<(), Refusal> {
    if basket.currency() == terms.parts().currency { Ok(()) } else { Err(Refusal::WrongStore) }
}

fn apply(candidate: &Candidate<'_>, lines: &[Line], free_units: &[u32]) -> Result<Applied, Refusal> {
    let selected = select(candidate.terms, lines, free_units);
    let covered: Vec<Line> =
        selected.iter().map(|(index, units)| Line { units: *units, ..lines[*index] }).collect();
    let off = discounts(candidate.terms, &covered)?;
    // A free item saves nothing more: its coupon stays with the shopper.
    if off.iter().sum::<i64>() == 0 {
        return Err(Refusal::RequirementNotMet);
    }
    let redeemed =
        covered.iter().zip(off).map(|(line, discount_minor)| RedeemedLine { line: *line, discount_minor });
    Ok(Applied {
        redemption: Redemption { offer_number: candidate.offer_number, lines: redeemed.collect() },
        line_indexes: selected.into_iter().map(|(index, _)| index).collect(),
    })
}
