//! An unrelated reader of BER-TLV, the crate `iso7816-tlv`, sees the same objects as ours.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod samples;

use iso7816_tlv::ber;
use proptest::prelude::*;
use shared::code::{frame, tlv};

/// An object as either reader sees it.
#[derive(Debug, PartialEq)]
struct Node {
    tag: u64,
    content: Content,
}

#[derive(Debug, PartialEq)]
enum Content {
    Primitive(Vec<u8>),
    Constructed(Vec<Node>),
}

fn ours(bytes: &[u8]) -> Option<Vec<Node>> {
    let node = |object: &tlv::Object<'_>| {
        let content = if object.tag.is_constructed() {
            Content::Constructed(ours(object.value)?)
        } else {
            Content::Primitive(object.value.to_vec())
        };
        Some(Node { tag: object.tag.0.into(), content })
    };
    tlv::read(bytes).ok()?.iter().map(node).collect()
}

fn theirs(objects: &[ber::Tlv]) -> Vec<Node> {
    let content = |value: &ber::Value| match value {
        ber::Value::Primitive(bytes) => Content::Primitive(bytes.clone()),
        ber::Value::Constructed(objects) => Content::Constructed(theirs(objects)),
    };
    objects
        .iter()
        .map(|object| Node { tag: object.tag().clone().into(), content: content(object.value()) })
        .collect()
}

#[test]
fn every_template_of_our_codes_reads_the_same() {
    for coupons in 0..=13 {
        let bytes = frame::bytes(&samples::code(coupons).encode()).unwrap();
        assert_eq!(ours(&bytes), Some(theirs(&ber::Tlv::parse_all(&bytes))), "{coupons} coupons");
    }
}

/// Bytes that are BER-TLV all through, nested up to three deep.
fn templates() -> impl Strategy<Value = Vec<u8>> {
    let object = |tags: &'static [u32], value: BoxedStrategy<Vec<u8>>| {
        (prop::sample::select(tags), value).prop_map(|(tag, value)| {
            let mut bytes = Vec::new();
            tlv::write(&mut bytes, tlv::Tag(tag), &value);
            bytes
        })
    };
    let several =
        |one: BoxedStrategy<Vec<u8>>| prop::collection::vec(one, 0..4).prop_map(|all| all.concat()).boxed();
    let primitive = object(
        &[0x4F, 0x5A, 0xC1, 0x9F4B, 0x5F2D, 0xDF8101],
        prop::collection::vec(any::<u8>(), 0..300).boxed(),
    );
    let nested = primitive
        .boxed()
        .prop_recursive(3, 24, 4, move |inner| object(&[0x61, 0x63, 0xE1, 0xBF0C], several(inner)));
    several(nested.boxed())
}

proptest! {
    #[test]
    fn any_templates_read_the_same(bytes in templates()) {
        prop_assert_eq!(ours(&bytes), Some(theirs(&ber::Tlv::parse_all(&bytes))));
    }

    #[test]
    fn whatever_we_accept_they_accept(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Some(ours) = ours(&bytes) {
            prop_assert_eq!(ours, theirs(&ber::Tlv::parse_all(&bytes)));
        }
    }
}
