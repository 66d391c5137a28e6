// Sorts and filters the table of questions. Without this file's script the page still shows everything.
(() => {
  "use strict";
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  const show = (dark) => {
    root.dataset.theme = dark ? "dark" : "light";
    theme.setAttribute("aria-pressed", String(dark));
  };
  const prefers = window.matchMedia("(prefers-color-scheme: dark)");
  show(prefers.matches);
  prefers.addEventListener("change", (event) => show(event.matches));
  theme.addEventListener("click", () => show(root.dataset.theme !== "dark"));
  // Paper is white: a dark page would print as a black sheet.
  let before = "light";
  window.addEventListener("beforeprint", () => { before = root.dataset.theme; show(false); });
  window.addEventListener("afterprint", () => show(before === "dark"));
  for (const part of document.querySelectorAll(".screen[hidden]")) part.hidden = false;

  const table = document.getElementById("questions");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const text = document.getElementById("search");
  const kind = document.getElementById("kind");
  const chips = [...document.querySelectorAll("button[data-flag]")];
  const count = document.getElementById("count");
  const empty = document.getElementById("empty");
  const words = new Map(rows.map((row) => [row, row.textContent.toLocaleLowerCase("id")]));

  const filter = () => {
    const flags = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.flag);
    const asked = text.value.trim().toLocaleLowerCase("id");
    let shown = 0;
    for (const row of rows) {
      const of = row.dataset.flags.split(" ");
      const fits = (!flags.length || flags.some((flag) => of.includes(flag)))
        && (!kind.value || row.dataset.kind === kind.value)
        && words.get(row).includes(asked);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    count.textContent = `${shown} dari ${rows.length} soal`;
    empty.hidden = shown > 0;
  };
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  text.addEventListener("input", filter);
  kind.addEventListener("change", filter);

  const open = document.getElementById("open");
  open.addEventListener("click", () => {
    const all = open.getAttribute("aria-pressed") !== "true";
    open.setAttribute("aria-pressed", String(all));
    for (const details of body.querySelectorAll("details")) details.open = all;
  });

  const order = new Intl.Collator("id", { numeric: true });
  const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
    const button = head.querySelector("button");
    if (!button) continue;
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const sorted = rows
        .map((row) => [value(row, column), row])
        // What has no value stands last, whichever way the column runs.
        .sort(([a], [b]) => (a === "") - (b === "") || (up ? 1 : -1) * order.compare(a, b))
        .map(([, row]) => row);
      body.append(...sorted);
    });
  }
  filter();
})();
