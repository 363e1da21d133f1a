/** Debian's Chromium without a screen, spoken to over a pipe (Chrome DevTools Protocol): it listens at no port, and finds one host only. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What did not come by then does not come: a test that hangs would leave its browser behind. */
const PATIENCE_MS = 60_000;
const SLOWLY = "{ const soon = setTimeout; window.setTimeout = (what, after, ...more) => soon(what, 60 * after, ...more); }";
const FLAGS = ["--headless", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu", "--no-first-run", "--no-proxy-server", "--remote-debugging-pipe"];

/**
 * A browser with a profile of its own, that reaches this computer under one name: at the ports of its addresses, or all `through` one. Everything else that it
 * looks for by itself, such as updates, has no address.
 */
export async function openBrowser({ host, through = "127.0.0.1" }) {
  const folder = mkdtempSync(join(tmpdir(), "passerby-browser-"));
  const names = `--host-resolver-rules=MAP ${host} ${through}, MAP * ~NOTFOUND`;
  const child = spawn("chromium", [...FLAGS, names, `--user-data-dir=${folder}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const [waiting, listeners] = [new Map(), new Set()];
  let [number, rest] = [0, ""];
  child.stdio[4].setEncoding("utf8").on("data", (piece) => {
    const parts = (rest + piece).split("\0");
    rest = parts.pop();
    for (const message of parts.map((part) => JSON.parse(part))) {
      const { id, result, error } = message;
      if (id === undefined) for (const listener of listeners) listener(message);
      else if (error) waiting.get(id)?.fail(new Error(error.message));
      else waiting.get(id)?.done(result);
      waiting.delete(id);
    }
  });
  ended.then(() => waiting.forEach(({ fail }) => fail(new Error("the browser has ended"))));
  const ask = (method, params = {}, sessionId = undefined) =>
    new Promise((done, fail) => {
      waiting.set(++number, { done, fail });
      child.stdio[3].write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
    });
  return {
    /** A page of this browser: they share their cookies. One that is `patient` takes its own deadlines sixty times as long. */
    async openPage(address, { patient = false } = {}) {
      const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
      const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
      const page = new Page((method, params) => ask(method, params, sessionId));
      listeners.add((message) => message.sessionId === sessionId && page.hear(message));
      await page.ask("Page.enable");
      await page.ask("Network.enable");
      if (patient) await page.ask("Page.addScriptToEvaluateOnNewDocument", { source: SLOWLY });
      // Wherever it is sent on to.
      const there = page.arrives("/");
      await page.ask("Page.navigate", { url: address });
      await there;
      return page;
    },
    async close() {
      ask("Browser.close").catch(() => {});
      await ended;
      // Its helpers end after it.
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** The same, or an error that says what was waited for. */
function within(promise, what) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`this did not come: ${what}`)), PATIENCE_MS);
    promise.then(done, fail).finally(() => clearTimeout(timer));
  });
}

class Page {
  /** The paths, with their queries, that this page has asked for. */
  asked = [];
  #arrivals = new Set();

  constructor(ask) {
    this.ask = ask;
  }

  hear({ method, params }) {
    if (method === "Network.requestWillBeSent") {
      const { pathname, search } = new URL(params.request.url);
      this.asked.push(pathname + search);
    }
    if (method === "Page.frameNavigated" && !params.frame.parentId) for (const arrival of this.#arrivals) arrival(params.frame.url);
  }

  /** Resolves with the address once the page is another one whose path begins so. To be called before what leads there. */
  arrives(path) {
    const arrived = new Promise((done) => {
      const arrival = (url) => {
        if (!new URL(url).pathname.startsWith(path)) return;
        this.#arrivals.delete(arrival);
        done(url);
      };
      this.#arrivals.add(arrival);
    });
    return within(arrived, `a page at ${path}`);
  }

  async run(expression) {
    const { result, exceptionDetails } = await this.ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Resolves with the text of an element once there is one and its text begins so: the page says when it changes. */
  shows(selector, text = "") {
    const shown = this.run(`new Promise((done) => {
      const look = () => {
        const found = document.querySelector(${JSON.stringify(selector)})?.textContent ?? "";
        if (found !== "" && found.startsWith(${JSON.stringify(text)})) done(found);
      };
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
      look();
    })`);
    return within(shown, `${selector} with ${JSON.stringify(text)}`);
  }

  /** Presses what is there, and resolves once that led to a page whose path begins so. */
  async press(selector, path) {
    await this.shows(selector);
    const there = this.arrives(path);
    await this.run(`document.querySelector(${JSON.stringify(selector)}).click()`);
    return there;
  }
}
