"""genai_course.labs.storage: nothing is lost, nothing leaks, and searches find what they should."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from genai_course.labs.storage import (
    LatentSemanticEmbedding,
    RecordStore,
    content_hash,
    helpdesk_data,
    match_expression,
    reciprocal_rank_fusion,
)

ALL = "privacy officer"
INJECTIONS = (
    "'; DROP TABLE records; --",
    "' OR '1'='1",
    '" OR prompt:* NEAR(a b) AND NOT "',
    "Robert'); DELETE FROM prompts;--",
    "-*^ (NEAR) {prompt}: + \\",
    "\u2019 OR 1=1; \U0001f600",
)


@pytest.fixture
def store(tmp_path):
    store = RecordStore(tmp_path / "records.db")
    yield store
    store.close()


def ask(store, **changes):
    given = {"prompt": "How do I renew a book?", "response": "In your account.", "source": "real", "audience": "public"}
    return store.add(**given | changes)


def test_a_record_comes_back_as_it_was_given(store):
    number = ask(store, tags=["loans", "account"], model="desk-1", moment="2026-03-01T09:30:00+02:00")
    record = store.read(number, role="visitor")
    assert (record.prompt, record.response) == ("How do I renew a book?", "In your account.")
    assert (record.source, record.model, record.tags) == ("real", "desk-1", ("account", "loans"))
    assert record.moment == "2026-03-01T07:30:00+00:00"
    assert record.version == content_hash(record.prompt, record.response)


def test_one_prompt_links_several_responses(store):
    first, second = ask(store), ask(store, response="At the desk.")
    assert store.read(first, role=ALL).prompt == store.read(second, role=ALL).prompt
    other = sqlite3.connect(store._file.path)
    assert other.execute("SELECT count(*) FROM prompts").fetchone() == (1,)
    other.close()


def test_real_and_synthetic_stay_apart(store):
    real, synthetic = ask(store), ask(store, source="synthetic")
    assert store.numbers(role=ALL, source="real") == [real]
    assert store.numbers(role=ALL, source="synthetic") == [synthetic]
    assert [hit.number for hit in store.search("renew", role=ALL, source="synthetic")] == [synthetic]
    with pytest.raises(TypeError):
        store.add("a", "b")  # forgetting the source is an error, not a default


def test_the_same_content_is_stored_once_and_counted_twice(store):
    assert ask(store, moment="2026-01-02") == ask(store, moment="2026-01-02")
    assert [row[3] for row in store.usage()] == [2]


def test_versions_form_a_chain_and_only_the_newest_is_found(store):
    first = ask(store)
    second = ask(store, response="In your account, under loans.", replaces=first)
    third = ask(store, response="In the app.", replaces=second)
    assert store.versions(second, role="visitor") == [first, second, third]
    assert store.numbers(role="visitor") == [third]
    assert [hit.number for hit in store.search("renew", role="visitor", kind="keyword")] == [third]
    assert store.read(first, role="visitor").response == "In your account."
    with pytest.raises(ValueError, match="has been replaced already"):
        ask(store, response="Another.", replaces=first)
    with pytest.raises(ValueError, match="which exists"):
        ask(store, replaces=third)


def test_a_snapshot_names_the_exact_set(store, tmp_path):
    ask(store)
    before = store.snapshot("real")
    ask(store, source="synthetic")
    assert store.snapshot("real") == before  # synthetic records change only theirs
    ask(store, response="At the desk.")
    assert store.snapshot("real") != before
    twin = RecordStore(tmp_path / "twin.db")
    ask(twin, response="At the desk.")
    ask(twin)
    assert twin.snapshot("real") == store.snapshot("real")  # the order of adding does not matter
    twin.close()


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("key", [None, "secret"])
def test_injections_are_stored_as_they_are_and_harm_nothing(tmp_path, text, key):
    store = RecordStore(tmp_path / "records.db", key, mask=str)
    innocent = ask(store, audience="private")
    number = store.add(text, text, source="real", tags=[text], model=text, user=text, audience="public")
    record = store.read(number, role="visitor")
    assert (record.prompt, record.response, record.model, record.tags) == (text, text, text, (text,))
    assert store.numbers(role="visitor", tag=text) == [number]
    for kind in ("keyword", "vector", "hybrid"):
        found = {hit.number for hit in store.search(text, role="visitor", kind=kind)}
        assert innocent not in found
    assert store.numbers(role=text) == store.numbers(role=ALL, tag=text + "'") == store.search(text, role=text) == []
    assert store.numbers(role=ALL) == [innocent, number]
    store.close()


def test_a_role_reads_its_audiences_and_nobody_else_reads_anything(store):
    public, staff, private = (ask(store, response=name, audience=name) for name in ("public", "staff", "private"))
    sees = {
        "visitor": [public],
        "librarian": [public, staff],
        ALL: [public, staff, private],
        "stranger": [],
        None: [],
        "": [],
    }
    for role, allowed in sees.items():
        assert store.numbers(role=role) == allowed
        for kind in ("keyword", "vector", "hybrid"):
            assert {hit.number for hit in store.search("renew a book", role=role, kind=kind)} == set(allowed)
        for number in (public, staff, private):
            if number in allowed:
                assert store.read(number, role=role).number == number
            else:
                with pytest.raises(LookupError, match="may read"):
                    store.read(number, role=role)
    assert store.numbers(role=["visitor"]) == store.search("renew", role=["visitor"]) == []
    with pytest.raises(TypeError):
        store.search("renew")  # no role, no search


def test_what_is_forbidden_looks_like_what_is_missing(store):
    private = ask(store, audience="private")
    sentences = []
    for number in (private, 999):
        with pytest.raises(LookupError) as caught:
            store.read(number, role="visitor")
        sentences.append(str(caught.value).replace(str(number), "N"))
    assert sentences[0] == sentences[1]


def test_forbidden_records_take_no_place_in_a_short_list(store):
    for turn in range(10):
        ask(store, response=f"Private renewals, case {turn}.", audience="private")
    public = ask(store, response="Public.", audience="public")
    for kind in ("keyword", "vector", "hybrid"):
        assert [hit.number for hit in store.search("renew a book", role="visitor", kind=kind, limit=1)] == [public]


@pytest.mark.parametrize("number", [True, "1", 1.0, None, -1, 10**30, [1]])
def test_a_number_that_is_none_reads_nothing(store, number):
    ask(store, audience="private")
    with pytest.raises(LookupError, match="may read"):
        store.read(number, role=ALL)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"query": None}, "query is None"),
        ({"query": "a\0b"}, "without zero characters"),
        ({"query": "\ud800"}, "half characters"),
        ({"kind": "magic"}, "choose one of 'keyword', 'vector', 'hybrid'"),
        ({"weight": 1.5}, "from 0 to 1"),
        ({"limit": 0}, "limit is 0"),
        ({"tag": {}}, "cannot be asked that"),
    ],
)
def test_a_search_that_makes_no_sense_is_one_sentence(store, changes, sentence):
    ask(store)
    with pytest.raises(ValueError, match=sentence):
        store.search(**{"query": "renew", "role": ALL} | changes)


def test_a_full_disk_is_one_sentence_and_loses_nothing(store):
    ask(store)
    (pages,) = store._file.one("PRAGMA page_count")
    store._file.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(OSError, match="is full"):
        ask(store, response="Much. " * 100_000)
    store._file.execute("PRAGMA max_page_count = 100000")
    assert store.numbers(role=ALL) == [1]
    assert ask(store, response="Little.") == 2
    assert len(store.search("much little renew", role=ALL)) == 2


def test_a_place_that_is_no_file_is_one_sentence(tmp_path):
    with pytest.raises(OSError, match="cannot be used") as caught:
        RecordStore(tmp_path)
    assert "\n" not in str(caught.value)


def test_personal_data_never_reaches_the_file(store, tmp_path):
    number = ask(store, prompt="My name is Maria Keller. Write to m.keller@example.org.", user="Maria Keller")
    assert store.read(number, role=ALL).prompt == "My name is [name]. Write to [email]."
    assert not any(word in everything(tmp_path) for word in (b"Keller", b"m.keller"))
    again = ask(store, response="Another.", user="Maria Keller")
    authors = {store.read(each, role=ALL).author for each in (number, again)}
    assert len(authors) == 1  # a pseudonym still links one person's records


def everything(folder):
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_with_a_key_no_word_stands_in_any_file(tmp_path):
    words = ("zeppelin", "marmalade", "quicksilver")
    for folder, key in ((tmp_path / "open", None), (tmp_path / "closed", "correct horse")):
        folder.mkdir()
        store = RecordStore(folder / "records.db", key)
        for word in words:
            ask(store, prompt=f"Where is the {word}?", response=f"The {word} is here.")
        found = store.search("zeppelin", role=ALL, kind="keyword")
        assert store.read(found[0].number, role=ALL).response == "The zeppelin is here."
        assert {path.suffix for path in folder.iterdir()} == {".db", ".db-wal", ".db-shm"}
        during = everything(folder)
        store.close()
        for content in (during, everything(folder)):
            assert all((word.encode() in content) == (key is None) for word in words)
            if key:
                plain = [content_hash(f"Where is the {word}?", f"The {word} is here.").encode() for word in words]
                assert not any(each in content for each in plain)  # a plain hash would confirm a guess


def test_keys_are_asked_for_in_one_sentence(tmp_path):
    closed, opened = tmp_path / "closed.db", tmp_path / "open.db"
    for path, key in ((closed, "right"), (opened, None)):
        store = RecordStore(path, key)
        ask(store)
        store.close()
    for path, key, sentence in (
        (closed, "wrong", "The key does not open"),
        (closed, None, "is encrypted: give its key"),
        (opened, "right", "is not encrypted"),
        (opened, "", "not a passphrase"),
    ):
        with pytest.raises(ValueError, match=sentence) as caught:
            RecordStore(path, key)
        assert "\n" not in str(caught.value)
    store = RecordStore(closed, "right")
    assert store.read(1, role=ALL).response == "In your account."
    store.close()


@pytest.mark.parametrize("key", [None, "secret"])
def test_a_text_changed_outside_the_store_is_noticed(tmp_path, key):
    store = RecordStore(tmp_path / "records.db", key)
    first, second = ask(store), ask(store, response="At the desk.")
    store._file.execute(
        "UPDATE records SET response = (SELECT response FROM records WHERE number = 2) WHERE number = 1"
    )
    with pytest.raises(ValueError, match="changed outside the store"):
        store.read(first, role=ALL)
    assert store.read(second, role=ALL).response == "At the desk."
    store.close()


def damaged(path, change):
    store = RecordStore(path)
    with store.together():
        for turn in range(300):
            ask(store, response=f"Answer {turn}. " + "More of it. " * 20)
    store.close()
    content = bytearray(path.read_bytes())
    path.write_bytes(change(content))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"not a database at all" * 100,
        lambda content: content[: len(content) // 2],
        lambda content: content[:8192] + bytes(np.random.default_rng(0).bytes(16384)) + content[24576:],
    ],
    ids=["text", "cut", "overwritten"],
)
def test_a_damaged_file_is_one_sentence(tmp_path, change):
    path = tmp_path / "records.db"
    damaged(path, change)
    with pytest.raises(ValueError, match="damaged or no record store") as caught:
        RecordStore(path)
    assert "\n" not in str(caught.value)


def test_somebody_elses_database_is_left_alone(tmp_path):
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE wages (name)")
    other.close()
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(ValueError, match="database of something else"):
        RecordStore(tmp_path / "other.db")
    assert (tmp_path / "other.db").read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": "imagined"}, "say 'real' or 'synthetic'"),
        ({"audience": "everyone"}, "choose one of 'private', 'public', 'staff'"),
        ({"prompt": 7}, "prompt is 7"),
        ({"prompt": " "}, "prompt is empty"),
        ({"response": "a\0b"}, "without zero characters"),
        ({"response": "\ud800"}, "half characters"),
        ({"tags": "loans"}, "give a list of texts"),
        ({"moment": "yesterday"}, "write it like"),
        ({"replaces": 99}, "there is no such record"),
    ],
)
def test_a_value_that_does_not_fit_is_one_sentence_and_stores_nothing(store, changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        ask(store, **changes)
    assert store.numbers(role=ALL) == store.usage() == []


def test_feedback_and_usage_over_time(store):
    number = ask(store, model="desk-1", moment="2026-01-01T10:00:00")
    store.read(number, role="visitor", moment="2026-01-02T10:00:00")
    for rating in (2, 5):
        store.feedback(number, rating, moment="2026-01-02T11:00:00")
    assert store.usage() == [
        ("2026-01-01", "real", "desk-1", 1, 0, 0, None),
        ("2026-01-02", "real", "desk-1", 0, 1, 2, 3.5),
    ]
    for rating in (0, 6, 3.0, True, "5"):
        with pytest.raises(ValueError, match="whole number from 1 to 5"):
            store.feedback(number, rating)
    with pytest.raises(ValueError, match="no such record"):
        store.feedback(99, 3)


def test_together_is_all_or_nothing(store):
    ask(store)
    with pytest.raises(ValueError, match="say 'real'"), store.together():
        [ask(store, response=f"Lost with the rest, {source}.", source=source) for source in ("real", "imagined")]
    assert len(store.numbers(role=ALL)) == 1
    assert len(store.search("lost rest renew", role=ALL)) == 1


WRITER = """
import sys
from genai_course.labs.storage import RecordStore
path, name, count, key = sys.argv[1:]
store = RecordStore(path, key or None)
for turn in range(int(count)):
    store.add(f"{name} asks {turn}", f"{name} answers {turn} " + "x" * 500, source="real", tags=["a", "b"])
    print(turn, flush=True)
"""


def writer(path, name, count, key=""):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(count), key], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("key", ["", "secret"])
def test_processes_that_write_at_the_same_time_lose_nothing(tmp_path, key):
    path = tmp_path / "records.db"  # made by whoever comes first
    writers = [writer(path, name, 40, key) for name in ("Ann", "Ben", "Cem")]
    assert [process.wait(timeout=600) for process in writers] == [0, 0, 0]
    for process in writers:
        process.stdout.close()
    store = RecordStore(path, key or None)
    prompts = {store.read(number, role=ALL).prompt for number in store.numbers(role=ALL)}
    assert prompts == {f"{name} asks {turn}" for name in ("Ann", "Ben", "Cem") for turn in range(40)}
    assert len(store.search("Ben asks", role=ALL, kind="keyword", limit=100)) == 100
    store.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL does not exist here")
@pytest.mark.parametrize("after", [0, 3, 17])
def test_a_killed_process_leaves_whole_records_only(tmp_path, after):
    path = tmp_path / "records.db"
    process = writer(path, "Ann", 100_000)
    told = [int(process.stdout.readline()) for _ in range(after + 1)]
    time.sleep(0.002 * after)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    told += [int(line) for line in process.stdout.read().splitlines() if line.isdigit()]
    process.stdout.close()
    store = RecordStore(path)
    numbers = store.numbers(role=ALL)
    records = [store.read(number, role=ALL) for number in numbers]
    assert len(records) >= len(told)  # whatever was confirmed is there
    for turn, record in enumerate(records):
        assert (record.prompt, record.tags) == (f"Ann asks {turn}", ("a", "b"))
        assert record.response == f"Ann answers {turn} " + "x" * 500
    assert len(store.search("answers", role=ALL, kind="keyword", limit=10**6)) == len(records)
    assert sum(row[3] for row in store.usage()) == len(records)
    store.close()


def test_threads_share_a_store(store):
    def work(name):
        for turn in range(20):
            ask(store, prompt=f"{name} asks {turn}")
            store.search(f"{name} asks", role=ALL)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("Ann", "Ben", "Cem")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.numbers(role=ALL)) == 60


def add_elsewhere(path, key):
    store = RecordStore(path, key)
    ask(store, prompt="A walrus in the reading room?")
    store.close()


@pytest.mark.parametrize("key", [None, "secret"])
def test_a_search_sees_what_another_process_added(tmp_path, key):
    store = RecordStore(tmp_path / "records.db", key)
    ask(store)
    assert not store.search("walrus", role=ALL, kind="keyword")
    process = multiprocessing.get_context("spawn").Process(target=add_elsewhere, args=(tmp_path / "records.db", key))
    process.start()
    process.join()
    for kind in ("keyword", "vector", "hybrid"):
        best = store.search("walrus", role=ALL, kind=kind)[0]
        assert "walrus" in store.read(best.number, role=ALL).prompt
    store.close()


def test_encrypted_and_plain_stores_find_the_same(tmp_path):
    made = helpdesk_data(20, 4, seed=3)
    stores = [RecordStore(tmp_path / f"{key}.db", key) for key in (None, "secret")]
    for store in stores:
        with store.together():
            for entry in made.entries:
                store.add(**entry)
    for question in made.questions:
        for kind in ("keyword", "vector", "hybrid"):
            first, second = (
                [hit.number for hit in store.search(question.text, role=ALL, kind=kind)] for store in stores
            )
            assert first == second
    for store in stores:
        store.close()


def test_hybrid_search_beats_both_on_planted_questions(store):
    made = helpdesk_data(seed=5)
    with store.together():
        numbers = [store.add(**entry) for entry in made.entries]
    recall = {}
    for kind in ("keyword", "vector", "hybrid"):
        shares = []
        for question in made.questions:
            relevant = {numbers[place] for place in question.relevant}
            found = {hit.number for hit in store.search(question.text, role=ALL, kind=kind)}
            shares.append(len(found & relevant) / len(relevant))
        recall[kind] = np.mean(shares)
    assert recall["hybrid"] >= max(recall["keyword"], recall["vector"]) + 0.05


def test_the_desk_is_the_same_for_the_same_seed():
    assert helpdesk_data(12, 2, seed=1) == helpdesk_data(12, 2, seed=1) != helpdesk_data(12, 2, seed=2)
    made = helpdesk_data(12, 2, seed=1)
    assert {entry["source"] for entry in made.entries} == {"real", "synthetic"}
    assert all(secret in entry["prompt"] for secret, entry in zip(made.planted, made.entries, strict=True))
    assert all(1 <= len(question.relevant) <= 5 for question in made.questions)
    for given, sentence in (((9,), "from 10 to 160"), ((161,), "from 10 to 160"), ((20, 0), "1 or more")):
        with pytest.raises(ValueError, match=sentence):
            helpdesk_data(*given)


def test_fusion_adds_shares_of_ranks():
    scores = reciprocal_rank_fusion([7, 5], [5, 9], weight=0.25, constant=60)
    assert scores == pytest.approx({7: 0.75 / 61, 5: 0.75 / 62 + 0.25 / 61, 9: 0.25 / 62})


def test_a_query_is_words_and_never_operators():
    assert match_expression('NEAR "x* AND') == '"NEAR" OR """x*" OR "AND"'
    assert match_expression("  ") == ""


@pytest.mark.parametrize("texts", [["one"], ["the of", "and"], ["?", "!!"], ["a b c"] * 3])
def test_an_embedding_of_few_or_odd_texts_has_no_nan(texts):
    vectors = LatentSemanticEmbedding().fit(texts)([*texts, "", "unseen"])
    assert len(vectors) == len(texts) + 2
    assert np.isfinite(vectors).all()
