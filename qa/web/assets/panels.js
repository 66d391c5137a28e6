// The menu, the drawer with past conversations, the help, and the keyboard shortcuts.
// Everything is found anew when it is used: a change of language replaces these parts.
import { conversations, forget, forgetAll, isBlocked, isKeptKey } from "./history.js";

const KEYS_OFF = "tanya-keys-off";
const byId = (id) => document.getElementById(id);
const words = () => byId("tm-texts").dataset;
const course = () => words().course;
let keysOff = false;
let chat; // what chat.js lets the panels do, and what it wants to hear of

function readKeysOff() {
  try {
    keysOff = localStorage.getItem(KEYS_OFF) === "1";
  } catch {
    // storage is blocked: the shortcuts are on until the page is left
  }
}

function keepKeysOff(off) {
  keysOff = off;
  try {
    localStorage.setItem(KEYS_OFF, off ? "1" : "0");
  } catch {
    // storage is blocked: the choice lasts until the page is left
  }
}

// ---- history -------------------------------------------------------------------------------------------------

function row(one, current) {
  const item = document.createElement("li");
  const open = document.createElement("button");
  open.type = "button";
  open.className = "tm-past-open";
  open.dataset.conversation = one.id;
  if (one.id === current) open.setAttribute("aria-current", "true");
  const title = document.createElement("span");
  title.className = "tm-past-title";
  title.textContent = one.title;
  const when = document.createElement("span");
  when.className = "tm-past-when";
  const date = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  when.textContent = `${date.format(one.time)} · ${words().turns.replace("{count}", one.turns.length)}`;
  open.append(title, when);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "tm-past-delete";
  remove.dataset.forget = one.id;
  remove.setAttribute("aria-label", words().deleteOne.replace("{title}", one.title));
  remove.append(byId("tm-delete-icon").firstElementChild.cloneNode(true));
  item.append(open, remove);
  return item;
}

function list() {
  const kept = conversations(course());
  byId("tm-past").replaceChildren(...kept.map((one) => row(one, chat.current())));
  byId("tm-past").hidden = kept.length === 0;
  byId("tm-history-empty").hidden = kept.length > 0;
  byId("tm-delete-all").hidden = kept.length === 0;
  byId("tm-delete-sure").hidden = true;
  if (isBlocked()) byId("tm-history-note").textContent = words().notKept;
}

function openHistory() {
  list();
  byId("tm-history").showModal();
}

function remove(id) {
  forget(course(), id);
  chat.forgotten(id);
  list();
  ($("#tm-past button") || $("#tm-history [data-close]")).focus();
  chat.say(words().deleted);
}

function removeAll() {
  forgetAll(course());
  chat.forgotten();
  list();
  $("#tm-history [data-close]").focus();
  chat.say(words().deletedAll);
}

function ask(sure) {
  byId("tm-delete-sure").hidden = !sure;
  byId("tm-delete-all").hidden = sure;
  byId(sure ? "tm-delete-not" : "tm-delete-all").focus();
}

// ---- menu and help -------------------------------------------------------------------------------------------

const $ = (selector) => document.querySelector(selector);

export function markChoices() {
  const root = document.documentElement.dataset;
  const pressed = (button, on) => button.setAttribute("aria-pressed", String(on));
  for (const button of document.querySelectorAll("[data-set-size]")) pressed(button, button.dataset.setSize === root.size);
  for (const button of document.querySelectorAll("[data-set-language]")) pressed(button, button.dataset.setLanguage === root.language);
  const theme = byId("tm-theme");
  if (theme) theme.lastElementChild.textContent = window.tanyaTheme.current() === "dark" ? theme.dataset.light : theme.dataset.dark;
}

function closeMenu() {
  const menu = byId("tm-menu");
  if (!menu?.matches(":popover-open")) return;
  menu.hidePopover();
  byId("tm-menu-open").focus();
}

function openHelp() {
  closeMenu();
  byId("tm-keys-on").checked = !keysOff;
  byId("tm-help").showModal();
}

// Returns whether the click was for a panel.
export function clicked(target) {
  const past = target.closest("[data-conversation]");
  const forgotten = target.closest("[data-forget]");
  const language = target.closest("[data-set-language]");
  const size = target.closest("[data-set-size]");
  const button = target.closest("button, dialog")?.id;
  if (target.closest("[data-close]") || (target instanceof HTMLDialogElement && target.open)) target.closest("dialog").close();
  else if (past) {
    byId("tm-history").close();
    chat.open(past.dataset.conversation);
  } else if (forgotten) remove(forgotten.dataset.forget);
  else if (language) chat.speak(language.dataset.setLanguage);
  else if (size) {
    window.tanyaTheme.size(size.dataset.setSize);
    markChoices();
  } else if (button in BUTTONS) BUTTONS[button]();
  else return false;
  return true;
}

const BUTTONS = {
  "tm-history-open": openHistory,
  "tm-help-open": openHelp,
  "tm-delete-all": () => ask(true),
  "tm-delete-not": () => ask(false),
  "tm-delete-now": removeAll,
  "tm-theme": () => {
    window.tanyaTheme.toggle();
    markChoices();
  },
  "tm-export": () => {
    closeMenu();
    chat.exportIt();
  },
  "tm-print": () => {
    closeMenu();
    chat.print();
  },
};

// ---- keyboard ------------------------------------------------------------------------------------------------

const KEYS = {
  "/": () => chat.compose(),
  "?": openHelp,
  n: () => chat.putAway(),
  c: () => chat.copyLast(),
  h: openHistory,
};

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]") || byId("tm-menu")?.matches(":popover-open")) return;
  if (event.key === "Escape") {
    chat.stop();
    return;
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : ""];
  if (typing || keysOff || !act || document.documentElement.dataset.ready !== "true") return;
  event.preventDefault();
  act();
}

export function start(actions) {
  chat = actions;
  readKeysOff();
  document.addEventListener("keydown", pressed);
  document.addEventListener("change", (event) => {
    if (event.target.id === "tm-keys-on") keepKeysOff(!event.target.checked);
  });
  window.addEventListener("storage", (event) => {
    if (!isKeptKey(course(), event.key)) return;
    chat.changedElsewhere(event);
    if (byId("tm-history")?.open) list();
  });
}
