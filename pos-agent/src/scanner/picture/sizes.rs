//! Pictures made smaller and larger by two. (`image` can do any size, and takes a hundred times as long for these.)

use image::GrayImage;

/// Half as wide and high, by averaging four pixels, which also averages noise away. An odd last row or column is left out.
pub(super) fn halved(picture: &GrayImage) -> GrayImage {
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let row = picture.width() as usize;
    let used = 2 * width as usize;
    let mut pixels = Vec::with_capacity(width as usize * height as usize);
    for rows in picture.as_raw().chunks_exact(2 * row.max(1)) {
        let (upper, lower) = (rows[..used].chunks_exact(2), rows[row..row + used].chunks_exact(2));
        pixels.extend(upper.zip(lower).map(|(upper, lower)| mean([upper[0], upper[1], lower[0], lower[1]])));
    }
    GrayImage::from_raw(width, height, pixels).unwrap_or_default()
}

fn mean(four: [u8; 4]) -> u8 {
    let sum: u16 = four.iter().map(|pixel| u16::from(*pixel)).sum();
    let [_, mean] = ((sum + 2) / 4).to_be_bytes();
    mean
}

/// Twice as wide and high: each new pixel is a mixture of the four old ones around it, the nearest most.
pub(super) fn doubled(picture: &GrayImage) -> GrayImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let row = |y: usize| &picture.as_raw()[y * width..][..width];
    let mut pixels = Vec::with_capacity(4 * width * height);
    let mut mixed = vec![0; width];
    for y in 0..2 * height {
        let (near, far) = (row(y / 2), row(neighbour(y, height)));
        // In sixteenths at the end: three quarters of the near row, then of the near column.
        let rows = mixed.iter_mut().zip(near.iter().zip(far));
        rows.for_each(|(mixed, (near, far))| *mixed = 3 * u16::from(*near) + u16::from(*far));
        pixels.extend((0..2 * width).map(|x| {
            let [_, pixel] = ((3 * mixed[x / 2] + mixed[neighbour(x, width)] + 8) / 16).to_be_bytes();
            pixel
        }));
    }
    GrayImage::from_raw(picture.width() * 2, picture.height() * 2, pixels).unwrap_or_default()
}

/// Of the old pixels around new pixel `at` the one farther away; the nearer one is at half of it.
fn neighbour(at: usize, count: usize) -> usize {
    match at % 2 {
        0 => (at / 2).saturating_sub(1),
        _ => (at / 2 + 1).min(count - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_pixels_become_their_mean() {
        let picture =
            GrayImage::from_raw(5, 3, vec![0, 4, 255, 255, 9, 0, 8, 255, 255, 9, 9, 9, 9, 9, 9]).unwrap();
        assert_eq!(halved(&picture), GrayImage::from_raw(2, 1, vec![3, 255]).unwrap());
        assert_eq!(halved(&GrayImage::new(1, 1)).dimensions(), (0, 0));
    }

    #[test]
    fn a_pixel_becomes_four_that_blend_into_their_neighbours() {
        let picture = GrayImage::from_raw(2, 1, vec![0, 160]).unwrap();
        let twice = GrayImage::from_raw(4, 2, vec![0, 40, 120, 160, 0, 40, 120, 160]).unwrap();
        assert_eq!(doubled(&picture), twice);
        assert_eq!(doubled(&GrayImage::new(0, 0)).dimensions(), (0, 0));
    }
}
