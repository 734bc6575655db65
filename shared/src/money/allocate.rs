//! Spreads an amount over parts without losing a minor unit (the largest-remainder method).

/// Splits `total_minor` in proportion to `weights`; the parts sum to the total exactly. Units that don't divide go to the
/// largest remainders, the earlier part first among equals. All-zero weights and a negative total give all zeros.
///
/// No part exceeds its weight as long as the total does not exceed the weights' sum, so that a discount never exceeds
/// the line it is taken from.
pub fn allocate(total_minor: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|w| i128::from((*w).max(0))).sum();
    if sum == 0 || total_minor <= 0 {
        return vec![0; weights.len()];
    }
    let scaled = |weight: &i64| i128::from(total_minor) * i128::from((*weight).max(0));
    let mut parts: Vec<i64> =
        weights.iter().map(|w| i64::try_from(scaled(w) / sum).unwrap_or(i64::MAX)).collect();

    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|i| (-(scaled(&weights[*i]) % sum), *i));
    let missing = total_minor - parts.iter().sum::<i64>();
    for i in by_remainder.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        parts[i] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_sum_to_the_total() {
        let check = |total, weights: &[i64], expect: &[i64]| assert_eq!(allocate(total, weights), expect);
        check(100, &[1, 1, 1], &[34, 33, 33]);
        check(500, &[1000, 2000], &[167, 333]);
        check(1, &[0, 5, 5], &[0, 1, 0]);
        check(0, &[1, 2], &[0, 0]);
        check(7, &[0, 0], &[0, 0]);
        check(7, &[], &[]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_part_exceeds_its_weight(
            weights in prop::collection::vec(0_i64..1_000_000_000, 1..40),
            part in 0.0_f64..=1.0,
        ) {
            let sum: i64 = weights.iter().sum();
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
            let total = ((sum as f64) * part) as i64;
            let parts = allocate(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total.min(sum));
            prop_assert!(parts.iter().zip(&weights).all(|(part, weight)| part <= weight && *part >= 0));
        }
    }
}
