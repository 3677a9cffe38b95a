"""What the work on a job warned of, for whoever asked for it and does not see the log."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from iss_backend.errors import IssWarning


@contextmanager
def heard_remarks() -> Iterator[list[str]]:
    """Yield a list that gets the sentence of every `IssWarning` meanwhile, each once; they are shown as before too.

    Warnings belong to the whole process: only the thread that does the jobs, one after the other, may listen.
    """
    remarks: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always", IssWarning)
        show = warnings.showwarning

        def hear(message: Warning | str, category: type[Warning], *place: Any) -> None:
            if issubclass(category, IssWarning) and str(message) not in remarks:
                remarks.append(str(message))
            show(message, category, *place)

        warnings.showwarning = hear
        yield remarks
