//! The phone wallet: offers, coupons, and the one code that pays and redeems.
