// The chat in a frame of another page: it listens to that page only if the operator allowed its origin, and to no
// other window. Messages are {tanya: 1, type, …}; the page outside speaks first ("hello"), so its origin is known.
(() => {
  "use strict";
  const VERSION = 1;
  const root = document.documentElement;
  const allowed = new Set([...root.dataset.parents.split(" ").filter(Boolean), window.location.origin]);
  const outside = window.parent;
  const waiting = []; // what was asked for before the chat was there
  let origin = "";

  const ready = () => root.dataset.ready === "true";
  const busy = () => root.dataset.busy === "true";

  function tell(type) {
    if (origin) outside.postMessage({ tanya: VERSION, type }, origin);
  }

  const ACTIONS = {
    focus: () => window.tanyaMateri.compose(),
    ask: ({ question }) => {
      if (typeof question === "string" && question.trim()) window.tanyaMateri.ask(question.slice(0, 4000));
    },
  };

  window.addEventListener("message", ({ data, origin: from, source }) => {
    if (source !== outside || outside === window || !allowed.has(from)) return;
    if (data === null || typeof data !== "object" || data.tanya !== VERSION) return;
    if (data.type === "hello") {
      origin = from;
      if (ready()) tell("ready");
    } else if (Object.hasOwn(ACTIONS, data.type)) {
      if (ready()) ACTIONS[data.type](data);
      else waiting.push(data);
    }
  });

  new MutationObserver((_, observer) => {
    if (!ready()) return;
    observer.disconnect();
    tell("ready");
    for (const data of waiting.splice(0)) ACTIONS[data.type](data);
  }).observe(root, { attributeFilter: ["data-ready"] });

  // Escape closes what lies on top: a dialog, the menu, an answer that is being written, and then the frame.
  let escaping = false;
  document.addEventListener("keydown", (event) => {
    escaping = event.key === "Escape" && !event.isComposing && !busy() && !document.querySelector("dialog[open], :popover-open");
  }, true);
  document.addEventListener("keyup", (event) => {
    if (event.key === "Escape" && escaping) tell("close");
    escaping = false;
  }, true);
})();
