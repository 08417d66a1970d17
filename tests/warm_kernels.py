"""Papermill without the wait for imports: half of what a notebook computes on `smoke` is importing TensorFlow and papermill.

``python tests/warm_kernels.py --serve SOCKET`` imports them once. For every ``papermill_process`` that asks (:data:`COMMAND`,
which takes the same arguments, prints the same and ends with the same code) it forks twice: one process goes on as papermill,
the other waits to become its kernel. What was imported has computed nothing, so the kernel's numbers are those of any other: the
browser's run, in usual kernels, is compared with this one, output by output.

Only Linux forks such a process safely; elsewhere, and where nobody answers, the usual process starts.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

USUAL = [sys.executable, "-m", "genai_course_tools.execution.papermill_process"]
COMMAND = [sys.executable, str(Path(__file__).resolve())]
COMPUTED = "computed"  # and the seconds: no child of the tests, so the system does not count them
SOCKET = "COURSE_TESTS_WARM"  # the variable that names it
# In this order: TensorFlow brings an SQLite of its own without full-text search, and a kernel has imported Python's before,
# for its history. Nothing of the course is imported, which is what the notebooks try.
IMPORTS = ("sqlite3", "ipykernel.kernelapp", "papermill", "keras", "seaborn", "sklearn", "scipy.stats", "ipywidgets")
SETTINGS = {  # of what is imported; the same as in a lesson's kernel
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OPENBLAS_NUM_THREADS": "1",  # a process with threads is not to be forked
}


class Nursery:
    """The process that has imported, as long as this one lives. folder: where its socket is."""

    def __init__(self, folder):
        self.path = str(Path(folder) / "warm")
        environment = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        } | SETTINGS
        command = [*COMMAND, "--serve", self.path]
        # It ends when its input does: when this process ends.
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        answers, _, _ = select.select([self.process.stdout], [], [], 300)
        self.is_ready = bool(answers) and self.process.stdout.readline() == "ready\n"

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def ask(path, arguments):
    """Let the nursery execute; return the exit code, or None where nobody answers."""
    with socket.socket(socket.AF_UNIX) as nursery:
        try:
            nursery.connect(path)
        except OSError:
            return None
        request = {"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}
        socket.send_fds(nursery, [json.dumps(request).encode() + b"\n"], [1, 2])
        code = nursery.makefile().readline()
    return int(code) if code else 1  # it died


def serve(path):
    """Import, then fork for everyone who asks, until the input ends."""
    del sys.path[0]  # the folder of this file, which no lesson sees
    for name in IMPORTS:
        importlib.import_module(name)
    from genai_course_tools.execution import papermill_process

    gc.freeze()  # what is there stays in pages that the processes share
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            connection, _ = listener.accept()
            if not os.fork():
                listener.close()
                _become(papermill_process.main, connection)
            connection.close()


def _become(main, connection):
    """In a forked process: execute what was asked for over ``connection``, answer with the exit code, end."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    text, descriptors, _, _ = socket.recv_fds(connection, 1 << 16, 2)
    while not text.endswith(b"\n"):
        text += connection.recv(1 << 16)
    request = json.loads(text)
    for number, descriptor in enumerate(descriptors, 1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    kernel = _Kernel(connection)
    threading.Thread(target=_end_with, args=(connection, kernel), daemon=True).start()

    from jupyter_client.provisioning import local_provisioner

    local_provisioner.launch_kernel = kernel.launch
    sys.argv = ["papermill_process", *request["arguments"]]
    code = _ending(main)
    kernel.kill()
    if not code:  # the last line of one that failed says why
        with contextlib.suppress(OSError):
            kernel.wait()  # which its seconds are counted by
        print(f"{COMPUTED} {sum(os.times()[:4]):.2f}", flush=True)
    with contextlib.suppress(OSError):
        connection.sendall(f"{code}\n".encode())
    os._exit(code)


def _end_with(connection, kernel):
    """End when the asking process has: it was killed."""
    connection.recv(1)
    kernel.kill()
    os._exit(1)


class _Kernel:
    """A forked process that waits to become a kernel; to jupyter_client, the process that it started."""

    stdin = stdout = stderr = returncode = None

    def __init__(self, connection):
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if not self.pid:
            connection.close()
            ours.close()
            os.setsid()
            theirs.sendall(b"!")
            _become_kernel(theirs)
        theirs.close()
        ours.recv(1)  # it has its own process group, to which signals are sent
        self.socket = ours

    def launch(self, command, stdin=None, stdout=None, stderr=None, env=None, cwd=None, **_):
        """In place of jupyter_client's function: let the process be the kernel that ``command`` would start."""
        arguments = command[command.index("ipykernel_launcher") + 1 :]
        request = {"arguments": arguments, "environment": dict(env or os.environ), "folder": str(cwd or os.getcwd())}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        return self

    def poll(self):
        if self.returncode is None and (ended := os.waitpid(self.pid, os.WNOHANG)) != (0, 0):
            self.returncode = os.waitstatus_to_exitcode(ended[1])
        return self.returncode

    def wait(self):
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            os.killpg(self.pid, number)

    def kill(self):
        with contextlib.suppress(OSError):  # it has ended, or this thread is not the one that waits for it
            os.killpg(self.pid, signal.SIGKILL)

    terminate = kill


def _become_kernel(channel):
    text = channel.makefile().readline()
    if not text:  # papermill ended without a kernel
        os._exit(0)
    channel.close()
    request = json.loads(text)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    from ipykernel import kernelapp

    sys.argv = ["ipykernel_launcher.py", *request["arguments"]]
    code = _ending(kernelapp.launch_new_instance)
    os._exit(code)


def _ending(main):
    """The exit code of ``main``, run as the last of a process: what waits for the process's end is called."""
    import atexit
    import traceback

    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    elif (status := ask(os.environ.get(SOCKET, ""), sys.argv[1:])) is not None:
        sys.exit(status)
    else:
        os.execv(USUAL[0], [*USUAL, *sys.argv[1:]])
