//! Part of row 5: how long the till takes to match the coupons of the largest basket. Each shape is priced many times with other
//! prices.

use std::time::Instant;

use shared::{
    basket::{Basket, Line},
    gs1::{Gtin, check_digit},
    ids::{MerchantId, OfferNumber},
    money::Currency,
    offer::{Need, Pick, Reward, Store, Terms, TermsParts},
    payment::{Candidate, quote},
    time::UnixMillis,
};

use crate::{
    bench::{Bench, float},
    figures::Row,
};

const LINES: u64 = 200;
const COUPONS: u64 = 15;
const BASKETS: usize = 200;

fn gtin(n: u64) -> Gtin {
    let body = 690_000_000_000 + n;
    Gtin::from_u64(body * 10 + check_digit(body)).expect("its check digit is right")
}

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn minor(&mut self, from: u64, to: u64) -> i64 {
        i64::try_from(from + self.below(to - from)).expect("it is small")
    }
}

fn basket(numbers: &mut Numbers) -> Basket {
    let line = |n| Line {
        gtin: gtin(n),
        units: 1 + u32::try_from(numbers.below(3)).expect("it is small"),
        unit_price_minor: numbers.minor(300, 6_000),
        grams: 0,
    };
    Basket::new(Currency::CNY, (0..LINES).map(line).collect()).expect("a basket")
}

fn offer(items: impl Iterator<Item = u64>, need: Need, reward: Reward, pick: Pick) -> Terms {
    let items: Vec<Gtin> = items.map(gtin).collect();
    let parts = TermsParts::new(Currency::CNY, items, reward, UnixMillis(0), UnixMillis(2)).needing(need);
    Terms::try_from(TermsParts { pick, ..parts }).expect("terms")
}

/// One kind of coupon after the other, each on `width` items from `start` on.
fn coupon(kind: u64, start: u64, width: u64, numbers: &mut Numbers) -> Terms {
    let items = (0..width).map(|i| (start + i) % LINES);
    let cap_minor = 5_000;
    let one = Need::Units(1);
    match kind % 6 {
        0 => {
            let amount_minor = numbers.minor(100, 900);
            offer(items, one, Reward::AmountOffEach { amount_minor, max_units: 2 }, Pick::All)
        }
        1 => offer(items, one, Reward::PercentOff { basis_points: 1_500, cap_minor }, Pick::All),
        2 => {
            let amount_minor = numbers.minor(500, 1_500);
            offer(items, Need::Spend(6_000), Reward::AmountOff { amount_minor }, Pick::All)
        }
        3 => {
            let sets = Reward::BuyGet { buy: 2, get: 1, basis_points: 10_000, max_sets: 1, cap_minor };
            offer(items, Need::Units(3), sets, Pick::All)
        }
        4 => {
            let half = Reward::BuyGet { buy: 1, get: 1, basis_points: 5_000, max_sets: 2, cap_minor };
            offer(items, Need::Units(2), half, Pick::All)
        }
        _ => offer(items, Need::Units(3), Reward::FreeItems { units: 1, cap_minor }, Pick::Cheapest),
    }
}

fn measure(bench: &Bench, row: &mut Row, name: &str, coupons: impl Fn(&mut Numbers) -> Vec<Terms>) {
    let baskets = bench.size(BASKETS);
    let (mut took, mut steps, mut ended) = (Vec::new(), 0, 0);
    for seed in 0..baskets {
        let mut numbers = Numbers(u64::try_from(seed).unwrap());
        let (basket, terms) = (basket(&mut numbers), coupons(&mut numbers));
        let candidates: Vec<Candidate<'_>> =
            (1..).zip(&terms).map(|(n, terms)| Candidate { offer_number: OfferNumber(n), terms }).collect();
        let start = Instant::now();
        let quote = quote(&basket, &candidates, Store::from(MerchantId(1)), UnixMillis(1));
        took.push(start.elapsed().as_secs_f64() * 1e6);
        steps = steps.max(quote.steps);
        ended += usize::from(!quote.exact);
    }
    let line = format!("match {COUPONS} coupons on {LINES} lines: {name}");
    row.put(&line, "CPU", "us", took);
    row.put(&line, "most steps", "", vec![float(usize::try_from(steps).unwrap())]);
    row.put(&line, "not exact", "%", vec![100.0 * float(ended) / float(baskets)]);
}

pub(crate) fn measure_all(bench: &Bench, row: &mut Row) {
    measure(bench, row, "item coupons, none shared", |numbers| {
        (0..COUPONS).map(|n| coupon(n, n * 13, 3, numbers)).collect()
    });
    measure(bench, row, "item coupons in neighbours' shelves", |numbers| {
        (0..COUPONS).map(|n| coupon(n, n * 13, 18, numbers)).collect()
    });
    measure(bench, row, "a brand's percent over item coupons", |numbers| {
        let mut all: Vec<Terms> = (0..COUPONS - 1).map(|n| coupon(n / 2 * 6, n * 4, 3, numbers)).collect();
        all.push(coupon(1, 0, 60, numbers));
        all
    });
    measure(bench, row, "spend and percent over one shelf of 40", |numbers| {
        (0..COUPONS).map(|n| coupon(if n < 12 { 0 } else { n - 11 }, n % 4 * 10, 40, numbers)).collect()
    });
    measure(bench, row, "every kind over everything", |numbers| {
        (0..COUPONS).map(|n| coupon(n, 0, LINES, numbers)).collect()
    });
}
