//! Stories, contracts, faults and the real browser, against the whole system.
