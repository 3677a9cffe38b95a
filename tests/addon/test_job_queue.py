"""The queue and its words, without Blender's data."""

import numpy as np
import pytest
from addon_fixtures import FakeClient, done, mesh_arrays

from iss_blender_addon.jobs.job import Job, JobState, Progress
from iss_blender_addon.jobs.queue import MOST_LOSSES, JobQueue
from iss_blender_addon.jobs.requests import GenerateRequest, generate_job
from iss_blender_addon.progress_text import progress_line, seconds_text


@pytest.fixture
def fake():
    client = FakeClient()
    client.answer = lambda number, job: []
    return client


@pytest.fixture
def queue(fake):
    return JobQueue(lambda: fake)


def job(kind="generate"):
    return Job(kind, {"text": "a box"}, title="a box")


def test_jobs_run_one_after_the_other(queue, fake):
    first, second = queue.submit(job()), queue.submit(job())
    queue.tick()
    assert (first.state, second.state) == (JobState.RUNNING, JobState.WAITING)
    assert fake.jobs == [{"type": "generate", "text": "a box"}]
    fake.events.append(done(1))
    queue.tick()
    assert (first.state, second.state) == (JobState.DONE, JobState.RUNNING)
    assert first.result.facts["seed"] == 5
    assert np.array_equal(first.result.mesh.faces, mesh_arrays()["faces"])


def test_as_many_jobs_run_as_the_worker_does_at_once(queue, fake):
    queue.warm_up()
    fake.tell("hello", None, at_once=2)
    first, second, third = (queue.submit(job()) for _ in range(3))
    queue.tick()
    assert queue.running == (first, second)
    assert queue.waiting == (third,)
    fake.events.append(done(2))
    queue.tick()
    assert (second.state, queue.running) == (JobState.DONE, (first, third))
    queue.cancel(third)
    assert fake.cancelled == [3]


def test_learning_runs_alone(queue, fake):
    queue.warm_up()
    fake.tell("hello", None, at_once=2)
    first, lesson, last = queue.submit(job()), queue.submit(job("train")), queue.submit(job())
    queue.tick()
    assert queue.running == (first,)
    fake.events.append(done(1))
    queue.tick()
    assert queue.running == (lesson,)
    fake.events.append(done(2))
    queue.tick()
    assert queue.running == (last,)


def test_what_is_put_in_front_goes_before_a_lesson_that_could_begin(queue, fake):
    first, lesson = queue.submit(job()), queue.submit(job("train"))
    queue.tick()
    finer = job("mesh")
    fake.events.append(done(1))
    queue.tick(lambda: queue.submit(finer, in_front=True) if first.is_over else None)
    assert queue.running == (finer,)
    assert queue.waiting == (lesson,)


def test_a_job_whose_worker_was_stopped_for_another_begins_again(queue, fake):
    queue.warm_up()
    fake.tell("hello", None, at_once=2)
    first, second = queue.submit(job()), queue.submit(job())
    queue.tick()
    queue.cancel(first)
    fake.tell("cancelled", 1, forced=True)
    fake.tell("lost", 2, message="It was stopped.", reason="stopped")
    queue.tick()
    assert (first.state, second.state) == (JobState.CANCELLED, JobState.RUNNING)
    assert len(fake.jobs) == 3


def test_progress_and_previews_are_carried_over(queue, fake):
    one = queue.submit(job())
    queue.tick()
    fake.tell("progress", 1, phase="stage 2", step=5, total=20, loss=0.5, eta_s=7.4)
    fake.tell("mesh", 1, mesh_arrays())
    assert queue.tick()
    assert one.progress == Progress("stage 2", 5, 20, 0.5, 7.4)
    assert one.previews == 1
    assert progress_line(one) == "Improving 5/20, 7 s left"
    assert not queue.tick()


def test_of_a_worker_that_had_to_be_killed_the_last_shape_and_the_bundle_are_known(queue, fake):
    one = queue.submit(job())
    queue.tick()
    fake.tell("hello", None, device="cpu", bundle="tiny", loaded=True)
    fake.tell("cancelled", 1, mesh_arrays() | {"shape": np.arange(3, dtype=np.uint8)}, forced=True)
    queue.tick()
    assert one.result.shape.tolist() == [0, 1, 2]
    assert one.result.facts == {"bundle": "tiny"}


def test_events_of_other_jobs_are_left_aside(queue, fake):
    one = queue.submit(job())
    queue.tick()
    fake.tell("done", 99)
    queue.tick()
    assert one.state is JobState.RUNNING


def test_a_waiting_job_is_cancelled_at_once_a_running_one_when_the_worker_agrees(queue, fake):
    first, second = queue.submit(job()), queue.submit(job())
    queue.tick()
    queue.cancel_all()
    queue.cancel(first)  # twice is once
    assert (first.is_cancelling, second.state) == (True, JobState.CANCELLED)
    assert fake.cancelled == [1]
    fake.tell("cancelled", 1, mesh_arrays())
    queue.tick()
    assert first.state is JobState.CANCELLED
    assert first.best_mesh is not None


def test_a_lost_worker_fails_its_job_and_not_the_next(queue, fake):
    first, second = queue.submit(job()), queue.submit(job())
    queue.tick()
    fake.tell("lost", 1, message="It crashed.")
    queue.tick()
    assert (first.state, first.message) == (JobState.FAILED, "It crashed.")
    assert second.state is JobState.RUNNING


def test_workers_lost_again_and_again_end_the_queue(queue, fake):
    jobs = [queue.submit(job()) for _ in range(MOST_LOSSES + 2)]
    for number in range(1, MOST_LOSSES + 1):
        queue.tick()
        fake.tell("lost", number, message="It crashed.")
    queue.tick()
    assert {one.state for one in jobs} == {JobState.FAILED}
    assert len(fake.jobs) == MOST_LOSSES
    queue.submit(job())
    queue.tick()
    assert len(fake.jobs) == MOST_LOSSES + 1  # a person's next press tries again


def test_no_backend_fails_the_job_with_the_reason():
    def nothing():
        raise ValueError("The backend is not installed yet.")

    queue = JobQueue(nothing)
    one = queue.submit(job())
    queue.warm_up()
    queue.tick()
    assert (one.state, one.message) == (JobState.FAILED, "The backend is not installed yet.")


def test_stop_kills_the_worker_and_the_next_job_gets_another(queue, fake):
    one = queue.submit(job())
    queue.tick()
    queue.stop()
    assert fake.was_killed
    assert one.state is JobState.CANCELLED
    assert not queue.has_worker
    queue.submit(job())
    queue.tick()
    assert len(fake.jobs) == 2


def test_the_greeting_is_remembered(queue, fake):
    queue.warm_up()
    assert fake.was_started
    fake.tell("hello", None, device="cpu", bundle="tiny", versions={"torch": "2"}, loaded=True)
    queue.tick()
    assert (queue.facts.device, queue.facts.versions, queue.facts.is_loaded) == ("cpu", (("torch", "2"),), True)


def test_wait_blocks_until_the_end_or_the_limit(queue, fake):
    one = queue.wait(queue.submit(job()), 0.02)
    assert one.state is JobState.RUNNING
    fake.events.append(done(1))
    assert queue.wait(one, 5).state is JobState.DONE


@pytest.mark.parametrize("change", [{"vertices": np.nan}, {"faces": 1}, {"faces": -1}])
def test_a_mesh_that_blender_cannot_take_is_refused(queue, fake, change):
    one = queue.submit(job())
    queue.tick()
    arrays = mesh_arrays()
    name, offset = next(iter(change.items()))
    arrays[name] = arrays[name] + np.array(offset, arrays[name].dtype)
    fake.tell("mesh", 1, arrays)
    queue.tick()
    assert one.preview is None


def test_the_own_learning_rate_is_left_to_the_bundle():
    assert "learning_rate" not in generate_job(GenerateRequest("a")).params["settings"]
    assert generate_job(GenerateRequest("a", rate=2.0)).params["settings"]["learning_rate"] == pytest.approx(8e-6)


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (59.4, "59 s"), (125, "2 min 5 s")])
def test_time_left_reads_well(seconds, text):
    assert seconds_text(seconds) == text
