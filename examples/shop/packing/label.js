/** In the browser, on an opened label: takes it off the screen after 60 s, after printing, and when the window is left. */
const label = document.getElementById("label");
const OPEN_MS = 60_000;

function close() {
  label?.replaceChildren();
  location.replace(label?.dataset["back"] ?? "/");
}

document.getElementById("print")?.addEventListener("click", () => print());
addEventListener("afterprint", close);
addEventListener("pagehide", () => label?.replaceChildren());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") close();
});
setTimeout(close, OPEN_MS);
