//! What till and provider must agree on in the end.

use std::collections::BTreeMap;

use pos_agent::machine::Ending;

/// How many payments ended in which way.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) paid: i64,
    pub(crate) reversed: i64,
    pub(crate) declined: i64,
}

/// Each payment ended in one way, and in the same way on both sides. `ledger` is the provider's, by payment id.
pub(crate) fn agree(journals: &[BTreeMap<String, Ending>], ledger: &BTreeMap<String, &str>) -> Tally {
    let mut tally = Tally::default();
    let mut at_tills: Vec<&String> = Vec::new();
    for (id, step) in journals.iter().flatten() {
        let provider = ledger.get(id).copied();
        let (expected, count) = match step {
            Ending::Paid => ("COMPLETED", &mut tally.paid),
            Ending::Reversed => ("REVERSED", &mut tally.reversed),
            Ending::Declined => ("DECLINED", &mut tally.declined),
            Ending::Standing => {
                panic!("{id} has not ended at the till: {step:?}; at the provider: {provider:?}")
            }
        };
        assert_eq!(provider, Some(expected), "{id} is {step:?} at the till");
        *count += 1;
        at_tills.push(id);
    }
    at_tills.sort();
    assert_eq!(at_tills, ledger.keys().collect::<Vec<_>>(), "both sides know the same payments");
    tally
}
