import threading

import pytest

from modem.emulator.serving.jobs import Jobs


def test_job_gives_its_result_or_its_error_to_the_caller() -> None:
    woken = threading.Event()
    jobs = Jobs(woken.set)

    def loop() -> None:
        for _ in range(2):
            assert woken.wait(5)
            woken.clear()
            jobs.carry_out()

    thread = threading.Thread(target=loop)
    thread.start()
    assert jobs.call(lambda: 5) == 5
    with pytest.raises(KeyError):
        jobs.call(lambda: {}["x"])
    thread.join(5)


def test_job_after_the_end_is_refused_and_one_before_it_is_done() -> None:
    jobs = Jobs(lambda: jobs.end())
    assert jobs.call(lambda: 1) == 1
    with pytest.raises(RuntimeError):
        jobs.call(lambda: 2)
