"""From the preferences to a worker's client."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..folders import CODE, environment_folder, worker_log
from ..language import tr
from .backend import Backend, environment_python, managed_problem, python_at

if TYPE_CHECKING:
    from ..worker.client import WorkerClient


def chosen_backend() -> Backend:
    """Return the backend that the preferences ask for."""
    from ..preferences import preferences

    chosen = preferences()
    own = chosen.backend == "PYTHON"
    python = python_at(Path(chosen.python)) if own else environment_python(environment_folder())
    bundle = Path(chosen.bundle) if chosen.bundle else None
    return Backend(python, CODE, bundle, chosen.device.lower())


def installation_problem() -> str:
    """Return what only an installation can mend, in one sentence; "" where there is nothing of that kind."""
    from ..preferences import preferences

    return managed_problem(environment_folder(), CODE) if preferences().backend == "MANAGED" else ""


def backend_problem() -> str:
    """Return why the chosen backend cannot be used, in one sentence; "" where it can."""
    from ..preferences import preferences

    if preferences().backend == "PYTHON" and not preferences().python:
        return "Choose a Python first"
    return installation_problem() or chosen_backend().problem


def make_client() -> WorkerClient:
    """Return a client of the chosen backend's worker, not started yet.

    Raises:
        ValueError: there is no usable backend.
    """
    from ..worker.client import WorkerClient

    problem = backend_problem()
    if problem:
        raise ValueError(tr("{problem}; see the add-on's preferences.", problem=problem))
    backend = chosen_backend()
    return WorkerClient(backend.command, worker_log(), backend.environment)


def installing_python() -> str:
    """Return the interpreter that makes the backend's environment: Blender's own."""
    return sys.executable
