//! The demo's manufacturers and what they promise.

mod makers;

use proto::{
    convert::terms_to_wire,
    v1::{CreateCampaignRequest, LocalizedText},
};
use shared::{
    gs1::{Gtin, GtinError},
    money::Currency,
    offer::{AppliesTo, Need, Requirement, Reward, Terms, TermsParts},
    time::UnixMillis,
};

use crate::shell::Outcome;

pub(super) use makers::MAKERS;

/// A manufacturer with its offers.
#[derive(Debug)]
pub(super) struct Maker {
    /// Its name as shoppers see it.
    pub(super) name: &'static str,
    /// Its name in files.
    pub(super) slug: &'static str,
    /// What it makes: a segment of the GS1 Global Product Classification.
    pub(super) gpc_code: u32,
    /// Its offers.
    pub(super) offers: &'static [Promise],
}

/// An offer: title and one more line, each in English and Chinese, the items, the reward, the days it runs.
#[derive(Debug)]
pub(super) struct Promise {
    title: [&'static str; 2],
    more: [&'static str; 2],
    gtins: &'static [&'static str],
    /// Items of which one must be bought too, and is what is rewarded; without any, those above are.
    rewarded: &'static [&'static str],
    reward: Reward,
    need: Need,
    days: i64,
    /// Whatever else its terms say.
    besides: fn(TermsParts) -> TermsParts,
}

const fn off_each(amount_minor: i64, max_units: u32) -> Reward {
    Reward::AmountOffEach { amount_minor, max_units }
}

/// What most offers have in common: one unit of an item, for a month, and that is all.
const PLAIN: Promise = Promise {
    title: [""; 2],
    more: [""; 2],
    gtins: &[],
    rewarded: &[],
    reward: off_each(1, 1),
    need: Need::Units(1),
    days: 30,
    besides: std::convert::identity,
};

/// Coupons that each campaign's budget pays for at their worst.
const COUPONS_FUNDED: i64 = 1_000;
/// A coupon that was used, or lost with a closed browser, is no reason to start the demo over.
const CLIPS_PER_WALLET: u32 = 20;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl Promise {
    /// What names it, in English.
    pub(super) fn title(&self) -> &'static str {
        self.title[0]
    }

    /// The terms of a campaign that begins now.
    pub(super) fn terms(&self, now: UnixMillis) -> Outcome<Terms> {
        // From the hour before: the provider's clock may be a little behind.
        let starts_at = now.plus_ms(-DAY_MS / 24);
        let ends_at = now.plus_ms(self.days * DAY_MS);
        let parts = TermsParts::new(Currency::CNY, gtins(self.gtins)?, self.reward, starts_at, ends_at);
        let mut parts = parts.needing(self.need);
        if !self.rewarded.is_empty() {
            parts
                .requirements
                .push(Requirement { items: gtins(self.rewarded)?.into(), need: Need::Units(1) });
            parts.applies_to = AppliesTo::One(1);
        }
        Ok(Terms::try_from((self.besides)(parts))?)
    }

    /// The campaign with these terms.
    pub(super) fn campaign(&self, terms: &Terms, gpc_code: u32) -> CreateCampaignRequest {
        let text = |[en, zh]: [&str; 2]| Some(LocalizedText { en: en.to_owned(), zh: zh.to_owned() });
        CreateCampaignRequest {
            title: text(self.title),
            description: text(self.more),
            terms: Some(terms_to_wire(terms)),
            per_wallet_limit: CLIPS_PER_WALLET,
            total_circulation: 0,
            image_url: String::new(),
            gpc_code,
        }
    }
}

fn gtins(texts: &[&str]) -> Result<Vec<Gtin>, GtinError> {
    texts.iter().map(|text| Gtin::parse(text)).collect()
}

/// What a campaign with these terms is funded with, in minor units.
pub(super) fn budget_minor(terms: &Terms) -> i64 {
    terms.worst_case_minor().saturating_mul(COUPONS_FUNDED)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{
        super::{
            goods::{GOODS, SHAMPOO},
            screen::EXAMPLES,
        },
        *,
    };

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn promises() -> impl Iterator<Item = &'static Promise> {
        MAKERS.iter().flat_map(|maker| maker.offers)
    }

    #[test]
    fn every_offer_has_terms_that_the_rules_take_and_a_name_of_its_own() {
        for promise in promises() {
            let terms = promise.terms(NOW).unwrap_or_else(|error| panic!("{}: {error}", promise.title()));
            assert!(budget_minor(&terms) > 0);
            assert!(promise.title.iter().chain(&promise.more).all(|text| !text.is_empty()));
        }
        let titles: BTreeSet<_> = promises().map(Promise::title).collect();
        assert_eq!(titles.len(), promises().count());
        let slugs: BTreeSet<_> = MAKERS.iter().map(|maker| maker.slug).collect();
        assert_eq!(slugs.len(), MAKERS.len());
    }

    #[test]
    fn there_is_enough_of_everything() {
        assert!(MAKERS.len() >= 4);
        assert!(promises().count() >= 12);
        let of_kind = |is: fn(&Reward) -> bool| promises().filter(|promise| is(&promise.reward)).count();
        assert!(of_kind(|reward| matches!(reward, Reward::AmountOffEach { .. })) >= 3);
        assert!(of_kind(|reward| matches!(reward, Reward::PercentOff { .. })) >= 3);
        assert!(of_kind(|reward| matches!(reward, Reward::AmountOff { .. })) >= 3);
        assert!(of_kind(|reward| matches!(reward, Reward::FixedPrice { .. })) >= 1);
        assert!(of_kind(|reward| matches!(reward, Reward::FreeItems { .. })) >= 1);
        assert!(of_kind(|reward| matches!(reward, Reward::BuyGet { .. })) >= 2);
    }

    #[test]
    fn the_shop_sells_every_item_of_every_offer_and_more() {
        let sold: BTreeSet<_> = GOODS.iter().map(|good| good.gtin).collect();
        let terms = promises().map(|promise| promise.terms(NOW).unwrap());
        let requirements = terms.flat_map(|terms| terms.parts().requirements.clone());
        let promised: BTreeSet<_> = requirements.flat_map(|r| r.items.gtins().to_vec()).collect();
        let sold: BTreeSet<_> = sold.into_iter().map(|gtin| Gtin::parse(gtin).unwrap()).collect();
        assert!(promised.is_subset(&sold), "{:?}", promised.difference(&sold));
        assert!(promised.len() < sold.len());
    }

    #[test]
    fn the_items_that_the_guide_names_have_offers() {
        for good in &GOODS[..EXAMPLES] {
            assert!(promises().any(|promise| promise.gtins.contains(&good.gtin)), "{}", good.en);
        }
    }

    #[test]
    fn the_first_offer_is_the_patents_example() {
        let first = &MAKERS[0].offers[0];
        assert_eq!((SHAMPOO.price_minor, first.gtins), (3000, [SHAMPOO.gtin].as_slice()));
        assert_eq!(first.reward, off_each(500, 1));
    }
}
