"""The app behind its middleware: what comes in, what is refused, in which words, and what is kept."""

import concurrent.futures
import itertools
import threading
import time

import psutil
import pytest

from genai_course.labs import service
from genai_course.labs.service.app import create_app
from genai_course.labs.service.malformed import _as_bytes, _Line, _post
from genai_course.labs.storage import RecordStore

GOOD = {"prompt": "One evening", "words": 4}


def send(served, body, key="fast", **options):
    """(status, sentence) of one POST."""
    line = _Line(served)
    try:
        return line.send(_as_bytes(*_post(body, **options), key))
    finally:
        line.close()


def test_writes(served, folder):
    status, answer, _ = service.ask(served, "/write", GOOD | {"seed": 7}, "fast")
    language_model = service.load_release(folder / "release", "numpy")
    assert (status, answer["text"], answer["model"]) == (
        200,
        language_model.generate("One evening", 4, seed=7),
        language_model.version,
    )


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, "not JSON"),
        (b'{"prompt": "\xff"}', 400, "not UTF-8"),
        ([1], 422, "not an object"),
        ({}, 422, "prompt is missing; give a text"),
        (GOOD | {"colour": 1}, 422, "'colour' is not a field"),
        (GOOD | {"words": -5}, 422, "words is -5; give a whole number from 1 to 60"),
        (GOOD | {"words": 61}, 422, "words is 61; give a whole number from 1 to 60"),
        (GOOD | {"words": "7"}, 422, "words is '7'"),
        (GOOD | {"temperature": float("nan")}, 422, "temperature is nan; give a number from 0.1 to 2"),
        (GOOD | {"temperature": float("inf")}, 422, "temperature is inf"),
        (GOOD | {"prompt": float("nan")}, 422, "prompt is nan; give a text"),
        (GOOD | {"seed": 2**32}, 422, "seed is 4294967296"),
        (GOOD | {"prompt": 3}, 422, "prompt is 3; give a text"),
        (GOOD | {"prompt": " "}, 422, "prompt is ' '"),
        (GOOD | {"prompt": "\ud800"}, 422, "prompt is '\\ud800'"),
        (GOOD | {"prompt": "a" * 301}, 413, "more than 300 characters"),
        (GOOD | {"prompt": "a" * 5000}, 413, "more than 4096 bytes"),
        (b'{"prompt": ' + b"[" * 4000, 400, "not JSON"),
        (b'{"prompt": "One", "seed": ' + b"1" * 4040 + b"}", 422, "seed is 1111"),
    ],
)
def test_refuses_in_one_sentence(served, body, status, words):
    got, sentence = send(served, body)
    assert (got, words in sentence, sentence.count("\n")) == (status, True, 0), sentence
    assert sentence.endswith(".")
    assert len(sentence) < 200


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"kind": "text/plain"}, 415),
        ({"kind": "application/json; charset=latin-1"}, 415),
        ({"kind": 'application/json; charset="UTF-8"'}, 200),
        ({"Content_Encoding": "gzip"}, 415),
        ({"path": "/nowhere"}, 404),
        ({"path": "/write/"}, 404),
        ({"method": "PUT"}, 405),
        ({"key": "stolen"}, 401),
        ({"key": ""}, 401),
    ],
)
def test_who_and_how(served, options, status):
    assert send(served, GOOD, **options)[0] == status


def test_length_is_counted_not_believed(served):
    """A body in pieces, without Content-Length, that grows and grows; and one that says it is small."""
    line = _Line(served)
    line.socket.sendall(
        b"POST /write HTTP/1.1\r\nHost: x\r\nX-Key: fast\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    line.socket.sendall((b"1000\r\n" + b"a" * 4096 + b"\r\n") * 4 + b"0\r\n\r\n")
    assert line.answer()[0] == 413
    line.close()
    status, _ = send(served, GOOD, Content_Length=4)
    assert status == 400  # four bytes of JSON are not JSON; the rest is no request


def test_an_endless_body_is_cut_off(served):
    line = _Line(served)
    line.socket.sendall(_as_bytes(*_post(b"", Content_Length=10**12), "fast"))
    sent = 0
    try:
        while sent < 100 * 2**20:
            line.socket.sendall(b" " * 65536)
            sent += 65536
    except OSError:
        pass
    assert sent < 20 * 2**20
    line.close()
    assert service.ask(served, "/health")[0] == 200


def test_half_a_body_is_answered_in_time(served):
    line = _Line(served)
    line.socket.sendall(_as_bytes(*_post(GOOD), "fast")[:-5])
    assert line.answer() == (408, "The body did not arrive within 2 seconds; send it at once.")
    line.close()


def test_a_thousand_malformed_requests(served):
    before = service.ask(served, "/health")[1]
    outcomes = service.fuzz(served, 1000, "fast", seed=1)
    assert len(outcomes) == 1000
    assert {outcome.kind for outcome in outcomes} == {*service.KINDS, "half a request"}
    assert [each for each in outcomes if not 400 <= each.status < 500 or not each.sentence.endswith(".")] == []
    status, after, _ = service.ask(served, "/health")
    assert (status, after["failed"]) == (200, before["failed"])
    assert service.ask(served, "/write", GOOD, "fast")[0] == 200


def test_each_client_has_its_own_bucket(served):
    with service.Connection(served, "slow") as slow:
        begin = time.monotonic()
        answers = [slow.ask("/write", GOOD) for _ in range(20)]
        most = 5 + 0.1 * (time.monotonic() - begin)
    statuses = [status for status, *_ in answers]
    assert 5 <= statuses.count(200) <= most
    assert set(statuses) == {200, 429}
    status, answer, headers = answers[-1]
    assert "Too many requests" in answer["error"]
    assert 1 <= int(headers["retry-after"]) <= 10
    assert service.ask(served, "/write", GOOD, "fast")[0] == 200


def test_a_thumb_counts_once_and_only_from_who_asked(served):
    ticket = service.ask(served, "/write", GOOD | {"seed": 11}, "fast")[1]["ticket"]
    thumb = {"ticket": ticket, "helpful": True}
    assert service.ask(served, "/feedback", thumb, "other")[0] == 404
    assert service.ask(served, "/feedback", thumb, "fast")[:2] == (200, {"stored": True})
    assert service.ask(served, "/feedback", thumb, "fast")[0] == 404
    assert service.ask(served, "/feedback", thumb | {"helpful": "yes"}, "fast")[0] == 422


def test_nothing_personal_on_the_disk(served, folder):
    secret = "anna.berg77@example.org"
    prompt = f"Send it to {secret} please. One evening"
    number = service.ask(served, "/write", GOOD | {"prompt": prompt}, "fast")[0]
    assert number == 200
    send(served, GOOD, path=f"/write?from={secret}")
    send(served, GOOD | {"prompt": 7, secret: 1})
    for path in [*folder.glob("answers.db*"), served.log, served.log.with_suffix(".err")]:
        assert secret.encode() not in path.read_bytes(), path
    store = RecordStore(folder / "answers.db")
    kept = [store.read(each, role="privacy officer") for each in store.numbers(role="privacy officer")]
    assert any("[email]" in record.prompt for record in kept)
    assert all("fast" not in record.author for record in kept)
    assert store.numbers(role="librarian") == []
    store.close()


def test_listens_on_this_machine_only(served):
    open_ports = psutil.Process(served.process.pid).net_connections(kind="inet")
    listening = {each.laddr for each in open_ports if each.status == psutil.CONN_LISTEN}
    assert listening == {("127.0.0.1", served.port)}


# Inside the process: a language model that is slow, or broken, or a disk that is full


class Slow:
    """Writes once ``may_end`` is set; ``begun`` says that it is at it."""

    engine, version, alphabet = "slow", "1", frozenset("a ")

    def __init__(self, error=None):
        self.error, self.begun, self.may_end = error, threading.Event(), threading.Event()

    def generate(self, prompt, words, temperature, seed, deadline):
        if self.error:
            raise self.error
        self.begun.set()
        assert self.may_end.wait(300)
        return "text"


def inside(language_model, store=None, **limits):
    from starlette.testclient import TestClient

    notes = []
    app = create_app(
        language_model,
        store,
        {"k": service.Client("k", 1e6, 1e6)},
        service.Limits(**limits),
        note=lambda *line: notes.append(line),
    )
    return TestClient(app, headers={"X-Key": "k"}, raise_server_exceptions=False), notes


def test_a_full_house_says_so():
    writer = Slow()
    client, _ = inside(writer, at_once=1, waiting=1, seconds=300)
    with client, concurrent.futures.ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(client.post, "/write", json={"prompt": "a"}) for _ in range(6)]
        refused = list(itertools.islice(concurrent.futures.as_completed(asked, timeout=300), 4))
        writer.may_end.set()
    assert [each.result().status_code for each in refused] == [503] * 4
    assert [each.result().status_code for each in asked if each not in refused] == [200] * 2
    full = refused[0].result()
    assert full.json() == {"error": "All places are taken; try again in a second."}
    assert full.headers["retry-after"] == "1"


def test_who_waits_too_long_is_told():
    writer = Slow()
    client, _ = inside(writer, at_once=1, waiting=5, seconds=0.3)
    with client, concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/write", json={"prompt": "a"})
        assert writer.begun.wait(300)
        second = client.post("/write", json={"prompt": "a"})
        writer.may_end.set()
    assert (first.result().status_code, second.status_code) == (200, 503)
    assert "No answer within 0.3 seconds" in second.json()["error"]


def test_our_own_mistake_is_500_and_quotes_nothing():
    client, notes = inside(Slow(error=KeyError("anna@example.org")))
    answer = client.post("/write", json={"prompt": "a"})
    assert (answer.status_code, answer.json()) == (500, {"error": "The server made a mistake, and has noted it."})
    assert any("KeyError" in line for line in notes)
    assert "anna" not in str(notes)
    assert client.get("/health").json()["failed"] == 1


def test_a_full_disk_is_503():
    class Full:
        def add(self, *_, **__):
            raise OSError("no space")

    writer = Slow()
    writer.may_end.set()
    client, _ = inside(writer, Full())
    answer = client.post("/write", json={"prompt": "a"})
    assert (answer.status_code, answer.json()["error"]) == (503, "The answer could not be stored; try again later.")


@pytest.mark.parametrize(
    "limits",
    [{"largest_body": 0}, {"seconds": -1}, {"at_once": "two"}, {"waiting": -1}, {"body_seconds": float("nan")}],
)
def test_limits_that_cannot_be(limits):
    with pytest.raises(ValueError, match=next(iter(limits))):
        service.Limits(**limits)


def test_log_has_a_line_for_each_request(served):
    def answered():
        return sum(line.split()[2:4] == ["200", "/health"] for line in served.log.read_text().splitlines())

    before, deadline = answered(), time.monotonic() + 300
    for _ in range(3):
        service.ask(served, "/health")
    while answered() < before + 3 and time.monotonic() < deadline:  # a line is written after its answer is sent
        time.sleep(0.02)
    assert answered() >= before + 3
