//! The phone's clock may be wrong; the provider's counts.

use shared::time::UnixMillis;

/// What to add to the phone's clock to get the provider's, in ms: the provider's time is taken to be that of the middle between sending
/// and receiving, so the error is at most half the round trip.
pub fn clock_offset_ms(sent_at: UnixMillis, received_at: UnixMillis, provider: UnixMillis) -> i64 {
    let half_trip = received_at.0.saturating_sub(sent_at.0).max(0) / 2;
    provider.0.saturating_sub(sent_at.0.saturating_add(half_trip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_taken_from_the_middle_of_the_round_trip() {
        let check = |sent, received, provider, expect| {
            assert_eq!(clock_offset_ms(UnixMillis(sent), UnixMillis(received), UnixMillis(provider)), expect);
        };
        check(1_000, 1_200, 1_100, 0);
        check(1_000, 1_200, 61_100, 60_000);
        check(61_000, 61_200, 1_100, -60_000);
        check(1_000, 900, 1_000, 0);
    }
}
