//! The till's agent: scans the combined code, settles with the provider, prints the receipt.
//!
//! A purchase goes down this list. [`till::Till`] is the till without a screen, for tests and other programs.

pub mod basket_file;
pub mod catalogue;
pub mod input;
pub mod scanner;
pub mod weighed;

pub mod offers;
pub mod sale;
pub mod scan;

pub mod attention;
pub mod day;
pub mod journal;
pub mod link;
pub mod machine;
pub mod provider;
pub mod returns;
pub mod shell;
pub mod till;

pub mod lane;
pub mod lanes;
pub mod printing;
pub mod till_service;

pub mod receipt;
pub mod words;

pub mod checkout;
pub mod inspect;
pub mod session;
pub mod ui;

pub mod ambient;
pub mod app;
pub mod args;
pub mod config;
pub mod daemon;
mod disk;
pub mod metrics;
mod stop;
