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
    /// One offer, over the offers, by its number.
    Offer(u32),
    /// Clipped coupons.
    Coupons,
    /// One coupon, over the coupons, by its offer's number.
    Coupon(u32),
    /// All receipts.
    Receipts,
    /// One receipt, by its payment id.
    Receipt(String),
    /// The account: what the shopper can choose.
    Settings,
    /// The wallet's devices.
    Devices,
    /// The recovery code.
    Recovery,
    /// Closing the wallet.
    Closing,
    /// For a device without a wallet: joining one by the pairing code, which a scanned address may bring along.
    Link(String),
    /// For a device without a wallet: joining one by the recovery code.
    Recover,
}

impl Route {
    /// The page that an address names; [`Route::Home`] where it names none.
    pub fn from_hash(hash: &str) -> Self {
        match hash.trim_start_matches('#').split_once('/') {
            Some(("receipts", id)) if !id.is_empty() => Self::Receipt(id.to_owned()),
            Some(("offers", number)) => number.parse().map_or(Self::Offers, Self::Offer),
            Some(("coupons", number)) => number.parse().map_or(Self::Coupons, Self::Coupon),
            Some(("settings", "devices")) => Self::Devices,
            Some(("settings", "recovery")) => Self::Recovery,
            Some(("settings", "close")) => Self::Closing,
            Some(("link", code)) => Self::Link(code.to_owned()),
            Some(_) => Self::Home,
            None => match hash.trim_start_matches('#') {
                "pay" => Self::Pay,
                "offers" => Self::Offers,
                "coupons" => Self::Coupons,
                "receipts" => Self::Receipts,
                "settings" => Self::Settings,
                "link" => Self::Link(String::new()),
                "recover" => Self::Recover,
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
            Self::Offer(number) => format!("#offers/{number}"),
            Self::Coupon(number) => format!("#coupons/{number}"),
            Self::Settings => "#settings".to_owned(),
            Self::Devices => "#settings/devices".to_owned(),
            Self::Recovery => "#settings/recovery".to_owned(),
            Self::Closing => "#settings/close".to_owned(),
            Self::Link(code) if code.is_empty() => "#link".to_owned(),
            Self::Link(code) => format!("#link/{code}"),
            Self::Recover => "#recover".to_owned(),
        }
    }

    /// The page that lies under this one: an offer is shown over the list that it was found in.
    pub fn base(&self) -> Self {
        match self {
            Self::Offer(_) => Self::Offers,
            Self::Coupon(_) => Self::Coupons,
            other => other.clone(),
        }
    }

    /// The page of the bar at the bottom that this one belongs to.
    pub fn tab(&self) -> Self {
        match self {
            Self::Receipt(_) => Self::Receipts,
            other => other.base(),
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
        let account = [Route::Settings, Route::Devices, Route::Recovery, Route::Closing];
        let joining = [Route::Link(String::new()), Route::Link("K7Q29XMD".to_owned()), Route::Recover];
        let single = [Route::Home, receipt, Route::Offer(100_001), Route::Coupon(100_001)];
        for route in tabs.into_iter().chain(account).chain(joining).chain(single) {
            assert_eq!(Route::from_hash(&route.hash()), route);
        }
        for odd in ["", "#", "#nowhere", "#receipts/", "#a/b"] {
            assert_eq!(Route::from_hash(odd), Route::Home, "{odd:?}");
        }
        assert_eq!(Route::from_hash("#offers/silk"), Route::Offers);
        assert_eq!(Route::Coupon(1).base(), Route::Coupons);
        assert_eq!(Route::Receipt("p".to_owned()).tab(), Route::Receipts);
        assert_eq!(Route::Devices.tab(), Route::Devices, "the account is not among the four");
    }
}
