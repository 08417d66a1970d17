"""Exercises of 01_data/02_text."""

from collections import Counter

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def similarity(first, second, width):
    """Share of the runs of either text that both have."""
    first = {first[start : start + width] for start in range(len(first) - width + 1)}
    second = {second[start : start + width] for start in range(len(second) - width + 1)}
    return len(first & second) / len(first | second)


def smoothed(counts, amount):
    """Probabilities of the next character.  (contexts, alphabet) -> (contexts, alphabet)"""
    more = np.asarray(counts) + amount
    return more / more.sum(axis=1, keepdims=True)


def _runs(text, width):
    return {text[start : start + width] for start in range(len(text) - width + 1)}


def _without_last(text, width):
    return {text[start : start + width] for start in range(len(text) - width)}


def _blocks(text, width):
    return {text[start : start + width] for start in range(0, len(text), width)}


def _whole_blocks(text, width):
    return {text[start : start + width] for start in range(0, len(text) - width + 1, width)}


def _jaccard(pieces):
    """The similarity of other pieces than runs."""

    def similarity(first, second, width):
        first, second = pieces(first, width), pieces(second, width)
        return len(first & second) / max(1, len(first | second))

    return similarity


def _counted(first, second, width):
    """Every run as often as it comes."""
    first, second = (Counter(text[start : start + width] for start in range(len(text) - width + 1)) for text in (first, second))
    return sum((first & second).values()) / sum((first | second).values())


def some_texts(rng):
    """Runs that come twice, capitals, accents, blanks at the ends; short and long runs, of the same texts too; texts of one run."""
    return [
        ("abcd", "bcde", 2),
        ("banana", "bananas", 3),
        ("aaaabaaaac", "aaac aaab", 3),
        ("the cat sat on the mat", "on the mat the cat sat", 5),
        ("Once at once", "once AT Once, déjà vu", 2),
        ("mississippi", "simple", 1),
        ("abc", "abc", 3),
        ("mississippi", "simple", 2),
        (" on a", "on a \n", 2),
    ]


def some_tokens(rng):
    """Overlaps, pairs turned round, numbers that begin with a member of the pair, the ends of the list, and equal numbers that
    are not the same object, as sums above 256 are."""
    large = (300 + rng.integers(0, 2, 14)).tolist()
    return [
        ([1, 2, 3, 1, 2], (1, 2), 9),
        ([1, 1, 1, 2, 1], (1, 1), 7),
        ([5, 4, 5, 4, 4, 5], (5, 4), 256),
        ([11, 1, 1, 21, 1, 12, 1], (1, 1), 300),
        ([3, 13, 31, 3, 1, 3, 300, 1, 3], (3, 1), 301),
        ([3, 4, 3], (6, 7), 8),
        ([6], (6, 6), 8),
        ([], (1, 2), 3),
        (large, tuple((300 + np.arange(2)).tolist()), 302),
        (rng.integers(0, 3, 3_000).tolist(), (1, 2), 7),  # as long as a story
    ]


def some_counts(rng):
    """One context alone, a context without any count, whole numbers."""
    return [
        (np.array([[1.0, 3.0, 0.0]]), 1.0),
        (np.array([[2.0, 0.0, 0.0, 6.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]), 0.5),
        (rng.integers(0, 5, (4, 3)).astype(float), 0.01),
        (rng.integers(0, 300, (2, 5)), 0.25),
    ]


def any_texts(draw, st, numbers):
    width = draw(st.integers(1, 4))
    texts = st.text("abA é", min_size=width, max_size=12)
    return draw(texts), draw(texts), width


def any_tokens(draw, st, numbers):
    token = st.sampled_from([1, 2, 3, 11, 12, 256])
    return draw(st.lists(token, max_size=12)), (draw(token), draw(token)), draw(st.integers(257, 400))


def any_counts(draw, st, numbers):
    counts = np.rint(draw(numbers((draw(st.integers(1, 5)), draw(st.integers(1, 5))), 0, 30)))
    return counts, draw(st.sampled_from([0.01, 0.1, 0.5, 1.0, 3.0]))


def _tails(text, width):
    return {text[start : start + width] for start in range(len(text))}


def _merge_everywhere(tokens, pair, number):
    places = [place for place in range(len(tokens) - 1) if (tokens[place], tokens[place + 1]) == tuple(pair)]
    covered = {place + step for place in places for step in (0, 1)}
    return [
        number if place in places else token
        for place, token in enumerate(tokens)
        if place in places or place not in covered
    ]


def _merge_keeping_second(tokens, pair, number):
    pairs = list(zip(tokens, [*tokens[1:], None], strict=False))
    return [number if each == tuple(pair) else each[0] for each in pairs]


def _merge_first_only(tokens, pair, number):
    for place in range(len(tokens) - 1):
        if (tokens[place], tokens[place + 1]) == tuple(pair):
            return [*tokens[:place], number, *tokens[place + 2 :]]
    return list(tokens)


def _merge_from_the_right(tokens, pair, number):
    merged, end = [], len(tokens)
    while end > 0:
        hit = tuple(tokens[max(0, end - 2) : end]) == tuple(pair)
        merged.append(number if hit else tokens[end - 1])
        end -= 2 if hit else 1
    return merged[::-1]


def _merge_without_end(tokens, pair, number):
    merged, place = [], 0
    while place < len(tokens) - 1:
        hit = (tokens[place], tokens[place + 1]) == tuple(pair)
        merged.append(number if hit else tokens[place])
        place += 2 if hit else 1
    return merged


def _merge_either_way(tokens, pair, number):
    merged, place = [], 0
    while place < len(tokens):
        hit = tuple(tokens[place : place + 2]) in (tuple(pair), tuple(pair)[::-1])
        merged.append(number if hit else tokens[place])
        place += 2 if hit else 1
    return merged


EXERCISES = [
    Function("similarity", reference=similarity, cases=some_texts, space=any_texts, mistakes={
        (lambda a, b, width: len(_runs(a, width) & _runs(b, width)) / len(_runs(a, width))):
            "You divided by the runs of the first text. Then a long text is no twin of its own excerpt one way round and is one the other way. Divide by the runs that either has.",
        (lambda a, b, width: (len(_runs(a, width) & _runs(b, width)) / (len(_runs(a, width)) + len(_runs(b, width))))):
            "You divided by both numbers of runs together, so what both have is counted twice. Two equal texts would get one half. Divide by the size of the union.",
        _jaccard(_without_last):
            "The last run of each text is missing. A text of n characters has n − width + 1 runs.",
        _jaccard(_tails):
            "At the end of each text you took shorter pieces. A run has exactly `width` characters, so stop at n − width + 1.",
        _jaccard(_blocks):
            "You cut the texts into blocks side by side. One letter more at the beginning would then change every block. Runs begin at every character.",
        _jaccard(_whole_blocks):
            "You cut the texts into blocks side by side, so “banana” has no “ana”. A run begins at every character: step by one, not by `width`.",
        _counted:
            "You counted a run as often as it comes. Asked for are *different* runs: “ana” counts once in “banana”. A `set` keeps each once.",
        "return → 2 * len(first & second) / (len(first) + len(second))":
            "That is the Dice coefficient, another measure of likeness. Jaccard's divides what both have by what either has, the union.",
        "return → len(first & second) / min(len(first), len(second))":
            "You divided by the smaller of the two sets. An excerpt would then be a perfect twin of its book. Divide by the union.",
        (lambda first, second, width: similarity(first.lower(), second.lower(), width)):
            "You made capitals small first. That is a cleaning of its own; here “Once” and “once” are different runs.",
        _jaccard(lambda text, width: set(text)):
            "You compared single characters. Nearly all English texts have the same ones; use runs of `width`.",
        "return → 1 - …": "That is the distance, 1 minus the similarity. Equal texts should get 1.",
        (lambda a, b, width: len(_runs(a, width) & _runs(b, width))): "You returned how many runs both have. Divide by how many either has.",
    }, hints=(
        "Python's `set` keeps each run once, and has `&` and `|`.",
        "The runs of a text: `{text[start : start + width] for start in range(len(text) - width + 1)}`.",
        "With both sets made: `return len(runs_of_first & runs_of_second) / len(runs_of_first | runs_of_second)`",
    ), passed="It is symmetric, 1 for equal sets of runs and 0 for texts with nothing in common, whatever their lengths."),
    Function("merge", reference="genai_course.data.tokens:merge", cases=some_tokens, space=any_tokens, mistakes={
        _merge_keeping_second: "You put the new number in and kept the second of the pair. It stands for both: step over two tokens.",
        _merge_first_only: "You replaced the first occurrence only. Go on to the end.",
        _merge_without_end: "The last token is lost when it is not part of a pair. The loop must reach it, and there it has no neighbour.",
        _merge_everywhere: "In 1 1 1 the two pairs share the middle token. Once it is used up on the left, it is gone: step over two tokens.",
        _merge_either_way: "You also merged the pair the other way round. (1, 2) and (2, 1) are different pairs.",
        _merge_from_the_right: "You went from right to left. In 1 1 1 the pair at the *left* is replaced; begin there.",
        "return → [number if token in pair else token for token in tokens]":
            "You replaced each member of the pair wherever it stands, one number for one. Only the two side by side become one number.",
        "return → [token for token in tokens if token not in pair] + [number]":
            "You removed the members of the pair wherever they stand. Replace them only side by side, and in their place.",
        "return → list(tokens)": "Nothing was replaced. Compare each token and its right neighbour with the pair.",
    }, hints=(
        "Walk from left to right with a `place`. How far do you step after a hit, how far otherwise?",
        "`if tuple(tokens[place : place + 2]) == tuple(pair):` is also safe at the last token.",
        "Hit: `merged.append(number); place += 2`. Otherwise: `merged.append(tokens[place]); place += 1`. `while place < len(tokens)`.",
    ), passed="Repeat it and you have a tokenizer: the ones of today's language models were trained with this very step."),
    Function("smoothed", reference=smoothed, cases=some_counts, space=any_counts, mistakes={
        ("more / → (counts + amount) /", "more.sum → counts.sum"):
            "The rows add up to more than 1: you divided by the sum before adding. Divide by the sum of what you divide.",
        "return → (counts + amount) / (counts.sum(axis=1, keepdims=True) + amount)":
            "You added `amount` to the sum once. It is added to every character of the row, so the sum grows by that much each time.",
        "return → (counts + amount) / (counts + amount).sum()":
            "You made the whole table add up to 1. Each row is a distribution of its own: sum over axis 1.",
        ("np.asarray(counts) → counts", "axis=1 → axis=0"):
            "You made the columns add up to 1. A row belongs to a context, and its characters share a probability of 1.",
        "return → counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-09)":
            "What was never counted stays impossible in yours, whatever `amount` is, and one surprise costs infinitely many bits. Add `amount` to each count.",
        "return → counts / counts.sum(axis=1, keepdims=True) + amount": "You added to the probabilities. Add to the counts, then divide.",
        "return → (counts + amount) / (counts.sum(axis=1, keepdims=True) + amount * len(counts))":
            "You added `amount` to the sum once for each context. It is added to each character of the row: once for every column.",
        "np.asarray(counts) + amount → np.where(np.asarray(counts) == 0, amount, counts)":
            "You replaced only the zeros. `amount` is added to every count.",
        "np.asarray(counts) + amount → np.asarray(counts) + 1": "You added 1 whatever `amount` is.",
        "np.asarray(counts) + amount → np.exp(np.asarray(counts) + amount - np.max(counts, axis=1, keepdims=True))":
            "That is a softmax: counts are no logarithms, so they need no exponential. Divide them by their sum as they are.",
        "return → counts + amount": "These are counts still. Divide each row by its sum.",
    }, hints=(
        "First add, then divide. By what, so that a row adds up to 1?",
        "`more.sum(axis=1, keepdims=True)` has one number for each row, in the shape (contexts, 1).",
        "`more = counts + amount`, then `return more / more.sum(axis=1, keepdims=True)`",
    ), excused={"`axis=1` → `axis=-1`": "The table has two axes, so the last one is axis 1."},
        passed="With an amount of 1 this is Laplace's rule of 1774; a row without any count becomes an even guess."),
    Experiment("settings", reference={"order": 6, "amount": 0.01, "bits": 1.23}, settings=[
        Setting("order", "the order is a whole number from 1 to 8, and fewer than five characters cannot reach 1.35 bits.",
                lambda order: order == int(order) and 5 <= order <= 8),
        Setting("amount", "the amount is larger than 0, and from 0.1 on no order reaches 1.35 bits.", lambda amount: 0 < amount < 0.1),
    ], targets=[
        Target("bits", "at most 1.35 bits per character are asked for, and no counting comes below 1 here.", at_least=1, at_most=1.35),
    ], mistakes=[
        (lambda result: result["order"] not in range(1, 9), "There are tables for the orders 1 to 8. Choose a whole number among them; the order comes first, then the amount.",
         {"order": 0.01, "amount": 6, "bits": float("nan")}),
        (lambda result: result["amount"] <= 0, "An amount of 0 leaves what was never counted impossible, and one such character costs infinitely many bits; below 0 there are no probabilities at all. Choose an amount above 0.",
         {"order": 6, "amount": 0, "bits": float("inf")}),
        (lambda result: result["amount"] >= 0.1 and result["bits"] > 1.35,
         "So large an amount, given to each of some fifty characters, outweighs contexts that were seen a few times. Go far below 0.1.",
         {"order": 6, "amount": 1.0, "bits": 1.9}),
        (lambda result: result["order"] < 5 and result["bits"] > 1.35, "The context is short: fewer than four characters do not tell a word. Raise the order.",
         {"order": 3, "amount": 0.01, "bits": 2.1}),
        (lambda result: result["bits"] > 1.35 and result["order"] > 6,
         "The context is so long that many were counted once or never. Lower the order, or try another amount.", {"order": 8, "amount": 0.00001, "bits": 1.8}),
    ], hints=(
        "Two things waste bits: too much for what never comes, and contexts never seen.",
        "Go down with the amount in steps of ten, and stay near the best order of the figure.",
        "Try 6 and 0.01.",
    ), passed="You tuned two numbers on the very stories you judge by. On fresh stories it would be a little worse: tune on a set of its own."),
]

PREDICTIONS = [
    Prediction("best_order", between=(1, 8), close=1,
               after="Too little context is blind, too much was never seen. With more stories the best order moves up."),
]
