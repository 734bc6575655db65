"""A shop's till software in Python: sells by one scan, gives back, closes the day.

    pip install -r requirements.txt
    python till.py AGENT [--key-file FILE] [--lane LANE] sell GTIN:UNITS:PRICE... [--code TEXT]
    python till.py AGENT ... refund PAYMENT_ID [GTIN:UNITS...]
    python till.py AGENT ... close-day

AGENT is where `pos-agent run` listens, e.g. 127.0.0.1:7411. Without --code the code is read from standard input, where a
scanner that acts as a keyboard types it. The last line on standard output is what came of it, as JSON.

The agent describes its own schema (reflection), so that nothing has to be generated here. Three habits matter in a real till:
write the id of a checkout or refund down before the call, repeat the call with the same id when its answer is lost, and show the
words that the agent sends: they say what happened and what to do next.
"""

import argparse
import json
import os
import sys
import time
import uuid

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVICE = "onescan.v1.TillService"
OVER = {"CHECKOUT_STATE_COMPLETED", "CHECKOUT_STATE_DECLINED", "CHECKOUT_STATE_CANCELLED", "CHECKOUT_STATE_REFUND_DUE"}
TRIES_MAX = 20
PAUSE_SECONDS = 0.5


class Agent:
    """The pos-agent on this machine. Messages are plain dictionaries, as protobuf's JSON has them."""

    def __init__(self, address, key=None):
        self.channel = grpc.insecure_channel(address)
        self.metadata = [("authorization", f"Bearer {key}")] if key else []
        pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))
        self.service = pool.FindServiceByName(SERVICE)

    def stub(self, name, kind):
        method = self.service.FindMethodByName(name)
        answer = message_factory.GetMessageClass(method.output_type)
        call = getattr(self.channel, kind)(
            f"/{SERVICE}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        return call, message_factory.GetMessageClass(method.input_type)

    def call(self, name, request):
        """One call. An answer that is lost is asked for again: every call of the agent can be repeated with the same ids."""
        call, kind = self.stub(name, "unary_unary")
        for attempt in range(TRIES_MAX):
            try:
                answer = call(json_format.ParseDict(request, kind()), metadata=self.metadata, timeout=30)
                return json_format.MessageToDict(answer)
            except grpc.RpcError as error:
                passes = error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
                if not passes or attempt + 1 == TRIES_MAX:
                    raise
                time.sleep(PAUSE_SECONDS)

    def watch(self, checkout_id):
        """Every state of a checkout until it is over, over a line that may break."""
        call, kind = self.stub("WatchCheckout", "unary_stream")
        for _ in range(TRIES_MAX):
            try:
                for change in call(kind(checkout_id=checkout_id), metadata=self.metadata):
                    checkout = json_format.MessageToDict(change)["checkout"]
                    yield checkout
                    if checkout["state"] in OVER:
                        return
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
            time.sleep(PAUSE_SECONDS)


def uuid7():
    """A UUID of version 7, whose first part is the time (RFC 9562, section 5.7)."""
    value = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (0x7 << 76)
    return str(uuid.UUID(int=value & ~(0x3 << 62) | (0x2 << 62)))


def display(words):
    """The customer-side and cashier-side displays of a real till; here, standard error."""
    text = [words.get(part, {}).get("en", "") for part in ("what", "next")]
    print(" ".join(filter(None, text)), file=sys.stderr)


def money(minor, currency):
    return {"currencyCode": currency, "minorUnits": minor}


def basket_line(text, currency):
    gtin, units, price = text.split(":")
    return {"gtin": gtin, "units": int(units), "unitPrice": money(int(price), currency)}


def sell(agent, args):
    # A real till writes this id into its own journal before the call.
    checkout_id = args.id or str(uuid.uuid4())
    lines = [basket_line(line, args.currency) for line in args.lines]
    started = agent.call(
        "StartCheckout",
        {
            "laneId": args.lane,
            "checkoutId": checkout_id,
            "lines": lines,
            "merchantReference": args.reference,
            "refusedCoupons": "REFUSED_COUPONS_DROP",
        },
    )["checkout"]
    shown = None
    for checkout in agent.watch(checkout_id):
        if checkout["words"] != shown:
            shown = checkout["words"]
            display(shown)
        if checkout["state"] == "CHECKOUT_STATE_WAITING_FOR_SCAN":
            code = args.code.pop(0) if args.code else sys.stdin.readline()
            if not code.strip():
                agent.call("CancelCheckout", {"checkoutId": checkout_id})
                continue
            agent.call("SubmitScan", {"checkoutId": checkout_id, "scan": code})
        started = checkout
    result = {
        "state": started["state"].removeprefix("CHECKOUT_STATE_"),
        "checkout_id": checkout_id,
        "payment_id": started.get("paymentId", ""),
        "due_minor": int(started.get("amountDue", {}).get("minorUnits", 0)),
        "discount_minor": int(started.get("discountAmount", {}).get("minorUnits", 0)),
    }
    if result["state"] == "COMPLETED":
        receipt = agent.call("GetReceipt", {"paymentId": result["payment_id"], "columns": 32, "language": "en"})
        result["receipt"] = receipt["text"]
    return result


def refund(agent, args):
    refund_id = args.id or uuid7()
    items = [dict(zip(("gtin", "units"), item.split(":"))) for item in args.items]
    request = {"refundId": refund_id, "paymentId": args.payment_id}
    if items:
        request["items"] = [{"gtin": item["gtin"], "units": int(item["units"])} for item in items]
    else:
        request["everything"] = True
    answer = agent.call("RefundSale", request)
    display(answer["words"])
    refunded = answer.get("refundedAmount", {})
    return {
        "state": answer["state"].removeprefix("REFUND_STATE_"),
        "refund_id": refund_id,
        "refunded_minor": int(refunded.get("minorUnits", 0)),
    }


def close_day(agent, args):
    closed = agent.call("CloseDay", {})
    for difference in closed.get("differences", []):
        display(difference["words"])
    totals = closed["totals"]

    def count(name):
        return int(totals[name].get("count", 0))

    def minor(name):
        return int(totals[name]["amount"].get("minorUnits", 0))

    return {
        "differences": len(closed.get("differences", [])),
        "sales": count("sales"),
        "sales_minor": minor("sales"),
        "refunds": count("refunds"),
        "refunds_minor": minor("refunds"),
    }


def main():
    parser = argparse.ArgumentParser(description="A shop's till software.")
    parser.add_argument("agent")
    parser.add_argument("--key-file")
    parser.add_argument("--lane", default="1")
    parser.add_argument("--currency", default="CNY")
    todo = parser.add_subparsers(required=True)
    command = todo.add_parser("sell")
    command.add_argument("lines", nargs="+", metavar="GTIN:UNITS:PRICE")
    command.add_argument("--code", action="append", default=[])
    command.add_argument("--reference", default="")
    command.add_argument("--id")
    command.set_defaults(run=sell)
    command = todo.add_parser("refund")
    command.add_argument("payment_id")
    command.add_argument("items", nargs="*", metavar="GTIN:UNITS")
    command.add_argument("--id")
    command.set_defaults(run=refund)
    command = todo.add_parser("close-day")
    command.set_defaults(run=close_day)
    args = parser.parse_args()
    key = open(args.key_file).read().strip() if args.key_file else None
    print(json.dumps(args.run(Agent(args.agent, key), args)))


if __name__ == "__main__":
    main()
