/*
 * Tanya Materi on a course page:
 *   <script async src="https://HOST/widget.js" data-course="NAME"></script>      a button in the corner
 *   <tanya-materi course="NAME" mode="inline"></tanya-materi>                    the chat at this place
 * Attributes (data-… on the script, the bare name on the element): course, mode (launcher, inline), position (right,
 * left), color, title, greeting, lang (id, en), theme (auto, light, dark), open, token.
 * JavaScript: TanyaMateri.open(course), .close(course), .ask(question, course), .destroy(course); course may be left out.
 *
 * Everything lives in a shadow root with a constructed style sheet, so the page's style and its content security policy
 * touch nothing here, and nothing here touches the page. The page must allow HOST in script-src and frame-src.
 */
(() => {
  "use strict";
  const VERSION = 1;
  const TAG = "tanya-materi";
  const OPTIONS = ["course", "mode", "position", "color", "title", "greeting", "lang", "theme", "open", "token"];
  const FULL_SCREEN = "(max-width: 479px)";
  const script = document.currentScript;
  const server = new URL(".", script ? script.src : document.baseURI);

  const TEXTS = {
    id: { title: "Tanya Materi", open: "Buka obrolan", close: "Tutup obrolan", hide: "Tutup sapaan", frame: "Obrolan" },
    en: { title: "Tanya Materi", open: "Open the chat", close: "Close the chat", hide: "Hide the greeting", frame: "Chat" },
  };

  // `all: initial !important` inside beats whatever the page says of this element, its own !important included.
  const STYLE = `
:host { all: initial !important; display: block !important; position: fixed !important; top: 0 !important; left: 0 !important; width: 0 !important; height: 0 !important; }
:host([data-inline]) { position: static !important; width: 100% !important; height: 640px !important; max-height: 90vh !important; }
:host([hidden]) { display: none !important; }
* { box-sizing: border-box; }
.tm { --paper: #fff; --ink: #1d2628; --soft: #526064; --line: #d9d4c8; font: 400 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; color: var(--ink); direction: ltr; text-align: start; height: 100%; }
.tm[data-dark] { --paper: #1b2426; --ink: #e7ebe9; --soft: #a6b3b4; --line: #314043; }
button { font: inherit; cursor: pointer; border: 0; margin: 0; padding: 0; }
button:focus-visible { outline: 3px solid var(--color); outline-offset: 3px; }
svg { display: block; width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.corner { position: fixed; z-index: 2147483000; right: calc(20px + env(safe-area-inset-right, 0px)); bottom: calc(20px + var(--above) + env(safe-area-inset-bottom, 0px)); display: flex; align-items: flex-end; flex-direction: column; gap: 12px; max-width: calc(100vw - 40px); }
.left .corner { right: auto; left: calc(20px + env(safe-area-inset-left, 0px)); align-items: flex-start; }
.launcher { display: inline-flex; align-items: center; gap: 10px; min-height: 56px; padding: 0 20px 0 16px; border-radius: 28px; background: var(--color); color: var(--on-color); font-weight: 600; box-shadow: 0 2px 6px rgb(0 0 0 / 20%), 0 8px 24px rgb(0 0 0 / 18%); transition: transform .15s ease; }
.launcher:hover { transform: translateY(-2px); }
.greeting { position: relative; max-width: 280px; padding: 12px 44px 12px 16px; border: 1px solid var(--line); border-radius: 14px 14px 4px; background: var(--paper); box-shadow: 0 6px 20px rgb(0 0 0 / 12%); overflow-wrap: anywhere; }
.left .greeting { border-radius: 14px 14px 14px 4px; }
.close { display: grid; place-items: center; flex: none; width: 44px; height: 44px; border-radius: 8px; background: none; color: inherit; }
.greeting .close { position: absolute; top: 0; right: 0; color: var(--soft); }
.greeting svg { width: 16px; height: 16px; }
.panel { display: flex; flex-direction: column; overflow: hidden; margin: 0; padding: 0; border: 1px solid var(--line); background: var(--paper); color: var(--ink); }
dialog.panel { position: fixed; inset: auto; z-index: 2147483001; right: calc(20px + env(safe-area-inset-right, 0px)); bottom: calc(88px + var(--above) + env(safe-area-inset-bottom, 0px)); width: 410px; max-width: calc(100vw - 40px); height: 680px; max-height: calc(100vh - 108px - var(--above)); max-height: calc(100dvh - 108px - var(--above)); border-radius: 16px; box-shadow: 0 2px 6px rgb(0 0 0 / 14%), 0 18px 48px rgb(0 0 0 / 24%); }
.left dialog.panel { right: auto; left: calc(20px + env(safe-area-inset-left, 0px)); }
dialog.panel:not([open]) { display: none; }
dialog.panel[open] { animation: rise .18s ease-out; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
div.panel { height: 100%; border-radius: 12px; }
.head { display: flex; align-items: center; gap: 8px; flex: none; padding: 2px 4px 2px 16px; min-height: 48px; background: var(--color); color: var(--on-color); }
.tm[data-dark] .head { background: color-mix(in srgb, var(--color) 25%, var(--paper)); color: var(--ink); }
.head button:focus-visible { outline-color: currentColor; outline-offset: -4px; }
.name { flex: 1; min-width: 0; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.said { flex: none; margin: 0; padding: 10px 16px; border-bottom: 1px solid var(--line); color: var(--soft); }
iframe { flex: 1; width: 100%; min-height: 0; border: 0; background: var(--paper); color-scheme: normal; }
[hidden] { display: none !important; }
@media ${FULL_SCREEN} {
  dialog.panel { inset: 0 auto auto 0 !important; width: 100%; max-width: 100%; height: var(--height, 100dvh); max-height: none; border: 0; border-radius: 0; padding: env(safe-area-inset-top, 0px) env(safe-area-inset-right, 0px) env(safe-area-inset-bottom, 0px) env(safe-area-inset-left, 0px); background: var(--color); overscroll-behavior: contain; }
  .tm[data-dark] dialog.panel { background: color-mix(in srgb, var(--color) 25%, var(--paper)); }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
@media (forced-colors: active) { .launcher, .panel, .greeting { border: 1px solid; } }
@media print { .corner, dialog.panel { display: none !important; } }`;

  const ICONS = {
    chat: "M5 4h14a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3h-8l-5 4v-4H5a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3zM8 9.2h8M8 12.6h5",
    close: "M6 6l12 12M18 6L6 18",
  };

  function make(tag, options = {}, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else if (value !== null) element.setAttribute(name, value);
    }
    element.append(...inside);
    return element;
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  // Black or white, whichever is easier to read on a colour (WCAG's relative luminance).
  function readableOn(color, probe) {
    probe.style.color = color;
    const parts = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
    probe.style.color = "";
    const [r, g, b] = parts.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  }

  const widgets = new Set();

  class TanyaMateri extends HTMLElement {
    #root;
    #parts = {};
    #asked = [];
    #ready = false;
    #isOpen = false;
    #narrow = matchMedia(FULL_SCREEN);
    #dark = matchMedia("(prefers-color-scheme: dark)");
    #listeners = null;

    connectedCallback() {
      if (this.#listeners) return;
      this.#listeners = new AbortController();
      if (!this.#root) this.#build();
      widgets.add(this);
      const signal = this.#listeners.signal;
      window.addEventListener("message", (event) => this.#hear(event), { signal });
      this.#dark.addEventListener("change", () => this.#paint(), { signal });
      this.#narrow.addEventListener("change", () => this.#show(), { signal });
      for (const kind of ["resize", "scroll"]) window.visualViewport?.addEventListener(kind, () => this.#fit(), { signal });
      this.#place();
      if (this.#inline) this.#load();
      else if (this.#option("open") !== null && this.#option("open") !== "false" && !this.#narrow.matches) this.open({ focus: false });
    }

    disconnectedCallback() {
      widgets.delete(this);
      this.#listeners?.abort();
      this.#listeners = null;
      this.#ready = false; // a frame that comes back into a page loads anew
      this.#isOpen = false;
      this.#parts.frame?.remove();
      this.#parts.frame = null;
    }

    open({ focus = true } = {}) {
      if (this.#inline) {
        this.scrollIntoView({ block: "nearest" });
      } else if (!this.#isOpen) {
        this.#isOpen = true;
        this.#hideGreeting();
        this.#load();
        this.#show();
      }
      if (focus) this.#focusFrame();
    }

    close() {
      if (this.#inline || !this.#isOpen) return;
      const inside = this.#root.activeElement !== null;
      this.#isOpen = false;
      this.#show();
      if (inside) this.#parts.launcher.focus({ preventScroll: true });
    }

    ask(question) {
      this.open();
      this.#asked.push(String(question));
      this.#flush();
    }

    destroy() {
      this.remove();
    }

    get #inline() {
      return this.#option("mode") === "inline";
    }

    get #words() {
      return TEXTS[this.#option("lang") === "en" ? "en" : "id"];
    }

    #option(name) {
      return this.getAttribute(name);
    }

    get #title() {
      return this.#option("title") || this.#words.title;
    }

    #build() {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.#root = this.attachShadow({ mode: "open" });
      this.#root.adoptedStyleSheets = [sheet];
      const words = this.#words;
      const box = make("div", { class: `tm ${this.#option("position") === "left" ? "left" : ""}`, lang: this.#option("lang") === "en" ? "en" : "id" });
      this.#parts.box = box;
      this.#root.append(box);
      this.toggleAttribute("data-inline", this.#inline);
      const greeting = this.#option("greeting");
      const name = make("span", { class: "name" }, this.#title);
      if (this.#inline) {
        this.#parts.panel = make("div", { class: "panel", role: "region", "aria-label": this.#title }, make("div", { class: "head" }, name));
        if (greeting) this.#parts.panel.append(make("p", { class: "said" }, greeting));
        box.append(this.#parts.panel);
      } else {
        const close = make("button", { type: "button", class: "close", "aria-label": words.close, click: () => this.close() }, icon("close"));
        const head = make("div", { class: "head" }, name, close);
        this.#parts.panel = make("dialog", { class: "panel", id: "panel", "aria-label": this.#title, cancel: (event) => {
          event.preventDefault();
          this.close();
        }, keydown: (event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          this.close();
        } }, head);
        this.#parts.launcher = make("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel", "aria-haspopup": "dialog", click: () => (this.#isOpen ? this.close() : this.open()) }, icon("chat"), make("span", {}, this.#title));
        this.#parts.corner = make("div", { class: "corner" }, this.#parts.launcher);
        if (greeting) {
          const hide = make("button", { type: "button", class: "close", "aria-label": words.hide, click: () => this.#hideGreeting(true) }, icon("close"));
          this.#parts.greeting = make("div", { class: "greeting" }, make("span", {}, greeting), hide);
          this.#parts.corner.prepend(this.#parts.greeting);
        }
        box.append(this.#parts.corner, this.#parts.panel);
      }
      this.#paint();
    }

    #paint() {
      const { box } = this.#parts;
      const theme = this.#option("theme");
      const dark = theme === "dark" || (theme !== "light" && this.#dark.matches);
      const wished = this.#option("color");
      const color = wished && CSS.supports("color", wished) ? wished : dark ? "#7fd0cb" : "#0f5c63";
      box.toggleAttribute("data-dark", dark);
      box.style.setProperty("--color", color);
      box.style.setProperty("--on-color", readableOn(color, box));
    }

    // Widgets in the same corner stand above one another.
    #place() {
      const side = (widget) => widget.getAttribute("position") === "left";
      const below = [...widgets].filter((one) => one !== this && one.getAttribute("mode") !== "inline" && side(one) === side(this));
      this.#parts.box.style.setProperty("--above", `${this.#inline ? 0 : below.length * 68}px`);
    }

    #load() {
      if (this.#parts.frame) return;
      const address = new URL(`embed/${encodeURIComponent(this.#option("course") || "")}`, server);
      for (const [name, value] of [["lang", this.#option("lang")], ["theme", this.#option("theme")], ["token", this.#option("token")]]) {
        if (value && value !== "auto") address.searchParams.set(name, value);
      }
      const frame = make("iframe", { src: address.href, title: `${this.#words.frame}: ${this.#title}`, allow: "clipboard-write", load: () => this.#tell({ type: "hello" }) });
      this.#parts.frame = frame;
      this.#parts.panel.append(frame);
    }

    #show() {
      const { panel, launcher } = this.#parts;
      if (this.#inline) return;
      const modal = this.#narrow.matches;
      if (panel.open && (!this.#isOpen || panel.dataset.modal !== String(modal))) panel.close();
      if (this.#isOpen && !panel.open) {
        panel.dataset.modal = String(modal);
        if (modal) panel.showModal();
        else panel.open = true; // show() would take the page's focus
      }
      launcher.setAttribute("aria-expanded", String(this.#isOpen));
      this.#fit();
    }

    // On a phone the keyboard covers the lower part of the page: the panel keeps to what is left.
    #fit() {
      const { panel } = this.#parts;
      const seen = window.visualViewport;
      const shrunk = this.#isOpen && this.#narrow.matches && seen && seen.scale === 1;
      if (shrunk) {
        panel.style.setProperty("--height", `${seen.height}px`);
        panel.style.transform = seen.offsetTop ? `translateY(${seen.offsetTop}px)` : "";
      } else {
        panel.style.removeProperty("--height");
        panel.style.transform = "";
      }
    }

    #hideGreeting(byStudent = false) {
      this.#parts.greeting?.remove();
      if (byStudent) this.#parts.launcher.focus();
    }

    #focusFrame() {
      this.#parts.frame?.focus({ preventScroll: true });
      if (this.#ready) this.#tell({ type: "focus" });
    }

    #tell(message) {
      this.#parts.frame?.contentWindow?.postMessage({ tanya: VERSION, ...message }, server.origin);
    }

    #flush() {
      if (!this.#ready) return;
      for (const question of this.#asked.splice(0)) this.#tell({ type: "ask", question });
    }

    #hear({ data, origin, source }) {
      const frame = this.#parts.frame;
      if (!frame || source !== frame.contentWindow || origin !== server.origin) return;
      if (data === null || typeof data !== "object" || data.tanya !== VERSION) return;
      if (data.type === "close") this.close();
      if (data.type !== "ready") return;
      this.#ready = true;
      if (this.#root.activeElement === frame) this.#tell({ type: "focus" });
      this.#flush();
      this.dispatchEvent(new CustomEvent("tanya-ready"));
    }
  }

  if (!customElements.get(TAG)) customElements.define(TAG, TanyaMateri);

  const chosen = (course) => [...widgets].find((one) => !course || one.getAttribute("course") === course);
  window.TanyaMateri ??= Object.freeze({
    version: VERSION,
    open: (course) => chosen(course)?.open(),
    close: (course) => chosen(course)?.close(),
    ask: (question, course) => chosen(course)?.ask(question),
    destroy: (course) => chosen(course)?.destroy(),
  });

  if (!script?.dataset.course) return;
  const element = document.createElement(TAG);
  for (const name of OPTIONS) if (name in script.dataset) element.setAttribute(name, script.dataset[name]);
  const put = () => (script.dataset.mode === "inline" && script.isConnected ? script.after(element) : document.body.append(element));
  if (document.body) put();
  else document.addEventListener("DOMContentLoaded", put, { once: true });
})();
