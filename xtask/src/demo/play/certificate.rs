//! A certificate for the phone, since browsers give keys only to pages that came over TLS. Nobody vouches for it, so the
//! phone asks once; it is kept, so that it doesn't ask again.

use std::{
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, date_time_ymd};
use shared::time::UnixMillis;

use super::folder::write_secret;
use crate::shell::{Outcome, write};

/// Browsers refuse certificates that are good for longer than 398 days.
const VALID_S: i64 = 390 * DAY_S;
/// It is renewed while it is good for this long still.
const RENEWED_BEFORE_END_S: i64 = 7 * DAY_S;
const DAY_S: i64 = 24 * 60 * 60;

/// A certificate and its key, as PEM files.
#[derive(Debug)]
pub(super) struct Certificate {
    /// The certificate.
    pub(super) cert: PathBuf,
    /// Its private key.
    pub(super) key: PathBuf,
}

/// The certificate in `folder` for this machine at `address`: the one that is there, as long as it is good.
///
/// # Errors
/// When it can't be made or written.
pub(super) fn for_address(folder: &Path, address: Ipv4Addr, now: UnixMillis) -> Outcome<Certificate> {
    let files = Certificate { cert: folder.join("cert.pem"), key: folder.join("key.pem") };
    let about = folder.join("about.txt");
    let names = ["localhost".to_owned(), Ipv4Addr::LOCALHOST.to_string(), address.to_string()];
    let is_good = |text: &str| is_good_for(text, &names, now.seconds());
    let files_are_there = files.cert.exists() && files.key.exists();
    if files_are_there && fs::read_to_string(&about).is_ok_and(|text| is_good(&text)) {
        return Ok(files);
    }
    let ends = now.seconds() + VALID_S;
    let (cert, key) = make(&names, now.seconds() - DAY_S, ends)?;
    // Last what says that the others are good.
    write(&files.cert, cert)?;
    write_secret(&files.key, &key)?;
    write(&about, format!("{ends} {}\n", names.join(" ")))?;
    Ok(files)
}

/// Whether a certificate of which this was noted is for these names and good for a while.
fn is_good_for(about: &str, names: &[String], now_s: i64) -> bool {
    let mut words = about.split_whitespace();
    let ends = words.next().and_then(|word| word.parse::<i64>().ok());
    ends.is_some_and(|ends| now_s < ends - RENEWED_BEFORE_END_S) && words.eq(names)
}

/// A certificate that vouches for itself, and its key, both PEM.
fn make(names: &[String], from_s: i64, until_s: i64) -> Outcome<(String, String)> {
    let at = |unix_s: i64| Ok::<_, std::num::TryFromIntError>(Duration::from_secs(u64::try_from(unix_s)?));
    let mut params = CertificateParams::new(names)?;
    params.not_before = date_time_ymd(1970, 1, 1) + at(from_s)?;
    params.not_after = date_time_ymd(1970, 1, 1) + at(until_s)?;
    params.distinguished_name.push(DnType::CommonName, "OneScan demo");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_kept_until_it_ends_or_the_machine_has_moved() {
        let folder = tempfile::tempdir().unwrap();
        let home = Ipv4Addr::new(192, 0, 2, 7);
        let now = UnixMillis::from_seconds(1_800_000_000);
        let pem = |address, now| fs::read(for_address(folder.path(), address, now).unwrap().cert).unwrap();

        let first = pem(home, now);
        assert!(first.starts_with(b"-----BEGIN CERTIFICATE-----"));
        assert_eq!(pem(home, now), first);
        assert_eq!(pem(home, now.plus_ms(300 * DAY_S * 1000)), first);
        let renewed = pem(home, now.plus_ms(385 * DAY_S * 1000));
        assert_ne!(renewed, first);
        assert_ne!(pem(Ipv4Addr::new(192, 0, 2, 8), now.plus_ms(385 * DAY_S * 1000)), renewed);
    }

    #[cfg(unix)]
    #[test]
    fn its_key_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let now = UnixMillis::from_seconds(1_800_000_000);
        let files = for_address(folder.path(), Ipv4Addr::new(192, 0, 2, 7), now).unwrap();
        assert_eq!(fs::metadata(files.key).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
