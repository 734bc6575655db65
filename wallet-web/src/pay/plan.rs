//! Which coupons go into the code, and why the others don't.

use std::collections::BTreeMap;

use proto::{claims, convert::terms_from_wire, v1};
use shared::{
    code::{Candidate, Language, chars, fit},
    ids::OfferNumber,
    offer::{Claim, Terms},
    time::UnixMillis,
};

use super::{
    Room,
    contest::{Apart, contest},
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
    /// The shopper insists on it.
    pub pinned: bool,
    /// Why it may well save nothing, although it is in the code.
    pub rival: Option<Rival>,
}

/// What the till may use instead of a coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rival {
    /// The coupon of this offer, which saves more and can't be used together with it.
    Offer(u32),
    /// All others: it can only be used by itself, and they save more together.
    Others,
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
    /// Its offer holds at other hours of the week.
    OtherHours,
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

/// A coupon that could go into the code.
struct AtHand {
    claim: Claim,
    terms: Terms,
    encoded_len: usize,
    pinned: bool,
}

/// Chooses among the coupons of the wallet; those that are not clipped are passed over.
///
/// The code stays as small as `room.comfort`. It grows to `room.most` only where the shopper pinned more than that holds. Coupons that the till
/// could not use beside better ones come last.
pub fn plan(
    coupons: &[v1::Coupon],
    choices: &Choices,
    language: Option<Language>,
    room: Room,
    now: UnixMillis,
) -> Plan {
    let mut plan = Plan::default();
    let mut at_hand: Vec<AtHand> = Vec::new();
    for coupon in coupons.iter().filter(|coupon| coupon.state() == v1::CouponState::Clipped) {
        let Some(offer) = &coupon.offer else { continue };
        let choice = choices.get(&offer.offer_number).copied();
        match usable(offer, choice, now) {
            Ok(terms) => at_hand.push(AtHand::new(offer.offer_number, terms, choice)),
            Err(why) => plan.left_out.push((offer.offer_number, why)),
        }
    }

    let language_len = language.map_or(0, |language| usize::from(language.len()));
    let candidates = candidates(&at_hand.iter().collect::<Vec<_>>());
    let fitted = fit(&candidates, language_len, chars_allowed(&candidates, language_len, room));
    let chosen: Vec<&AtHand> = fitted.chosen.iter().map(|place| &at_hand[*place]).collect();
    for (one, apart) in chosen.iter().zip(apart(&chosen)) {
        let rival = apart.map(|apart| match apart {
            Apart::From(winner) => Rival::Offer(chosen[winner].claim.offer_number.0),
            Apart::Alone => Rival::Others,
        });
        let (saves_minor, pinned) = (one.saves_minor(), one.pinned);
        plan.chosen.push(Chosen { offer_number: one.claim.offer_number.0, saves_minor, pinned, rival });
        if rival.is_none() {
            plan.saves_up_to_minor = plan.saves_up_to_minor.saturating_add(saves_minor);
        }
    }
    let crowded_out = fitted.left_out.iter().map(|place| at_hand[*place].claim.offer_number.0);
    plan.left_out.extend(crowded_out.map(|offer| (offer, LeftOut::NoRoom)));
    plan.claims = claims::encode(&chosen.iter().map(|one| one.claim).collect::<Vec<_>>());
    plan
}

impl AtHand {
    fn new(offer_number: u32, terms: Terms, choice: Option<Choice>) -> Self {
        let claim = terms.claim(OfferNumber(offer_number));
        let encoded_len = claims::encoded_len(&claim);
        Self { claim, terms, encoded_len, pinned: choice == Some(Choice::Pinned) }
    }

    fn saves_minor(&self) -> i64 {
        self.terms.worst_case_minor()
    }
}

fn apart(coupons: &[&AtHand]) -> Vec<Option<Apart>> {
    contest(&coupons.iter().map(|one| (&one.terms, one.saves_minor())).collect::<Vec<_>>())
}

/// For the room in the code, one that stands back is worth nothing.
fn candidates(at_hand: &[&AtHand]) -> Vec<Candidate> {
    let worth = |(one, apart): (&&AtHand, Option<Apart>)| Candidate {
        saves_minor: if apart.is_none() { one.saves_minor() } else { 0 },
        encoded_len: one.encoded_len,
        pinned: one.pinned,
    };
    at_hand.iter().zip(apart(at_hand)).map(worth).collect()
}

fn usable(offer: &v1::Offer, choice: Option<Choice>, now: UnixMillis) -> Result<Terms, LeftOut> {
    let terms =
        offer.terms.as_ref().and_then(|wire| terms_from_wire(wire).ok()).ok_or(LeftOut::Unreadable)?;
    let parts = terms.parts();
    if now >= parts.ends_at {
        Err(LeftOut::Expired)
    } else if now < parts.starts_at {
        Err(LeftOut::NotStarted(parts.starts_at))
    } else if parts.hours.is_some_and(|hours| !hours.contain(now)) {
        Err(LeftOut::OtherHours)
    } else if choice == Some(Choice::Excluded) {
        Err(LeftOut::Excluded)
    } else {
        Ok(terms)
    }
}

fn chars_allowed(candidates: &[Candidate], language_len: usize, room: Room) -> usize {
    let pinned_len: usize = candidates.iter().filter(|c| c.pinned).map(|c| c.encoded_len).sum();
    if chars(pinned_len, language_len) <= room.comfort { room.comfort } else { room.most }
}

#[cfg(test)]
mod tests {
    use proto::convert::{money_to_wire, time_to_wire};
    use shared::{
        code::{CODE_CHARS_COMFORT, CODE_CHARS_MAX},
        money::{Currency, Money},
    };

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
        let plan = plan(&coupons, &choices, None, Room::default(), NOW);

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

    /// The coupon with other terms.
    fn but(coupon: v1::Coupon, change: impl Fn(&mut v1::Terms)) -> v1::Coupon {
        let mut offer = coupon.offer.unwrap();
        offer.terms.iter_mut().for_each(change);
        v1::Coupon { offer: Some(offer), ..coupon }
    }

    #[test]
    fn outside_its_hours_a_coupon_stays_out() {
        // The epoch's first hour was on a Thursday.
        let from = |from_minute| v1::Hours {
            weekdays: 0b000_1000,
            from_minute,
            to_minute: from_minute + 30,
            utc_offset_minutes: 0,
        };
        let coupons = [
            but(good(1, 300), |terms| terms.hours = Some(from(0))),
            but(good(2, 300), |terms| terms.hours = Some(from(30))),
        ];
        let plan = plan(&coupons, &Choices::new(), None, Room::default(), NOW);
        assert_eq!((numbers(&plan), plan.left_out), (vec![1], vec![(2, LeftOut::OtherHours)]));
    }

    #[test]
    fn what_can_not_be_used_together_is_told_and_counted_once() {
        let grouped = |n, off| {
            but(good(n, off), |terms| {
                terms.stacking = Some(v1::Stacking { group: "silk".to_owned(), exclusive: false });
            })
        };
        let alone = but(good(4, 700), |terms| {
            terms.stacking = Some(v1::Stacking { group: String::new(), exclusive: true });
        });
        let coupons = [grouped(1, 300), grouped(2, 500), good(3, 400), alone];
        let plan = |choices| plan(&coupons, &choices, None, Room::default(), NOW);
        let rivals = |plan: &Plan| -> Vec<(u32, Option<Rival>)> {
            plan.chosen.iter().map(|chosen| (chosen.offer_number, chosen.rival)).collect()
        };

        let all = plan(Choices::new());
        let expect = [(2, None), (3, None), (1, Some(Rival::Offer(2))), (4, Some(Rival::Others))];
        assert_eq!((rivals(&all), all.saves_up_to_minor), (expect.to_vec(), 900));

        let fewer = plan(Choices::from([(2, Choice::Excluded), (3, Choice::Excluded)]));
        assert_eq!(rivals(&fewer), [(4, None), (1, Some(Rival::Offer(4)))]);
        assert_eq!(fewer.saves_up_to_minor, 700);
    }

    #[test]
    fn a_small_screen_carries_fewer_coupons() {
        let coupons: Vec<_> = (1..=30).map(|n| good(100_000 + n, 100)).collect();
        let check = |side_px, expect| {
            let plan = plan(&coupons, &Choices::new(), None, Room::on(side_px), NOW);
            assert_eq!(plan.chosen.len(), expect, "{side_px} px");
        };
        check(360, 10);
        check(180, 2);
        check(100, 0);
    }

    #[test]
    fn a_full_code_leaves_out_what_saves_least_unless_it_is_pinned() {
        let coupons: Vec<_> = (1..=30).map(|n| good(100_000 + n, i64::from(n) * 10)).collect();
        let language = Language::parse("zhen").ok();
        let check = |choices: &Choices, limit: usize| {
            let plan = plan(&coupons, choices, language, Room::default(), NOW);
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
