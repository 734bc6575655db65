//! Grey to black and white, by what is black and white nearby: under a lamp's reflection black is lighter than white is in a
//! shadow. The method is zxing-cpp's (its `HybridBinarizer` since version 2.1): a threshold for each block of pixels that has
//! contrast, the mean of those around it, and that of the last such block where there is none far and wide. Unlike there, what is
//! contrast depends on the picture: the noise of an even surface is none, and as black and white it would look like a thousand
//! corners of codes.

use image::GrayImage;
use rxing::common::{BitArray, BitMatrix};

/// Pixels on a block's side.
const BLOCK_PX: usize = 8;
/// How many blocks on each side count as near.
const NEAR_BLOCKS: usize = 2;
/// How far dark and light of a block must be apart at least to count as contrast.
const CONTRAST_MIN: u8 = 24;
/// Of the blocks, one in so many is taken to be even at least: what contrast that one has is noise.
const EVEN_BLOCKS: usize = 4;
/// What counts as noise is at most the picture's largest contrast through this, or a picture of nothing but a code would be all noise.
const NOISE_PART: u8 = 4;
/// Bits of a word of a row.
const WORD_BITS: usize = usize::BITS as usize;

/// Black is set. `None` for a picture without pixels.
pub(super) fn black_and_white(picture: &GrayImage) -> Option<BitMatrix> {
    let width = picture.width() as usize;
    let mut bits = BitMatrix::new(picture.width(), picture.height()).ok()?;
    let columns = width.div_ceil(BLOCK_PX);
    let blocks = spread(&near_means(&block_thresholds(picture), columns));
    let mut row = BitArray::with_size(width);
    for (y, pixels) in (0_u32..).zip(picture.as_raw().chunks_exact(width)) {
        let thresholds = &blocks[y as usize / BLOCK_PX * columns..][..columns];
        let words = pixels.chunks(WORD_BITS).zip(thresholds.chunks(WORD_BITS / BLOCK_PX));
        for (word, (pixels, thresholds)) in words.enumerate() {
            row.setBulk(word * WORD_BITS, packed(pixels, thresholds));
        }
        bits.setRow(y, &row);
    }
    Some(bits)
}

/// A bit for each pixel that is not lighter than its block's threshold, the first the lowest.
fn packed(pixels: &[u8], thresholds: &[u8]) -> usize {
    let (blocks, rest) = pixels.as_chunks();
    let mut word = 0;
    for (place, (block, threshold)) in blocks.iter().zip(thresholds).enumerate() {
        word |= usize::from(not_lighter(*block, *threshold)) << (place * BLOCK_PX);
    }
    for (place, pixel) in (blocks.len() * BLOCK_PX..).zip(rest) {
        word |= usize::from(*pixel <= thresholds[blocks.len()]) << place;
    }
    word
}

/// The same of one whole block, all its pixels at once: each is a byte of a word.
fn not_lighter(pixels: [u8; BLOCK_PX], threshold: u8) -> u8 {
    const EACH: u64 = u64::from_ne_bytes([1; BLOCK_PX]);
    const TOP: u64 = EACH << 7;
    let (pixel, threshold) = (u64::from_le_bytes(pixels), EACH * u64::from(threshold));
    // Seven bits of each byte are compared by a difference whose top bit says that nothing was borrowed, the eighth by itself.
    let lower = (threshold | TOP) - (pixel & !TOP);
    let not_lighter = ((threshold & !pixel) | (!(threshold ^ pixel) & lower)) & TOP;
    // The product has the bit of byte 0 at 56, of byte 1 at 57, and so on.
    let [.., packed] = (not_lighter >> 7).wrapping_mul(0x0102_0408_1020_4080).to_le_bytes();
    packed
}

/// For each block halfway between its darkest and its lightest pixel, or 0 where they are about the same.
fn block_thresholds(picture: &GrayImage) -> Vec<u8> {
    let extremes = block_extremes(picture);
    let mut contrasts: Vec<u8> = extremes.iter().map(|(dark, light)| light - dark).collect();
    contrasts.sort_unstable();
    let even =
        contrasts.get(contrasts.len() / EVEN_BLOCKS).map_or(0, |noise| noise.saturating_add(noise / 2));
    let noise = even.min(contrasts.last().map_or(0, |most| most / NOISE_PART)).max(CONTRAST_MIN);
    let halfway = |(dark, light): &(u8, u8)| if light - dark > noise { dark.midpoint(*light) } else { 0 };
    extremes.iter().map(halfway).collect()
}

/// The darkest and the lightest pixel of each block.
fn block_extremes(picture: &GrayImage) -> Vec<(u8, u8)> {
    let width = picture.width() as usize;
    let (mut darkest, mut lightest) = (vec![0; width], vec![0; width]);
    let mut extremes = Vec::new();
    for rows in picture.as_raw().chunks(width * BLOCK_PX) {
        darkest.fill(u8::MAX);
        lightest.fill(u8::MIN);
        // Column by column first: processors do many of those at once.
        for row in rows.chunks_exact(width) {
            darkest.iter_mut().zip(row).for_each(|(darkest, pixel)| *darkest = (*darkest).min(*pixel));
            lightest.iter_mut().zip(row).for_each(|(lightest, pixel)| *lightest = (*lightest).max(*pixel));
        }
        let blocks = darkest.chunks(BLOCK_PX).zip(lightest.chunks(BLOCK_PX));
        extremes.extend(blocks.map(|(darkest, lightest)| {
            let dark = darkest.iter().fold(u8::MAX, |dark, pixel| dark.min(*pixel));
            (dark, lightest.iter().fold(u8::MIN, |light, pixel| light.max(*pixel)))
        }));
    }
    extremes
}

/// For each block the mean of the thresholds near it, its own counted three times; 0 where none of them has one.
fn near_means(thresholds: &[u8], columns: usize) -> Vec<u8> {
    let sums = near_sums(&thresholds.iter().map(|own| u16::from(*own)).collect::<Vec<_>>(), columns);
    let counts = near_sums(&thresholds.iter().map(|own| u16::from(*own > 0)).collect::<Vec<_>>(), columns);
    let mean = |(own, (sum, count)): (&u8, (&u16, &u16))| {
        let mean = (sum + 2 * u16::from(*own)).checked_div(count + 2 * u16::from(*own > 0));
        mean.and_then(|mean| u8::try_from(mean).ok()).unwrap_or(0)
    };
    thresholds.iter().zip(sums.iter().zip(&counts)).map(mean).collect()
}

/// For each block the sum over those near it: first of each row, then of the rows.
fn near_sums(values: &[u16], columns: usize) -> Vec<u16> {
    let near = |at: usize, count: usize| at.saturating_sub(NEAR_BLOCKS)..(at + NEAR_BLOCKS + 1).min(count);
    let across = values
        .chunks_exact(columns)
        .flat_map(|row| (0..columns).map(move |x| row[near(x, columns)].iter().sum::<u16>()));
    let across: Vec<u16> = across.collect();
    let rows = values.len() / columns;
    let mut sums = vec![0; values.len()];
    for (y, sums) in sums.chunks_exact_mut(columns).enumerate() {
        for row in near(y, rows) {
            let row = &across[row * columns..][..columns];
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
    }
    sums
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
    fn a_block_at_once_is_as_pixel_by_pixel() {
        for (pixel, threshold) in (0..=u8::MAX).flat_map(|pixel| (0..=u8::MAX).map(move |t| (pixel, t))) {
            let pixels =
                [pixel, pixel / 2, pixel ^ 0x80, !pixel, 0, u8::MAX, threshold, pixel.rotate_left(3), pixel];
            for count in 0..=pixels.len() {
                let plain = pixels[..count].iter().enumerate();
                let plain = plain.fold(0, |bits, (at, pixel)| bits | usize::from(*pixel <= threshold) << at);
                assert_eq!(packed(&pixels[..count], &[threshold; 2]), plain, "{pixels:?} {threshold}");
            }
        }
    }

    #[test]
    fn the_noise_of_an_even_surface_is_no_contrast() {
        // An even half with noise of 60, beside it stripes of black and white.
        let picture = GrayImage::from_fn(64, 16, |x, y| match (x < 32, x / 4 % 2) {
            (true, _) => Luma([if (x * 7 + y * 3) % 5 == 0 { 100 } else { 160 }]),
            (false, 0) => Luma([10]),
            (false, _) => Luma([250]),
        });
        let thresholds = block_thresholds(&picture);
        assert_eq!(thresholds[..8], [0, 0, 0, 0, 130, 130, 130, 130]);
        // A picture of nothing but stripes has no even block, and is no noise.
        let stripes = GrayImage::from_fn(64, 16, |x, _| Luma([if x / 4 % 2 == 0 { 10 } else { 250 }]));
        assert_eq!(block_thresholds(&stripes), [130; 16]);
    }

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
