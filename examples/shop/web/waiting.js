/**
 * In the browser, on the waiting page: follows the state, offers help after the click, and moves on when the order is there.
 *
 * The shop tells the state as it changes. Where nothing comes, because a proxy on the way holds it back, the page asks again and again.
 */
const card = document.getElementById("waiting");
const open = /** @type {HTMLAnchorElement} */ (document.getElementById("open"));
const copy = /** @type {HTMLButtonElement} */ (document.getElementById("copy"));
const nothing = document.getElementById("nothing");
const state = document.getElementById("state");
const order = card?.dataset["order"] ?? "";
const EVERY_MS = 1500;
/** For the first word, and for each further one. The shop gives a sign of life every 15 s. */
const FIRST_MS = 4000;
const FURTHER_MS = 40_000;

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

function listen() {
  const events = new EventSource(`/status/events?order=${order}`);
  let timer = setTimeout(leave, FIRST_MS);
  function leave() {
    clearTimeout(timer);
    events.close();
    ask();
  }
  function heard() {
    clearTimeout(timer);
    timer = setTimeout(leave, FURTHER_MS);
  }
  events.addEventListener("life", heard);
  events.addEventListener("message", ({ data }) => {
    heard();
    const progress = JSON.parse(data);
    if (progress.state === "unsure") leave();
    else if (show(progress)) events.close(), clearTimeout(timer);
  });
  events.addEventListener("error", leave);
}

async function ask() {
  try {
    const answer = await fetch(`/status?order=${order}`, { headers: { accept: "application/json" } });
    const progress = await answer.json();
    if (show(answer.ok || progress.state === "expired" ? progress : { state: "unsure" })) return;
  } catch {
    say("unsure");
  }
  setTimeout(ask, EVERY_MS);
}

/** Gives whether there is nothing more to wait for. @param {{ state: string, link?: string }} progress */
function show(progress) {
  if (progress.state === "ordered") location.replace(`/orders/${order}`);
  if (progress.state === "declined") location.replace("/checkout/form?after=decline");
  if (progress.link) open.href = progress.link;
  seen = progress.state === "fetched" || progress.state === "answered";
  if (seen && nothing) nothing.hidden = true;
  say(progress.state);
  return ["ordered", "declined", "expired"].includes(progress.state);
}

/** One sentence for each change, so that a screen reader is not told the same thing twice. @param {string} word */
function say(word) {
  const text = TEXTS[word] ?? TEXTS["waiting"] ?? "";
  if (state && state.textContent !== text) state.textContent = text;
}

listen();
