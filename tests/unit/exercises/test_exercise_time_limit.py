import random
import sys
import threading
import time

import pytest

from genai_course.exercises.time_limit import TookTooLong, limited


def plain_loop():
    while True:
        pass


def bare_except():
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


def bare_except_twice():
    while True:
        try:
            while True:
                try:
                    time.sleep(0.001)
                except BaseException:
                    sum(range(10))
        except BaseException:
            continue


def finally_continues():
    while True:
        try:
            time.sleep(0.001)
        finally:
            continue  # noqa: B012


def loop_in_the_handler():
    try:
        plain_loop()
    except BaseException:
        bare_except()


@pytest.mark.parametrize(
    "endless", [plain_loop, bare_except, bare_except_twice, finally_continues, loop_in_the_handler]
)
def test_endless_loops_are_stopped(endless):
    start = time.process_time()
    with pytest.raises(TookTooLong):
        limited(endless, seconds=0.05)
    assert time.process_time() - start < 2


def test_the_seconds_of_other_programs_do_not_count():
    """Nothing strikes who waits for the processor, for as long as the clock's limit allows; half a second here."""
    assert limited(lambda: time.sleep(0.1) or "done", seconds=0.05) == "done"
    with pytest.raises(TookTooLong):
        limited(lambda: [time.sleep(0.01) for _ in range(10_000)], seconds=0.05)


def test_a_result_and_an_error_come_through():
    assert limited(max, 3, 4) == 4
    with pytest.raises(ZeroDivisionError):
        limited(lambda: 1 / 0)


def test_nothing_strikes_after_the_end():
    """The function ends at about the moment the exception is planted, over and over."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # the watcher gets its turn at any step, in place of every 5 ms
    try:
        ended, stopped = race(seconds=4)
    finally:
        sys.setswitchinterval(interval)
    assert min(ended, stopped) > 50  # on a busy machine hundreds, else thousands: both must have happened often


def works(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return "done"


def race(seconds):
    generator = random.Random(0)
    ended = stopped = 0
    end = time.process_time() + seconds
    while time.process_time() < end:
        length = generator.uniform(0.0002, 0.0006)
        try:
            assert limited(works, length, seconds=generator.uniform(0.0002, 0.0006)) == "done"
            ended += 1
        except TookTooLong:
            stopped += 1
        for _ in range(20):
            len("here a late exception would strike")
    return ended, stopped


def test_it_works_in_another_thread_and_one_limit_inside_another():
    results = []

    def inner():
        try:
            limited(plain_loop, seconds=0.05)
        except TookTooLong:
            results.append("stopped")

    thread = threading.Thread(target=lambda: limited(inner, seconds=5))
    thread.start()
    thread.join(300)
    assert results == ["stopped"]


def test_the_fast_path_costs_little():
    start = time.process_time()
    for _ in range(100):
        limited(len, "abc")
    assert (time.process_time() - start) / 100 < 0.01
