//! The one schema of OneScan, its generated code, and the conversions between wire and domain.
