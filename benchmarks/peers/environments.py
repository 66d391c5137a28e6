"""An environment for each peer, with the versions that its requirements file names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def requirements(peer: str) -> list[str]:
    """Return the pins of a peer, in the order in which they are installed."""
    return (HERE / f"requirements-{peer}.txt").read_text(encoding="utf-8").split()


def install(peer: str, folder: Path) -> Path:
    """Return the Python of the peer's environment below `folder`; it is made anew when its requirements changed."""
    venv = folder / peer
    python = venv / "bin" / "python"
    done = venv / "installed.txt"
    wanted = requirements(peer)
    if not done.exists() or done.read_text(encoding="utf-8").split() != wanted:
        print(f"Installing {peer} into {venv}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        # One line at a time: torch comes before what would ask for its CUDA build.
        for line in wanted:
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", line], check=True)
        done.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    return python
