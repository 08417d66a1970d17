"""A time limit on a learner's function that stops an endless loop as well, in the main thread and on every system.

A watcher thread plants an exception in the running thread (``PyThreadState_SetAsyncExc``). A loop may swallow it with a
bare ``except:``. So the exception, while it is created, plants its successor, which then strikes outside that ``try``.
An exception strikes between two steps of Python: one step that never ends (``time.sleep(10**9)``) is not stopped.

What counts are computing seconds of this process: on a busy machine a right answer may take many seconds of the clock.
"""

import ctypes
import functools
import os
import threading
import time
from queue import SimpleQueue

LIMIT = 5.0  # computing seconds; a check takes less than one
PATIENCE = 12  # times the limit may pass on the clock: what sleeps computes nothing, and has to end as well
AGAIN = 0.02  # seconds between two attempts to stop a function that resists

# Our own prototype: restype None makes it fit to be an __init__, and leaves ctypes.pythonapi as others know it.
_plant = ctypes.PYFUNCTYPE(None, ctypes.c_ulong, ctypes.c_void_p)(("PyThreadState_SetAsyncExc", ctypes.pythonapi))


class TookTooLong(BaseException):
    """The function ran longer than its limit. (A BaseException, so that ``except Exception`` lets it through.)"""


class _Alarm:
    """One limit for one call.

    Python switches threads, and lets planted exceptions strike, only at calls, jumps back and function starts. None of
    these lies between the test of ``over`` and the planting in ``watch``, nor between the end of the function and
    ``clear`` in ``limited``: nothing is planted once ``over`` is set, and nothing planted is left behind.
    """

    def __init__(self):
        self.over = False
        thread, successor = ctypes.c_ulong(threading.get_ident()), ctypes.c_void_p()
        # All in C: Python code in __init__ would itself be struck by the successor it plants.
        self.exception = type(
            "TookTooLong", (TookTooLong,), {"__init__": staticmethod(functools.partial(_plant, thread, successor))}
        )
        successor.value = id(self.exception)
        self.successor = successor
        self.plant = functools.partial(_plant, thread, id(self.exception))
        self.clear = functools.partial(_plant, thread, None)
        self.returned = threading.Event()

    def watch(self, seconds):
        most, latest = time.process_time() + seconds, time.monotonic() + PATIENCE * seconds
        while not self.returned.wait(seconds):
            seconds = min(most - time.process_time(), latest - time.monotonic())
            if seconds > 0:
                continue
            seconds = AGAIN
            if self.over:
                return
            self.plant()


def limited(function, *args, seconds=LIMIT):
    """Return ``function(*args)``; raise TookTooLong if it computes for longer than ``seconds``, or sleeps far longer."""
    alarm, watcher = _Alarm(), _idle.pop() if _idle else _new_watcher()
    clear, successor = alarm.clear, alarm.successor
    try:
        try:
            watcher.put((alarm, seconds))
            return function(*args)
        finally:
            alarm.over = True
            successor.value = None
            clear()
            alarm.returned.set()
            _idle.append(watcher)
    except alarm.exception:
        raise TookTooLong from None


# The queues of threads that have no alarm to watch. They are kept: starting a thread takes a millisecond.
_idle = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # threads do not survive a fork


def _new_watcher():
    queue = SimpleQueue()

    def work():
        while True:
            _Alarm.watch(*queue.get())

    # start() waits until the thread runs: before, Python takes its number for that of the thread which starts it.
    threading.Thread(target=work, name="time limit", daemon=True).start()
    return queue
