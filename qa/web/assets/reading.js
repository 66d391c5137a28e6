// The way back from a quoted passage. The chat marks its link with from=chat: closing a tab that it opened and that has
// shown nothing else leads back to the conversation. In any other tab, or where the browser does not close it, the link
// opens the chat. The mark leaves the address at once, so that it is not shared.
(() => {
  "use strict";
  const CLOSE_MS = 200;
  const address = new URL(window.location.href);
  const fromChat = address.searchParams.get("from") === "chat";
  if (fromChat) {
    address.searchParams.delete("from");
    window.history.replaceState(window.history.state, "", address);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#tm-back");
    if (!link || !fromChat || window.history.length > 1 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.close();
    setTimeout(() => window.location.assign(link.href), CLOSE_MS);
  });
})();
