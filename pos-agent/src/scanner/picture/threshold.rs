//! Grey to black and white, by what is black and white nearby: under a lamp's reflection black is lighter than white is in a
//! shadow. The method is zxing-cpp's (its `HybridBinarizer` since version 2.1): a threshold for each block of pixels that has
//! contrast, the mean of those around it, and that of the last such block where there is none far and wide.

use image::GrayImage;
use rxing::common::{BitArray, BitMatrix};

/// Pixels on a block's side.
const BLOCK_PX: usize = 8;
/// How many blocks on each side count as near.
const NEAR_BLOCKS: usize = 2;
/// How far dark and light of a block must be apart to count as contrast.
const CONTRAST_MIN: u8 = 24;
/// Bits of a word of a row.
const WORD_BITS: usize = usize::BITS as usize;

/// Black is set. `None` for a picture without pixels.
pub(super) fn black_and_white(picture: &GrayImage) -> Option<BitMatrix> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut bits = BitMatrix::new(picture.width(), picture.height()).ok()?;
    let columns = width.div_ceil(BLOCK_PX);
    let blocks = spread(&near_means(&block_thresholds(picture, columns), columns));
    let mut row = BitArray::with_size(width);
    let mut thresholds = vec![0; columns * BLOCK_PX];
    for (y, pixels) in (0_u32..).zip(picture.as_raw().chunks_exact(width)).take(height) {
        let y_px = y as usize;
        if y_px.is_multiple_of(BLOCK_PX) {
            let blocks = &blocks[y_px / BLOCK_PX * columns..][..columns];
            let wide = thresholds.chunks_exact_mut(BLOCK_PX).zip(blocks);
            wide.for_each(|(pixels, threshold)| pixels.fill(*threshold));
        }
        let words = pixels.chunks(WORD_BITS).zip(thresholds.chunks(WORD_BITS));
        for (word, (pixels, thresholds)) in words.enumerate() {
            row.setBulk(word * WORD_BITS, packed(pixels, thresholds));
        }
        bits.setRow(y, &row);
    }
    Some(bits)
}

/// A bit for each pixel that is not lighter than its threshold, the first the lowest.
fn packed(pixels: &[u8], thresholds: &[u8]) -> usize {
    let mut word = 0;
    for (place, (pixel, threshold)) in pixels.iter().zip(thresholds).enumerate() {
        word |= usize::from(pixel <= threshold) << place;
    }
    word
}

/// For each block halfway between its darkest and its lightest pixel, or 0 where they are about the same.
fn block_thresholds(picture: &GrayImage, columns: usize) -> Vec<u8> {
    let width = picture.width() as usize;
    let mut thresholds = Vec::with_capacity(columns * (picture.height() as usize).div_ceil(BLOCK_PX));
    let mut extremes = vec![(u8::MAX, u8::MIN); columns];
    for rows in picture.as_raw().chunks(width * BLOCK_PX) {
        extremes.fill((u8::MAX, u8::MIN));
        for row in rows.chunks_exact(width) {
            for (block, (darkest, lightest)) in row.chunks(BLOCK_PX).zip(&mut extremes) {
                for pixel in block {
                    *darkest = (*darkest).min(*pixel);
                    *lightest = (*lightest).max(*pixel);
                }
            }
        }
        let halfway =
            |(dark, light): &(u8, u8)| if light - dark > CONTRAST_MIN { dark.midpoint(*light) } else { 0 };
        thresholds.extend(extremes.iter().map(halfway));
    }
    thresholds
}

/// For each block the mean of the thresholds near it, its own counted three times; 0 where none of them has one.
fn near_means(thresholds: &[u8], columns: usize) -> Vec<u8> {
    let rows = thresholds.len() / columns;
    let near = |at: usize, count: usize| at.saturating_sub(NEAR_BLOCKS)..(at + NEAR_BLOCKS + 1).min(count);
    let mut means = Vec::with_capacity(thresholds.len());
    for (y, x) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
        let own = u32::from(thresholds[y * columns + x]);
        let (mut sum, mut count) = (own * 2, u32::from(own > 0) * 2);
        for row in near(y, rows) {
            for threshold in &thresholds[row * columns..][near(x, columns)] {
                sum += u32::from(*threshold);
                count += u32::from(*threshold > 0);
            }
        }
        means.push(sum.checked_div(count).and_then(|mean| u8::try_from(mean).ok()).unwrap_or(0));
    }
    means
}

/// Blocks without a threshold take that of the next block that has one, the last ones that of the last.
fn spread(means: &[u8]) -> Vec<u8> {
    let mut next = means.iter().rev().copied().find(|mean| *mean > 0).unwrap_or(0);
    let mut all: Vec<u8> = means
        .iter()
        .rev()
        .map(|mean| {
            if *mean > 0 {
                next = *mean;
            }
            next
        })
        .collect();
    all.reverse();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn black_in_the_light_and_white_in_the_shadow_are_told_apart() {
        // Stripes of four pixels; to the left 10 and 60, to the right 180 and 250.
        let picture = GrayImage::from_fn(64, 16, |x, _| match (x < 32, x / 4 % 2 == 0) {
            (true, black) => Luma([if black { 10 } else { 60 }]),
            (false, black) => Luma([if black { 180 } else { 250 }]),
        });
        let bits = black_and_white(&picture).unwrap();
        for x in (0..64).filter(|x| !(16..48).contains(x)) {
            assert_eq!(bits.get(x, 8), x / 4 % 2 == 0, "{x}");
        }
    }

    #[test]
    fn no_picture_is_too_small() {
        for side in [0, 1, 7, 9] {
            let bits = black_and_white(&GrayImage::from_pixel(side, side, Luma([255])));
            assert_eq!(bits.is_some(), side > 0);
        }
    }
}
