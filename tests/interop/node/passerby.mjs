/** The program `passerby`, with a vault of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = process.env.PASSERBY_WALLET;

export const ANNA = { name: "Anna Beispiel", email: "anna@example.org", address: { postal_code: "01069", locality: "Dresden" } };

/** Makes a vault with Anna's details, or others. `run` resolves with the exit code and the one object that was printed. */
export async function makeWallet(options = [], person = ANNA) {
  const folder = mkdtempSync(join(tmpdir(), "passerby-interop-"));
  const [passphrase, details] = [join(folder, "passphrase"), join(folder, "details.json")];
  writeFileSync(passphrase, "a passphrase for tests only\n");
  writeFileSync(details, JSON.stringify(person));
  const run = (...words) => new Promise((resolve, reject) => {
    const all = ["--vault", join(folder, "vault.db"), "--passphrase-file", passphrase, "--json", ...options, ...words];
    const child = spawn(PROGRAM, all, { stdio: ["ignore", "pipe", "inherit"] });
    const parts = [];
    child.stdout.on("data", (part) => parts.push(part));
    child.on("error", reject).on("close", (code) => {
      const text = Buffer.concat(parts).toString();
      resolve({ code, said: text ? JSON.parse(text) : {} });
    });
  });
  for (const words of [["init", "--stretching", "least"], ["set", "--file", details]]) {
    const { code, said } = await run(...words);
    if (code !== 0) throw new Error(`${words[0]}: ${JSON.stringify(said)}`);
  }
  return { run, remove: () => rmSync(folder, { recursive: true }) };
}
