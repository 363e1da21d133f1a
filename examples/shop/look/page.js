/** The frame of every page. `html` escapes each value that is put into it. */
import { html } from "hono/html";

/** @typedef {ReturnType<typeof html>} Html */

/**
 * @param {{ title: string, narrow?: boolean, name: string, home?: string, links?: Html, foot?: Html, script?: string }} frame
 * @param {Html} content
 */
export function page({ title, narrow = false, name, home = "/", links = html``, foot = html``, script }, content) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${name}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/mark.svg" type="image/svg+xml">
${script ? html`<script src="${script}" defer></script>` : ""}
</head>
<body>
<header class="top ${narrow ? "narrow" : ""}"><a class="name" href="${home}">${name}</a>${links}</header>
<main class="${narrow ? "narrow" : "wide"}">${content}</main>
<footer class="foot ${narrow ? "narrow" : ""}">${foot}</footer>
</body>
</html>`;
}
