// Says how large the window is when packed, and fails above the goal. Run after a build.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const GOAL = 150_000;
const folder = "dist/assets";
const sizes = readdirSync(folder).map((name) => ({ name, bytes: gzipSync(readFileSync(`${folder}/${name}`), { level: 9 }).length }));
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);

for (const { name, bytes } of sizes) console.log(`${String(bytes).padStart(8)}  ${name}`);
console.log(`${String(total).padStart(8)}  of ${GOAL} bytes, gzipped`);
if (total > GOAL) process.exitCode = 1;
