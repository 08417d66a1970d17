"""Requests that no well-meaning program sends, over plain sockets, to a server of one's own."""

import contextlib
import http.client
import json
import socket
from dataclasses import dataclass

import numpy as np

SECONDS = 20.0  # for an answer
HALVES = 12  # half requests in a thousand: each keeps a connection open until the server loses patience


@dataclass(frozen=True)
class Outcome:
    """What a malformed request got: its kind, the status (0: no answer) and the sentence."""

    kind: str
    status: int
    sentence: str


def _fields(**changed):
    return {"prompt": "One evening", "words": 5} | changed


def _post(body, path="/write", method="POST", kind="application/json", **headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": kind, "Content-Length": len(body)} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return method, path, headers, body


# Each takes a random number generator and returns (method, path, headers, body).
KINDS = {
    "not JSON": lambda random: _post(
        [b"", b"prompt=hello", b'{"prompt": "One', b"{'prompt': 1}", b"\x00\x01", b"]" * 30][random.integers(6)]
    ),
    "not an object": lambda random: _post([[], 3, "text", None, True, [{}]][random.integers(6)]),
    "wrong type": lambda random: _post(
        [
            _fields(prompt=7),
            _fields(prompt=None),
            _fields(prompt=["a"]),
            _fields(words="ten"),
            _fields(words=2.5),
            _fields(words=True),
            _fields(temperature="hot"),
            _fields(seed={}),
        ][random.integers(8)]
    ),
    "too much": lambda random: _post(
        [
            _fields(prompt="a" * 301),
            _fields(words=10**9),
            _fields(prompt="b" * int(random.integers(5_000, 200_000))),
            _fields(seed=10**300),
        ][random.integers(4)]
    ),
    "negative": lambda random: _post(
        _fields(**{["words", "temperature", "seed"][random.integers(3)]: -int(random.integers(1, 99))})
    ),
    "not a number": lambda random: _post(
        _fields(
            **{["temperature", "words", "prompt"][random.integers(3)]: [np.nan, np.inf, -np.inf][random.integers(3)]}
        )
    ),
    "unknown field": lambda random: _post(_fields(**{f"field{random.integers(99)}": "x" * int(random.integers(300))})),
    "missing field": lambda random: _post({"words": 5}),
    "blank or strange prompt": lambda random: _post(
        _fields(prompt=["", "  \n", "\0", "caf\u00e9", "\U0001f600", "\ud800"][random.integers(6)])
    ),
    "broken encoding": lambda random: _post(
        b'{"prompt": "caf\xe9 ' + bytes(random.integers(128, 256, 8, "uint8")) + b'"}'
    ),
    "deeply nested": lambda random: _post(b'{"prompt": ' + b"[" * int(random.integers(900, 3_000))),
    "wrong method": lambda random: _post(
        _fields(), method=["GET", "PUT", "DELETE", "PATCH", "OPTIONS"][random.integers(5)]
    ),
    "wrong path": lambda random: _post(
        _fields(), path=["/", "/admin", "/write/", "/../etc/passwd", "/%00"][random.integers(5)]
    ),
    "wrong content type": lambda random: _post(
        _fields(), kind=["text/plain", "text/html; charset=x", "multipart/form-data", ""][random.integers(4)]
    ),
    "compressed": lambda random: _post(b"\x1f\x8b" + bytes(50), Content_Encoding="gzip"),
    "no key": lambda random: _post(_fields(), X_Key=["", "guess", "x" * 2_000][random.integers(3)]),
    "stolen ticket": lambda random: _post({"ticket": str(random.integers(10**9)), "helpful": True}, path="/feedback"),
    "impossible length": lambda random: _post(_fields(), Content_Length=["-1", "ten", "1e3"][random.integers(3)]),
    "not HTTP": lambda random: ("", "", {}, bytes(random.integers(0, 256, 60, "uint8")) + b"\r\n\r\n"),
}


def fuzz(server, n, key, seed=0, halves=True):
    """Send ``n`` malformed requests of all kinds in turn and return their Outcomes, a list of n.

    server: a Server of one's own. key: one that the server knows, so that the requests get past the middleware's first check.
    halves: among a thousand, let a dozen send half a body and then fall silent; their answers are read at the end.
    """
    random, outcomes = np.random.default_rng([seed, 5]), []
    halves = [_half(server, key) for _ in range(max(1, n * HALVES // 1000) if halves else 0)]
    names, line = list(KINDS), _Line(server)
    for number in range(n - len(halves)):
        name = names[number % len(names)]
        outcomes.append(Outcome(name, *line.send(_as_bytes(*KINDS[name](random), key))))
    line.close()
    for half in halves:
        outcomes.append(Outcome("half a request", *half.answer()))
        half.close()
    return outcomes


def _half(server, key):
    method, path, headers, body = _post(_fields())
    line = _Line(server)
    line.socket.sendall(_as_bytes(method, path, headers, body[: len(body) // 2], key))
    return line


def _as_bytes(method, path, headers, body, key):
    if not method:
        return body
    headers = {"Host": "127.0.0.1", "X-Key": key} | headers
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


class _Line:
    """A connection that is made anew when the server has closed it."""

    def __init__(self, server):
        self.address, self.socket = ("127.0.0.1", server.port), None
        self._connect()

    def _connect(self):
        self.close()
        self.socket = socket.create_connection(self.address, timeout=SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        if self.socket is not None:
            self.socket.close()

    def send(self, request):
        """Send bytes; (status, sentence) of the answer. On a connection that the server has closed meanwhile, once more."""
        for _ in range(2):
            with contextlib.suppress(OSError):  # closed while we speak: the answer, if there is one, can still be read
                self.socket.sendall(request)
            status, sentence = self.answer()
            if status:
                break
        return status, sentence

    def answer(self):
        """(status, sentence) of the next answer; (0, why) if there is none."""
        response = http.client.HTTPResponse(self.socket)
        try:
            response.begin()
            text, closes = response.read().decode("utf-8", "replace"), response.will_close
        except (OSError, http.client.HTTPException) as error:
            self._connect()
            return 0, f"{type(error).__name__}: {error}"
        if closes:
            self._connect()
        try:
            return response.status, json.loads(text)["error"]
        except (ValueError, KeyError, TypeError):
            return response.status, text
