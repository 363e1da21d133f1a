// Says, as JSON, whose code is in the window's files and under which licence, with its text. By a build that writes nothing.
import { readFileSync } from "node:fs";
import { build } from "vite";

const FILE = "licences.json";
// What becomes part of the files on another way than by being imported: rules of its stylesheet, and what it writes beside the texts.
const WRITTEN_IN = ["@inlang/paraglide-js", "tailwindcss"];

const made = await build({ logLevel: "error", build: { write: false, license: { fileName: FILE } } });
const imported = JSON.parse(made.output.find(({ fileName }) => fileName === FILE).source);
const written = WRITTEN_IN.map((name) => {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  return { name, version, identifier: license, text: readFileSync(`${folder}/LICENSE`, "utf8").trim() };
});
console.log(JSON.stringify([...imported, ...written]));
