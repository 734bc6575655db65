//! EMVCo's structure of a consumer-presented code, for our codes and for everybody else's.
//!
//! Numbers in brackets are sections of EMVCo's QR Code Specification, Consumer-Presented Mode, version 1.0.

use std::collections::HashSet;

use super::tlv::{self, Object, Tag, TlvError};

/// Payload format indicator: first, `"CPV01"` [3.1.1].
pub const PAYLOAD_FORMAT: Tag = Tag(0x85);
/// Application template: one scheme's payment, at most two of them [3.1].
pub const APPLICATION: Tag = Tag(0x61);
/// Common data template: what two applications share [3.1].
pub const COMMON: Tag = Tag(0x62);
/// Application-specific transparent template, for the scheme's own eyes [5.1.7].
pub const TRANSPARENT: Tag = Tag(0x63);
/// Application identifier (ADF name).
pub const AID: Tag = Tag(0x4F);
/// Application label, for people.
pub const LABEL: Tag = Tag(0x50);
/// Application PAN: for us the token number.
pub const PAN: Tag = Tag(0x5A);
/// Language preference.
pub const LANGUAGE: Tag = Tag(0x5F2D);

pub(super) const VERSION: &[u8] = b"CPV01";

/// A code that has the structure EMVCo asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cpm<'a> {
    /// One or two payment applications, the preferred one first. What two applications share (template 62) is in each.
    pub applications: Vec<Application<'a>>,
    /// What follows, in order, unopened: ours and unknown ones, which readers skip [5.1.11].
    pub others: Vec<Object<'a>>,
}

/// One scheme's payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application<'a> {
    /// Which scheme (the value of 4F).
    pub aid: &'a [u8],
    /// All objects of the 61, in order.
    pub own: Vec<Object<'a>>,
    /// All objects of the 62 beside it; empty where there is none.
    pub common: Vec<Object<'a>>,
}

/// Why a code isn't one of EMVCo's, in the order in which it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmvError {
    /// Not BER-TLV, at the top or within the template named.
    #[error("{}: {error}", template.map_or_else(|| "the code".to_owned(), |tag| format!("template {tag}")))]
    Tlv {
        /// Where; `None` at the top.
        template: Option<Tag>,
        /// What is wrong there.
        error: TlvError,
    },
    /// The payload format indicator isn't first [5.1.2].
    #[error("the code doesn't start with the payload format indicator (85)")]
    NoPayloadFormat,
    /// A version of the format that nobody has defined yet [5.1.2].
    #[error("the payload format isn't CPV01")]
    Version,
    /// No application template after the payload format indicator [3.1].
    #[error("the code has no application template (61) after its payload format indicator")]
    NoApplication,
    /// More than two application templates [3.1].
    #[error("the code has more than two application templates (61)")]
    TooManyApplications,
    /// A common data template beside a single application template [3.1].
    #[error("the code has a common data template (62) beside a single application template")]
    CommonWithoutTwo,
    /// 85, 61 or 62 later than it belongs, or again [3.1].
    #[error("template {tag} is out of its order")]
    OutOfOrder {
        /// Which.
        tag: Tag,
    },
    /// An application template that doesn't say whose it is [table 6.1].
    #[error("an application template has no application identifier (4F)")]
    NoAid,
}

/// The chosen application has a primitive object twice, counting what it shares [5.1.10].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("object {tag} is there twice")]
pub struct Repeated {
    /// Which.
    pub tag: Tag,
}

/// Reads a code's bytes, with the checks of section 5.1 that hold for any scheme.
pub fn parse(bytes: &[u8]) -> Result<Cpm<'_>, EmvError> {
    let top = tlv::read(bytes).map_err(|error| EmvError::Tlv { template: None, error })?;
    let rest = match top.as_slice() {
        [Object { tag: PAYLOAD_FORMAT, value }, rest @ ..] if *value == VERSION => rest,
        [Object { tag: PAYLOAD_FORMAT, .. }, ..] => return Err(EmvError::Version),
        _ => return Err(EmvError::NoPayloadFormat),
    };
    let (own, rest) = rest.split_at(rest.iter().take_while(|object| object.tag == APPLICATION).count());
    let (common, others) = match rest {
        [object @ Object { tag: COMMON, .. }, others @ ..] => (Some(object), others),
        others => (None, others),
    };
    match (own.len(), common) {
        (0, _) => return Err(EmvError::NoApplication),
        (1, Some(_)) => return Err(EmvError::CommonWithoutTwo),
        (1 | 2, _) => {}
        _ => return Err(EmvError::TooManyApplications),
    }
    if let Some(late) = others.iter().find(|other| matches!(other.tag, PAYLOAD_FORMAT | APPLICATION | COMMON))
    {
        return Err(EmvError::OutOfOrder { tag: late.tag });
    }
    let common = common.map_or(Ok(Vec::new()), open)?;
    let applications = own.iter().map(|object| application(object, &common)).collect::<Result<_, _>>()?;
    Ok(Cpm { applications, others: others.to_vec() })
}

fn application<'a>(template: &Object<'a>, common: &[Object<'a>]) -> Result<Application<'a>, EmvError> {
    let own = open(template)?;
    let aid = own.iter().find(|object| object.tag == AID).ok_or(EmvError::NoAid)?.value;
    Ok(Application { aid, own, common: common.to_vec() })
}

fn open<'a>(template: &Object<'a>) -> Result<Vec<Object<'a>>, EmvError> {
    tlv::read(template.value).map_err(|error| EmvError::Tlv { template: Some(template.tag), error })
}

impl<'a> Cpm<'a> {
    /// The first application of this scheme, if the code has one [5.1.4].
    #[must_use]
    pub fn application(&self, aid: &[u8]) -> Option<&Application<'a>> {
        self.applications.iter().find(|application| application.aid == aid)
    }
}

impl<'a> Application<'a> {
    /// The application's objects, its own and then those it shares.
    pub fn objects(&self) -> impl Iterator<Item = &Object<'a>> {
        self.own.iter().chain(&self.common)
    }

    /// The value of the first object with this tag.
    #[must_use]
    pub fn get(&self, tag: Tag) -> Option<&'a [u8]> {
        self.objects().find(|object| object.tag == tag).map(|object| object.value)
    }

    /// What the scheme calls itself, made safe to show: whatever isn't printable ASCII becomes `?`.
    #[must_use]
    pub fn label(&self) -> Option<String> {
        let printable = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '?' };
        self.get(LABEL).map(|label| label.iter().map(printable).collect())
    }

    /// Checks that no primitive object is there twice; whoever chooses an application does so before using it [5.1.10].
    pub fn check_unrepeated(&self) -> Result<(), Repeated> {
        let mut seen = HashSet::new();
        match self.objects().find(|object| !object.tag.is_constructed() && !seen.insert(object.tag)) {
            Some(twice) => Err(Repeated { tag: twice.tag }),
            None => Ok(()),
        }
    }
}
