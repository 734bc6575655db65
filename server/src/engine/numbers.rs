//! Numbers of what is new: wallets, parties, offers, tokens, journal entries.

use std::collections::VecDeque;

/// Gives numbers of one kind, each larger than those before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbers {
    /// Counts on from this one: nobody else gives any.
    After(i64),
    /// Gives these, which were reserved for the batch.
    Reserved(VecDeque<i64>),
}

impl Numbers {
    /// Counts on from `last`.
    pub const fn after(last: i64) -> Self {
        Self::After(last)
    }

    /// Gives these and no others.
    pub fn reserved(mut numbers: Vec<i64>) -> Self {
        numbers.sort_unstable();
        Self::Reserved(numbers.into())
    }

    /// The next number. To take more than the batch's commands have asked for is a mistake in a command.
    pub fn take(&mut self) -> i64 {
        match self {
            Self::After(last) => {
                *last = last.checked_add(1).expect("a sequence of numbers is used up");
                *last
            }
            Self::Reserved(numbers) => {
                numbers.pop_front().expect("a command takes only as many numbers as it has asked for")
            }
        }
    }

    /// A number before the next one and not before any that was given. The command must have asked for one more.
    pub fn before(&self) -> i64 {
        match self {
            Self::After(last) => *last,
            Self::Reserved(numbers) => numbers.front().expect("a number is left") - 1,
        }
    }

    /// The next number, of those that have 32 bits.
    pub fn take_u32(&mut self) -> u32 {
        u32::try_from(self.take()).expect("a sequence of ids is used up")
    }
}

/// The numbers that a batch gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequences {
    /// Wallets.
    pub wallet: Numbers,
    /// Devices.
    pub device: Numbers,
    /// Shops.
    pub merchant: Numbers,
    /// Tills.
    pub terminal: Numbers,
    /// Manufacturers.
    pub issuer: Numbers,
    /// Campaigns.
    pub offer: Numbers,
    /// Tokens.
    pub token: Numbers,
    /// Journal entries.
    pub entry: Numbers,
    /// The last revision given to a change of what tills see.
    pub revision: u64,
}

/// How many numbers of each kind a command may take at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Wallets.
    pub wallet: u32,
    /// Devices.
    pub device: u32,
    /// Shops.
    pub merchant: u32,
    /// Tills.
    pub terminal: u32,
    /// Manufacturers.
    pub issuer: u32,
    /// Campaigns.
    pub offer: u32,
    /// Tokens.
    pub token: u32,
    /// Journal entries.
    pub entry: u32,
    /// Whether it gives revisions.
    pub revision: bool,
}
