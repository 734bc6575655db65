//! The coupons of a combined code: the bytes of its template E1, object C1.

use prost::Message;
use shared::{gs1::Gtin, ids::OfferNumber, offer::Claim};
use thiserror::Error;

use crate::v1;

/// Claims that a code can carry; above what fits into the largest code.
pub const CLAIMS_MAX: usize = 32;

/// The claims' bytes are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// Not protobuf.
    #[error("the coupons in the code can't be read")]
    NotProtobuf,
    /// Over [`CLAIMS_MAX`].
    #[error("the code carries {0} coupons; at most {CLAIMS_MAX} are allowed")]
    TooMany(usize),
    /// An item number that is none.
    #[error("the code names an item {0} that is no GTIN")]
    BadGtin(u64),
    /// The same offer twice.
    #[error("the code names offer {0} twice")]
    OfferTwice(OfferNumber),
}

/// The claims as bytes. Empty for none.
pub fn encode(claims: &[Claim]) -> Vec<u8> {
    v1::CouponClaims { claims: claims.iter().map(to_wire).collect() }.encode_to_vec()
}

/// Bytes that one claim adds to the whole, whatever stands beside it.
pub fn encoded_len(claim: &Claim) -> usize {
    encode(std::slice::from_ref(claim)).len()
}

/// The claims that bytes state. No bytes are no claims.
pub fn decode(bytes: &[u8]) -> Result<Vec<Claim>, ClaimsError> {
    let wire = v1::CouponClaims::decode(bytes).map_err(|_| ClaimsError::NotProtobuf)?;
    if wire.claims.len() > CLAIMS_MAX {
        return Err(ClaimsError::TooMany(wire.claims.len()));
    }
    let mut claims: Vec<Claim> = Vec::with_capacity(wire.claims.len());
    for claim in &wire.claims {
        let claim = from_wire(claim)?;
        if claims.iter().any(|earlier| earlier.offer_number == claim.offer_number) {
            return Err(ClaimsError::OfferTwice(claim.offer_number));
        }
        claims.push(claim);
    }
    Ok(claims)
}

fn to_wire(claim: &Claim) -> v1::CouponClaim {
    v1::CouponClaim {
        gtin: claim.gtin.map_or(0, Gtin::as_u64),
        offer_number: claim.offer_number.0,
        discount_minor: claim.discount_minor,
        units: claim.units,
    }
}

fn from_wire(claim: &v1::CouponClaim) -> Result<Claim, ClaimsError> {
    let gtin = match claim.gtin {
        0 => None,
        number => Some(Gtin::from_u64(number).map_err(|_| ClaimsError::BadGtin(number))?),
    };
    Ok(Claim {
        gtin,
        offer_number: OfferNumber(claim.offer_number),
        discount_minor: claim.discount_minor,
        units: claim.units,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(offer: u32) -> Claim {
        Claim {
            gtin: Some(Gtin::parse("6901234567892").unwrap()),
            offer_number: OfferNumber(offer),
            discount_minor: 500,
            units: 1,
        }
    }

    #[test]
    fn claims_come_back_as_they_went_in() {
        let family = Claim { gtin: None, ..claim(100_002) };
        for claims in [vec![], vec![claim(100_001)], vec![family], (1..=15).map(claim).collect()] {
            assert_eq!(decode(&encode(&claims)), Ok(claims.clone()));
            assert_eq!(claims.iter().map(encoded_len).sum::<usize>(), encode(&claims).len());
        }
        assert!(encode(&[]).is_empty());
    }

    #[test]
    fn what_is_no_list_of_claims_is_named() {
        assert_eq!(decode(&[0xFF]), Err(ClaimsError::NotProtobuf));
        assert_eq!(decode(&encode(&[claim(1), claim(1)])), Err(ClaimsError::OfferTwice(OfferNumber(1))));
        let many: Vec<Claim> = (1..=33).map(claim).collect();
        assert_eq!(decode(&encode(&many)), Err(ClaimsError::TooMany(33)));
    }
}
