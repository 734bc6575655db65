//! What must hold of one purchase, each as a story against a whole provider.

mod approval;
mod campaigns;
mod codes;
mod coupons;
mod every_byte;
mod field_pains;
mod funds;
mod least_knowledge;
mod offers;
mod once;
mod patent_example;
mod refunds;
mod refused;
mod reversal;
mod settlement;
mod tampering;
