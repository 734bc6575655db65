//! Our own objects within EMVCo's structure: `CombinedCode` to text and back.

use super::emv::{self, Application, Cpm};
use super::error::{CodeError, Scheme};
use super::frame;
use super::language::Language;
use super::tlv::{self, Object, Tag};
use super::token::TokenNumber;

/// Our application identifier: of the proprietary category, which needs no registration [ISO/IEC 7816-4].
pub const AID: &[u8] = b"\xF0ONESCAN";

/// In 63: when the phone made the code.
const ISSUED_AT: Tag = Tag(0xC1);
/// In 63: the phone's signature.
const SIGNATURE: Tag = Tag(0x9F4B);
/// After the applications: the coupons, in a tag of the private class.
const COUPONS: Tag = Tag(0xE1);
/// In E1: the claims.
const CLAIMS: Tag = Tag(0xC1);

/// Separates what is signed here from whatever else the device key signs.
const SIGNING_CONTEXT: &[u8] = b"onescan code v1";

/// What the phone is about to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedCode {
    /// The payment token, used for this code alone.
    pub token: TokenNumber,
    /// In which languages the shopper wants to be addressed.
    pub language: Option<Language>,
    /// When the phone made the code, in seconds since 1970.
    pub issued_at: u32,
    /// The coupons' claims, encoded; empty for none. [`super::fit`] keeps them within what a code can hold.
    pub claims: Vec<u8>,
}

/// A signed code, as one phone shows it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CombinedCode {
    /// The payment token.
    pub token: TokenNumber,
    /// In which languages the shopper wants to be addressed.
    pub language: Option<Language>,
    /// When the phone made the code, in seconds since 1970.
    pub issued_at: u32,
    /// Ed25519 over [`CombinedCode::signing_input`]. Nothing here has verified it.
    pub signature: [u8; 64],
    /// The value of E1 as transmitted, since that is what is signed; empty where there is no E1. Claims are in it.
    coupons: Vec<u8>,
}

impl UnsignedCode {
    /// The bytes to sign with the device key.
    #[must_use]
    pub fn signing_input(&self) -> Vec<u8> {
        signing_input(self.token, self.language, self.issued_at, &coupon_template(&self.claims))
    }

    /// Puts the signature on.
    #[must_use]
    pub fn sign_with(self, signature: [u8; 64]) -> CombinedCode {
        let Self { token, language, issued_at, claims } = self;
        CombinedCode { token, language, issued_at, signature, coupons: coupon_template(&claims) }
    }
}

impl CombinedCode {
    /// The text for the QR code, [`chars`] long.
    #[must_use]
    pub fn encode(&self) -> String {
        frame::text(&raw(self.token, self.language, self.issued_at, &self.signature, &self.coupons))
    }

    /// Reads what a scanner delivered, with all checks of EMVCo CPM 5.1 in their order and then our own. The signature,
    /// the time and the claims are the provider's to judge.
    pub fn decode(text: &str) -> Result<Self, CodeError> {
        let bytes = frame::bytes(text)?;
        let cpm = emv::parse(&bytes)?;
        let application = cpm.application(AID).ok_or_else(|| not_ours(&cpm))?;
        application.check_unrepeated()?;
        let token = TokenNumber::from_bytes(application.get(emv::PAN).ok_or(CodeError::NoToken)?)?;
        let language = application.get(emv::LANGUAGE).map(Language::from_bytes).transpose()?;
        let (issued_at, signature) = provider_part(application)?;
        let coupons = coupons(&cpm)?;
        Ok(Self { token, language, issued_at, signature, coupons })
    }

    /// The bytes that the signature must cover: `"onescan code v1"`, token number (10 bytes), time (4 bytes, big endian),
    /// the language's length (1 byte, zero where there is none) and letters, the value of E1 as transmitted.
    #[must_use]
    pub fn signing_input(&self) -> Vec<u8> {
        signing_input(self.token, self.language, self.issued_at, &self.coupons)
    }

    /// The coupons' claims, encoded; empty for none.
    #[must_use]
    pub fn claims(&self) -> &[u8] {
        tlv::read(&self.coupons).ok().and_then(|objects| find(&objects, CLAIMS)).unwrap_or_default()
    }
}

/// How many characters the text of a code has whose claims and language take so many bytes (0 for none).
#[must_use]
pub fn chars(claims_len: usize, language_len: usize) -> usize {
    let sum = |sizes: &[usize]| sizes.iter().fold(0, |sum: usize, size| sum.saturating_add(*size));
    let optional = |tag, len| if len == 0 { 0 } else { tlv::size(tag, len) };

    let transparent = sum(&[tlv::size(ISSUED_AT, 4), tlv::size(SIGNATURE, 64)]);
    let application = sum(&[
        tlv::size(emv::AID, AID.len()),
        tlv::size(emv::PAN, 10),
        optional(emv::LANGUAGE, language_len),
        tlv::size(emv::TRANSPARENT, transparent),
    ]);
    let code = sum(&[
        tlv::size(emv::PAYLOAD_FORMAT, emv::VERSION.len()),
        tlv::size(emv::APPLICATION, application),
        optional(COUPONS, optional(CLAIMS, claims_len)),
    ]);
    code.div_ceil(3).saturating_mul(4)
}

/// The whole code, in the order of the layout at the head of [`super`].
fn raw(
    token: TokenNumber,
    language: Option<Language>,
    issued_at: u32,
    signature: &[u8; 64],
    coupons: &[u8],
) -> Vec<u8> {
    let mut transparent = Vec::new();
    tlv::write(&mut transparent, ISSUED_AT, &issued_at.to_be_bytes());
    tlv::write(&mut transparent, SIGNATURE, signature);

    let mut application = Vec::new();
    tlv::write(&mut application, emv::AID, AID);
    tlv::write(&mut application, emv::PAN, &token.to_bytes());
    if let Some(language) = language {
        tlv::write(&mut application, emv::LANGUAGE, language.as_bytes());
    }
    tlv::write(&mut application, emv::TRANSPARENT, &transparent);

    let mut code = Vec::new();
    tlv::write(&mut code, emv::PAYLOAD_FORMAT, emv::VERSION);
    tlv::write(&mut code, emv::APPLICATION, &application);
    if !coupons.is_empty() {
        tlv::write(&mut code, COUPONS, coupons);
    }
    code
}

/// The value of E1 that holds these claims.
fn coupon_template(claims: &[u8]) -> Vec<u8> {
    let mut template = Vec::new();
    if !claims.is_empty() {
        tlv::write(&mut template, CLAIMS, claims);
    }
    template
}

fn signing_input(token: TokenNumber, language: Option<Language>, issued_at: u32, coupons: &[u8]) -> Vec<u8> {
    let language = language.as_ref();
    [
        SIGNING_CONTEXT,
        &token.to_bytes(),
        &issued_at.to_be_bytes(),
        &[language.map_or(0, Language::len)],
        language.map_or(&[], Language::as_bytes),
        coupons,
    ]
    .concat()
}

/// Time and signature, from the 63.
fn provider_part(application: &Application<'_>) -> Result<(u32, [u8; 64]), CodeError> {
    let template = only(&application.own, emv::TRANSPARENT)?.ok_or(CodeError::NoProviderPart)?;
    let objects = open(emv::TRANSPARENT, template)?;
    let issued_at = only(&objects, ISSUED_AT)?.ok_or(CodeError::NoIssuedAt)?;
    let issued_at: &[u8; 4] =
        issued_at.try_into().map_err(|_| CodeError::IssuedAtLength { bytes: issued_at.len() })?;
    let signature = only(&objects, SIGNATURE)?.ok_or(CodeError::NoSignature)?;
    let signature: &[u8; 64] =
        signature.try_into().map_err(|_| CodeError::SignatureLength { bytes: signature.len() })?;
    Ok((u32::from_be_bytes(*issued_at), *signature))
}

/// The value of E1, empty where there is none; one without claims is an error, since no writer makes it.
fn coupons(cpm: &Cpm<'_>) -> Result<Vec<u8>, CodeError> {
    let Some(template) = only(&cpm.others, COUPONS)? else { return Ok(Vec::new()) };
    match only(&open(COUPONS, template)?, CLAIMS)? {
        None | Some([]) => Err(CodeError::NoClaims),
        Some(_) => Ok(template.to_vec()),
    }
}

fn not_ours(cpm: &Cpm<'_>) -> CodeError {
    let scheme =
        |application: &Application<'_>| Scheme { aid: application.aid.to_vec(), label: application.label() };
    CodeError::NotOneScan { schemes: cpm.applications.iter().map(scheme).collect() }
}

fn open(template: Tag, value: &[u8]) -> Result<Vec<Object<'_>>, CodeError> {
    tlv::read(value).map_err(|error| CodeError::Template { template, error })
}

fn find<'a>(objects: &[Object<'a>], tag: Tag) -> Option<&'a [u8]> {
    objects.iter().find(|object| object.tag == tag).map(|object| object.value)
}

/// Of our own objects there is never more than one: which of two was meant, nobody could say.
fn only<'a>(objects: &[Object<'a>], tag: Tag) -> Result<Option<&'a [u8]>, emv::Repeated> {
    match objects.iter().filter(|object| object.tag == tag).count() {
        0 | 1 => Ok(find(objects, tag)),
        _ => Err(emv::Repeated { tag }),
    }
}
