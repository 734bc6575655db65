//! Numbers that look random and come out the same for the same seed, so that a failing run can be run again.

/// SplitMix64 (Steele, Lea, Flood 2014): one word of state, good enough to draw faults.
#[derive(Debug, Clone)]
pub struct Seed(u64);

impl Seed {
    /// Starts the sequence. `ONESCAN_SEED` moves every sequence, to look further than the committed seeds do.
    pub fn new(seed: u64) -> Self {
        let moved = std::env::var("ONESCAN_SEED").ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        Self(seed.wrapping_add(moved.wrapping_mul(0x2545_F491_4F6C_DD1D)))
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end`, without `end` itself.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }

    /// True `percent` times of a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}
