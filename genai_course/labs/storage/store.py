"""Prompts and responses as linked records in one SQLite file.

What lies where. A record is a response linked to its prompt, with tags, a source ("real" or "synthetic"), a model, an audience, a
pseudonym of its author and a moment. Personal data is masked before anything is written.

With a key, prompts and responses are encrypted before SQLite sees them, so neither the file nor its write-ahead log holds
a readable word of them. A full-text index on disk would: with a key it lives in memory, as the vectors always do, and each
process pays for decrypting and indexing everything once. Tags, models, sources, audiences, moments, ratings and the lengths
of the texts stay readable, because the database sorts and counts by them.

Roles are enforced here, by the code that reads. Whoever holds the file (and its key) can go round this code.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from genai_course.checks import check_choice, check_whole_number
from genai_course.data.cleaning import mask_personal_data
from genai_course.labs.storage.database import StoreFile
from genai_course.labs.storage.encryption import content_hash
from genai_course.labs.storage.index import SearchIndex
from genai_course.labs.storage.schema import CHAIN, INSERT_PROMPT, INSERT_RECORD, INSERT_WORDS, READABLE, RECORD, USAGE
from genai_course.labs.storage.search import LatentSemanticEmbedding, reciprocal_rank_fusion

SOURCES = ("real", "synthetic")
KINDS = ("keyword", "vector", "hybrid")
ROLES = {  # which audiences a role may read; a role that is not here may read nothing
    "visitor": ("public",),
    "librarian": ("public", "staff"),
    "privacy officer": ("public", "staff", "private"),
}
CANDIDATES = 50  # of each search, for the fusion


@dataclass(frozen=True)
class Record:
    """A response with its prompt and what is known about both."""

    number: int
    prompt: str
    response: str
    source: str
    model: str
    audience: str
    author: str
    moment: str
    version: str
    replaces: int | None
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """A record that a search found: its number and its score, larger for better."""

    number: int
    score: float


class RecordStore:
    """A file of records for several processes and threads at once.

    path: the file, made if missing. key: a passphrase that encrypts texts, or None; who makes the file decides.
    roles: role -> audiences it may read. mask: text -> text, applied before storing.
    embedding: has ``fit(texts)``, and turns n texts into (n, directions) unit vectors.

    Opening reads the whole file once, to notice damage. A copy is whole only after ``close``, or with its two files beside it.
    Raises ValueError, in one sentence, for a wrong or missing key, a damaged file or a value that does not fit; OSError for a
    file that cannot be written to.
    """

    def __init__(self, path, key=None, *, roles=ROLES, mask=mask_personal_data, embedding=None):
        if key is not None and (not isinstance(key, str) or not key):
            raise ValueError("key is not a passphrase: give a text of at least one character, or None.")
        self.roles, self.mask = roles, mask
        self._file = StoreFile(path, key)
        self._cipher = self._file.cipher
        self._index = SearchIndex(self._file, embedding or LatentSemanticEmbedding())

    # Writing

    def add(
        self, prompt, response, *, source, tags=(), model="", audience="staff", user="", moment=None, replaces=None
    ):
        """Store a response linked to its prompt, and return the record's number.

        source: "real" or "synthetic"; no default, so that nobody mixes them by forgetting. user: who asked; only a pseudonym
        is kept. moment: ISO text, by default now. replaces: number of the record that this is the next version of.
        The same content from the same source, model and audience is stored once; each addition counts in the usage.
        """
        self._check_words(
            source, audience, tags, {"prompt": prompt, "response": response, "model": model, "user": user}
        )
        prompt, response, moment = self.mask(prompt), self.mask(response), _moment(moment)
        same = (self._cipher.fingerprint(prompt, response), source, model, audience)
        with self._file.transaction():
            found = self._file.one(
                "SELECT number FROM records WHERE (version, source, model, audience) = (?, ?, ?, ?)", same
            )
            if found and replaces is not None:
                raise ValueError(
                    f"The next version of record {replaces!r} has the content of record {found[0]}, which exists."
                )
            number = found[0] if found else self._insert(prompt, response, same, tags, user, moment, replaces)
            self._event(number, "added", moment)
        return number

    def feedback(self, number, rating, *, moment=None):
        """Note a rating from 1 (useless) to 5 (solved it)."""
        if isinstance(rating, bool) or not isinstance(rating, int) or not 1 <= rating <= 5:
            raise ValueError(f"rating is {rating!r}; give a whole number from 1 to 5.")
        with self._file.transaction():
            self._check_exists("number", number)
            self._event(number, "rated", _moment(moment), rating=rating)

    def together(self):
        """``with store.together():`` everything in the block is written at once, or nothing if it fails: faster for many."""
        return self._file.transaction()

    def pseudonym(self, user):
        """What stands for a user in this file. It still links one person's records: a pseudonym is not anonymity."""
        secret = self._cipher.fingerprint("pseudonyms").encode() if self._file.encrypted else self._file.salt
        return hmac.new(secret, user.encode(), "sha256").hexdigest()[:16]

    # Reading: every way to a text asks for a role

    def read(self, number, *, role, moment=None):
        """The Record, and a note of who read it. Raises the same LookupError for what is missing and for what is not allowed."""
        with self._file.transaction():
            row = self._file.one(RECORD, {"number": _whole(number), "audiences": self._audiences(role)})
            if row is None:
                raise LookupError(f"There is no record {number!r} that the role {role!r} may read.")
            self._event(number, "read", _moment(moment), role=str(role))
            tags = self._file.execute("SELECT tag FROM tags WHERE record = ? ORDER BY tag", (number,)).fetchall()
        *_, version, replaces, asked = row
        prompt, response = self._cipher.decrypt(row[1], asked), self._cipher.decrypt(row[2], version)
        if self._cipher.fingerprint(prompt, response) != version:
            why = f"{self._file.path} was changed outside the store"
            raise ValueError(f"Record {number} does not match its content hash: {why}.")
        return Record(number, prompt, response, *row[3:8], version, replaces, tuple(tag for (tag,) in tags))

    def search(self, query, *, role, kind="hybrid", limit=5, weight=0.6, source=None, tag=None):
        """The best matches among what a role may read, a list of Hit, best first; :meth:`read` opens them.

        kind: "keyword" (bm25), "vector" (cosine) or "hybrid" (reciprocal rank fusion; weight is the vectors' share).
        """
        check_choice("kind", kind, KINDS)
        if not isinstance(query, str) or "\0" in query or not _encodes(query):
            raise ValueError(f"query is {query!r:.60}; give a text without zero characters and half characters.")
        check_whole_number("limit", limit, 1)
        if not 0 <= weight <= 1:
            raise ValueError(f"weight is {weight!r}; give the vectors' share, from 0 to 1.")
        wanted, hits = (max(limit, CANDIDATES) if kind == "hybrid" else limit), {}
        with self._file.plainly():
            self._index.catch_up()
            allowed = self._filter(role, source, tag)
            if kind != "vector":
                hits["keyword"] = self._index.by_words(query, allowed, wanted)
            if kind != "keyword":
                hits["vector"] = self._index.by_vectors(query, allowed, wanted)
        if kind != "hybrid":
            return [Hit(*hit) for hit in hits[kind]]
        keyword, vector = ([number for number, _ in hits[each]] for each in ("keyword", "vector"))
        scores = reciprocal_rank_fusion(keyword, vector, weight)
        return [Hit(*hit) for hit in sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]]

    def numbers(self, *, role, source=None, tag=None):
        """Numbers of the newest versions that a role may read, in order."""
        return [number for (number,) in self._file.all(READABLE + " ORDER BY number", self._filter(role, source, tag))]

    def versions(self, number, *, role):
        """Numbers of all versions of a record that the role may read, the oldest first."""
        asked = {"number": _whole(number), "audiences": self._audiences(role)}
        return [each for (each,) in self._file.all(CHAIN, asked)]

    def snapshot(self, source=None):
        """One hash that names the exact set of newest versions: note it beside whatever is trained on them."""
        everyone = {"audiences": json.dumps(self._all_audiences()), "source": source, "tag": None}
        newest = f"SELECT version, source FROM records WHERE number IN ({READABLE}) ORDER BY version, source"
        rows = self._file.all(newest, everyone)
        return content_hash(json.dumps(rows), "")

    def usage(self):
        """A row for each day, source and model: (day, source, model, added, read, rated, mean rating or None)."""
        return self._file.all(USAGE)

    def close(self):
        """Close the file; SQLite then empties its write-ahead log into it."""
        self._file.connection.close()

    # Inside

    def _insert(self, prompt, response, same, tags, user, moment, replaces):
        if replaces is not None:
            self._check_exists("replaces", replaces)
            if self._file.one("SELECT 1 FROM records WHERE replaces = ?", (replaces,)):
                raise ValueError(f"Record {replaces} has been replaced already: replace its newest version.")
        version, author = self._cipher.fingerprint(prompt), self.pseudonym(user) if user else ""
        self._file.execute(INSERT_PROMPT, (version, self._cipher.encrypt(prompt, version)))
        (asked,) = self._file.one("SELECT number FROM prompts WHERE version = ?", (version,))
        row = (asked, self._cipher.encrypt(response, same[0]), *same, author, moment, replaces)
        (number,) = self._file.one(INSERT_RECORD, row)
        self._file.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(number, tag) for tag in tags])
        if not self._file.encrypted:
            self._file.execute(INSERT_WORDS, (number, prompt, response))
        return number

    def _event(self, number, kind, moment, role=None, rating=None):
        self._file.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", (number, moment, role, kind, rating))

    def _filter(self, role, source, tag):
        return {"audiences": self._audiences(role), "source": source, "tag": tag}

    def _audiences(self, role):
        return json.dumps(sorted(self.roles.get(role, ()) if isinstance(role, str) else ()))

    def _all_audiences(self):
        return sorted({audience for audiences in self.roles.values() for audience in audiences})

    def _check_words(self, source, audience, tags, texts):
        if source not in SOURCES:
            raise ValueError(f"source is {source!r}; say 'real' or 'synthetic'.")
        check_choice("audience", audience, self._all_audiences())
        if isinstance(tags, str) or not all(isinstance(tag, str) for tag in tags):
            raise ValueError(f"tags is {tags!r:.60}; give a list of texts.")
        for name, text in texts.items():
            if not isinstance(text, str) or "\0" in text or not _encodes(text):
                raise ValueError(f"{name} is {text!r:.60}; give a text without zero characters and half characters.")
        if not texts["prompt"].strip():
            raise ValueError("prompt is empty; give a text.")

    def _check_exists(self, name, number):
        if not self._file.one("SELECT 1 FROM records WHERE number = ?", (_whole(number),)):
            raise ValueError(f"{name} is {number!r}; there is no such record.")


def _encodes(text):
    try:
        return text.encode() is not None
    except UnicodeEncodeError:
        return False


def _moment(moment):
    """A moment as ISO text in universal time; now for None."""
    if moment is None:
        return datetime.now(UTC).isoformat(timespec="seconds")
    try:
        read = datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        raise ValueError(f"moment is {moment!r}; write it like 2026-11-21T14:30:00.") from None
    return (read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)).isoformat(timespec="seconds")


def _whole(number):
    """A record's number, or 0, which no record has."""
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**63 else 0
