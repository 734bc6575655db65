//! The payment provider: gRPC, gRPC-web and the wallet's files on one port.
fn main() {}
