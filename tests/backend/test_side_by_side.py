import threading

import pytest
import torch

from iss_backend.errors import Cancelled
from iss_backend.progress import ProgressEvent
from iss_backend.side_by_side import run_side_by_side


def test_results_come_in_order_from_jobs_that_run_at_the_same_time():
    meeting = threading.Barrier(2, timeout=20)  # each of two jobs waits for the other

    def job(number):
        def work(report):
            meeting.wait()
            return number

        return work

    assert list(run_side_by_side([job(n) for n in range(4)], 2)) == [0, 1, 2, 3]


def test_jobs_share_the_threads_and_leave_them_as_they_were():
    threads = torch.get_num_threads()
    seen = list(run_side_by_side([lambda report: torch.get_num_threads()] * 2, 2))
    assert seen == [max(1, threads // 2)] * 2
    assert torch.get_num_threads() == threads


def test_the_failure_of_one_ends_the_others():
    begun, ended = threading.Event(), []

    def fail(report):
        begun.wait(20)
        raise ValueError("no")

    def endless(report):
        begun.set()
        try:
            while True:
                report(ProgressEvent("stage 2", 0, 1))
        except Cancelled:
            ended.append(True)
            raise

    with pytest.raises(ValueError, match="no"):
        list(run_side_by_side([fail, endless], 2))
    assert ended == [True]
