"""Three ways to find a text: by its words, by its meaning, and by both."""

import numpy as np

# Of reciprocal rank fusion. The paper uses 60, for lists of a thousand. For the first five of two lists of fifty that lets two
# middling places beat a first one; the lesson 01_data/05_storing_data measures both.
CONSTANT = 1


def match_expression(query):
    """A text as a query of SQLite's full-text index: any of its words, none of them an operator.

    Each word goes into double quotes, and a double quote inside is doubled; so ``AND``, ``*`` or ``-`` are words to look for.
    """
    quoted = ['"' + word.replace('"', '""') + '"' for word in query.split()]
    return " OR ".join(quoted)


def reciprocal_rank_fusion(keyword, vector, weight=0.6, constant=CONSTANT):
    """Scores of every record that either search found, from its ranks alone.

    A record of rank r (1 is the first) earns 1 / (constant + r) from a search that found it, nothing from one that did not.
    Ranks can be added because they have no unit; a bm25 score and a cosine have nothing in common. Cormack, Clarke and
    Büttcher (2009), "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", with a weight added.

    keyword, vector: record numbers, best first. weight: the share of the vector search, from 0 to 1.
    Returns {record number: score}.
    """
    scores = {}
    for share, numbers in ((1 - weight, keyword), (weight, vector)):
        for rank, number in enumerate(numbers, 1):
            scores[number] = scores.get(number, 0.0) + share / (constant + rank)
    return scores


class LatentSemanticEmbedding:
    """Texts as vectors without a network: words and pieces of words, counted, weighted, squeezed into few directions.

    Deerwester et al. (1990), "Indexing by latent semantic analysis". Words that appear in the same company end up in the same
    directions, so "copier" comes near "printer"; pieces of words do the same for a misspelling. What is rare has no direction
    of its own: an error code is lost.

    dimensions: directions to keep, about as many as there are things people talk about.
    seed: of the truncated singular value decomposition.
    """

    def __init__(self, dimensions=25, seed=0):
        self.dimensions, self.seed = dimensions, seed

    def fit(self, texts):
        """Learn the directions from a list of at least one text; returns itself."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import FeatureUnion

        words = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+", stop_words="english")
        rare = 3 if len(texts) >= 100 else 1  # a piece that fewer texts have says nothing about company
        pieces = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 4), min_df=rare)
        self._counts = FeatureUnion([("words", words), ("pieces", pieces)])
        self._counts.fit([*texts, "vocabulary"])  # one word at least, even if every text is made of stop words
        counts = self._counts.transform(texts)  # (texts, words and pieces), sparse
        directions = min(self.dimensions, *counts.shape)
        with np.errstate(invalid="ignore", divide="ignore"):  # a single text has no variance to explain
            self._squeeze = TruncatedSVD(directions, random_state=self.seed).fit(counts)
        return self

    def __call__(self, texts):
        """Unit vectors, so that a product is a cosine.  list of n texts -> (n, directions) float32"""
        vectors = self._squeeze.transform(self._counts.transform(texts))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
