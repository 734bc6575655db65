//! Parties, keys and offers one by one: what a server looks up that another one has added or changed.

use std::{fmt, str::FromStr, sync::Arc};

use diesel::prelude::*;
use shared::ids::{DeviceId, IssuerId, MerchantId, OfferNumber, TerminalId};

use super::{
    Conn, StoreError,
    codes::{bytes, fee_rate, holder_name, holder_of, number},
    rows::OfferRow,
    schema::{devices, issuers, keys, merchants, offers, terminals},
};
use crate::{engine::Enrolment, model::Holder};

/// One row of the directory, by name: "m M1001", "t T1001", "i I1001", "k operator", "o 100001",
/// "d D1001".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    /// A shop.
    Merchant(MerchantId),
    /// A till.
    Terminal(TerminalId),
    /// A manufacturer.
    Issuer(IssuerId),
    /// A key.
    Key(Holder),
    /// An offer.
    Offer(OfferNumber),
    /// A device, where it was revoked.
    Device(DeviceId),
}

impl From<&Enrolment> for Record {
    fn from(enrolment: &Enrolment) -> Self {
        match enrolment {
            Enrolment::Merchant { id, .. } => Self::Merchant(*id),
            Enrolment::Terminal { id, .. } => Self::Terminal(*id),
            Enrolment::Issuer { id, .. } => Self::Issuer(*id),
            Enrolment::Key { holder, .. } => Self::Key(*holder),
            Enrolment::Offer(offer) => Self::Offer(offer.number),
            Enrolment::Revoked(id) => Self::Device(*id),
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Merchant(id) => write!(f, "m {id}"),
            Self::Terminal(id) => write!(f, "t {id}"),
            Self::Issuer(id) => write!(f, "i {id}"),
            Self::Key(holder) => write!(f, "k {}", holder_name(*holder)),
            Self::Offer(number) => write!(f, "o {}", number.0),
            Self::Device(id) => write!(f, "d {id}"),
        }
    }
}

impl FromStr for Record {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let unknown = || StoreError::Corrupt("the name of a party");
        let (kind, name) = text.split_once(' ').ok_or_else(unknown)?;
        match kind {
            "m" => name.parse().map(Self::Merchant).map_err(|_| unknown()),
            "t" => name.parse().map(Self::Terminal).map_err(|_| unknown()),
            "i" => name.parse().map(Self::Issuer).map_err(|_| unknown()),
            "k" => holder_of(name).map(Self::Key).ok_or_else(unknown),
            "d" => name.parse().map(Self::Device).map_err(|_| unknown()),
            "o" => name.parse().map(|n| Self::Offer(OfferNumber(n))).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}

/// Looks it up; none where it does not exist.
pub(crate) fn find(conn: &mut Conn, party: Record) -> Result<Option<Enrolment>, StoreError> {
    Ok(match party {
        Record::Merchant(id) => {
            let row: Option<(String, i64)> = merchants::table
                .find(i64::from(id.0))
                .select((merchants::name, merchants::fee_ppm))
                .get_result(conn)
                .optional()?;
            let Some((name, fee)) = row else { return Ok(None) };
            Some(Enrolment::Merchant { id, name, fee: fee_rate(fee)? })
        }
        Record::Terminal(id) => {
            let row: Option<(i64, String, Option<String>)> = terminals::table
                .find(i64::from(id.0))
                .select((terminals::merchant_id, terminals::name, terminals::branch_gln))
                .get_result(conn)
                .optional()?;
            let Some((merchant, name, branch)) = row else { return Ok(None) };
            let branch = branch.map(|gln| gln.parse().map_err(|_| StoreError::Corrupt("a branch")));
            let merchant = MerchantId(number(merchant)?);
            Some(Enrolment::Terminal { id, merchant, name, branch: branch.transpose()? })
        }
        Record::Issuer(id) => {
            let row: Option<(String, i64)> = issuers::table
                .find(i64::from(id.0))
                .select((issuers::name, issuers::fee_ppm))
                .get_result(conn)
                .optional()?;
            let Some((name, fee)) = row else { return Ok(None) };
            Some(Enrolment::Issuer { id, name, fee: fee_rate(fee)? })
        }
        Record::Key(holder) => {
            let hash = keys::table.find(holder_name(holder)).select(keys::hash);
            let hash: Option<Vec<u8>> = hash.get_result(conn).optional()?;
            hash.map(|hash| Ok::<_, StoreError>(Enrolment::Key { holder, hash: bytes(&hash)? }))
                .transpose()?
        }
        Record::Offer(offer) => {
            let row: Option<OfferRow> = offers::table.find(i64::from(offer.0)).get_result(conn).optional()?;
            let Some(row) = row else { return Ok(None) };
            let issuer: String = issuers::table.find(row.issuer_id).select(issuers::name).get_result(conn)?;
            Some(Enrolment::Offer(Arc::new(row.read(issuer)?)))
        }
        Record::Device(id) => {
            let row = devices::table.find(i64::from(id.0)).select(devices::revoked_at_ms);
            let revoked_at: Option<Option<i64>> = row.get_result(conn).optional()?;
            revoked_at.flatten().map(|_| Enrolment::Revoked(id))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for (party, name) in [
            (Record::Merchant(MerchantId(1001)), "m M1001"),
            (Record::Terminal(TerminalId(1002)), "t T1002"),
            (Record::Issuer(IssuerId(1003)), "i I1003"),
            (Record::Key(Holder::Operator), "k operator"),
            (Record::Key(Holder::Terminal(TerminalId(7))), "k T7"),
            (Record::Offer(OfferNumber(100_001)), "o 100001"),
            (Record::Device(DeviceId(1004)), "d D1004"),
        ] {
            assert_eq!(party.to_string(), name);
            assert_eq!(name.parse::<Record>().unwrap(), party);
        }
        assert!("x 1".parse::<Record>().is_err());
    }
}
