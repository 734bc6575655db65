//! Shops' batches and payouts.

use super::*;

impl Book {
    pub(crate) fn close(&mut self, id: u128, merchant: usize) -> Outcome {
        if let Some((of, number)) = self.closes.get(&id) {
            return if *of == merchant {
                Ok(Seen::Batch(self.batches[*of][*number]))
            } else {
                Err("REQUEST_ID_REUSED")
            };
        }
        let mut batch = std::mem::take(&mut self.open[merchant]);
        let net = batch.sales - batch.returns;
        batch.fee = if net > 0 { (net * self.settings.fee_ppm * 2 + 1_000_000) / 2_000_000 } else { 0 };
        batch.fee = batch.fee.min(self.balance(Account::Merchant(merchant)));
        batch.payout = (net - batch.fee).max(0);
        self.pay(Account::Merchant(merchant), Account::Fees, batch.fee);
        let number = self.batches[merchant].len();
        for payment in self.payments.values_mut().filter(|p| p.merchant == merchant) {
            if payment.state != PaymentState::Pending && payment.batch.is_none() {
                payment.batch = Some(number);
            }
        }
        self.batches[merchant].push(batch);
        self.closes.insert(id, (merchant, number));
        Ok(Seen::Batch(batch))
    }

    pub(crate) fn pay_out(&mut self, id: u128, merchant: usize, number: usize) -> Outcome {
        match self.payouts.get(&id) {
            Some(before) if *before != (merchant, number) => return Err("REQUEST_ID_REUSED"),
            Some(_) => return Ok(Seen::Balance(self.batches[merchant][number].payout)),
            None => {}
        }
        let batch = self.batches[merchant][number];
        if batch.paid {
            return Err("INVALID_TRANSITION");
        }
        if self.balance(Account::Merchant(merchant)) < batch.payout {
            return Err("MERCHANT_BALANCE_TOO_LOW");
        }
        self.pay(Account::Merchant(merchant), Account::Cash, batch.payout);
        self.batches[merchant][number].paid = true;
        self.payouts.insert(id, (merchant, number));
        Ok(Seen::Balance(batch.payout))
    }
}
