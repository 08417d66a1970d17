"""The machine to oneself: ``with alone(): …`` waits until the other worker's test has ended, and holds back its next one.

Every test of a worker holds a lock that others may hold, too (conftest.py). Who wants to be alone gives it back and takes it as
one that nobody else may hold. A turnstile in front lets nobody past who came later.
"""

import os
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where no test asks for it
    fcntl = None

LOCKS = Path(__file__).parents[1] / "build" / "tests"


class Machine:
    """What the tests of several processes share. folder: where its two lock files are."""

    def __init__(self, folder=LOCKS):
        folder.mkdir(parents=True, exist_ok=True)
        self.turnstile, self.room = (
            os.open(folder / f"{name}.lock", os.O_CREAT | os.O_RDWR) for name in ("turnstile", "room")
        )

    @contextmanager
    def shared(self):
        """Beside others."""
        self._enter(fcntl.LOCK_SH)
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def alone(self):
        """Inside :meth:`shared`: for the length of the block, no other process is in there."""
        self._leave()
        self._enter(fcntl.LOCK_EX)
        try:
            yield
        finally:
            self._leave()
            self._enter(fcntl.LOCK_SH)

    def _enter(self, how):
        fcntl.flock(self.turnstile, fcntl.LOCK_EX)
        fcntl.flock(self.room, how)
        fcntl.flock(self.turnstile, fcntl.LOCK_UN)

    def _leave(self):
        fcntl.flock(self.room, fcntl.LOCK_UN)


machine = Machine() if fcntl and "PYTEST_XDIST_WORKER" in os.environ else None


@contextmanager
def alone():
    """For the length of the block, no test of another worker runs."""
    if machine is None:
        yield
    else:
        with machine.alone():
            yield
