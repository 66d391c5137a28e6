"""Start the chat: settings, index and models, web page. The same as `tanya serve`, and opens the browser."""

from __future__ import annotations

import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser

from index.errors import TanyaError
from qa.settings import load_settings


def open_when_ready(url: str, seconds: float = 60.0) -> None:
    """Open the browser once the server answers, and give up quietly after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
        else:
            webbrowser.open(url)
            return


if __name__ == "__main__":
    try:
        settings = load_settings()
        from qa.web.app import serve
        from qa.web.courses import load_courses

        address = f"http://{settings.host}:{settings.port}"
        threading.Thread(target=open_when_ready, args=(address,), daemon=True).start()
        serve(load_courses(settings), settings)
    except TanyaError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None
