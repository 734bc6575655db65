//! Kinds of goods, as shoppers know them from the aisles.

/// A kind of goods. Made from the segment of the GS1 Global Product Classification (GPC), whose number the codes of its families
/// and classes begin with. A brick's code does not name its segment, and the segments are many: what is not sold by weekly
/// shoppers in numbers is [`Category::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Segment 50, Food/Beverage.
    Food,
    /// Segment 53, Beauty/Personal Care/Hygiene.
    Care,
    /// Segment 47, Cleaning/Hygiene Products.
    Cleaning,
    /// Segment 54, Baby Care.
    Baby,
    /// Segment 51, Healthcare.
    Health,
    /// Segment 10, Pet Care/Food.
    Pets,
    /// Anything else, and what doesn't say.
    Other,
}

/// Codes of bricks begin here; below are segments, families and classes of segment 10 only where they end in zeros.
const BRICKS: std::ops::Range<u32> = 10_000_001..10_100_000;

impl Category {
    /// The kind that a GPC code of any level names.
    pub fn of(gpc_code: u32) -> Self {
        if BRICKS.contains(&gpc_code) {
            return Self::Other;
        }
        match gpc_code / 1_000_000 {
            50 => Self::Food,
            53 => Self::Care,
            47 => Self::Cleaning,
            54 => Self::Baby,
            51 => Self::Health,
            10 => Self::Pets,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_families_and_classes_name_their_kind() {
        for (gpc_code, expect) in [
            (50_000_000, Category::Food),
            (50_130_000, Category::Food),
            (50_131_800, Category::Food),
            (53_140_000, Category::Care),
            (47_101_600, Category::Cleaning),
            (54_000_000, Category::Baby),
            (51_120_000, Category::Health),
            (10_000_000, Category::Pets),
            (10_100_000, Category::Pets),
            // A brick: bread, shelf stable.
            (10_000_045, Category::Other),
            (67_000_000, Category::Other),
            (0, Category::Other),
        ] {
            assert_eq!(Category::of(gpc_code), expect, "{gpc_code}");
        }
    }
}
