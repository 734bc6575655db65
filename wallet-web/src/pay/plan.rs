//! Which coupons go into the code, and why the others don't.

use std::collections::BTreeMap;

use proto::{claims, convert::terms_from_wire, v1};
use shared::{
    code::{CODE_CHARS_COMFORT, CODE_CHARS_MAX, Candidate, Language, chars, fit},
    ids::OfferNumber,
    offer::{Claim, Terms},
    time::UnixMillis,
};

/// What the shopper decided about one coupon; without a decision the phone chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It must go in.
    Pinned,
    /// It must stay out.
    Excluded,
}

/// The shopper's decisions, by offer number.
pub type Choices = BTreeMap<u32, Choice>;

/// A coupon that is in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// Its offer.
    pub offer_number: u32,
    /// The most that it can save, in minor units.
    pub saves_minor: i64,
}

/// Why a coupon is not in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// The code is full.
    NoRoom,
    /// The shopper took it out.
    Excluded,
    /// Its offer begins then.
    NotStarted(UnixMillis),
    /// Its offer has ended.
    Expired,
    /// This version can't read its terms.
    Unreadable,
}

/// The coupons of a code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the code, worth most first.
    pub chosen: Vec<Chosen>,
    /// Not in the code, by offer number, and why.
    pub left_out: Vec<(u32, LeftOut)>,
    /// The claims of the chosen, as the code carries them.
    pub claims: Vec<u8>,
    /// The most that they can save together, in minor units.
    pub saves_up_to_minor: i64,
}

/// Chooses among the coupons of the wallet; those that are not clipped are passed over.
///
/// The code stays as small as [`CODE_CHARS_COMFORT`], which scans well. It grows to [`CODE_CHARS_MAX`] only where the shopper
/// pinned more than that holds.
pub fn plan(coupons: &[v1::Coupon], choices: &Choices, language: Option<Language>, now: UnixMillis) -> Plan {
    let mut plan = Plan::default();
    let mut claims_at_hand: Vec<(Claim, Candidate)> = Vec::new();
    for coupon in coupons.iter().filter(|coupon| coupon.state() == v1::CouponState::Clipped) {
        let Some(offer) = &coupon.offer else { continue };
        let choice = choices.get(&offer.offer_number).copied();
        match usable(offer, choice, now) {
            Ok(terms) => claims_at_hand.push(candidate(offer, &terms, choice)),
            Err(why) => plan.left_out.push((offer.offer_number, why)),
        }
    }

    let candidates: Vec<Candidate> = claims_at_hand.iter().map(|(_, candidate)| *candidate).collect();
    let language_len = language.map_or(0, |language| usize::from(language.len()));
    let fitted = fit(&candidates, language_len, chars_allowed(&candidates, language_len));
    let at = |place: &usize| claims_at_hand[*place];
    for (claim, candidate) in fitted.chosen.iter().map(at) {
        let saves_minor = candidate.saves_minor;
        plan.chosen.push(Chosen { offer_number: claim.offer_number.0, saves_minor });
        plan.saves_up_to_minor = plan.saves_up_to_minor.saturating_add(saves_minor);
    }
    let crowded_out =
        fitted.left_out.iter().map(at).map(|(claim, _)| (claim.offer_number.0, LeftOut::NoRoom));
    plan.left_out.extend(crowded_out);
    plan.claims = claims::encode(&fitted.chosen.iter().map(|place| at(place).0).collect::<Vec<_>>());
    plan
}

fn usable(offer: &v1::Offer, choice: Option<Choice>, now: UnixMillis) -> Result<Terms, LeftOut> {
    let terms =
        offer.terms.as_ref().and_then(|wire| terms_from_wire(wire).ok()).ok_or(LeftOut::Unreadable)?;
    let parts = terms.parts();
    if now >= parts.ends_at {
        Err(LeftOut::Expired)
    } else if now < parts.starts_at {
        Err(LeftOut::NotStarted(parts.starts_at))
    } else if choice == Some(Choice::Excluded) {
        Err(LeftOut::Excluded)
    } else {
        Ok(terms)
    }
}

fn candidate(offer: &v1::Offer, terms: &Terms, choice: Option<Choice>) -> (Claim, Candidate) {
    let claim = terms.claim(OfferNumber(offer.offer_number));
    let candidate = Candidate {
        saves_minor: terms.worst_case_minor(),
        encoded_len: claims::encoded_len(&claim),
        pinned: choice == Some(Choice::Pinned),
    };
    (claim, candidate)
}

fn chars_allowed(candidates: &[Candidate], language_len: usize) -> usize {
    let pinned_len: usize = candidates.iter().filter(|c| c.pinned).map(|c| c.encoded_len).sum();
    if chars(pinned_len, language_len) <= CODE_CHARS_COMFORT { CODE_CHARS_COMFORT } else { CODE_CHARS_MAX }
}

#[cfg(test)]
mod tests {
    use proto::convert::{money_to_wire, time_to_wire};
    use shared::money::{Currency, Money};

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    /// A coupon of that much off one bottle, valid in a window.
    fn coupon(offer_number: u32, off_minor: i64, starts: i64, ends: i64) -> v1::Coupon {
        let amount = Some(money_to_wire(Money::new(Currency::CNY, off_minor)));
        let each = v1::AmountOffEach { amount, max_units: 1 };
        let terms = v1::Terms {
            requirements: vec![v1::Requirement {
                gtins: vec!["6901234567892".to_owned()],
                company_prefixes: vec![],
                need: Some(v1::requirement::Need::Units(1)),
            }],
            reward: Some(v1::terms::Reward::AmountOffEach(each)),
            merchant_ids: vec![],
            starts_at: Some(time_to_wire(UnixMillis(starts))),
            ends_at: Some(time_to_wire(UnixMillis(ends))),
            ..v1::Terms::default()
        };
        let offer = v1::Offer { offer_number, terms: Some(terms), ..v1::Offer::default() };
        v1::Coupon { offer: Some(offer), state: v1::CouponState::Clipped.into(), ..v1::Coupon::default() }
    }

    fn good(offer_number: u32, off_minor: i64) -> v1::Coupon {
        coupon(offer_number, off_minor, 0, 2_000_000)
    }

    fn numbers(plan: &Plan) -> Vec<u32> {
        plan.chosen.iter().map(|chosen| chosen.offer_number).collect()
    }

    #[test]
    fn coupons_go_in_worth_most_first_and_each_other_one_has_its_reason() {
        let mut used = good(6, 900);
        used.state = v1::CouponState::Redeemed.into();
        let mut unreadable = good(7, 100);
        unreadable.offer = unreadable.offer.map(|offer| v1::Offer { terms: None, ..offer });
        let coupons = [
            good(1, 300),
            good(2, 500),
            coupon(3, 100, 0, NOW.0),
            coupon(4, 100, NOW.0 + 1, 2_000_000),
            good(5, 800),
            used,
            unreadable,
        ];
        let choices = Choices::from([(5, Choice::Excluded)]);
        let plan = plan(&coupons, &choices, None, NOW);

        assert_eq!(numbers(&plan), [2, 1]);
        assert_eq!(plan.saves_up_to_minor, 800);
        assert_eq!(claims::decode(&plan.claims).unwrap().len(), 2);
        let expect = [
            (3, LeftOut::Expired),
            (4, LeftOut::NotStarted(UnixMillis(NOW.0 + 1))),
            (5, LeftOut::Excluded),
            (7, LeftOut::Unreadable),
        ];
        assert_eq!(plan.left_out, expect);
    }

    #[test]
    fn a_full_code_leaves_out_what_saves_least_unless_it_is_pinned() {
        let coupons: Vec<_> = (1..=30).map(|n| good(100_000 + n, i64::from(n) * 10)).collect();
        let language = Language::parse("zhen").ok();
        let check = |choices: &Choices, limit: usize| {
            let plan = plan(&coupons, choices, language, NOW);
            assert_eq!(plan.chosen.len() + plan.left_out.len(), 30);
            assert!(chars(plan.claims.len(), 4) <= limit);
            numbers(&plan)
        };
        let free = check(&Choices::new(), CODE_CHARS_COMFORT);
        assert_eq!(free[0], 100_030);
        assert!(!free.contains(&100_001));

        let pinned = check(&Choices::from([(100_001, Choice::Pinned)]), CODE_CHARS_COMFORT);
        assert_eq!(pinned[..2], [100_001, 100_030]);

        let all = (1..=30).map(|n| (100_000 + n, Choice::Pinned)).collect();
        assert!(check(&all, CODE_CHARS_MAX).len() > free.len());
    }
}
