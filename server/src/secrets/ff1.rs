//! FF1 (NIST SP 800-38G) for numbers of 17 decimal digits without a tweak: each number has another of the same length in its place.
//! Halves of 8 and 9 digits fit 64 bits, so that a payment pays for ten AES blocks and little else; the library that the tests
//! compare with takes numbers of any length and pays for that.

use aes::{
    Aes256,
    cipher::{BlockCipherEncrypt, KeyInit},
};

/// Numbers there are: 10 to the 17.
pub(super) const NUMBERS: u64 = HIGH * LOW;
/// Of the left half, 8 digits.
const HIGH: u64 = 10_u64.pow(8);
/// Of the right half, 9 digits.
const LOW: u64 = 10_u64.pow(9);
const ROUNDS: u8 = 10;

/// The block `P`: version 1, method 2, addition 1, radix 10 in three bytes, ten rounds, the left half's digits, all digits, and the
/// tweak's length.
const P: [u8; 16] = [1, 2, 1, 0, 0, 10, ROUNDS, 8, 0, 0, 0, 17, 0, 0, 0, 0];

/// A key.
pub(super) struct Ff1 {
    aes: Aes256,
    /// `P` encrypted, with which the chain of every round begins.
    start: [u8; 16],
}

impl Ff1 {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let aes = Aes256::new(&(*key).into());
        let mut start = P.into();
        aes.encrypt_block(&mut start);
        Self { aes, start: start.into() }
    }

    /// Encrypts a number below [`NUMBERS`].
    pub(super) fn encrypt(&self, number: u64) -> u64 {
        let (mut a, mut b) = (number / LOW, number % LOW);
        for round in 0..ROUNDS {
            let size = size(round);
            (a, b) = (b, (a + self.mix(round, b) % size) % size);
        }
        a * LOW + b
    }

    /// The number that was encrypted to this one.
    pub(super) fn decrypt(&self, number: u64) -> u64 {
        let (mut a, mut b) = (number / LOW, number % LOW);
        for round in (0..ROUNDS).rev() {
            let size = size(round);
            (a, b) = ((b + size - self.mix(round, a) % size) % size, a);
        }
        a * LOW + b
    }

    /// The number `y` of a round: the first 8 bytes of the chain over `P` and `Q`, where `Q` ends with the round and the half that
    /// stays, in four bytes.
    fn mix(&self, round: u8, stays: u64) -> u64 {
        let mut block = self.start;
        let q = u64::from(round) << 32 | stays;
        block.iter_mut().skip(8).zip(q.to_be_bytes()).for_each(|(byte, q)| *byte ^= q);
        let mut block = block.into();
        self.aes.encrypt_block(&mut block);
        let block: [u8; 16] = block.into();
        block.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// Of the half that a round changes.
fn size(round: u8) -> u64 {
    if round.is_multiple_of(2) { HIGH } else { LOW }
}

#[cfg(test)]
mod tests {
    use fpe::ff1::{FF1, FlexibleNumeralString};

    use super::*;

    /// What another implementation makes of it.
    fn by_the_library(key: &[u8; 32], number: u64) -> u64 {
        let digits: Vec<u16> = format!("{number:017}").bytes().map(|digit| u16::from(digit - b'0')).collect();
        let ff1 = FF1::<Aes256>::new(key, 10).unwrap();
        let encrypted = ff1.encrypt(&[], &FlexibleNumeralString::from(digits)).unwrap();
        Vec::<u16>::from(encrypted).iter().fold(0, |number, digit| number * 10 + u64::from(*digit))
    }

    #[test]
    fn it_is_ff1() {
        for key in [[0; 32], [7; 32], [0xFF; 32]] {
            let ff1 = Ff1::new(&key);
            let spread = (0..500).map(|n: u64| n * n * n * 799_999_999 % NUMBERS);
            for number in [0, 1, LOW - 1, LOW, NUMBERS - 1].into_iter().chain(spread) {
                let encrypted = ff1.encrypt(number);
                assert_eq!(encrypted, by_the_library(&key, number), "{number}");
                assert_eq!(ff1.decrypt(encrypted), number);
            }
        }
    }
}
