//! The machine against a network that loses, doubles and delays, a till that crashes anywhere, a disk that refuses, and a provider
//! that is down, busy or too late. Afterwards till and provider agree, once.

use std::collections::VecDeque;

use pos_agent::machine::{
    ASK_TRIES_MAX, Answer, CallError, Effect, Ending, Event, Machine, Mark, Outcome, Stored, WATCH_MAX,
};
use proptest::prelude::*;
use proto::{status::Failure, v1::Payment};
use shared::reason::Reason;

/// What the provider would decide on the payment.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Business {
    Pays,
    Declines,
    /// Asks the shopper first.
    Asks,
}

/// One payment, the provider that may know it, and copies of its request that are still on their way.
struct World {
    business: Business,
    provider: Option<Stored>,
    window_closed: bool,
    on_the_way: u32,
    journal: Vec<Mark>,
    machine: Machine,
    sent: u32,
    crashes: u32,
    /// Answers that were lost once and may turn up later.
    strays: Vec<Event>,
}

/// What the network and the machines do to one call.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Answered,
    Doubled,
    AnswerLost,
    RequestLost,
    Delayed,
    RefusedAtTheDoor(Reason),
    CrashBefore,
    CrashAfter,
}

fn fate(choice: u8) -> Fate {
    match choice % 12 {
        0..=2 => Fate::Answered,
        3 => Fate::Doubled,
        4 => Fate::AnswerLost,
        5 => Fate::RequestLost,
        6 => Fate::Delayed,
        7 => Fate::RefusedAtTheDoor(Reason::Overloaded),
        8 => Fate::RefusedAtTheDoor(Reason::Internal),
        9 => Fate::RefusedAtTheDoor(Reason::Unauthenticated),
        10 => Fate::CrashBefore,
        _ => Fate::CrashAfter,
    }
}

type Called = Result<Answer, CallError>;

fn answer(stored: Stored) -> Answer {
    let decline_reason = if stored == Stored::Declined { "INSUFFICIENT_FUNDS" } else { "" }.to_owned();
    Answer { stored, payment: Box::new(Payment { decline_reason, ..Payment::default() }) }
}

fn refused(reason: Reason) -> Called {
    Err(CallError::Refused(Failure::new(reason, "")))
}

impl World {
    fn new(business: Business) -> Self {
        Self {
            business,
            provider: None,
            window_closed: false,
            on_the_way: 0,
            journal: Vec::new(),
            machine: Machine::New,
            sent: 0,
            crashes: 0,
            strays: Vec::new(),
        }
    }

    /// The provider's rules, as its contract states them.
    fn create(&mut self) -> Called {
        let decided = match self.business {
            Business::Pays => Stored::Completed,
            Business::Declines => Stored::Declined,
            Business::Asks => Stored::PendingApproval,
        };
        match *self.provider.get_or_insert(decided) {
            Stored::Declined => refused(Reason::InsufficientFunds),
            stored => Ok(answer(stored)),
        }
    }

    fn query(&self) -> Called {
        self.provider.map_or(refused(Reason::PaymentNotFound), |stored| Ok(answer(stored)))
    }

    fn reverse(&mut self) -> Called {
        if self.provider == Some(Stored::Completed) && self.window_closed {
            return refused(Reason::ReversalTooLate);
        }
        self.provider = Some(Stored::Reversed);
        Ok(answer(Stored::Reversed))
    }

    /// The shopper answers, or the time for it is over.
    fn shopper(&mut self, choice: u8) {
        if self.provider == Some(Stored::PendingApproval) {
            self.provider = match choice {
                31..=40 => Some(Stored::Completed),
                41..=43 => Some(Stored::Rejected),
                44..=46 => Some(Stored::Expired),
                _ => self.provider,
            };
        }
    }

    fn deliver_late_copies(&mut self) {
        while self.on_the_way > 0 {
            self.on_the_way -= 1;
            let _ = self.create();
        }
    }

    /// A new program finds what the journal says.
    fn restart(&mut self) -> Option<Event> {
        self.machine = Machine::New;
        self.strays.clear();
        self.crashes += 1;
        match self.journal.last() {
            None | Some(Mark::Ended(_)) => None,
            Some(last) => Some(Event::Resume { reversing: *last == Mark::Reversing }),
        }
    }

    /// Feeds an event and runs its effects; gives the event that comes next.
    fn step(&mut self, event: Event, choices: &mut impl Iterator<Item = u8>) -> Option<Event> {
        let (machine, effects) = std::mem::replace(&mut self.machine, Machine::New).on(event);
        self.machine = machine;
        for effect in effects {
            let choice = choices.next().unwrap_or(0);
            match effect {
                Effect::Write(mark) => {
                    if choice == 255 && mark == Mark::Begun {
                        return Some(Event::DiskRefused);
                    }
                    if choice % 16 == 1 {
                        return self.restart();
                    }
                    self.journal.push(mark);
                    if choice % 16 == 2 {
                        return self.restart();
                    }
                }
                Effect::Pause(time) => {
                    assert!(!time.is_zero());
                    return Some(Event::PauseOver);
                }
                Effect::Watch(_) if choice % 16 == 3 => return self.restart(),
                Effect::Watch(_) if choice % 16 == 4 => return Some(Event::GivenUp),
                Effect::Watch(_) => return Some(Event::PauseOver),
                call => return self.call(&call, fate(choice)),
            }
        }
        None
    }

    fn call(&mut self, call: &Effect, fate: Fate) -> Option<Event> {
        if *call == Effect::Create {
            self.sent += 1;
            assert!(self.journal.contains(&Mark::Begun), "sent without a record");
            assert!(!self.journal.contains(&Mark::Reversing), "sent after the decision to reverse");
        }
        let event = |result| match call {
            Effect::Create => Event::Created(result),
            Effect::Query => Event::Queried(result),
            _ => Event::ReverseAnswered(result),
        };
        let lost = || Some(event(Err(CallError::Lost("lost".to_owned()))));
        match fate {
            Fate::CrashBefore => return self.restart(),
            Fate::RequestLost => return lost(),
            Fate::Delayed => {
                self.on_the_way += u32::from(*call == Effect::Create);
                return lost();
            }
            Fate::RefusedAtTheDoor(reason) => return Some(event(refused(reason))),
            Fate::Doubled => self.on_the_way += u32::from(*call == Effect::Create),
            Fate::Answered | Fate::AnswerLost | Fate::CrashAfter => {}
        }
        let result = match call {
            Effect::Create => self.create(),
            Effect::Query => self.query(),
            _ => self.reverse(),
        };
        match fate {
            Fate::AnswerLost => {
                self.strays.push(event(result));
                lost()
            }
            Fate::CrashAfter => self.restart(),
            _ => Some(event(result)),
        }
    }

    /// Faults as the choices say, then calm until nothing is left to do.
    fn run(&mut self, choices: &[u8]) {
        let mut choices = choices.iter().copied();
        let mut events = VecDeque::from([Event::Start]);
        for _ in 0..1_000 {
            // When all is calm the time for an approval goes by.
            match choices.next().unwrap_or(44) {
                choice @ 31..=46 => self.shopper(choice),
                1..=12 => self.deliver_late_copies(),
                13..=15 => self.window_closed = true,
                16..=30 => events.extend(self.strays.pop()),
                _ => {}
            }
            let Some(event) = events.pop_front() else { break };
            let crashes = self.crashes;
            let next = self.step(event, &mut choices);
            if self.crashes > crashes {
                events.clear();
            }
            events.extend(next);
        }
        assert!(events.is_empty(), "it comes to an end once the faults stop");
        self.deliver_late_copies();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn till_and_provider_agree_in_the_end_once(
        business in prop_oneof![Just(Business::Pays), Just(Business::Declines), Just(Business::Asks)],
        choices in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        let mut world = World::new(business);
        world.run(&choices);

        let endings: Vec<Ending> = world
            .journal
            .iter()
            .filter_map(|mark| if let Mark::Ended(ending) = mark { Some(*ending) } else { None })
            .collect();
        let begun = world.journal.iter().filter(|mark| **mark == Mark::Begun).count();
        match endings.as_slice() {
            // Crashed or refused by the disk before the first record: nobody ever heard of it.
            [] => prop_assert!(begun == 0 && world.sent == 0 && world.provider.is_none()),
            [ending] => {
                prop_assert_eq!(begun, 1);
                match ending {
                    Ending::Paid | Ending::Standing => prop_assert_eq!(world.provider, Some(Stored::Completed)),
                    Ending::Reversed => prop_assert_eq!(world.provider, Some(Stored::Reversed)),
                    Ending::Declined => prop_assert!(matches!(
                        world.provider,
                        None | Some(Stored::Declined | Stored::Rejected | Stored::Expired)
                    )),
                }
                let reversing = world.journal.contains(&Mark::Reversing);
                prop_assert!(!(reversing && *ending == Ending::Paid), "sold and reversed");
            }
            _ => prop_assert!(false, "ended twice: {:?}", world.journal),
        }
    }
}

/// Feeds events and gives the state with the effects of the last.
fn check(events: Vec<Event>, machine: &Machine, effects: &[Effect]) {
    let mut now = (Machine::New, Vec::new());
    for event in events {
        now = now.0.on(event);
    }
    assert_eq!((&now.0, now.1.as_slice()), (machine, effects));
}

fn lost() -> Called {
    Err(CallError::Lost("connection reset".to_owned()))
}

#[test]
fn the_record_goes_before_the_request() {
    check(vec![Event::Start], &Machine::Asking { tries: 1 }, &[Effect::Write(Mark::Begun), Effect::Create]);
}

#[test]
fn a_lost_answer_is_asked_for_again_and_then_reversed() {
    let mut events = vec![Event::Start];
    for _ in 1..ASK_TRIES_MAX {
        events.extend([Event::Created(lost()), Event::PauseOver]);
    }
    check(events.clone(), &Machine::Asking { tries: ASK_TRIES_MAX }, &[Effect::Create]);
    events.push(Event::Created(lost()));
    let reversing = [Effect::Write(Mark::Reversing), Effect::Reverse];
    check(events.clone(), &Machine::Reversing { tries: 1 }, &reversing);

    // The answer that comes now changes nothing, however good it is.
    events.push(Event::Created(Ok(answer(Stored::Completed))));
    check(events.clone(), &Machine::Reversing { tries: 1 }, &[]);
    events.push(Event::ReverseAnswered(Ok(answer(Stored::Reversed))));
    let ended = [Effect::Write(Mark::Ended(Ending::Reversed))];
    check(events, &Machine::Ended(Outcome::Reversed), &ended);
}

#[test]
fn a_door_that_was_shut_is_certain_only_of_the_first_try() {
    let shut = || Event::Created(refused(Reason::Unauthenticated));
    let declined = Machine::Ended(Outcome::Declined(Failure::new(Reason::Unauthenticated, "")));
    check(vec![Event::Start, shut()], &declined, &[Effect::Write(Mark::Ended(Ending::Declined))]);
    let mut events = vec![Event::Start, Event::Created(lost()), Event::PauseOver, shut()];
    let (machine, effects) = events.drain(..).fold((Machine::New, vec![]), |(m, _), e| m.on(e));
    assert!(matches!((machine, effects.as_slice()), (Machine::Asking { tries: 2 }, [Effect::Pause(_)])));
}

#[test]
fn the_provider_says_how_long_to_wait() {
    let busy = Failure {
        retry_after: Some(std::time::Duration::from_secs(2)),
        ..Failure::new(Reason::Overloaded, "")
    };
    check(
        vec![Event::Start, Event::Created(Err(CallError::Refused(busy)))],
        &Machine::Asking { tries: 1 },
        &[Effect::Pause(std::time::Duration::from_secs(2))],
    );
}

#[test]
fn a_payment_that_the_shopper_has_to_approve_is_watched() {
    let asked = || vec![Event::Start, Event::Created(Ok(answer(Stored::PendingApproval)))];
    let waiting = Machine::Approving { lost: 0, allowed: None };
    check(asked(), &waiting, &[Effect::Watch(WATCH_MAX)]);
    let then = |more: Vec<Event>| asked().into_iter().chain(more).collect::<Vec<_>>();
    check(then(vec![Event::PauseOver]), &waiting, &[Effect::Query]);
    let queried = |stored| then(vec![Event::PauseOver, Event::Queried(Ok(answer(stored)))]);
    check(queried(Stored::PendingApproval), &waiting, &[Effect::Watch(WATCH_MAX)]);
    let paid = Machine::Ended(Outcome::Paid(Box::<Payment>::default()));
    check(queried(Stored::Completed), &paid, &[Effect::Write(Mark::Ended(Ending::Paid))]);
    let declined = [Effect::Write(Mark::Ended(Ending::Declined))];
    for (stored, reason, text) in [
        (Stored::Rejected, Reason::ApprovalRejected, "rejected on the phone"),
        (Stored::Expired, Reason::ApprovalExpired, "not approved in time"),
    ] {
        check(queried(stored), &Machine::Ended(Outcome::Declined(Failure::new(reason, text))), &declined);
    }
    let reversing = [Effect::Write(Mark::Reversing), Effect::Reverse];
    check(then(vec![Event::GivenUp]), &Machine::Reversing { tries: 1 }, &reversing);
    // So it is while no answer is there at all.
    check(vec![Event::Start, Event::GivenUp], &Machine::Reversing { tries: 1 }, &reversing);
    // After a restart the shopper may have left.
    let resumed =
        vec![Event::Resume { reversing: false }, Event::Queried(Ok(answer(Stored::PendingApproval)))];
    check(resumed, &Machine::Reversing { tries: 1 }, &reversing);
}

#[test]
fn how_long_the_shopper_has_is_told_by_the_providers_clock_alone() {
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let check_allowed = |created_at, approval_expires_at, allowed: Option<u64>| {
        let payment = Box::new(Payment { created_at, approval_expires_at, ..Payment::default() });
        let answer = Answer { stored: Stored::PendingApproval, payment };
        let allowed = allowed.map(std::time::Duration::from_secs);
        check(
            vec![Event::Start, Event::Created(Ok(answer))],
            &Machine::Approving { lost: 0, allowed },
            &[Effect::Watch(WATCH_MAX)],
        );
    };
    check_allowed(at(1_000), at(1_120), Some(120));
    check_allowed(at(1_000), None, None);
    check_allowed(None, at(1_120), None);
    check_allowed(at(1_120), at(1_000), None);
}
