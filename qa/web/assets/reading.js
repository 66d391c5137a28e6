// The way back from a quoted passage. A tab that has shown nothing else was opened for it: closing it leads back to the
// conversation. In any other tab, or where the browser does not close it, the link opens the chat.
(() => {
  "use strict";
  const CLOSE_MS = 200;

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#tm-back");
    if (!link || window.history.length > 1 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.close();
    setTimeout(() => window.location.assign(link.href), CLOSE_MS);
  });
})();
