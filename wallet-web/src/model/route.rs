//! The pages, and their names in the address: `#pay`. So the phone's back button works, and a page can be reloaded.

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The one that suits: the code for who has coupons, the offers for who has none.
    Home,
    /// The code.
    Pay,
    /// Offers to clip.
    Offers,
    /// Clipped coupons.
    Coupons,
    /// All receipts.
    Receipts,
    /// One receipt, by its payment id.
    Receipt(String),
    /// What the shopper can choose.
    Settings,
}

impl Route {
    /// The page that an address names; [`Route::Home`] where it names none.
    pub fn from_hash(hash: &str) -> Self {
        match hash.trim_start_matches('#').split_once('/') {
            Some(("receipts", id)) if !id.is_empty() => Self::Receipt(id.to_owned()),
            Some(_) => Self::Home,
            None => match hash.trim_start_matches('#') {
                "pay" => Self::Pay,
                "offers" => Self::Offers,
                "coupons" => Self::Coupons,
                "receipts" => Self::Receipts,
                "settings" => Self::Settings,
                _ => Self::Home,
            },
        }
    }

    /// The address of the page.
    pub fn hash(&self) -> String {
        match self {
            Self::Home => "#".to_owned(),
            Self::Pay => "#pay".to_owned(),
            Self::Offers => "#offers".to_owned(),
            Self::Coupons => "#coupons".to_owned(),
            Self::Receipts => "#receipts".to_owned(),
            Self::Receipt(id) => format!("#receipts/{id}"),
            Self::Settings => "#settings".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_is_found_again_by_its_address() {
        let receipt = Route::Receipt("0198c0de-0000-7000-8000-000000000001".to_owned());
        let tabs = [Route::Pay, Route::Offers, Route::Coupons, Route::Receipts];
        for route in tabs.into_iter().chain([Route::Home, Route::Settings, receipt]) {
            assert_eq!(Route::from_hash(&route.hash()), route);
        }
        for odd in ["", "#", "#nowhere", "#receipts/", "#a/b"] {
            assert_eq!(Route::from_hash(odd), Route::Home, "{odd:?}");
        }
    }
}
