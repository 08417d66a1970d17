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
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers = {"Content-Type": kind, "Content-Length": len(body)} | headers
    return method, path, headers, body


def _one_of(random, choices):
    return choices[random.integers(len(choices))]


NO_JSON = (b"", b"prompt=hello", b'{"prompt": "One', b"{'prompt': 1}", b"\x00\x01", b"]" * 30)
WRONG_TYPES = [{"prompt": wrong} for wrong in (7, None, ["a"])] + [{"words": wrong} for wrong in ("ten", 2.5, True)]
WRONG_TYPES += [{"temperature": "hot"}, {"seed": {}}]
NUMBERS = ("words", "temperature", "seed")
STRANGE = ("", "  \n", "\0", "caf\u00e9", "\U0001f600", "\ud800")
METHODS = ("GET", "PUT", "DELETE", "PATCH", "OPTIONS")
PATHS = ("/", "/admin", "/write/", "/../etc/passwd", "/%00")
TYPES = ("text/plain", "text/html; charset=x", "multipart/form-data", "")


def _too_much(random):
    long = "b" * int(random.integers(5_000, 200_000))
    return _one_of(random, [{"prompt": "a" * 301}, {"words": 10**9}, {"prompt": long}, {"seed": 10**300}])


def _not_a_number(random):
    name = _one_of(random, ("temperature", "words", "prompt"))
    return {name: _one_of(random, (np.nan, np.inf, -np.inf))}


# Each takes a random number generator and returns (method, path, headers, body).
KINDS = {
    "not JSON": lambda random: _post(_one_of(random, NO_JSON)),
    "not an object": lambda random: _post(_one_of(random, [[], 3, "text", None, True, [{}]])),
    "wrong type": lambda random: _post(_fields(**_one_of(random, WRONG_TYPES))),
    "too much": lambda random: _post(_fields(**_too_much(random))),
    "negative": lambda random: _post(_fields(**{_one_of(random, NUMBERS): -int(random.integers(1, 99))})),
    "not a number": lambda random: _post(_fields(**_not_a_number(random))),
    "unknown field": lambda random: _post(_fields(**{f"field{random.integers(99)}": "x" * int(random.integers(300))})),
    "missing field": lambda random: _post({"words": 5}),
    "blank or strange prompt": lambda random: _post(_fields(prompt=_one_of(random, STRANGE))),
    "broken encoding": lambda random: _post(b'{"prompt": "caf\xe9 %b"}' % bytes(random.integers(128, 256, 8, "uint8"))),
    "deeply nested": lambda random: _post(b'{"prompt": ' + b"[" * int(random.integers(900, 3_000))),
    "wrong method": lambda random: _post(_fields(), method=_one_of(random, METHODS)),
    "wrong path": lambda random: _post(_fields(), path=_one_of(random, PATHS)),
    "wrong content type": lambda random: _post(_fields(), kind=_one_of(random, TYPES)),
    "compressed": lambda random: _post(b"\x1f\x8b" + bytes(50), Content_Encoding="gzip"),
    "no key": lambda random: _post(_fields(), X_Key=_one_of(random, ("", "guess", "x" * 2_000))),
    "stolen ticket": lambda random: _post({"ticket": str(random.integers(10**9)), "helpful": True}, path="/feedback"),
    "impossible length": lambda random: _post(_fields(), Content_Length=_one_of(random, ("-1", "ten", "1e3"))),
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
