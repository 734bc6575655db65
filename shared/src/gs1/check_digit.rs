//! The modulo-10 check digit of every GS1 number [GS1 General Specifications 7.9].

/// The check digit (0 to 9) that belongs after `body`, a number written without its check digit.
///
/// Digits weigh 3, 1, 3, 1, ... from the right, so leading zeros change nothing: one function serves
/// GTIN-8, -12, -13 and -14.
#[must_use]
pub fn check_digit(body: u64) -> u64 {
    let (mut rest, mut weight, mut sum) = (body, 3, 0);
    while rest > 0 {
        sum += rest % 10 * weight;
        rest /= 10;
        weight = 4 - weight;
    }
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::check_digit;

    #[test]
    fn known_numbers() {
        assert_eq!(check_digit(629_104_150_021), 3);
        assert_eq!(check_digit(37_610_425_002_123_456), 9);
        assert_eq!(check_digit(0), 0);
    }

    #[test]
    fn any_single_digit_typed_wrong_is_noticed() {
        let body = 690_123_456_789;
        for position in 0..12 {
            let unit = 10_u64.pow(position);
            for step in 1..10 {
                let digit = body / unit % 10;
                let wrong = body - digit * unit + (digit + step) % 10 * unit;
                assert_ne!(check_digit(wrong), check_digit(body), "{wrong}");
            }
        }
    }
}
