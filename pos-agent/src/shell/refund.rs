//! Runs what the [`RefundMachine`] decides.

use std::sync::{Arc, PoisonError};

use proto::v1::{Money, RefundPaymentRequest};
use shared::time::UnixMillis;
use tokio::{sync::watch, time::sleep};
use tracing::{error, info};

use super::{Shell, log_failed};
use crate::{
    journal::{BackLine, Entry, RefundEnding, RefundRecord},
    machine::{RefundEffect, RefundEvent, RefundMachine, RefundOutcome},
};

/// A refund under way.
#[derive(Debug, Clone)]
pub struct RunningRefund {
    /// What is asked for, with its id and that of the payment.
    pub request: Arc<RefundPaymentRequest>,
    /// Its currency, ISO 4217.
    pub currency: String,
    /// Which lines of the receipt come back.
    pub lines: Arc<[BackLine]>,
    /// When it was begun.
    pub begun_at: UnixMillis,
    state: watch::Receiver<RefundMachine>,
}

impl RunningRefund {
    /// Where it stands.
    pub fn state(&self) -> RefundMachine {
        self.state.borrow().clone()
    }

    /// Waits for the next change; `false` when there is none to come.
    pub async fn changed(&mut self) -> bool {
        self.state.changed().await.is_ok()
    }

    /// Waits until the cashier need not stand by any longer: the end, or that it goes on by itself.
    pub async fn decided(&mut self) -> RefundMachine {
        while !self.state.borrow().is_decided() && self.changed().await {}
        self.state()
    }

    /// Waits for the end.
    pub async fn ended(&mut self) -> RefundMachine {
        while !self.is_over() && self.changed().await {}
        self.state()
    }

    fn is_over(&self) -> bool {
        matches!(*self.state.borrow(), RefundMachine::Ended(_))
    }
}

impl Shell {
    /// Asks for a refund.
    pub(crate) fn give_back(
        self: &Arc<Self>,
        request: RefundPaymentRequest,
        currency: &str,
        lines: Vec<BackLine>,
    ) -> RunningRefund {
        let task =
            RefundTask { request: Arc::new(request), currency: currency.to_owned(), lines: lines.into() };
        self.spawn_refund(task, self.ambient.now(), RefundEvent::Start)
    }

    /// Goes on with what the last run left.
    pub(crate) fn resume_refund(self: &Arc<Self>, left: &RefundRecord) -> RunningRefund {
        let task = RefundTask {
            request: Arc::new(left.request.clone()),
            currency: left.currency.clone(),
            lines: left.lines.clone().into(),
        };
        self.spawn_refund(task, left.begun_at, RefundEvent::Resume)
    }

    fn spawn_refund(
        self: &Arc<Self>,
        task: RefundTask,
        begun_at: UnixMillis,
        first: RefundEvent,
    ) -> RunningRefund {
        let (sender, state) = watch::channel(RefundMachine::New);
        let running = RunningRefund {
            request: Arc::clone(&task.request),
            currency: task.currency.clone(),
            lines: Arc::clone(&task.lines),
            begun_at,
            state,
        };
        let mut refunds = self.refunds.lock().unwrap_or_else(PoisonError::into_inner);
        refunds.retain(|refund| !refund.is_over());
        refunds.push(running.clone());
        tokio::spawn(task.run(Arc::clone(self), first, sender));
        running
    }

    /// Refunds under way, oldest first.
    pub(crate) fn open_refunds(&self) -> Vec<RunningRefund> {
        let refunds = self.refunds.lock().unwrap_or_else(PoisonError::into_inner);
        refunds.iter().filter(|refund| !refund.is_over()).cloned().collect()
    }
}

struct RefundTask {
    request: Arc<RefundPaymentRequest>,
    currency: String,
    lines: Arc<[BackLine]>,
}

impl RefundTask {
    async fn run(self, shell: Arc<Shell>, first: RefundEvent, state: watch::Sender<RefundMachine>) {
        let mut next = Some(first);
        while let Some(event) = next.take() {
            self.log(&event);
            let (machine, effects) = state.borrow().clone().on(event);
            for effect in effects {
                // What is to be written down first is told to nobody before.
                if matches!(effect, RefundEffect::Ask | RefundEffect::Pause(_)) {
                    state.send_replace(machine.clone());
                }
                next = self.run_effect(&shell, effect, &machine).await;
                if next.is_some() {
                    break;
                }
            }
            state.send_replace(machine);
        }
    }

    async fn run_effect(
        &self,
        shell: &Shell,
        effect: RefundEffect,
        machine: &RefundMachine,
    ) -> Option<RefundEvent> {
        match effect {
            RefundEffect::WriteBegun => {
                let entry = Entry::RefundBegun {
                    currency: self.currency.clone(),
                    at: shell.ambient.now(),
                    request: Box::new(RefundPaymentRequest::clone(&self.request)),
                    lines: self.lines.to_vec(),
                };
                (!self.write(shell, entry).await).then_some(RefundEvent::DiskRefused)
            }
            // An end that can't be written is found out again at the next start.
            RefundEffect::WriteEnded => {
                if let Some(entry) = self.end(shell.ambient.now(), machine) {
                    self.write(shell, entry).await;
                }
                None
            }
            RefundEffect::Ask => {
                let asked = shell.provider.refund(RefundPaymentRequest::clone(&self.request)).await;
                Some(RefundEvent::Answered(asked.map(Box::new)))
            }
            RefundEffect::Pause(time) => {
                sleep(time).await;
                Some(RefundEvent::PauseOver)
            }
        }
    }

    fn end(&self, at: UnixMillis, machine: &RefundMachine) -> Option<Entry> {
        let minor = |money: &Option<Money>| money.as_ref().map_or(0, |money| money.minor_units);
        let (ending, reason, refunded_minor) = match machine {
            RefundMachine::Ended(RefundOutcome::Done(refund)) => {
                (RefundEnding::Done, "", minor(&refund.refunded_amount))
            }
            RefundMachine::Ended(RefundOutcome::Refused(failure)) => {
                (RefundEnding::Refused, failure.reason.as_str(), 0)
            }
            _ => return None,
        };
        let refund_id = self.request.refund_id.clone();
        Some(Entry::RefundEnded { refund_id, at, ending, reason, refunded_minor })
    }

    async fn write(&self, shell: &Shell, entry: Entry) -> bool {
        let written = shell.journal.write(entry).await;
        if let Err(problem) = &written {
            let (refund_id, payment_id) = (&self.request.refund_id, &self.request.payment_id);
            error!(payment_id, refund_id, %problem, "the journal can't be written");
        }
        written.is_ok()
    }

    fn log(&self, event: &RefundEvent) {
        let (refund_id, payment_id) = (&self.request.refund_id, &self.request.payment_id);
        match event {
            RefundEvent::Start | RefundEvent::Resume => info!(payment_id, refund_id, ?event, "refund begun"),
            RefundEvent::Answered(Ok(_)) => info!(payment_id, refund_id, "refunded"),
            RefundEvent::Answered(Err(error)) => log_failed(payment_id, error),
            RefundEvent::PauseOver | RefundEvent::DiskRefused => {}
        }
    }
}
