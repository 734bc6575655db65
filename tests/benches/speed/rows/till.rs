//! Row 7: a whole purchase at a till, from the picture of the code to the confirmation, with each part's share.

use std::{io::Cursor, time::Instant};

use image::{GrayImage, ImageFormat, Luma};
use pos_agent::scanner::picture;
use tests::actors::{Till, system_time};
use wallet_web::qr::Symbol;

use super::payments::Side;
use crate::{
    bench::Bench,
    figures::{Goal, Row, median, percentile},
    program::Program,
    world::{Aim, PRICE_MINOR, Size},
};

const SALES: usize = 500;
const COUPONS: usize = 2;
/// Pixels of one module of the picture.
const SCALE: usize = 4;

pub(crate) fn row(bench: &Bench) -> Row {
    let mut row = Row {
        name: "till",
        title: "A purchase at the till",
        says: "One sale after the other, with 2 coupons: a PNG of the phone's screen is decoded, the basket priced with the code's coupons, \
               the payment written to the till's journal (on the disk before it is sent), made by the provider and confirmed. \
               Till and provider share the machine; the line between them is its loopback.",
        ..Row::default()
    };
    let size = Size { shops: 1, campaigns: 20, wallets: bench.size(1_000) };
    let mut side = Side::start(bench, "till", size, Program::server);
    let sales = bench.size(SALES);
    let turns = side.world.prepare(bench, &side.server, sales, COUPONS, Aim::Spread);
    let pictures: Vec<Picture> = turns.map(|turn| Picture::shown(&mut side, turn)).collect();
    let key = side.world.till_keys[0].clone();
    let mut parts: [Vec<f64>; 4] = Default::default();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let till = Till::open(&side.server.url, key, system_time()).await;
        for picture in &pictures {
            let start = Instant::now();
            let code = picture::decode(&picture.png).unwrap();
            let decoded = start.elapsed();
            let basket: Vec<_> = picture.items.iter().map(|item| (item.as_str(), 1, PRICE_MINOR)).collect();
            till.price(&basket, &code);
            let priced = start.elapsed();
            let sold = till.pay(&basket, &code).await;
            let done = start.elapsed();
            sold.completed();
            let times = [decoded, priced - decoded, done - priced, done];
            times.iter().zip(&mut parts).for_each(|(time, part)| part.push(time.as_secs_f64() * 1e3));
        }
    });
    report(&mut row, &parts);
    row
}

fn report(row: &mut Row, parts: &[Vec<f64>; 4]) {
    let whole = median(&parts[3]);
    row.aim("from picture to confirmation, p50", "ms", Goal::AtMost(15.0), vec![whole]);
    row.aim("from picture to confirmation, p99", "ms", Goal::AtMost(50.0), vec![percentile(&parts[3], 99)]);
    let names = ["decode the picture", "price the basket", "journal, pay, confirm", "all"];
    for (name, times) in names.iter().zip(parts) {
        let p50 = median(times);
        row.put(*name, "p50", "ms", vec![p50]);
        row.put(*name, "p99", "ms", vec![percentile(times, 99)]);
        row.put(*name, "share", "%", vec![100.0 * p50 / whole]);
    }
}

/// What a till's scanner sees, and what lies on the counter.
struct Picture {
    png: Vec<u8>,
    items: Vec<String>,
}

impl Picture {
    fn shown(side: &mut Side, turn: usize) -> Self {
        let offers = side.world.chosen(turn, COUPONS, Aim::Spread);
        let items =
            offers.iter().map(|offer| offer.terms.claim(offer.number).gtin.unwrap().short()).collect();
        let wallets = side.world.phones.len();
        let text = side.world.phones[turn % wallets].code(&offers);
        let symbol = Symbol::draw(&text).unwrap();
        let side_px = u32::try_from(symbol.size_with_quiet_zone() * SCALE).unwrap();
        let module = |px: u32| usize::try_from(px).unwrap() / SCALE;
        let picture = GrayImage::from_fn(side_px, side_px, |x, y| {
            Luma([if symbol.is_dark(module(y), module(x)) { 0 } else { 255 }])
        });
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).unwrap();
        Self { png: png.into_inner(), items }
    }
}
