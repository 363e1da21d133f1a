// Looks at the rooms in a real browser, on the fake world: `node scripts/look.js measure` says by how much each consent
// screen is longer than the window, `node scripts/look.js pictures <folder> [word]` takes a picture of each room,
// `node scripts/look.js sheet <folder>` prints the spare key, `node scripts/look.js findings` asks axe-core about each room.
// Development only. Needs a Chromium; CHROMIUM names another one.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build, preview } from "vite";

const WINDOW = { width: 900, height: 700, deviceScaleFactor: 1, mobile: false };
const ZOOMED = { width: 450, height: 350, deviceScaleFactor: 2, mobile: false };
const CONSENT = ["first-time", "known", "news", "over-asking", "sensitive", "missing", "new-keys", "restored", "foreign", "foreign-silent", "foreign-failed", "begun-as-stranger", "age-not-saved", "hostile"];
const LANGUAGES = ["en", "ru", "de"];
const PLACES = {
  ...Object.fromEntries([...CONSENT, "unchecked", "failed"].map((each) => [`consent-${each}`, `room=consent&case=${each}`])),
  welcome: "wallet=none", "welcome-shop": "wallet=none&shop", locked: "wallet=locked",
  "in-use": "wallet=locked&trouble=in-use", damaged: "wallet=locked&trouble=damaged",
  ...Object.fromEntries(["data", "requests", "shops", "activity", "settings", "spare-key"].map((room) => [room, `room=${room}`])),
  "data-empty": "room=data&empty",
};

/** A browser that is spoken to over a pipe: no port, nothing to download. */
function openBrowser() {
  const flags = ["--headless", "--no-sandbox", "--disable-background-networking", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"];
  const child = spawn(process.env.CHROMIUM ?? "chromium", flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const waiting = new Map();
  let [number, rest] = [0, ""];
  child.stdio[4].setEncoding("utf8").on("data", (piece) => {
    const parts = (rest + piece).split("\0");
    rest = parts.pop();
    for (const part of parts) {
      const { id, result, error } = JSON.parse(part);
      if (error) waiting.get(id)?.fail(new Error(error.message));
      else waiting.get(id)?.done(result);
      waiting.delete(id);
    }
  });
  const ask = (method, params = {}, sessionId = undefined) =>
    new Promise((done, fail) => {
      waiting.set(++number, { done, fail });
      child.stdio[3].write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
    });
  return { ask, close: () => child.kill() };
}

async function openPage(browser, address) {
  const { targetId } = await browser.ask("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await browser.ask("Target.attachToTarget", { targetId, flatten: true });
  const ask = (method, params) => browser.ask(method, params, sessionId);
  const run = async (expression) =>
    (await ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value;
  const show = async (query, metrics) => {
    await ask("Emulation.setDeviceMetricsOverride", metrics);
    await ask("Page.navigate", { url: `${address}?${query}` });
    // Svelte draws once the fake world has answered: when the heading is there and nothing says "one moment".
    for (let tries = 0; tries < 200; tries += 1) {
      if (await run("Boolean(document.querySelector('#window h1')) && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`Nothing was shown at ${query}.`);
  };
  return { ask, run, show };
}

async function measure(page) {
  console.log(["", ...LANGUAGES].map((each) => each.padEnd(14)).join(""));
  for (const name of CONSENT) {
    const over = [];
    for (const language of LANGUAGES) {
      await page.show(`room=consent&case=${name}&lang=${language}`, WINDOW);
      // What is left below the last card and the terms, or how much is missing.
      over.push(await page.run(`(() => {
        const box = document.querySelector("[role=dialog]");
        const more = box.scrollHeight - box.clientHeight;
        const columns = [...box.querySelectorAll("[data-column]")].map((each) => each.getBoundingClientRect().bottom);
        const left = Math.floor(box.querySelector("[data-answer]").getBoundingClientRect().top - Math.max(...columns));
        return more > 0 ? "+" + more : "fits, " + left;
      })()`));
    }
    console.log([name, ...over].map((each) => String(each).padEnd(14)).join(""));
  }
}

async function picture(page, folder, name, query, metrics) {
  await page.show(query, metrics);
  const { data } = await page.ask("Page.captureScreenshot", { format: "png" });
  writeFileSync(`${folder}/${name}.png`, Buffer.from(data, "base64"));
}

async function pictures(page, folder, word) {
  mkdirSync(folder, { recursive: true });
  for (const [name, query] of Object.entries(PLACES)) {
    for (const language of LANGUAGES) {
      for (const [look, rest, metrics] of [["light", "&theme=light", WINDOW], ["dark", "&theme=dark", WINDOW], ["zoomed", "&theme=light", ZOOMED]]) {
        const whole = `${name}-${language}-${look}`;
        if (new RegExp(word, "u").test(whole)) await picture(page, folder, whole, `${query}&lang=${language}${rest}`, metrics);
      }
    }
  }
}

/** The spare key as a printer gets it: how many pages, and a picture of them. */
async function sheet(page, folder) {
  mkdirSync(folder, { recursive: true });
  for (const language of LANGUAGES) {
    await page.show(`room=spare-key&lang=${language}&theme=dark`, WINDOW);
    await page.run(`document.querySelector("input[type=password]").focus()`);
    await page.ask("Input.insertText", { text: "quiet heron orange stairs" });
    await page.run(`document.querySelector("form button[type=submit]").click()`);
    await page.run(`new Promise((done) => setTimeout(done, 300))`);
    const { data } = await page.ask("Page.printToPDF", { paperWidth: 8.27, paperHeight: 11.69, printBackground: false });
    const bytes = Buffer.from(data, "base64");
    writeFileSync(`${folder}/sheet-${language}.pdf`, bytes);
    console.log(language, bytes.toString("latin1").match(/\/Type\s*\/Page\b/gu)?.length, "page(s)");
    await page.ask("Emulation.setEmulatedMedia", { media: "print" });
    await page.ask("Emulation.setDeviceMetricsOverride", { ...WINDOW, width: 718, height: 1000 });
    const picture = await page.ask("Page.captureScreenshot", { format: "png" });
    writeFileSync(`${folder}/sheet-${language}.png`, Buffer.from(picture.data, "base64"));
    await page.ask("Emulation.setEmulatedMedia", { media: "" });
  }
}

/** What axe-core finds where things are drawn: contrast too, which the tests cannot tell. */
async function findings(page) {
  const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
  let count = 0;
  for (const [name, query] of Object.entries(PLACES)) {
    for (const [theme, metrics] of [["light", WINDOW], ["dark", WINDOW], ["light", ZOOMED]]) {
      await page.show(`${query}&theme=${theme}`, metrics);
      await page.run(axe);
      await page.run("document.querySelectorAll('details').forEach((each) => (each.open = true))");
      const found = await page.run("axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ' ' + node.html.slice(0, 120))))");
      count += found.length;
      for (const each of found) console.log(`${name} ${theme} ${metrics.width}: ${each}`);
    }
  }
  console.log(`${count} findings in ${Object.keys(PLACES).length} places`);
  if (count > 0) process.exitCode = 1;
}

const WAYS = { measure, pictures, sheet, findings };
const [what = "measure", folder = "pictures", word = "."] = process.argv.slice(2);
if (!process.env.BUILT) await build({ mode: "story", logLevel: "error" });
const server = await preview({ mode: "story", preview: { port: 0, strictPort: false }, logLevel: "error" });
const browser = openBrowser();
try {
  const page = await openPage(browser, server.resolvedUrls.local[0]);
  await WAYS[what](page, folder, word);
} finally {
  browser.close();
  await server.close();
}
