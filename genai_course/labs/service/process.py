"""The server's own process: ``python -m genai_course.labs.service.process APP_FILE LOG ARGUMENTS``.

Standard input is a pipe that the notebook's kernel holds and never writes to. When the kernel ends, however it ends, the
operating system closes the pipe, reading from it returns, and the server stops. It listens on 127.0.0.1 only.
"""

import json
import logging
import os
import runpy
import socket
import sys
import threading
import time
from logging.handlers import RotatingFileHandler

ADDRESS = "127.0.0.1"
MOST_CONNECTIONS = 100
GRACE = 2.0  # seconds to finish what is being answered


def main(app_file, log, arguments):
    """Make the app of a file by its ``make_app`` and serve it until standard input ends."""
    stop = threading.Event()
    threading.Thread(target=_watch, args=(stop,), daemon=True).start()
    import uvicorn

    note = _log_to(log)
    app = runpy.run_path(app_file)["make_app"](note=note, **json.loads(arguments))
    # IPPROTO_TCP said aloud: else asyncio leaves small answers waiting 40 ms for company (Nagle's algorithm).
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind((ADDRESS, 0))  # 0: any free port
        quiet = {"log_config": None, "access_log": False, "server_header": False}
        config = uvicorn.Config(app, limit_concurrency=MOST_CONNECTIONS, timeout_graceful_shutdown=1, **quiet)
        server = uvicorn.Server(config)
        threading.Thread(target=_follow, args=(server, stop, listening.getsockname()[1]), daemon=True).start()
        server.run(sockets=[listening])


def _watch(stop):
    # b"" when the kernel is gone. (Reading sys.stdin itself would hold a lock at our own end.)
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stop.set()
    time.sleep(GRACE)
    os._exit(0)  # whatever still hangs ends with us


def _follow(server, stop, port):
    while not server.started and not stop.is_set():
        time.sleep(0.01)
    print(port, flush=True)
    stop.wait()
    server.should_exit = True


def _log_to(path):
    """A function (status, path, milliseconds) that writes a line; the log keeps its last two megabytes."""
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    # uvicorn's complaints about what is not HTTP, and our own lines, which `logger` is for in the end.
    for name in ("uvicorn.error", "genai_course.labs.service"):
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return lambda status, path, milliseconds: logger.info("%s %s %.1f ms", status, path, milliseconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
