// One lane, at the agent on this machine. The page around it is page.js.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

import { CheckoutState, RefundState } from "./gen/onescan/v1/till_pb.js";
import { RefusedCoupons, TillService } from "./gen/onescan/v1/till_service_pb.js";

export { CheckoutState, RefundState };

const TRIES_MAX = 20;
const PAUSE_MS = 500;
const OVER = [CheckoutState.COMPLETED, CheckoutState.DECLINED, CheckoutState.CANCELLED, CheckoutState.REFUND_DUE];

const pause = () => new Promise((over) => setTimeout(over, PAUSE_MS));

/** No answer came: the same call with the same id finds out what became of it. */
const isLost = (error) => [Code.Unavailable, Code.Unknown].includes(ConnectError.from(error).code);

async function untilAnswered(call) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isLost(error) || tries === TRIES_MAX) throw error;
      await pause();
    }
  }
}

export class Till {
  /** `key` is that of the agent's service.key_file, where it has one. */
  constructor(baseUrl, laneId, key) {
    const withKey = (next) => (request) => {
      if (key) request.header.set("authorization", `Bearer ${key}`);
      return next(request);
    };
    this.laneId = laneId;
    this.agent = createClient(TillService, createGrpcWebTransport({ baseUrl, interceptors: [withKey] }));
  }

  /** Sells a basket; `onChange` hears of every step. Gives the checkout as it ended. */
  async sell(checkoutId, lines, onChange) {
    const refusedCoupons = RefusedCoupons.DROP;
    await untilAnswered(() => this.agent.startCheckout({ laneId: this.laneId, checkoutId, lines, refusedCoupons }));
    for (let tries = 1; ; tries += 1) {
      try {
        for await (const { checkout } of this.agent.watchCheckout({ checkoutId })) {
          onChange(checkout);
          if (OVER.includes(checkout.state)) return checkout;
        }
      } catch (error) {
        if (!isLost(error) || tries === TRIES_MAX) throw error;
      }
      await pause();
    }
  }

  scan(checkoutId, scan) {
    return this.agent.submitScan({ checkoutId, scan });
  }

  cancel(checkoutId) {
    return untilAnswered(() => this.agent.cancelCheckout({ checkoutId }));
  }

  receipt(paymentId) {
    return untilAnswered(() => this.agent.getReceipt({ paymentId, columns: 32 }));
  }

  /** Gives items back. A refund that is UNDER_WAY is asked for again under its id, also tomorrow. */
  refund(refundId, paymentId, items) {
    return untilAnswered(() => this.agent.refundSale({ refundId, paymentId, items }));
  }

  closeDay() {
    return untilAnswered(() => this.agent.closeDay({}));
  }
}

/** A UUID of version 7, which begins with the time (RFC 9562, section 5.7). */
export function uuid7() {
  const time = Date.now().toString(16).padStart(12, "0");
  const random = crypto.randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}
