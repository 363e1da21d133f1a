/** In the browser, on the waiting page: follows the state, offers help after the click, and moves on when the order is there. */
const card = document.getElementById("waiting");
const open = /** @type {HTMLAnchorElement} */ (document.getElementById("open"));
const copy = /** @type {HTMLButtonElement} */ (document.getElementById("copy"));
const nothing = document.getElementById("nothing");
const state = document.getElementById("state");
const order = card?.dataset["order"] ?? "";
const EVERY_MS = 1500;

/** @type {Record<string, string>} */
const TEXTS = {
  waiting: "Waiting for your wallet.",
  fetched: "Your wallet has the request. Decide there; this page waits.",
  answered: `Done. Your wallet takes you back to ${card?.dataset["host"] ?? "the shop"}. Did another browser open? Start again from the basket here.`,
  expired: "You were away for a while. Start again from the basket: it is as it was, and nothing was sent.",
  unsure: "We cannot see the relay server at the moment. Nothing is lost; this page keeps trying.",
};
let seen = false;

open.addEventListener("click", () => {
  setTimeout(() => {
    if (nothing && !seen) nothing.hidden = false;
  }, 4000);
});

copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(open.href);
  copy.textContent = copy.dataset["copied"] ?? "";
});

async function follow() {
  try {
    const answer = await fetch(`/status?order=${order}`, { headers: { accept: "application/json" } });
    const progress = await answer.json();
    if (progress.state === "ordered") return location.replace(`/orders/${order}`);
    if (progress.state === "declined") return location.replace("/checkout/form?after=decline");
    if (progress.link) open.href = progress.link;
    seen = progress.state === "fetched" || progress.state === "answered";
    if (seen && nothing) nothing.hidden = true;
    say(answer.ok ? progress.state : "unsure");
    if (progress.state === "expired") return undefined;
  } catch {
    say("unsure");
  }
  setTimeout(follow, EVERY_MS);
  return undefined;
}

/** One sentence for each change, so that a screen reader is not told the same thing twice. @param {string} word */
function say(word) {
  const text = TEXTS[word] ?? TEXTS["waiting"] ?? "";
  if (state && state.textContent !== text) state.textContent = text;
}

setTimeout(follow, EVERY_MS);
