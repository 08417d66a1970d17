"""Exercises of 01_data/05_storing_data."""

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


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


def _nothing_for_nothing(keyword, vector, weight, constant):
    scores = _fused(lambda rank, constant: 1 / (constant + rank), keyword, vector, weight, constant)
    return {number: score for number, score in scores.items() if score}


def _last_rank_for_the_missing(keyword, vector, weight, constant):
    scores = {}
    for part, numbers in ((1 - weight, keyword), (weight, vector)):
        ranks = {number: rank for rank, number in enumerate(numbers, 1)}
        for number in {*keyword, *vector}:
            scores[number] = scores.get(number, 0.0) + part / (constant + ranks.get(number, len(numbers) + 1))
    return scores


def _shares_then_ranks(keyword, vector, weight, constant):
    scores = {}
    for part, numbers in ((1 - weight, keyword), (weight, vector)):
        for rank, number in enumerate(numbers, 1):
            scores[number] = scores.get(number, 0.0) + part / constant + rank
    return scores


def some_records(rng):
    """Also an é of two characters, and one whose hash begins with zeros."""
    return [
        ("ab", "c"),
        ("a", "bc"),
        ("Où est la clé ?", "Là-bas."),
        ("How?", ""),
        (" How?\n", "Like this. "),
        ("HOW?", "日本語 🦊"),
        ("Cle\u0301", "ﬁn"),
        ("film 939", "renew"),
    ]


def some_ranks(rng):
    """Lists that differ, that are empty, that list the same; a search that has all the say; long lists; equal scores; a search that
    has none."""
    long = rng.permutation(60).tolist()
    return [
        ([7], [5], 0.25, 60),
        ([7, 5, 2], [5, 9], 0.25, 60),
        ([3, 4, 8, 11], [8, 3, 6, 20, 1], 0.7, 1),
        ([], [4, 2], 0.6, 10),
        ([6, 1, 9], [], 0.35, 2),
        ([12, 3], [3, 8, 5], 1.0, 4),
        (long[:25], long[:10:-1], 0.4, 30),
        ([4, 8], [8, 4, 6], 0.5, 3),
        ([9, 2, 5], [5, 7], 0.0, 6),
    ]


def some_queries(rng):
    return [
        ("E-23 printer",),
        ('say "hello" now',),
        ("NOT  a*b OR",),
        ("one",),
        (" Tab\tand\nline, too ",),
        ('" ""',),
        ("tea or tea",),
        ("L'été d'or: déjà (vu)",),
        ("",),
        ("  ",),
    ]


def any_record(draw, st, numbers):
    text = st.text("ab é\n日", max_size=6)
    return draw(text), draw(text)


def any_ranks(draw, st, numbers):
    found = st.lists(st.integers(1, 12), max_size=6, unique=True)
    return draw(found), draw(found), draw(st.integers(0, 8)) / 8, draw(st.integers(1, 60))


def any_query(draw, st, numbers):
    return (draw(st.text('aB" \t*-é', max_size=10)),)


def _only_in_both(keyword, vector, weight, constant):
    both = _fused(lambda rank, constant: 1 / (constant + rank), keyword, vector, weight, constant)
    return {number: score for number, score in both.items() if number in keyword and number in vector}


EXERCISES = [
    Function("content_hash", reference="genai_course.labs.storage.encryption:content_hash",
        cases=some_records, space=any_record, mistakes={
        "f\"{prompt}\\0{response}\" → (prompt + response)":
            "You glued prompt and response together without a seam, so ('ab', 'c') and ('a', 'bc') get the same name although they are different records. Put the zero byte `\\0` between them.",
        "f\"{prompt}\\0{response}\" → response": "Your hash covers the response only. The same answer to another question is another record.",
        "f\"{prompt}\\0{response}\" → prompt": "Your hash covers the prompt only, so a corrected response would keep the old version's name.",
        "f\"{prompt}\\0{response}\" → f'{response}\\x00{prompt}'":
            "The order is turned round: first the prompt, then the zero byte, then the response.",
        "f\"{prompt}\\0{response}\" → f'{prompt} {response}'":
            "A blank between the two may also stand inside them: ('a b', 'c') and ('a', 'b c') would share a name. The zero byte `\\0` never stands in a text of the store.",
        "f\"{prompt}\\0{response}\" → f'{prompt}\\n{response}'":
            "A line break may also stand inside a prompt. Use the zero byte `\\0`, which never does.",
        "return → hashlib.sha256(f'{prompt}\\x00{response}'.encode()).digest()":
            "You returned the 32 bytes themselves. Their hexadecimal writing comes from `.hexdigest()`.",
        "return → str(hash((prompt, response)))":
            "Python's own `hash` of a text is another one in every process. A name that is written down must come from `hashlib.sha256`.",
        "f\"{prompt}\\0{response}\" → f'{prompt}0{response}'":
            "You put the digit 0 between the two. The zero *byte* is the character `\\0`, with the backslash.",
        "f\"{prompt}\\0{response}\" → (prompt + chr(92) + '0' + response)":
            "You put a backslash and a 0 between the two, two characters. In a plain text (no `r` before it) `\\0` is the one zero byte.",
        "f\"{prompt}\\0{response}\" → f'{prompt.strip()}\\x00{response.strip()}'":
            "You cut the blanks at the ends off. Two texts that differ in a blank differ; they need two names.",
        "f\"{prompt}\\0{response}\" → f'{prompt}\\x00{response}'.lower()":
            "You made capitals small. Two texts that differ in a capital differ; they need two names.",
        "encode() → encode('ascii', 'ignore')":
            "Letters that ASCII does not know were dropped, so 'Bücher' and 'Bcher' share a name. `.encode()` writes every letter, in UTF-8.",
        "encode() → encode('latin-1', 'replace')":
            "You encoded with Latin-1, which knows 256 letters only. `.encode()` writes every letter, in UTF-8.",
        "sha256 → sha3_256": "SHA-3 is another family of hashes. Asked for is SHA-256, `hashlib.sha256`.",
        "return → …[:12]": "You returned the first twelve digits. The lesson prints so few; the name has all 64.",
        "sha256 → md5": "MD5 is broken: two texts with the same hash can be made on purpose. Use `hashlib.sha256`.",
    }, hints=(
        "Three steps: one text with a seam in it, that text as bytes, the hash of these bytes.",
        "`f\"{prompt}\\0{response}\"` is the text, `.encode()` makes bytes of it, `hashlib.sha256(…).hexdigest()` the name.",
        "return hashlib.sha256(f\"{prompt}\\0{response}\".encode()).hexdigest()",
    ), passed="One changed letter gives another name, on every machine the same. Git, Docker and model registries name their contents this way."),
    Function("reciprocal_rank_fusion", reference="genai_course.labs.storage.search:reciprocal_rank_fusion",
        cases=some_ranks, space=any_ranks, mistakes={
        (lambda keyword, vector, weight, constant: _fused(lambda r, c: 1 / (c + r), keyword, vector, weight, constant, 0)):
            "You counted ranks from 0. The first record has rank 1: `enumerate(numbers, 1)`.",
        (lambda keyword, vector, weight, constant: _fused(lambda r, c: 1 / (c + r), keyword, vector, 1 - weight, constant)):
            "The weight went to the wrong search. It is the share of the *vector* search; the keyword search has the rest.",
        (lambda keyword, vector, weight, constant: _fused(lambda r, c: 1 / (c + r), keyword, vector, 0.5, constant)):
            "You gave both searches half of the say, whatever `weight` is.",
        (lambda keyword, vector, weight, constant: {number: 2 * score for number, score in _fused(lambda r, c: 1 / (c + r), keyword, vector, 0.5, constant).items()}):
            "You added 1 / (constant + rank) as in the paper, without the shares. The keyword search has the share 1 − weight, the vector search weight.",
        (lambda keyword, vector, weight, constant: _fused(lambda r, c: 1 / r, keyword, vector, weight, constant)):
            "You left the constant out. It decides how much a first place is worth beside a tenth.",
        (lambda keyword, vector, weight, constant: _fused(lambda r, c: 1 / (60 + r), keyword, vector, weight, constant)):
            "You wrote 60 into the function, so `constant` has no effect.",
        _shares_then_ranks:
            "`share / constant + rank` divides first and then adds the rank. Put brackets round the sum: share / (constant + rank).",
        _nothing_for_nothing:
            "You dropped the records with a score of 0. They were found, too; with a weight of 0 or 1 they stand at the end.",
        _last_rank_for_the_missing:
            "You gave a record that a search did not find the rank behind its last. It earns nothing from that search.",
        (lambda keyword, vector, weight, constant: _fused(lambda r, c: c + r, keyword, vector, weight, constant)):
            "With `constant + rank` the last record earns most. A good rank is a small number: divide by it.",
        _overwritten:
            "A record that both searches found lost its first part: the second overwrote it. Add to what is there, `scores.get(number, 0) + …`.",
        _only_in_both: "You kept only the records that both searches found. A code is found by its letters alone, and must not be lost.",
    }, hints=(
        "Go through each list with `enumerate(…, 1)`, and add to a dictionary.",
        "From the keyword search a record earns `(1 - weight) / (constant + rank)`, from the vector search `weight / (constant + rank)`.",
        "for share, numbers in ((1 - weight, keyword), (weight, vector)): for rank, number in enumerate(numbers, 1): scores[number] = scores.get(number, 0) + share / (constant + rank)",
    ), passed="Neither a bm25 score nor a cosine was needed: ranks have no unit, so any number of searches can be fused this way."),
    Experiment("balance", reference={"weight": 0.6, "constant": 1, "gain": 0.12, "codes": 0.97}, settings=[
        Setting("weight", "it is a share; below 0.3 and above 0.8 one of the two has hardly any say.", lambda weight: 0.3 <= weight <= 0.8),
        Setting("constant", "it runs from 1 to 60, and beyond 15 a first place is worth too little.", lambda constant: 1 <= constant <= 15),
    ], targets=[
        Target("gain", "the hybrid must find at least 0.06 more than the better of the two alone.", at_least=0.06, at_most=0.4),
        Target("codes", "at least 0.9 of the records with an error code must still be found.", at_least=0.9, at_most=1),
    ], mistakes=[
        (lambda result: result["constant"] < 1 <= result["weight"], "The weight comes first, then the constant: `(weight, constant)`.",
         {"weight": 1, "constant": 0.6, "gain": 0.0, "codes": 0.05}),
        (lambda result: not 0 <= result["weight"] <= 1, "The weight is a share: choose it between 0 and 1.",
         {"weight": 3, "constant": 1, "gain": -0.2, "codes": 0.1}),
        (lambda result: result["weight"] in (0, 1), "With a weight of 0 or 1 one search has no say, and the hybrid can only be as good as the other.",
         {"weight": 1, "constant": 1, "gain": 0.0, "codes": 0.05}),
        (lambda result: result["constant"] >= 20 and result["gain"] < 0.06,
         "With a large constant a first place is worth hardly more than a fiftieth, so whatever both searches list somewhere wins. Make the constant smaller.",
         {"weight": 0.5, "constant": 60, "gain": -0.02, "codes": 0.98}),
        (lambda result: result["codes"] < 0.9,
         "The error codes get lost: the vectors, which cannot tell one code from another, have too much say. Make the weight smaller.",
         {"weight": 0.9, "constant": 1, "gain": 0.07, "codes": 0.3}),
    ], hints=(
        "Move the sliders above: first the constant, then the weight.",
        "A constant of 1 to 3 makes first places count. A weight slightly above one half gives other words a chance.",
        "Try `(0.6, 1)`.",
    ), passed="You tuned two numbers on 200 planted questions. Before you trust them, plant questions like those your own users ask."),
    Function("match_expression", reference="genai_course.labs.storage.search:match_expression",
        cases=some_queries, space=any_query, mistakes={
        "(quoted) → ((f'\"{word}\"' for word in query.split()))":
            'A double quote inside a word ends your quotation early, and what follows is read as an operator. Double it: `""`.',
        "(quoted) → (('\"' + word.replace('\"', '\\\\\"') + '\"' for word in query.split()))":
            "A backslash means nothing in SQL. A quote inside quotes is written twice.",
        "return → ' '.join('\"' + word.replace('\"', '\"\"') + '\"' for word in query.split())":
            "Without `OR` the index wants *all* words in one record, and a long question finds nothing.",
        "return → ' AND '.join('\"' + word.replace('\"', '\"\"') + '\"' for word in query.split())":
            "With `AND` the index wants *all* words in one record, and a long question finds nothing. Use `OR`.",
        "query.split() → query.split(' ')":
            "You split at each single blank: two in a row give an empty word, and a tab or line break stays inside one. `split()` without an argument takes all white space.",
        "return → ' or '.join(quoted)": "A small `or` is a word to look for. The operator is written in capitals: `OR`.",
        "return → 'OR'.join(quoted)": "`OR` needs a blank on either side: join with ` OR `.",
        "return → '\"' + query.replace('\"', '\"\"') + '\"'":
            "You made one phrase of the whole query; it finds only records with exactly this sequence of words. Quote word by word.",
        "(quoted) → ((\"'\" + word.replace(\"'\", \"''\") + \"'\" for word in query.split()))":
            "Single quotes mark texts in SQL; the full-text index wants double quotes around a word.",
        "(quoted) → (query.split())": "The words stand there without quotes, so `NOT`, `*` and `-` are still operators.",
        "(quoted) → (('\"' + word.replace('\"', '') + '\"' for word in query.split()))":
            "You dropped the quotes in the words. That is safe, and it changes what was asked; here they are doubled, as for SQL itself.",
    }, hints=(
        "Split the query at its blanks, put each word into double quotes, join them with ` OR `.",
        "A quote inside a word must be doubled first: `word.replace('\"', '\"\"')`.",
        "quoted = ['\"' + word.replace('\"', '\"\"') + '\"' for word in query.split()], then return ' OR '.join(quoted)",
    ), passed="Now every query is a list of words and nothing else. Where a language has parameters, use them; where it has none, quote with its own rules."),
]

PREDICTIONS = [
    Prediction("keyword_recall", between=(0, 1), close=0.1,
               after="Keyword search is excellent at what it can do, and most of these questions ask for something else."),
]
