//! What must hold of one purchase, each as a story against a whole provider.

mod codes;
mod coupons;
mod every_byte;
mod funds;
mod least_knowledge;
mod once;
mod patent_example;
mod refused;
mod reversal;
mod tampering;
