"""A shop's till software in Python: sells by one scan, gives back, closes the day. README.md says how to run it.

Three habits matter in a real till: write the id of a checkout or refund down before the call; when an answer is lost, repeat the call
with the same id; and show the words that the agent sends, which say what happened and what to do next.
"""

import argparse
import os
import sys
import time
import uuid

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "gen"))

from onescan.v1 import till_pb2, till_service_pb2, till_service_pb2_grpc
from onescan.v1.money_pb2 import Money

TRIES_MAX = 20
PAUSE_SECONDS = 0.5
LOST = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
OVER = (
    till_pb2.CHECKOUT_STATE_COMPLETED,
    till_pb2.CHECKOUT_STATE_DECLINED,
    till_pb2.CHECKOUT_STATE_CANCELLED,
    till_pb2.CHECKOUT_STATE_REFUND_DUE,
)


class Till:
    """One lane, at the agent on this machine."""

    def __init__(self, address, lane, key=None):
        self.lane = lane
        self.stub = till_service_pb2_grpc.TillServiceStub(grpc.insecure_channel(address))
        self.metadata = [("authorization", f"Bearer {key}")] if key else []

    def call(self, method, request):
        """One call. A lost answer is asked for again: every call can be repeated with the same ids."""
        for tries in range(1, TRIES_MAX + 1):
            try:
                return method(request, metadata=self.metadata, timeout=60)
            except grpc.RpcError as error:
                if error.code() not in LOST or tries == TRIES_MAX:
                    raise
                time.sleep(PAUSE_SECONDS)

    def watch(self, checkout_id):
        """Every state of a checkout until it is over, also where the agent is restarted meanwhile."""
        request = till_service_pb2.WatchCheckoutRequest(checkout_id=checkout_id)
        for _ in range(TRIES_MAX):
            try:
                for change in self.stub.WatchCheckout(request, metadata=self.metadata):
                    yield change.checkout
                    if change.checkout.state in OVER:
                        return
            except grpc.RpcError as error:
                if error.code() not in LOST:
                    raise
            time.sleep(PAUSE_SECONDS)

    def sell(self, lines, scan, reference=""):
        """Sells a basket. `scan` waits for the shopper's code, and gives None where the cashier stops."""
        checkout_id = str(uuid.uuid4())  # A real till writes it into its own journal here.
        start = till_service_pb2.StartCheckoutRequest(
            lane_id=self.lane,
            checkout_id=checkout_id,
            lines=lines,
            merchant_reference=reference,
            refused_coupons=till_service_pb2.REFUSED_COUPONS_DROP,
        )
        self.call(self.stub.StartCheckout, start)
        for checkout in self.watch(checkout_id):
            show(till_pb2.CheckoutState.Name(checkout.state), checkout.words)
            if checkout.state == till_pb2.CHECKOUT_STATE_WAITING_FOR_SCAN:
                if code := scan():
                    request = till_service_pb2.SubmitScanRequest(checkout_id=checkout_id, scan=code)
                    self.call(self.stub.SubmitScan, request)
                else:
                    request = till_service_pb2.CancelCheckoutRequest(checkout_id=checkout_id)
                    self.call(self.stub.CancelCheckout, request)
        return checkout

    def receipt(self, payment_id, copy=False):
        """The lines of a receipt for paper of 58 mm; the same answer has the bytes for an ESC/POS printer."""
        request = till_service_pb2.GetReceiptRequest(payment_id=payment_id, copy=copy, columns=32)
        return self.call(self.stub.GetReceipt, request).text

    def refund(self, payment_id, items):
        """Gives items back; everything, where none is named."""
        request = till_service_pb2.RefundSaleRequest(
            refund_id=uuid7(),  # A real till writes it into its own journal here.
            payment_id=payment_id,
            everything=not items,
            items=items,
        )
        for _ in range(TRIES_MAX):
            answer = self.call(self.stub.RefundSale, request)
            show(till_pb2.RefundState.Name(answer.state), answer.words)
            if answer.state != till_pb2.REFUND_STATE_UNDER_WAY:
                break
            time.sleep(PAUSE_SECONDS)
        return answer

    def close_day(self):
        """Today until now: the sums, and where the agent's journal and the provider's books differ."""
        return self.call(self.stub.CloseDay, till_service_pb2.CloseDayRequest())


def uuid7():
    """A UUID of version 7, which begins with the time (RFC 9562, section 5.7)."""
    value = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (0x7 << 76)
    return str(uuid.UUID(int=value & ~(0x3 << 62) | (0x2 << 62)))


def show(state, words):
    """What the cashier's display shows."""
    print(f"{state}: {words.what.en} {words.next.en}".strip(), flush=True)


def amount(money):
    return f"{money.currency_code} {money.minor_units / 100:.2f}"


def line(text):
    gtin, units, price_minor = text.split(":")
    price = Money(currency_code="CNY", minor_units=int(price_minor))
    return till_pb2.BasketLine(gtin=gtin, units=int(units), unit_price=price)


def item(text):
    gtin, units = text.split(":")
    return till_pb2.ReturnedItem(gtin=gtin, units=int(units))


def main():
    parser = argparse.ArgumentParser(description="A shop's till software.")
    parser.add_argument("agent", help="where pos-agent listens, such as 127.0.0.1:7411")
    parser.add_argument("--lane", default="1")
    parser.add_argument("--key-file", help="the agent's service.key_file, where it has one")
    commands = parser.add_subparsers(dest="command", required=True)
    sell = commands.add_parser("sell", help="the code is typed by the scanner")
    sell.add_argument("lines", nargs="+", type=line, metavar="GTIN:UNITS:PRICE_IN_FEN")
    refund = commands.add_parser("refund")
    refund.add_argument("payment_id")
    refund.add_argument("items", nargs="*", type=item, metavar="GTIN:UNITS")
    commands.add_parser("close-day")
    args = parser.parse_args()
    key = open(args.key_file).read().strip() if args.key_file else None
    till = Till(args.agent, args.lane, key)

    if args.command == "sell":
        # A scanner that acts as a keyboard ends each scan with Enter.
        checkout = till.sell(args.lines, scan=lambda: sys.stdin.readline().strip() or None)
        if checkout.state != till_pb2.CHECKOUT_STATE_COMPLETED:
            sys.exit(1)
        print("\n".join(till.receipt(checkout.payment_id)))
        print(f"payment {checkout.payment_id}")
    elif args.command == "refund":
        answer = till.refund(args.payment_id, args.items)
        if answer.state != till_pb2.REFUND_STATE_COMPLETED:
            sys.exit(1)
        print(f"refunded {amount(answer.refunded_amount)}")
    else:
        day = till.close_day()
        for name in ("sales", "discounts", "refunds", "reversals", "declines"):
            total = getattr(day.totals, name)
            print(f"{name}: {total.count}, {amount(total.amount)}")
        for difference in day.differences:
            show(difference.payment_id, difference.words)
        print(f"{len(day.differences)} differences")


if __name__ == "__main__":
    main()
