"""Runs install_deps.py in a process of its own and tells how far it is. No Blender here."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from ..language import tr

SECONDS_TO_STOP = 4.0
LINES_KEPT = 200


class Installer:
    """One installation: start it by making it, then `poll` it from a timer until `is_over`.

    Args:
        python: a Python 3.11 to 3.13 that makes the environment.
        code: folder with install_deps.py.
        environment: folder of the virtual environment.
        downloads: folder for what pip downloads, so that a retry does not fetch it again; removed after a success.
        device: "auto", "cpu" or "cuda".
        script: what is run in `code`.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(
        self, python: str, code: Path, environment: Path, downloads: Path, device: str = "auto",
        script: str = "install_deps.py",
    ) -> None:  # fmt: skip
        # --repair: who presses the button though everything seems to be there has a reason
        options = ["--env", str(environment), "--device", device, "--repair"]
        command = [python, "-I", "-u", str(code / script), *options, "install"]
        posix = os.name == "posix"
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace", start_new_session=posix,
            env=os.environ | {"PIP_CACHE_DIR": str(downloads)},
            creationflags=0 if posix else subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW,
        )  # fmt: skip
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        self.was_cancelled = False
        self._downloads = downloads
        self._asked, self._seen = 0.0, 0
        self._count = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def is_over(self) -> bool:
        """Tell whether the process has ended and all its words were read."""
        return self._process.poll() is not None and not self._reader.is_alive()

    @property
    def succeeded(self) -> bool:
        """Tell whether everything is installed."""
        return self.is_over and self._process.returncode == 0

    @property
    def step(self) -> tuple[int, int, str]:
        """The number of the running step, of how many, and its title; (0, 0, "") before the first."""
        for line in reversed(tuple(self.lines)):
            if found := re.search(r"\[(\d+)/(\d+)\] (.*)", line):
                return int(found[1]), int(found[2]), found[3].strip()
        return 0, 0, ""

    @property
    def last_line(self) -> str:
        """The latest line that says anything."""
        return next((line for line in reversed(tuple(self.lines)) if line.strip()), "")

    @property
    def failure(self) -> str:
        """Why it failed, in one sentence; "" where it did not."""
        if not self.is_over or self.succeeded:
            return ""
        if self.was_cancelled:
            return "The installation was cancelled; it goes on from there when started again"
        return self.last_line.removeprefix("install_deps: ") or tr(
            "It ended with code {code}", code=self._process.returncode
        )

    def poll(self) -> bool:
        """Tell whether there is news since the last call; ends a process that does not heed a cancel."""
        if self._asked and not self.is_over and time.monotonic() - self._asked > SECONDS_TO_STOP:
            self._signal(hard=True)
        news, self._seen = self._count != self._seen, self._count
        return news or self.is_over

    def cancel(self) -> None:
        """Ask the process and its children to stop."""
        if not self.is_over:
            self.was_cancelled, self._asked = True, time.monotonic()
            self._signal(hard=False)

    def kill(self) -> None:
        """End the process and its children now."""
        if self._process.poll() is None:
            self._signal(hard=True)

    def _read(self) -> None:
        """Collect the process's words; runs in a thread of its own and touches nothing else."""
        with self._process.stdout as stream:
            for line in stream:
                self.lines.append(line.rstrip())
                self._count += 1
        if self._process.wait() == 0:
            shutil.rmtree(self._downloads, ignore_errors=True)

    def _signal(self, *, hard: bool) -> None:
        if self._process.poll() is not None:
            return
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(self._process.pid)], capture_output=True)
            return
        with suppress(ProcessLookupError):  # it has ended since, and the thread that reads has waited for it
            os.killpg(self._process.pid, signal.SIGKILL if hard else signal.SIGINT)
