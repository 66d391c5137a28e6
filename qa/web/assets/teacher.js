// The teacher's pages work without this: it adds progress, dragging, copying and the theme button.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const POLL = 1000;

  function theme() {
    const button = one("#tm-theme");
    if (!button || !window.tanyaTheme) return;
    const name = () => {
      const dark = window.tanyaTheme.current() === "dark";
      button.setAttribute("aria-label", dark ? button.dataset.light : button.dataset.dark);
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      window.tanyaTheme.toggle();
      name();
    });
    name();
  }

  // ---- the update of the index

  async function progress() {
    const box = one("[data-progress]");
    if (!box) return;
    const bar = one("progress", box);
    const stage = one("[data-stage]", box);
    const left = one("[data-left]", box);
    for (;;) {
      await new Promise((done) => setTimeout(done, POLL));
      let job;
      try {
        const response = await fetch(box.dataset.progress, { headers: { accept: "application/json" } });
        if (!response.ok) return location.reload();
        job = await response.json();
      } catch {
        left.textContent = "Sambungan terputus; mencoba lagi…";
        continue;
      }
      if (!job.running) return location.reload();
      stage.textContent = `${job.stage[0].toUpperCase()}${job.stage.slice(1)}…`;
      if (job.total) {
        bar.max = job.total;
        bar.value = job.done;
      } else {
        bar.removeAttribute("value");
      }
      const waiting = job.seconds_left > 5 ? `kira-kira ${time(job.seconds_left)} lagi` : "sebentar lagi";
      const text = job.total ? `${job.done} dari ${job.total}, ${waiting}` : "";
      // A screen reader is told of each tenth, not of each file.
      const tenth = job.total ? Math.floor((10 * job.done) / job.total) : 0;
      if (left.dataset.tenth !== `${job.stage}${tenth}`) left.textContent = text;
      left.dataset.tenth = `${job.stage}${tenth}`;
    }
  }

  function time(seconds) {
    return seconds < 90 ? `${seconds} detik` : `${Math.round(seconds / 60)} menit`;
  }

  // ---- upload

  function upload() {
    const form = one("#unggah");
    if (!form) return;
    const input = one("input[type=file]", form);
    const drop = one("[data-drop]", form);
    one(".tm-drag", form).hidden = false;
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.dataset.over = "";
      });
    }
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => delete drop.dataset.over);
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      send(form, [...event.dataTransfer.files]);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, [...input.files]);
    });
  }

  async function send(form, files) {
    if (!files.length || form.dataset.busy) return;
    form.dataset.busy = "true";
    const button = one("button", form);
    button.setAttribute("aria-disabled", "true");
    const list = one("#kiriman");
    list.hidden = false;
    list.replaceChildren();
    let failed = 0;
    for (const file of files) {
      if (await sendOne(form, file, list)) failed += 1;
    }
    const said = [...list.querySelectorAll("[data-state=error]")].map((item) => item.textContent);
    one("#kiriman-status").textContent = [`${files.length - failed} dari ${files.length} berkas tersimpan.`, ...said].join(" ");
    if (!failed) return location.reload();
    delete form.dataset.busy;
    button.removeAttribute("aria-disabled");
    const again = document.createElement("li");
    const link = document.createElement("a");
    link.href = location.pathname;
    link.textContent = "Muat ulang daftar dokumen";
    again.append(link);
    list.append(again);
  }

  // Sends one file and returns why it was refused, "" when it is saved.
  async function sendOne(form, file, list) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    name.textContent = file.name;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    item.append(name, bar);
    list.append(item);
    const reason = unfit(form, file) || (await post(form, file, bar));
    bar.remove();
    item.dataset.state = reason ? "error" : "done";
    name.textContent = reason || `${file.name} tersimpan.`;
    return reason;
  }

  function unfit(form, file) {
    const suffix = `.${file.name.split(".").pop().toLowerCase()}`;
    if (!form.dataset.suffixes.split(",").includes(suffix)) {
      return `Berkas '${file.name}' belum dapat dibaca; kirim PDF, PPTX, DOCX, HTML, Markdown, atau TXT.`;
    }
    if (file.size > Number(form.dataset.limit)) {
      return `Berkas '${file.name}' terlalu besar; bagi menjadi beberapa berkas yang lebih kecil.`;
    }
    return file.size ? "" : `Berkas '${file.name}' kosong; kirim berkas yang berisi.`;
  }

  function post(form, file, bar) {
    const body = new FormData();
    body.append("clash", one("[name=clash]:checked", form).value);
    body.append("files", file);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("accept", "application/json");
      request.setRequestHeader("x-csrf-token", one("[name=csrf]", form).value);
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      });
      const lost = `Berkas '${file.name}' belum terkirim karena sambungan terputus; kirim lagi.`;
      request.addEventListener("load", () => {
        const said = request.response || {};
        done(said.saved && said.saved.length ? "" : (said.refused || [])[0] || said.detail || lost);
      });
      request.addEventListener("error", () => done(lost));
      request.send(body);
    });
  }

  // ---- the rest

  function copying() {
    for (const button of document.querySelectorAll("[data-copy]")) {
      const code = document.getElementById(button.dataset.copy);
      // Behind a proxy the server may not know the address that this page was opened at.
      const here = new URL("../..", location.href).href.replace(/\/$/, "");
      code.textContent = code.textContent.replaceAll(code.dataset.origin, here);
      if (!navigator.clipboard) continue; // the text can still be marked by hand
      const label = button.textContent;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = button.dataset.done;
        setTimeout(() => (button.textContent = label), 2000);
      });
    }
  }

  function waiting() {
    const form = one("form[data-busy]");
    if (!form) return;
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "true";
      one("button", form).setAttribute("aria-disabled", "true");
      one("[data-wait]", form).textContent = form.dataset.busy;
    });
    window.addEventListener("pageshow", () => delete form.dataset.sent);
  }

  theme();
  upload();
  copying();
  waiting();
  progress();
})();
