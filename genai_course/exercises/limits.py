"""A time limit on a learner's function that stops an endless loop as well, in the main thread and on every system.

A watcher thread plants an exception in the running thread (``PyThreadState_SetAsyncExc``). A loop may swallow it with a
bare ``except:``. So the exception, while it is created, plants its successor, which then strikes outside of that ``try``.
An exception strikes between two steps of Python: one step that never ends (``time.sleep(10**9)``) is not stopped.
"""

import _thread
import ctypes
import functools
import threading

LIMIT = 5.0  # seconds; a check takes less than one
AGAIN = 0.02  # seconds between two attempts to stop a function that resists

# Our own prototype: restype None makes it fit to be an __init__, and leaves ctypes.pythonapi as others know it.
_plant = ctypes.PYFUNCTYPE(None, ctypes.c_ulong, ctypes.c_void_p)(("PyThreadState_SetAsyncExc", ctypes.pythonapi))


class TookTooLong(BaseException):
    """The function ran longer than its limit. (A BaseException, so that ``except Exception`` lets it through.)"""


class _Alarm:
    """One limit for one call.

    Python switches threads only at calls, jumps back and function starts. Neither ``ring`` after its test nor ``silence``
    before its call holds one of these, so nothing is planted once ``over`` is set, and nothing planted is left behind.
    """

    def __init__(self):
        self.over = False
        thread, successor = ctypes.c_ulong(threading.get_ident()), ctypes.c_void_p()
        # All in C: Python code in __init__ would itself be struck by the successor it plants.
        self.exception = type("TookTooLong", (TookTooLong,), {"__init__": staticmethod(functools.partial(_plant, thread, successor))})
        successor.value = id(self.exception)
        self.successor = successor
        self.plant = functools.partial(_plant, thread, id(self.exception))
        self.clear = functools.partial(_plant, thread, None)
        self.returned = threading.Event()

    def watch(self, seconds):
        while not self.returned.wait(seconds):
            if self.over:
                return
            self.plant()
            seconds = AGAIN


def limited(function, *args, seconds=LIMIT):
    """Return ``function(*args)``; raise TookTooLong if it takes longer than ``seconds``."""
    alarm = _Alarm()
    clear, successor = alarm.clear, alarm.successor
    try:
        try:
            _thread.start_new_thread(alarm.watch, (seconds,))
            return function(*args)
        finally:
            alarm.over = True
            successor.value = None
            clear()
            alarm.returned.set()
    except alarm.exception:
        raise TookTooLong from None
