// Compiles messages/*.json into src/i18n/texts. The plugin is loaded from node_modules: what cannot be loaded from
// there is not looked for on the network, and a compilation that wrote too little ends here with an error.
import { readdirSync, readFileSync } from "node:fs";
import { compile } from "@inlang/paraglide-js";

const outdir = "./src/i18n/texts";

await compile({
  project: "./project.inlang",
  outdir,
  // Not kept in the browser: the language is a setting of the wallet.
  strategy: ["globalVariable", "baseLocale"],
  emitTsDeclarations: true,
  emitGitIgnore: false,
});

const expected = Object.keys(JSON.parse(readFileSync("./messages/en.json", "utf8"))).filter((key) => key !== "$schema");
const written = readdirSync(`${outdir}/messages`).filter((name) => name.endsWith(".js") && name !== "_index.js");
const all = readFileSync(`${outdir}/messages/_index.js`, "utf8");
const missing = expected.filter((key) => !all.includes(key));
if (missing.length > 0 || written.length < expected.length) {
  console.error(`Only ${written.length} of ${expected.length} texts were compiled.`);
  process.exit(1);
}
