"""One SQLite file that several processes and threads share, with its transactions, its key and its complaints."""

import os
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from genai_course.labs.storage.encryption import Cipher, PlainText
from genai_course.labs.storage.schema import TABLES, WORDS_ON_DISK

WAIT = 30  # seconds for another writer to finish


class StoreFile:
    """An open file: statements, transactions, and the ``cipher`` that encrypts and decrypts its texts.

    path: made if missing. key: a passphrase or None.
    """

    def __init__(self, path, key):
        self.path, self.encrypted, self._lock = Path(path), key is not None, threading.RLock()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.plainly():
            # isolation_level None: this class says itself where a transaction begins.
            self.connection = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None, check_same_thread=False)
            self.execute, self.executemany = self.connection.execute, self.connection.executemany
            try:
                self.connection.execute("PRAGMA foreign_keys = ON")
                self.connection.execute("PRAGMA temp_store = MEMORY")  # decrypted words never go to a temporary file
                self._prepare()
                self._unlock(key)
            except BaseException:
                self.connection.close()
                raise

    def one(self, statement, values=()):
        """The first row, or None."""
        return self.connection.execute(statement, values).fetchone()

    def all(self, statement, values=()):
        """All rows, a list of tuples."""
        with self.plainly():
            return self.connection.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self):
        """All of the block or nothing; other writers, here and elsewhere, wait. Inside another one it is part of that."""
        with self.plainly():
            if self.connection.in_transaction:
                yield
                return
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def plainly(self):
        """One thread at a time, and SQLite's complaints in one sentence."""
        try:
            with self._lock:
                yield
        except sqlite3.ProgrammingError as error:
            raise ValueError(f"{self.path} cannot be asked that ({error}).") from None
        except sqlite3.OperationalError as error:
            question = "is there space, and may this user write there?"
            raise OSError(f"{self.path} cannot be used ({error}): {question}") from None
        except sqlite3.DatabaseError as error:
            raise ValueError(f"{self.path} is damaged or no record store ({error}): go back to a copy of it.") from None

    def _prepare(self):
        """Make the tables of a new file; notice one that is damaged or somebody else's."""
        with self.transaction():
            tables = {name for (name,) in self.connection.execute("SELECT name FROM sqlite_master")}
            for table in TABLES if not tables else ():
                self.connection.execute(table)
        if tables and "events" not in tables:
            raise ValueError(f"{self.path} is a database of something else: choose another file.")
        for _ in range(100):  # SQLite does not wait here, and another process may be opening the file
            try:
                self.connection.execute("PRAGMA journal_mode = WAL")  # readers go on while one writes
                break
            except sqlite3.OperationalError:
                time.sleep(0.05)
        if self.one("PRAGMA quick_check(1)") != ("ok",):
            raise sqlite3.DatabaseError("its pages do not fit together")

    def _unlock(self, key):
        """Decide how texts are stored, for a new file; for another, check the key against a known text."""
        with self.transaction():
            settings = dict(self.connection.execute("SELECT name, value FROM settings"))
            if not settings:
                settings["salt"] = os.urandom(16)
                settings["proof"] = Cipher(key, settings["salt"]).encrypt("proof", "proof") if key else None
                self.connection.executemany("INSERT INTO settings VALUES (?, ?)", settings.items())
                if not key:
                    self.connection.execute(WORDS_ON_DISK)
        if settings["proof"] is None and key:
            raise ValueError(f"{self.path} is not encrypted: open it without a key, or choose another file.")
        if settings["proof"] is not None and not key:
            raise ValueError(f"{self.path} is encrypted: give its key.")
        self.salt, self.cipher = settings["salt"], Cipher(key, settings["salt"]) if key else PlainText()
        if key and not self.cipher.can_decrypt(settings["proof"], "proof"):
            raise ValueError(f"The key does not open {self.path}: give the one it was made with.")
