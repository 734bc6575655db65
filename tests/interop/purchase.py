"""One whole purchase by a program that shares nothing with OneScan's own code.

It learns the schema from the server's reflection, writes the combined code with the few lines of BER-TLV below, and signs
with another library's Ed25519. Arguments: the server's address. Environment: ONESCAN_OPERATOR_KEY. It enrols its own shop,
till and manufacturer, buys one shampoo at 30.00 with 5.00 off, and prints what came of it as JSON; any surprise is an
exception.
"""

import base64
import json
import os
import sys
import time
import uuid

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SHAMPOO = "6901234567892"


class Provider:
    """Calls any method that the server's reflection describes."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = descriptor_pool.DescriptorPool(self.database)

    def method(self, service, name):
        return self.pool.FindServiceByName(f"onescan.v1.{service}").FindMethodByName(name)

    def stub(self, service, name, kind):
        method = self.method(service, name)
        return getattr(self.channel, kind)(
            f"/onescan.v1.{service}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
        )

    def call(self, key, service, name, /, **fields):
        request = message_factory.GetMessageClass(self.method(service, name).input_type)(**fields)
        metadata = [("authorization", f"Bearer {key}")] if key else []
        return self.stub(service, name, "unary_unary")(request, metadata=metadata, timeout=20)

    def message(self, name, /, **fields):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(f"onescan.v1.{name}"))(**fields)


def tlv(tag, value):
    """One BER-TLV object: the tag as hex, the shortest length."""
    if len(value) < 128:
        length = bytes([len(value)])
    elif len(value) < 256:
        length = bytes([0x81, len(value)])
    else:
        length = bytes([0x82]) + len(value).to_bytes(2, "big")
    return bytes.fromhex(tag) + length + value


def combined_code(device, token_number, claims, language=b"zhen"):
    """The text of the QR code, as ARCHITECTURE.md lays it out."""
    pan = bytes.fromhex(token_number + "F")
    issued_at = int(time.time()).to_bytes(4, "big")
    coupons = tlv("C1", claims) if claims else b""
    signed = b"onescan code v1" + pan + issued_at + bytes([len(language)]) + language + coupons
    transparent = tlv("C1", issued_at) + tlv("9F4B", device.sign(signed))
    application = tlv("4F", b"\xf0ONESCAN") + tlv("5A", pan) + tlv("5F2D", language) + tlv("63", transparent)
    code = tlv("85", b"CPV01") + tlv("61", application) + (tlv("E1", coupons) if coupons else b"")
    return base64.b64encode(code).decode()


def uuid7():
    """A UUID of version 7: milliseconds first, so that ids are ordered (RFC 9562, section 5.7)."""
    value = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (0x7 << 76)
    return str(uuid.UUID(int=value & ~(0x3 << 62) | (0x2 << 62)))


def cny(minor_units):
    return {"currency_code": "CNY", "minor_units": minor_units}


def open_shop(provider, operator):
    merchant = provider.call(operator, "OperatorService", "CreateMerchant", name="Python Street Market").merchant_id
    till = provider.call(operator, "OperatorService", "CreateTerminal", merchant_id=merchant, name="Lane 1")
    return merchant, till.key


def run_campaign(provider, operator):
    issuer = provider.call(operator, "OperatorService", "CreateIssuer", name="Silk")
    provider.call(operator, "OperatorService", "Deposit",
                  deposit_id=str(uuid.uuid4()), holder_id=issuer.issuer_id, amount=cny(10000))
    now = int(time.time())
    campaign = provider.call(
        issuer.key, "CampaignService", "CreateCampaign",
        title={"en": "Silk Shampoo", "zh": "丝滑洗发水"},
        terms={
            "requirements": [{"gtins": [SHAMPOO], "units": 1}],
            "amount_off_each": {"amount": cny(500), "max_units": 1},
            "starts_at": {"seconds": now - 3600},
            "ends_at": {"seconds": now + 3600},
        },
    ).campaign
    offer = campaign.offer.offer_number
    provider.call(issuer.key, "CampaignService", "FundCampaign",
                  offer_number=offer, funding_id=str(uuid.uuid4()), amount=cny(10000))
    provider.call(issuer.key, "CampaignService", "ActivateCampaign", offer_number=offer)
    return issuer.key, offer


def open_wallet(provider, operator, device):
    challenge = provider.call(None, "WalletService", "CreateChallenge").challenge
    opened = provider.call(
        None, "WalletService", "OpenWallet",
        public_key=device.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
        challenge=challenge,
        signature=device.sign(b"onescan session v1" + challenge),
    )
    before = opened.wallet.balance.minor_units
    provider.call(operator, "OperatorService", "Deposit", deposit_id=str(uuid.uuid4()),
                  holder_id=opened.wallet.wallet_id, amount=cny(10000 - before))
    return opened.wallet.wallet_id, opened.session_token


def main():
    provider = Provider(sys.argv[1])
    operator = os.environ["ONESCAN_OPERATOR_KEY"]
    device = Ed25519PrivateKey.generate()

    merchant, till = open_shop(provider, operator)
    issuer, offer = run_campaign(provider, operator)
    wallet, session = open_wallet(provider, operator, device)

    coupon = provider.call(session, "WalletService", "ClipOffer", offer_number=offer).coupon
    token = provider.call(session, "WalletService", "IssuePaymentTokens", count=1).tokens[0].token_number
    claims = provider.message("CouponClaims", claims=[
        {"gtin": int(SHAMPOO), "offer_number": offer, "discount_minor": 500, "units": 1},
    ]).SerializeToString()
    code = combined_code(device, token, claims)

    payment = provider.call(
        till, "PaymentService", "CreatePayment",
        payment_id=uuid7(),
        code=code,
        gross_amount=cny(3000),
        amount_due=cny(2500),
        redemptions=[{
            "offer_number": offer,
            "lines": [{"gtin": SHAMPOO, "units": 1, "unit_price": cny(3000), "discount": cny(500)}],
        }],
    ).payment
    again = provider.call(till, "PaymentService", "GetPayment", payment_id=payment.payment_id).payment
    assert again == payment, (again, payment)
    redeemed = provider.call(issuer, "CampaignService", "ListRedemptions", offer_number=offer).redemptions
    assert [r.payment_id for r in redeemed] == [payment.payment_id], redeemed
    left = provider.call(session, "WalletService", "GetWallet").wallet.balance.minor_units
    receipts = provider.call(session, "WalletService", "ListPayments").payments
    assert [r.payment_id for r in receipts] == [payment.payment_id], receipts

    def balance(account):
        return provider.call(operator, "OperatorService", "GetBalance", account=account).balance.minor_units

    print(json.dumps({
        "code": code,
        "state": payment.state,
        "redeemed_gtin": redeemed[0].gtin,
        "redeemed_coupon_is_the_clipped": redeemed[0].coupon_id == coupon.coupon_id,
        "wallet_minor": left,
        "wallet_ledger_minor": balance(f"wallet:{wallet}"),
        "merchant_ledger_minor": balance(f"merchant:{merchant}"),
        "campaign_reserved_minor": balance(f"campaign_reserved:{offer}"),
        "campaign_budget_minor": balance(f"campaign_budget:{offer}"),
    }))


if __name__ == "__main__":
    main()
