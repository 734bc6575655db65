//! The one schema of OneScan, its generated code, and the conversions between wire and domain. This is the only place
//! where what came over the wire is parsed: behind it every value is valid.

pub mod claims;
pub mod convert;
pub mod scan;
pub mod status;

/// The generated code of `onescan.v1`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used)]
pub mod v1 {
    tonic::include_proto!("onescan.v1");
}

/// The compiled schema with its comments, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/onescan_descriptor.bin"));
