"""A bounded load: so many users, each asking again as soon as it has its answer, until so many requests are through."""

import itertools
import threading
import time
from dataclasses import dataclass

import numpy as np

from genai_course.labs.service.client import Connection, ask

MOST_USERS, MOST_REQUESTS = 64, 5000  # of one measurement: this is no tool for attacking anybody


@dataclass(frozen=True)
class Load:
    """seconds: (requests,) each answer took. statuses: (requests,). wall: seconds of it all. cpu: the server's CPU seconds."""

    seconds: np.ndarray
    statuses: np.ndarray
    wall: float
    cpu: float

    @property
    def rate(self):
        """Answers a second."""
        return len(self.seconds) / self.wall

    @property
    def cpu_each(self):
        """CPU seconds of the server for one answer."""
        return self.cpu / len(self.seconds)


def measure_load(server, users, requests, key, fields):
    """Let ``users`` threads send ``requests`` requests to /write and return the Load.

    fields: function (number of the request) -> its fields, a dict.
    Raises ValueError for more than 64 users or 5,000 requests, and whatever a connection raises.
    """
    if not 1 <= users <= MOST_USERS or not 1 <= requests <= MOST_REQUESTS:
        most = f"1 to {MOST_USERS} and 1 to {MOST_REQUESTS}"
        raise ValueError(f"users is {users!r} and requests {requests!r}; give {most}.")
    numbers, seconds, statuses, errors = itertools.count(), np.zeros(requests), np.zeros(requests, int), []

    def ask_again_and_again():
        try:
            with Connection(server, key) as connection:
                while (number := next(numbers)) < requests:
                    wish, begin = fields(number), time.perf_counter()
                    statuses[number], *_ = connection.ask("/write", wish)
                    seconds[number] = time.perf_counter() - begin
        except Exception as error:
            errors.append(error)

    used, begin = ask(server, "/health")[1]["cpu_seconds"], time.perf_counter()
    threads = [threading.Thread(target=ask_again_and_again, daemon=True) for _ in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - begin
    if errors:
        raise errors[0]
    return Load(seconds, statuses, wall, ask(server, "/health")[1]["cpu_seconds"] - used)


def percentile(values, percent):
    """The smallest of the values that is at least as large as ``percent`` per cent of them: the nearest rank.

    values: (n,), n of at least 1. percent: whole number from 1 to 100. No value is made up between two measured ones.
    """
    ordered = np.sort(values)
    rank = -(-percent * len(ordered) // 100)  # rounded up, in whole numbers: 0.07 * 100 is a little more than 7
    return ordered[rank - 1]
