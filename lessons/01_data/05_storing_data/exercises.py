"""Exercises of 01_data/05_storing_data."""

import hashlib

from genai_course.exercises.definitions import Experiment, Function, Mistake, Prediction, Question, Target


def _sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _fused(share, keyword, vector, weight, constant, start=1):
    """Fusion with another rule for what a rank earns."""
    scores = {}
    for part, numbers in ((1 - weight, keyword), (weight, vector)):
        for rank, number in enumerate(numbers, start):
            scores[number] = scores.get(number, 0.0) + part * share(rank, constant)
    return scores


def _overwritten(keyword, vector, weight, constant):
    scores = {number: (1 - weight) / (constant + rank) for rank, number in enumerate(keyword, 1)}
    return scores | {number: weight / (constant + rank) for rank, number in enumerate(vector, 1)}


def _only_in_both(keyword, vector, weight, constant):
    both = _fused(lambda rank, constant: 1 / (constant + rank), keyword, vector, weight, constant)
    return {number: score for number, score in both.items() if number in keyword and number in vector}


EXERCISES = [
    Function(
        "content_hash",
        reference="genai_course.labs.storage.encryption:content_hash",
        cases=lambda rng: [("ab", "c"), ("a", "bc"), ("Où est la clé ?", "Là-bas."), ("How?", "")],
        mistakes=[
            Mistake(
                lambda prompt, response: _sha(prompt + response),
                "You glued prompt and response together without a seam, so ('ab', 'c') and ('a', 'bc') get the same name although they "
                "are different records. Put the zero byte `\\0` between them.",
            ),
            Mistake(
                lambda prompt, response: _sha(response),
                "Your hash covers the response only. The same answer to another question is another record.",
            ),
            Mistake(
                lambda prompt, response: _sha(prompt),
                "Your hash covers the prompt only, so a corrected response would keep the old version's name.",
            ),
            Mistake(
                lambda prompt, response: _sha(f"{response}\0{prompt}"),
                "The order is turned round: first the prompt, then the zero byte, then the response.",
            ),
            Mistake(
                lambda prompt, response: _sha(f"{prompt} {response}"),
                "A blank between the two may also stand inside them: ('a b', 'c') and ('a', 'b c') would share a name. The zero byte "
                "`\\0` never stands in a text of the store.",
            ),
            Mistake(
                lambda prompt, response: _sha(f"{prompt}\n{response}"),
                "A line break may also stand inside a prompt. Use the zero byte `\\0`, which never does.",
            ),
            Mistake(
                lambda prompt, response: hashlib.sha256(f"{prompt}\0{response}".encode()).digest(),
                "You returned the 32 bytes themselves. Their hexadecimal writing comes from `.hexdigest()`.",
            ),
            Mistake(
                lambda prompt, response: str(hash((prompt, response))),
                "Python's own `hash` of a text is another one in every process. A name that is written down must come from "
                "`hashlib.sha256`.",
            ),
            Mistake(
                lambda prompt, response: hashlib.md5(f"{prompt}\0{response}".encode()).hexdigest(),
                "MD5 is broken: two texts with the same hash can be made on purpose. Use `hashlib.sha256`.",
            ),
        ],
        hints=(
            "Three steps: one text with a seam in it, that text as bytes, the hash of these bytes.",
            '`f"{prompt}\\0{response}"` is the text, `.encode()` makes bytes of it, `hashlib.sha256(…).hexdigest()` the name.',
            'return hashlib.sha256(f"{prompt}\\0{response}".encode()).hexdigest()',
        ),
        passed="One changed letter gives another name, on every machine the same. Git, Docker and model registries name their contents this way.",
    ),
    Function(
        "reciprocal_rank_fusion",
        reference="genai_course.labs.storage.search:reciprocal_rank_fusion",
        cases=lambda rng: [
            ([7], [5], 0.25, 60),
            ([7, 5, 2], [5, 9], 0.25, 60),
            ([3, 4, 8, 11], [8, 3, 6, 20, 1], 0.7, 1),
            ([], [4, 2], 0.6, 10),
        ],
        mistakes=[
            Mistake(
                lambda keyword, vector, weight, constant: _fused(
                    lambda r, c: 1 / (c + r), keyword, vector, weight, constant, 0
                ),
                "You counted ranks from 0. The first record has rank 1: `enumerate(numbers, 1)`.",
            ),
            Mistake(
                lambda keyword, vector, weight, constant: _fused(
                    lambda r, c: 1 / (c + r), keyword, vector, 1 - weight, constant
                ),
                "The weight went to the wrong search. It is the share of the *vector* search; the keyword search has the rest.",
            ),
            Mistake(
                lambda keyword, vector, weight, constant: _fused(
                    lambda r, c: 1 / (c + r), keyword, vector, 0.5, constant
                ),
                "You gave both searches half of the say, whatever `weight` is.",
            ),
            Mistake(
                lambda keyword, vector, weight, constant: {
                    number: 2 * score
                    for number, score in _fused(lambda r, c: 1 / (c + r), keyword, vector, 0.5, constant).items()
                },
                "You added 1 / (constant + rank) as in the paper, without the shares. The keyword search has the share 1 − weight, the "
                "vector search weight.",
            ),
            Mistake(
                lambda keyword, vector, weight, constant: _fused(lambda r, c: 1 / r, keyword, vector, weight, constant),
                "You left the constant out. It decides how much a first place is worth beside a tenth.",
            ),
            Mistake(
                lambda keyword, vector, weight, constant: _fused(lambda r, c: c + r, keyword, vector, weight, constant),
                "With `constant + rank` the last record earns most. A good rank is a small number: divide by it.",
            ),
            Mistake(
                _overwritten,
                "A record that both searches found lost its first part: the second overwrote it. Add to what is there, "
                "`scores.get(number, 0) + …`.",
            ),
            Mistake(
                _only_in_both,
                "You kept only the records that both searches found. A code is found by its letters alone, and must not be lost.",
            ),
        ],
        hints=(
            "Go through each list with `enumerate(…, 1)`, and add to a dictionary.",
            "From the keyword search a record earns `(1 - weight) / (constant + rank)`, from the vector search `weight / (constant + rank)`.",
            "for share, numbers in ((1 - weight, keyword), (weight, vector)): for rank, number in enumerate(numbers, 1): "
            "scores[number] = scores.get(number, 0) + share / (constant + rank)",
        ),
        passed="Neither a bm25 score nor a cosine was needed: ranks have no unit, so any number of searches can be fused this way.",
    ),
    Experiment(
        "balance",
        reference={"weight": 0.6, "constant": 1, "gain": 0.12, "codes": 0.97},
        targets=[
            Target(
                "gain",
                "the hybrid must find at least 0.06 more than the better of the two alone.",
                at_least=0.06,
                at_most=1,
            ),
            Target(
                "codes", "at least 0.9 of the records with an error code must still be found.", at_least=0.9, at_most=1
            ),
        ],
        mistakes=[
            Mistake(
                lambda result: not 0 <= result["weight"] <= 1,
                "The weight is a share: choose it between 0 and 1.",
                example={"weight": 3, "constant": 1, "gain": -0.2, "codes": 0.1},
            ),
            Mistake(
                lambda result: result["weight"] in (0, 1),
                "With a weight of 0 or 1 one search has no say, and the hybrid can only be as good as the other.",
                example={"weight": 1, "constant": 1, "gain": 0.0, "codes": 0.05},
            ),
            Mistake(
                lambda result: result["constant"] >= 20 and result["gain"] < 0.06,
                "With a large constant a first place is worth hardly more than a fiftieth, so whatever both searches list somewhere wins. "
                "Make the constant smaller.",
                example={"weight": 0.5, "constant": 60, "gain": -0.02, "codes": 0.98},
            ),
            Mistake(
                lambda result: result["codes"] < 0.9,
                "The error codes get lost: the vectors, which cannot tell one code from another, have too much say. Make the weight smaller.",
                example={"weight": 0.9, "constant": 1, "gain": 0.07, "codes": 0.3},
            ),
        ],
        hints=(
            "Move the sliders above: first the constant, then the weight.",
            "A constant of 1 to 3 makes first places count. A weight slightly above one half gives other words a chance.",
            "Try `(0.6, 1)`.",
        ),
        passed="You tuned two numbers on 200 planted questions. Before you trust them, plant questions like those your own users ask.",
    ),
    Function(
        "match_expression",
        reference="genai_course.labs.storage.search:match_expression",
        cases=lambda rng: [("E-23 printer",), ('say "hello" now',), ("NOT  a*b OR",), ("one",)],
        mistakes=[
            Mistake(
                lambda query: " OR ".join(f'"{word}"' for word in query.split()),
                'A double quote inside a word ends your quotation early, and what follows is read as an operator. Double it: `""`.',
            ),
            Mistake(
                lambda query: " OR ".join('"' + word.replace('"', '\\"') + '"' for word in query.split()),
                "A backslash means nothing in SQL. A quote inside quotes is written twice.",
            ),
            Mistake(
                lambda query: " ".join('"' + word.replace('"', '""') + '"' for word in query.split()),
                "Without `OR` the index wants *all* words in one record, and a long question finds nothing.",
            ),
            Mistake(
                lambda query: " AND ".join('"' + word.replace('"', '""') + '"' for word in query.split()),
                "With `AND` the index wants *all* words in one record, and a long question finds nothing. Use `OR`.",
            ),
            Mistake(
                lambda query: '"' + query.replace('"', '""') + '"',
                "You made one phrase of the whole query; it finds only records with exactly this sequence of words. Quote word by word.",
            ),
            Mistake(
                lambda query: " OR ".join("'" + word.replace("'", "''") + "'" for word in query.split()),
                "Single quotes mark texts in SQL; the full-text index wants double quotes around a word.",
            ),
            Mistake(
                lambda query: " OR ".join(query.split()),
                "The words stand there without quotes, so `NOT`, `*` and `-` are still operators.",
            ),
            Mistake(
                lambda query: " OR ".join('"' + word.replace('"', "") + '"' for word in query.split()),
                "You dropped the quotes in the words. That is safe, and it changes what was asked; here they are doubled, as for SQL itself.",
            ),
        ],
        hints=(
            "Split the query at its blanks, put each word into double quotes, join them with ` OR `.",
            "A quote inside a word must be doubled first: `word.replace('\"', '\"\"')`.",
            "quoted = ['\"' + word.replace('\"', '\"\"') + '\"' for word in query.split()], then return ' OR '.join(quoted)",
        ),
        passed="Now every query is a list of words and nothing else. Where a language has parameters, use them; where it has none, quote with its own rules.",
    ),
]

PREDICTIONS = [
    Prediction(
        "keyword_recall",
        between=(0, 1),
        close=0.1,
        after="Keyword search is excellent at what it can do, and most of these questions ask for something else.",
    ),
]

QUIZ = [
    Question(
        "Why has `add` no default for `source`?",
        [
            ("A default would be slower.", "It would cost nothing. It would be wrong now and then."),
            (
                "So that generated text never enters the real data because someone forgot a word.",
                "An error today is cheaper than finding out after training which half was invented.",
            ),
            ("SQLite has no defaults.", "It has. This one is left out on purpose."),
            ("Because synthetic text must not be stored.", "It may, labelled, and apart."),
        ],
        right="b",
    ),
    Question(
        "You add the scores of bm25 and cosine to fuse two searches. What goes wrong?",
        [
            (
                "Nothing, both are larger for better.",
                "They have different units: bm25 runs to 10 or 20, a cosine to 1.",
            ),
            ("Cosines can be negative.", "They can, and that is the smaller trouble."),
            (
                "bm25 has no upper end, so it decides nearly alone.",
                "Ranks have no unit; that is why their reciprocals may be added.",
            ),
            ("Both searches must find the same records.", "No fusion needs that."),
        ],
        right="c",
    ),
    Question(
        "The prompts are encrypted in the table. The full-text index lies in the same file, as usual. What can a thief read?",
        [
            ("Nothing without the key.", "The index holds every word and where it stands, in the clear."),
            ("Only how many records there are.", "Much more: the index is a list of all words with their places."),
            ("Only the tags.", "Those too, and every word besides."),
            (
                "Every word, and in which record it stands.",
                "So with a key our index lives in memory, and you pay for it at the first search.",
            ),
        ],
        right="d",
    ),
    Question(
        "Why is a record that a role may not read left out *before* the best five are chosen?",
        [
            (
                "Otherwise forbidden records take places, and a short list betrays that they exist.",
                "Five places with two gaps say: two better answers exist, and you may not see them.",
            ),
            ("It makes the search faster.", "It may; the reason is what an empty place tells."),
            ("SQL cannot filter afterwards.", "It can. It is too late then."),
            ("It makes no difference.", "The list of a visitor would have holes."),
        ],
        right="a",
    ),
    Question(
        "The names of users are replaced by keyed hashes. Is the data anonymous?",
        [
            (
                "Yes, a hash cannot be turned round.",
                "One person's records still hang together, and few records often point to one person.",
            ),
            (
                "No: one person's records can still be linked, and what they wrote may betray them.",
                "This is called pseudonymous. Most privacy laws still count it as personal data.",
            ),
            ("Yes, if the key is long enough.", "The key's length changes nothing about the link."),
            ("No, because SHA-256 is broken.", "It is not. The link is the trouble."),
        ],
        right="b",
    ),
]
