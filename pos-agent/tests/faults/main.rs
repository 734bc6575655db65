//! The fault table: for each story of a payment and its refund, all combinations of one and two faults, at each record of the
//! journal and each message of each RPC that the story passes. The journal is the real one, on disk; time is simulated.
//! At the end till and provider agree, and nobody paid twice.

#![allow(clippy::unwrap_used)]

mod provider;

use std::{path::Path, sync::Arc};

use pos_agent::{
    ambient::{Ambient, SystemAmbient},
    journal::{RefundEnding, SaleRecord},
    machine::{Ending, Machine, RefundMachine, Stored},
    offers::OffersSettings,
    returns::Returned,
    sale::{Priced, Sale},
    scan::Scan,
    shell::Running,
    till::{GivenBack, Recovery, Till},
};
use shared::{
    code::{TokenNumber, UnsignedCode},
    money::{Currency, Money},
    time::UnixMillis,
};

use provider::{Case, DUE_MINOR, Fault, Point, Provider, Story};

/// The till's clock is asked just before each record, so that is where it can be killed.
struct Hand(Arc<Provider>);

impl Ambient for Hand {
    fn now(&self) -> UnixMillis {
        if tokio::task::try_id().is_some() {
            self.0.record();
        }
        SystemAmbient.now()
    }

    fn new_id(&self) -> String {
        SystemAmbient.new_id()
    }
}

struct Table {
    provider: Arc<Provider>,
    dir: tempfile::TempDir,
    till: Option<Till>,
    kills: u32,
}

fn open(provider: &Arc<Provider>, dir: &Path) -> (Till, Vec<Recovery>) {
    let hand = Arc::new(Hand(Arc::clone(provider)));
    Till::open_with(Arc::clone(provider) as _, dir, Currency::CNY, OffersSettings::default(), hand).unwrap()
}

impl Table {
    fn new() -> Self {
        let provider = Arc::new(Provider::new(Case::new(Story::Declined, vec![])));
        // In memory where there is such a place: ten thousand cases would wait for a disk.
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let (till, _) = open(&provider, dir.path());
        Self { provider, dir, till: Some(till), kills: 0 }
    }

    fn till(&self) -> &Till {
        self.till.as_ref().unwrap()
    }

    /// A new program finds what the killed one left.
    fn restart(&mut self) -> Vec<Recovery> {
        self.kills += 1;
        drop(self.till.take());
        let (till, left) = open(&self.provider, self.dir.path());
        self.till = Some(till);
        left
    }

    /// Runs a case and gives the points that it passed.
    async fn run(&mut self, story: Story, plan: &[(Point, Fault)]) -> Vec<Point> {
        *self.provider.case() = Case::new(story, plan.to_vec());
        let running = self.till().pay(&priced(), &scan(), Sale::default());
        let id = running.payment_id.clone();
        if story == Story::GivenUpAsking {
            running.give_up();
        }
        let mut told = self.follow(running, story).await;
        while told.is_none() {
            // Nothing left means that it was killed before the first record: nobody has heard of the payment.
            match self.restart().pop() {
                None => break,
                Some(left) => told = self.follow(left.running, story).await,
            }
        }
        let returns = matches!(story, Story::PaidAndReturned | Story::ReturnedToALowAccount);
        if returns && self.record(&id).is_some_and(|sale| sale.ended.unwrap().0 == Ending::Paid) {
            self.give_back(&id).await;
        }
        self.provider.case().calm();
        let record = self.record(&id);
        self.agree(&id, record.as_ref());
        if let (Some(told), Some(record)) = (told, &record) {
            assert!(tells(&told, record.ended.unwrap().0), "told {told:?}, wrote {record:?}");
        }
        std::mem::take(&mut self.provider.case().passed)
    }

    /// How it ended; none where the till was killed.
    async fn follow(&self, mut running: Running, story: Story) -> Option<Machine> {
        loop {
            let state = running.state();
            match state {
                Machine::Ended(_) => return Some(state),
                Machine::Approving { .. } if story == Story::GivenUpApproving => running.give_up(),
                _ => {}
            }
            if !running.changed().await {
                let last = running.state();
                return matches!(last, Machine::Ended(_)).then_some(last);
            }
        }
    }

    /// All goods come back. The cashier asks again until the till knows what is left, and once more where the till was killed
    /// before it had written the refund down.
    async fn give_back(&mut self, id: &str) {
        for _ in 0..10 {
            let mut returnable = self.till().returnable(id).await;
            while returnable.is_err() {
                returnable = self.till().returnable(id).await;
            }
            let refund_id = self.till().new_id();
            let asked = self.till().give_back(&refund_id, &returnable.unwrap(), &Returned::Everything);
            let Ok(GivenBack::UnderWay(mut running)) = asked else { return };
            loop {
                if matches!(running.ended().await, RefundMachine::Ended(_)) {
                    break;
                }
                self.restart();
                match self.till().open_refunds().pop() {
                    Some(left) => running = left,
                    None => break,
                }
            }
            if self.record(id).unwrap().refunds.iter().any(|r| r.ended.unwrap().0 == RefundEnding::Done) {
                return;
            }
        }
        panic!("the goods can't be given back");
    }

    fn record(&self, id: &str) -> Option<SaleRecord> {
        self.till().sale(id).unwrap()
    }

    fn agree(&self, id: &str, record: Option<&SaleRecord>) {
        let case = self.provider.case();
        let stored = case.stored.get(id).copied();
        let Some(record) = record else {
            assert_eq!((stored, case.balance_minor), (None, 0), "nobody wrote it down: {case:?}");
            return;
        };
        let (ending, _) = record.ended.unwrap_or_else(|| panic!("{case:?} is not over"));
        let agreed = match ending {
            Ending::Paid | Ending::Standing => stored == Some(Stored::Completed),
            Ending::Reversed => stored == Some(Stored::Reversed),
            Ending::Declined => {
                matches!(stored, None | Some(Stored::Declined | Stored::Rejected | Stored::Expired))
            }
        };
        assert!(agreed, "the till says {ending:?}: {case:?}");
        assert!(case.taken.values().all(|times| *times == 1), "paid twice: {case:?}");
        let done: Vec<_> = record
            .refunds
            .iter()
            .filter(|refund| refund.ended.unwrap().0 == RefundEnding::Done)
            .map(|refund| (refund.refund_id.clone(), refund.refunded_minor))
            .collect();
        assert_eq!(done, case.refunds.clone().into_iter().collect::<Vec<_>>(), "{case:?}");
        let kept = if matches!(ending, Ending::Paid | Ending::Standing) { DUE_MINOR } else { 0 };
        let back: i64 = done.iter().map(|(_, minor)| minor).sum();
        assert_eq!(case.balance_minor, back - kept, "{case:?}");
    }
}

/// Whether what the cashier was told is what is in the journal.
fn tells(told: &Machine, ending: Ending) -> bool {
    use pos_agent::machine::Outcome;
    matches!(
        (told, ending),
        (Machine::Ended(Outcome::Paid(_)), Ending::Paid)
            | (Machine::Ended(Outcome::Declined(_)), Ending::Declined)
            | (Machine::Ended(Outcome::Reversed), Ending::Reversed)
            | (Machine::Ended(Outcome::Standing), Ending::Standing)
    )
}

fn priced() -> Priced {
    let money = |minor| Money::new(Currency::CNY, minor);
    Priced {
        gross: money(DUE_MINOR),
        discount: money(0),
        due: money(DUE_MINOR),
        applied: vec![],
        refused: vec![],
        exact: true,
    }
}

fn scan() -> Scan {
    let token = TokenNumber::from_body(900_000_000_000_000_001).unwrap();
    let code = UnsignedCode { token, language: None, issued_at: 1, claims: vec![] }.sign_with([1; 64]);
    Scan::read(&code.encode()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn till_and_provider_agree_after_any_one_or_two_faults() {
    let mut table = Table::new();
    let (mut singles, mut pairs) = (0, 0);
    for story in Story::ALL {
        for first in table.run(story, &[]).await {
            for fault in Fault::at(first) {
                singles += 1;
                let passed = table.run(story, &[(first, *fault)]).await;
                let after = passed.iter().position(|point| *point == first).unwrap() + 1;
                for second in &passed[after..] {
                    for other in Fault::at(*second) {
                        pairs += 1;
                        table.run(story, &[(first, *fault), (*second, *other)]).await;
                    }
                }
            }
        }
    }
    println!(
        "{} stories, {singles} cases of one fault, {pairs} cases of two, {} kills: till and provider agree",
        Story::ALL.len(),
        table.kills
    );
    assert!(singles >= 192 && pairs >= 2_734, "{singles} and {pairs}: the table has shrunk");
}
