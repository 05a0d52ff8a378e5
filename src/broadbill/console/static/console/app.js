// The office's own behaviour, without dependencies. Everything here enhances pages that work without it.
"use strict";
const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const remember = (name, value) => { document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`; };
// htmx 2 and 4 spell their events differently; both names stand here and nowhere else.
const onHtmx = (names, act) => names.forEach((name) => document.addEventListener(name, act));

// Theme: the server renders data-theme from the cookie, so nothing flashes.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-form]")) return;
  event.preventDefault();
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember("theme", root.dataset.theme);
});

// A form that was sent once is not sent again by a second press.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button) button.setAttribute("aria-busy", "true");
});
const unsend = (root) => {
  for (const form of all("form[data-sent]", root)) delete form.dataset.sent;
  for (const button of all("button[aria-busy]", root)) button.removeAttribute("aria-busy");
};
window.addEventListener("pageshow", () => unsend(document));

// Speaking to everybody: a polite live region, and toasts for what changed elsewhere.
const announce = (words) => { const live = one("#live"); if (live) { live.textContent = ""; requestAnimationFrame(() => { live.textContent = words; }); } };
const toast = (words, retry) => {
  const made = one("#toast-shape")?.content.firstElementChild.cloneNode(true);
  if (!made) return;
  one("p", made).textContent = words;
  const again = one("[data-retry]", made);
  if (retry) again.addEventListener("click", () => { made.remove(); retry(); }); else again.remove();
  one(".toasts").append(made);
};
document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast, .note")?.remove());
const fade = (made) => setTimeout(() => { if (!made.matches(":hover, :focus-within")) made.remove(); else fade(made); }, 10000);
all(".toast.good").forEach(fade);

// Command palette: a native dialog, a combobox, results rendered by the server.
const palette = one("dialog.pal"), asked = palette && one("input", palette);
const options = () => all("[role=option]", palette);
const choose = (index) => {
  const found = options();
  if (!found.length) { asked.removeAttribute("aria-activedescendant"); return; }
  const chosen = (index + found.length) % found.length;
  found.forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
  asked.setAttribute("aria-activedescendant", found[chosen].id);
  found[chosen].scrollIntoView({ block: "nearest" });
};
const openPalette = () => {
  if (palette.open) return;
  palette.showModal();
  asked.select();
  htmx.trigger(asked, "open");
};
if (palette) {
  asked.addEventListener("keydown", (event) => {
    const found = options(), at = found.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") { event.preventDefault(); choose(at + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); choose(at - 1); }
    if (event.key === "Escape") { event.preventDefault(); palette.close(); }
    if (event.key === "Enter" && found[at]) { event.preventDefault(); location.href = found[at].href; }
  });
}

// A sheet: a link with data-sheet opens its page in a dialog; without a script it is a page of its own.
const sheet = one("dialog.sheet#sheet");
document.addEventListener("click", (event) => {
  const target = event.target;
  if (palette && target.closest("[data-palette]")) { event.preventDefault(); openPalette(); }
  if (target.closest("[data-keys]")) { event.preventDefault(); one("#keys").showModal(); }
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
  if (target.matches?.("dialog")) target.close();
  for (const menu of all("details.menu[open]")) if (!menu.contains(target) || target.closest("a, button")) menu.open = false;
});

// Shortcuts. Single letters can be turned off (WCAG 2.1.4).
let led = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") all("details.menu[open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
  const typing = event.target.matches("input, textarea, select, [contenteditable]");
  if (palette && event.key === "k" && (event.metaKey || event.ctrlKey)) { event.preventDefault(); openPalette(); return; }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]") || document.body.dataset.shortcuts !== "on") return;
  if (palette && event.key === "/") { event.preventDefault(); openPalette(); }
  if (event.key === "?") { one("#keys")?.showModal(); }
  if (event.key === "g") { led = event.timeStamp; return; }
  if (event.timeStamp - led < 1500) { const link = one(`.nav a[data-key="${CSS.escape(event.key)}"]`); if (link) link.click(); }
  led = 0;
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-shortcuts]")) return;
  document.body.dataset.shortcuts = event.target.checked ? "on" : "off";
  remember("shortcuts", document.body.dataset.shortcuts);
});

// htmx: a refused form (422) and an error page may be swapped in; a failure leaves the page and offers another try.
const busy = (event, state) => {
  document.documentElement.toggleAttribute("data-loading", state);
  const box = event.detail.target;
  if (box?.id && box !== document.body) { if (state) box.setAttribute("aria-busy", "true"); else box.removeAttribute("aria-busy"); }
};
onHtmx(["htmx:beforeRequest", "htmx:before:request"], (event) => busy(event, true));
onHtmx(["htmx:afterRequest", "htmx:after:request"], (event) => { busy(event, false); unsend(document); });
onHtmx(["htmx:beforeSwap", "htmx:before:swap"], (event) => {
  const { xhr } = event.detail;
  if (xhr && (xhr.status === 422 || (xhr.status === 409 && event.detail.target === one("#sheet-body")))) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
onHtmx(["htmx:afterSwap", "htmx:after:swap"], (event) => {
  const box = event.detail.target;
  if (palette?.open && box?.id === "results") choose(0);
  if (sheet && box?.id === "sheet-body" && box.children.length) {
    const heading = one("h2, h1", box);
    if (heading) { heading.id ||= "sheet-title"; sheet.setAttribute("aria-labelledby", heading.id); }
    if (!sheet.open) sheet.showModal();
    (one("[aria-invalid=true], [autofocus], input:not([type=hidden], [readonly]), select, textarea", box) ?? heading)?.focus();
  }
  const said = box && (box.dataset.announce ? box : one("[data-announce]", box));
  if (said?.dataset.announce) announce(said.dataset.announce);
});
onHtmx(["htmx:responseError", "htmx:sendError", "htmx:timeout"], (event) => {
  const { elt, requestConfig: asked } = event.detail;
  const words = one("#toast-shape")?.dataset;
  if (!words || elt?.hasAttribute("data-quiet")) return;
  const again = asked?.verb === "get" ? () => htmx.ajax("GET", asked.path, { source: elt, target: event.detail.target }) : null;
  toast(event.detail.xhr?.status ? words.refused : words.unreachable, again);
});

// Offline: say so at the top; the page stays as it is.
const offline = one(".offline");
if (offline) for (const name of ["online", "offline"]) window.addEventListener(name, () => { offline.hidden = navigator.onLine; });
