//! A set of items: single numbers and whole families.

use super::TermsError;
use crate::gs1::{CompanyPrefix, Gtin};

/// Items that one requirement can name.
pub const OFFER_GTINS_MAX: usize = 5_000;
/// Families that one requirement can name.
pub const OFFER_PREFIXES_MAX: usize = 100;

/// Items that count. Order means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    gtins: Vec<Gtin>,
    company_prefixes: Vec<CompanyPrefix>,
}

impl Items {
    /// These items and every item of these companies; limits are checked with the terms.
    pub fn new(mut gtins: Vec<Gtin>, mut company_prefixes: Vec<CompanyPrefix>) -> Self {
        gtins.sort_unstable();
        company_prefixes.sort_unstable();
        Self { gtins, company_prefixes }
    }

    /// Whether an item is one of them.
    pub fn contains(&self, gtin: Gtin) -> bool {
        self.gtins.binary_search(&gtin).is_ok()
            || self.company_prefixes.iter().any(|prefix| prefix.covers(gtin))
    }

    /// The single items, lowest number first.
    pub fn gtins(&self) -> &[Gtin] {
        &self.gtins
    }

    /// The families, by number.
    pub fn company_prefixes(&self) -> &[CompanyPrefix] {
        &self.company_prefixes
    }

    pub(super) fn check(&self) -> Result<(), TermsError> {
        match (self.gtins.len(), self.company_prefixes.len()) {
            (0, 0) => return Err(TermsError::NoItems),
            (count, _) if count > OFFER_GTINS_MAX => return Err(TermsError::TooManyItems(count)),
            (_, count) if count > OFFER_PREFIXES_MAX => return Err(TermsError::TooManyFamilies(count)),
            _ => {}
        }
        if let Some(local) = self.gtins.iter().find(|gtin| !gtin.is_global()) {
            return Err(TermsError::ItemNotGlobal(*local));
        }
        if let Some(pair) = self.gtins.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(TermsError::ItemTwice(pair[0]));
        }
        match self.company_prefixes.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(TermsError::FamilyTwice(pair[0])),
            None => Ok(()),
        }
    }
}

impl From<Vec<Gtin>> for Items {
    fn from(gtins: Vec<Gtin>) -> Self {
        Self::new(gtins, Vec::new())
    }
}
