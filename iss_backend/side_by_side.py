"""Several jobs at a time on one processor, each with its share of the cores.

One generation consists of thousands of small steps, most of them too small to keep two cores busy. Jobs side by side
do, and each is computed as it would be alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

import torch

from iss_backend.errors import Cancelled
from iss_backend.progress import ProgressCallback, ProgressEvent

Result = TypeVar("Result")


def run_side_by_side(jobs: Sequence[Callable[[ProgressCallback], Result]], at_once: int) -> Iterator[Result]:
    """Yield the results of jobs in their order, `at_once` of them under way at a time.

    Each job is given a callback to report its progress to. Where one fails, or the caller stops listening, the others
    end with their next report.
    """
    over, threads = Event(), torch.get_num_threads()

    def listen(event: ProgressEvent) -> None:
        if over.is_set():
            raise Cancelled("Another job failed, or nobody waits for this one.")

    pool = ThreadPoolExecutor(at_once, initializer=torch.set_num_threads, initargs=(max(1, threads // at_once),))
    try:
        for waiting in [pool.submit(job, listen) for job in jobs]:
            yield waiting.result()
    finally:
        over.set()
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)  # the libraries beneath share one number
