// The cashier's page: a basket, the code, the words of the agent, the receipt, one refund, the end of the day.
import { CheckoutState, RefundState, Till, uuid7 } from "./till.js";

const BASKET = [
  { gtin: "6901234567892", units: 2, unitPrice: cny(3000), name: { en: "Shampoo", zh: "洗发水" } },
  { gtin: "6922222222227", units: 1, unitPrice: cny(1200), name: { en: "Soap", zh: "香皂" } },
];

const settings = new URLSearchParams(location.search);
const till = new Till(settings.get("agent") ?? "http://127.0.0.1:7411", settings.get("lane") ?? "1");
const $ = (id) => document.getElementById(id);
const code = $("scan").elements.code;
let checkoutId;
let paymentId;

function cny(minorUnits) {
  return { currencyCode: "CNY", minorUnits: BigInt(minorUnits) };
}

function amount({ currencyCode, minorUnits }) {
  return `${currencyCode} ${(Number(minorUnits) / 100).toFixed(2)}`;
}

function show(state, words) {
  $("state").textContent = state;
  $("words").textContent = `${words.what.en} ${words.next.en}`;
}

/** What a button does; what goes wrong is shown. */
function onClick(id, run) {
  $(id).addEventListener("click", () => run().catch((error) => ($("words").textContent = error.message)));
}

function onChange(checkout) {
  const waits = checkout.state === CheckoutState.WAITING_FOR_SCAN;
  show(CheckoutState[checkout.state], checkout.words);
  code.disabled = !waits;
  if (waits) code.focus();
}

for (const line of BASKET) {
  const item = document.createElement("li");
  item.textContent = `${line.units} × ${line.name.en}, ${amount(line.unitPrice)}`;
  $("basket").append(item);
}

onClick("sell", async () => {
  checkoutId = crypto.randomUUID(); // A real till writes it into its own journal here.
  $("sell").disabled = true;
  $("cancel").disabled = false;
  try {
    const checkout = await till.sell(checkoutId, BASKET, onChange);
    if (checkout.state === CheckoutState.COMPLETED) {
      paymentId = checkout.paymentId;
      $("receipt").textContent = (await till.receipt(paymentId)).text.join("\n");
      $("refund").disabled = false;
    }
  } finally {
    $("sell").disabled = false;
    $("cancel").disabled = true;
  }
});

onClick("cancel", () => till.cancel(checkoutId));

// A scanner that acts as a keyboard ends each scan with Enter.
$("scan").addEventListener("submit", (event) => {
  event.preventDefault();
  const scan = code.value;
  code.value = "";
  till.scan(checkoutId, scan).catch((error) => ($("words").textContent = error.message));
});

onClick("refund", async () => {
  const refundId = uuid7(); // A real till writes it into its own journal here.
  const answer = await till.refund(refundId, paymentId, [{ gtin: BASKET[0].gtin, units: 1 }]);
  show(RefundState[answer.state], answer.words);
  if (answer.refundedAmount) $("state").textContent += ` ${amount(answer.refundedAmount)}`;
});

onClick("close-day", async () => {
  const { totals, differences } = await till.closeDay();
  const sums = Object.entries(totals).filter(([, total]) => total?.amount);
  const rows = sums.map(([name, total]) => `${name}: ${total.count}, ${amount(total.amount)}`);
  const wrong = differences.map(({ paymentId, words }) => `${paymentId}: ${words.what.en} ${words.next.en}`);
  $("day").textContent = [...rows, ...wrong, `${differences.length} differences`].join("\n");
});
