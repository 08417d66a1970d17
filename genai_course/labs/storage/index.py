"""Where searches happen: SQLite's full-text index and plain NumPy vectors, both kept up to date with the file.

The vectors are an array in memory and not `sqlite-vec`: only a Python whose `sqlite3` allows extensions can load that, and
many do not (of four on the machine this was written on, three). The full-text index FTS5 is part of all of them.
"""

import numpy as np

from genai_course.labs.storage.schema import BY_WORDS, INSERT_WORDS, NEW_TEXTS, READABLE, WORDS_IN_MEMORY
from genai_course.labs.storage.search import match_expression

GROWTH = 1.2  # the embedding is learned anew when there is a fifth more to learn from


class SearchIndex:
    """Finds records by words and by vectors.

    file: a StoreFile. embedding: has ``fit(texts)``, and turns n texts into (n, directions) unit vectors.
    """

    def __init__(self, file, embedding):
        self._file, self._cipher, self._embedding = file, file.cipher, embedding
        self._numbers, self._vectors, self._learned_from = np.empty(0, np.int64), None, 0
        if file.encrypted:  # a full-text index on disk would hold every word
            file.execute(WORDS_IN_MEMORY)

    def catch_up(self):
        """Take in what this or another process has added since the last search."""
        texts = self._texts(after=int(self._numbers[-1]) if len(self._numbers) else 0)
        if not texts:
            return
        if self._file.encrypted:
            self._file.executemany(INSERT_WORDS, texts)
        numbers = np.append(self._numbers, [number for number, _, _ in texts])
        learn = len(numbers) > GROWTH * self._learned_from
        if learn:
            texts, self._learned_from = self._texts(after=0), len(numbers)
        joined = [f"{prompt}\n{response}" for _, prompt, response in texts]
        new = (self._embedding.fit(joined) if learn else self._embedding)(joined)  # (texts, directions)
        self._vectors = new if learn else np.concatenate([self._vectors, new])
        self._numbers = numbers

    def by_words(self, query, allowed, limit):
        """(number, bm25) of the records that share words with the query.  allowed: values for READABLE."""
        match = match_expression(query)
        return self._file.execute(BY_WORDS, allowed | {"match": match, "limit": limit}).fetchall() if match else []

    def by_vectors(self, query, allowed, limit):
        """(number, cosine) of the records nearest to the query."""
        readable = [number for (number,) in self._file.execute(READABLE, allowed)]
        places = np.flatnonzero(np.isin(self._numbers, readable))
        if not len(places) or not query.strip():
            return []
        cosines = self._vectors[places] @ self._embedding([query])[0]  # (readable,)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return [(int(self._numbers[places[place]]), float(cosines[place])) for place in best]

    def _texts(self, after):
        """(number, prompt, response) of every record with a larger number."""
        return [
            (number, self._cipher.decrypt(prompt, asked), self._cipher.decrypt(response, version))
            for number, asked, prompt, version, response in self._file.execute(NEW_TEXTS, (after,))
        ]
