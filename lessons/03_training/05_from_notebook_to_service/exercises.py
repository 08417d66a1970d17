"""Exercises of 03_training/05_from_notebook_to_service."""

import math

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value

ALPHABET = frozenset("abc AB.\n")  # as the service has it: no capital C


def some_prompts(rng):
    """Values that a field called prompt may hold, each with the alphabet and the longest length allowed."""
    longest = int(rng.integers(6, 9))
    prompts = ["a b.", 7, "a" * longest, "a" * (longest + 1), "", " \n ", " " * (longest + 1)]
    prompts += ["a" * longest + " ", "ab\u00e9", "\u00e9" * (longest - 1), "ab\0", None, ["a", "b"], True]
    prompts += ["aC", "ax", " b", "A\n", {"a": 1}, 0.5, "x" * (longest + 2), "a", ["a"] * (longest + 1)]
    prompts += ["a\ud800", "\ud800" * (longest + 1), False, 0, [], "a\u00a0b", "\u00a0"]  # half of a pair, as JSON can hold it
    plain = [(prompt, frozenset("ab "), longest) for prompt in ("a b", "ab\n", "\nab", " ")]  # no line ends
    long = [("ab. " * 500, ALPHABET, 2000), ("ab. " * 500 + "a", ALPHABET, 2000), ("ab. " * 499 + "C", ALPHABET, 2000), ("]a^-", frozenset("]^-a"), 4)]
    short = [(prompt, ALPHABET, 1) for prompt in ("b", "ab", "", "\n")]
    return [*((prompt, ALPHABET, longest) for prompt in prompts), *plain, *long, *short]


def judged(
    long=413, bad=422, good=200, too_long=lambda prompt, longest: len(prompt) > longest, blank=str.strip, known=all
):
    """A wrong judge that differs in its parts."""

    def judge(prompt, alphabet, longest):
        if not isinstance(prompt, str):
            return bad
        if too_long(prompt, longest):
            return long
        return good if blank(prompt) and known(character in alphabet for character in prompt) else bad

    return judge


def any_prompt(draw, st, numbers):
    texts = st.text(st.sampled_from("ab Cx\u00e9\n"), max_size=8)
    return draw(st.one_of(texts, st.none(), st.integers(), st.lists(texts, max_size=2))), frozenset("ab \n"), draw(st.integers(1, 6))


def any_bucket(draw, st, numbers):
    burst, rate = draw(st.integers(1, 6)), draw(st.sampled_from([0.25, 0.5, 2.0, 8.0]))
    return draw(st.integers(0, 4 * burst)) / 4, draw(st.integers(0, 40)) / 4, rate, float(burst)


def any_latencies(draw, st, numbers):
    return draw(numbers((draw(st.integers(1, 40)),), 0.5, 9)), draw(st.integers(1, 100))


def no_look_at_the_kind(prompt, alphabet, longest):
    if len(prompt) > longest:
        return 413
    return 200 if prompt.strip() and set(prompt) <= set(alphabet) else 422


def length_first(prompt, alphabet, longest):
    if isinstance(prompt, list) and len(prompt) > longest:
        return 413
    return judged()(prompt, alphabet, longest)


def blank_first(prompt, alphabet, longest):
    if not isinstance(prompt, str) or not prompt.strip() or not set(prompt) <= set(alphabet):
        return 422
    return 413 if len(prompt) > longest else 200


def some_buckets(rng):
    """(tokens, seconds passed, rate, burst): full, waiting, filled to the brim, exactly one token, slow."""
    return [
        (5.0, 0.0, 2.0, 5.0),
        (0.25, 0.1, 2.0, 5.0),
        (3.0, 9.0, 2.0, 5.5),
        (0.0, 0.5, 2.0, 5.0),
        (0.1, 0.2, 0.25, 10.0),
        (1.0, 0.0, 4.0, 1.0),
        (0.75, 0.0, 3.0, 5.0),
        (1.5, 0.25, 2.0, 8.0),
        (0.0, 0.0, 0.5, 3.0),
        (0, 1, 1, 5),
        (0, 0, 3, 2),
        (4, 1, 3, 5),
        (0.5, 1e7, 0.001, 40.0),
        (0.0, 60.0, 0.001, 2.0),
        (0.0, 0.0, 1000.0, 5000.0),
    ]


def bucket(
    tokens, passed, rate, burst, enough=lambda tokens: tokens >= 1, wait=lambda tokens, rate: (1 - tokens) / rate
):
    tokens = min(burst, tokens + rate * passed)
    return (tokens - 1, 0.0) if enough(tokens) else (tokens, wait(tokens, rate))


def never_full(tokens, passed, rate, burst):
    return bucket(tokens, passed, rate, math.inf)


def never_filled(tokens, passed, rate, burst):
    return bucket(tokens, 0.0, rate, burst)


def filled_at_once(tokens, passed, rate, burst):
    return bucket(burst if passed * rate >= 1 else tokens, 0.0, rate, burst)


def paid_when_refused(tokens, passed, rate, burst):
    after, wait = bucket(tokens, passed, rate, burst)
    return (after, wait) if wait == 0 else (after - 1, wait)


def kept_when_refused(tokens, passed, rate, burst):
    after, wait = bucket(tokens, passed, rate, burst)
    return (after, wait) if wait == 0 else (tokens, wait)


def empty_when_refused(tokens, passed, rate, burst):
    after, wait = bucket(tokens, passed, rate, burst)
    return (after, wait) if wait == 0 else (0.0, wait)


def rounded_up(tokens, passed, rate, burst):
    after, wait = bucket(tokens, passed, rate, burst)
    return after, float(math.ceil(wait))


def not_paid(tokens, passed, rate, burst):
    after, wait = bucket(tokens, passed, rate, burst)
    return (after + 1, wait) if wait == 0 else (after, wait)


def full_after_paying(tokens, passed, rate, burst):
    tokens = tokens + rate * passed
    return (min(burst, tokens - 1), 0.0) if tokens >= 1 else (tokens, (1 - tokens) / rate)


def some_latencies(rng):
    """Unsorted seconds of several sizes, each with a percentage."""
    sizes = [(7, 50), (20, 95), (40, 99), (9, 25), (30, 1), (10, 10), (100, 7), (1, 60)]
    drawn = [(rng.exponential(size=n), percent) for n, percent in sizes]
    ties = np.array([2.0, 1.0, 1.0, 1.0]), np.array([3, 1, 3, 2, 3, 3, 1, 3])
    return [*drawn, (ties[0], 75), (ties[1], 50), (ties[1], 25), (rng.exponential(size=200), 100),
        (np.zeros(6), 50), (np.array([0.0, 5.0, 0.0, 1e-4]), 75), (np.array([3, 1, 70, 2]), 50), (np.array([5000.0, 2.0, 30.0, 7.0]), 99), (1e-4 * rng.exponential(size=30), 90), (np.full(21, 0.25), 95)]  # fmt: skip


def at_rank(rank, of=np.sort):
    """A wrong percentile that takes another rank: rank(n, percent) counts from 1."""

    def wrong(values, percent):
        ordered = of(values)
        return ordered[min(max(rank(len(ordered), percent), 1), len(ordered)) - 1]

    return wrong


def nearest_rank(values, percent):
    rank = math.ceil(percent * len(values) / 100)
    return np.sort(values)[rank - 1]


EXERCISES = [
    Function("judge_prompt", reference="genai_course.labs.service.limits:judge_prompt", cases=some_prompts, space=any_prompt, mistakes={
        no_look_at_the_kind: "JSON may put anything into a field: a number, a list, null. Ask first whether it is a text: isinstance(prompt, str).",
        length_first: "A long list is not a long text. Ask first whether it is a text, then for its length.",
        judged(too_long=lambda prompt, longest: len(prompt) >= longest):
            "You refuse a prompt of exactly the allowed length. Too long begins one character later: >, not >=.",
        judged(blank=lambda prompt: True):
            "An empty prompt, or one of blanks, gets through. `prompt.strip()` is empty for both, and an empty text counts as False.",
        judged(blank=bool): "An empty prompt is refused, one of blanks gets through. Look at prompt.strip().",
        judged(blank=lambda prompt: not prompt.isspace()): "A prompt of blanks is refused, an empty one gets through: `\"\".isspace()` is False. Look at prompt.strip().",
        (lambda prompt, alphabet, longest: judged()(prompt.lower() if isinstance(prompt, str) else prompt, alphabet, longest)):
            "You made small letters before you asked the alphabet, so capitals that it does not have get through. Ask for the characters as they are.",
        (lambda prompt, alphabet, longest: judged()(prompt if isinstance(prompt, str) else str(prompt), alphabet, longest)):
            "You turned everything into a text. A number or a list is no prompt: 422.",
        judged(known=lambda known: True, blank=lambda prompt: prompt.strip() and prompt.isascii()):
            "You ask for ASCII. The model knows the characters in `alphabet`, and only those.",
        (lambda prompt, alphabet, longest: judged()(prompt, alphabet, 300)): "Nothing that was tried is too long for your function, or its limit is a number of your own. More than `longest` characters are 413.",
        judged(long=422): "Too long is 413, so that the sender knows that a shorter text would be welcome.",
        judged(bad=400): "400 says that the body could not be read at all. It was read, and its content does not fit: 422.",
        judged(bad=False, long=False, good=True): "You returned truths. The sender needs to know which rule was broken: return 200, 413 or 422.",
        judged(known=any): "One known character is enough for your function. All of them must be in the alphabet.",
        judged(known=lambda known: True): "Characters that the alphabet does not have get through. The model has no number for them.",
        blank_first:
            "A long row of blanks, or of strange characters, is both: too long and not fit. Look at the length first, since that is cheap and the rest reads every character.",
        judged(too_long=lambda prompt, longest: len(prompt.strip()) > longest):
            "You measured the length without the outer blanks, so a text with a million of them is short. Measure it as it is.",
        judged(too_long=lambda prompt, longest: len(prompt.encode()) > longest):
            "You counted bytes: é has two. `longest` counts characters, len(prompt).",
    }, hints=(
        "Four questions, each with its return: a text? short enough? anything in it? only known characters?",
        "`isinstance(prompt, str)`, `len(prompt) > longest`, `prompt.strip()`, and `set(prompt) <= set(alphabet)`.",
        "`if not isinstance(prompt, str): return 422`, then `if len(prompt) > longest: return 413`, then the last two together.",
    ), passed="What you list is what gets in. A list of what must stay out is never complete."),
    Function("take_token", reference="genai_course.labs.service.limits:take_token", cases=some_buckets, space=any_bucket, mistakes={
        never_full: "The bucket has no brim: whoever sleeps for an hour may then ask thousands of times at once. min(burst, …).",
        never_filled: "No new tokens come in. `passed` seconds bring rate · passed of them.",
        kept_when_refused: "When you refuse, what flowed in meanwhile is forgotten, so an impatient client never gets a whole token. Return the filled count.",
        empty_when_refused: "When you refuse, you empty the bucket. A refused request costs nothing: return what is in it.",
        rounded_up: "You rounded the wait up to whole seconds. Return the exact time, with its fraction.",
        not_paid: "You let the request through and took no token for it. One token is the price: tokens − 1.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed / rate**2, rate, burst)):
            "You divided the seconds by the rate. `rate` tokens come in each second, so `passed` seconds bring rate · passed.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed / rate, rate, burst)):
            "The rate does not count: `passed` seconds bring rate · passed tokens, not one a second.",
        (lambda tokens, passed, rate, burst: bucket(math.floor(tokens + rate * passed), 0.0, rate, burst)):
            "You cut to whole tokens, so the fractions are lost and a quick client never gets another. Keep them.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed, rate, burst, wait=lambda tokens, rate: 0.0)):
            "A refused request waits 0 seconds in yours, and 0 means go ahead. It waits (1 − tokens) / rate.",
        filled_at_once: "Your bucket fills up at once. It fills slowly, by rate · passed tokens.",
        paid_when_refused:
            "A refused request costs a token too, so an impatient client is never let in again. Take one only when you let it through.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed, rate, burst, enough=lambda tokens: tokens > 1)):
            "With exactly one token the request may pass: >=, not >.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed, rate, burst, enough=lambda tokens: tokens > 0)):
            "A part of a token is not enough; your count of tokens becomes negative. Ask for at least 1.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed, rate, burst, wait=lambda tokens, rate: 1 - tokens)):
            "You returned the missing part of a token. At `rate` tokens a second that takes (1 − tokens) / rate seconds.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed, rate, burst, wait=lambda tokens, rate: (1 - tokens) * rate)):
            "Check the unit: tokens times tokens per second is no time. Divide by the rate.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed, rate, burst, wait=lambda tokens, rate: 1 / rate)):
            "That is the time for a whole token. Part of one is in the bucket already.",
        full_after_paying: "You looked at the brim after taking the token, so the bucket held one too many. Fill it first, up to burst, then take.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed, rate, burst)[::-1]):
            "The two results stand the wrong way round: tokens first, then seconds.",
        (lambda tokens, passed, rate, burst: bucket(tokens, passed, rate, burst)[1] == 0):
            "You returned one truth. The server needs what is left in the bucket, and how long to wait.",
    }, hints=(
        "First fill the bucket, not above its brim. Then look whether a whole token is there.",
        "`tokens = min(burst, tokens + rate * passed)`. With at least 1, one goes and the wait is 0.",
        "Otherwise `return tokens, (1 - tokens) / rate`.",
    ), passed="Two numbers for each client, and in any t seconds at most burst + rate · t requests get through."),
    Function("percentile", reference="genai_course.labs.service.load:percentile", cases=some_latencies, space=any_latencies, written_out=nearest_rank, mistakes={
        "return → np.percentile(values, percent)":
            "NumPy invents a number between two measured ones unless told otherwise. The nearest rank is a measured value: sort, round the rank up, take it.",
        "np.sort(values) → values": "You took the value at that place of the unsorted list. Sort first.",
        at_rank(lambda n, percent: math.ceil(percent / 100 * n)):
            "Nearly: 0.07 · 100 is a little more than 7 to a computer, and rounded up it becomes 8. Multiply first, then divide: percent · n / 100.",
        at_rank(lambda n, percent: -(-percent * n // 100), of=np.unique): "You counted equal values once. Each measured value has its rank, also where several are equal: sort, without `unique`.",
        at_rank(lambda n, percent: -(-percent * (n - 1) // 100)): "You counted n − 1 values. The rank is percent · n / 100, rounded up.",
        at_rank(lambda n, percent: -(-percent * (n - 1) // 100) + 1): "You counted n − 1 steps between the values. The rank is percent · n / 100, rounded up.",
        at_rank(lambda n, percent: percent * (n - 1) // 100 + 1): "You counted n − 1 steps between the values and rounded down. The rank is percent · n / 100, rounded up.",
        (lambda values, percent: np.sort(values)[percent * len(values) // 100]):
            "One place too far where percent · n / 100 is whole, and none is left for 100 %. The rank, rounded up, counts from 1, places from 0.",
        (lambda values, percent: sorted(values)[percent * len(values) // 100]):
            "One place too far where percent · n / 100 is whole, and beyond the end for 100 %. The rank, rounded up, counts from 1, places from 0.",
        at_rank(lambda n, percent: percent * n // 100): "You rounded the rank down, so fewer than the wanted share are below. Round up.",
        "rank - 1 → rank": "One place too far: ranks count from 1, places in a list from 0.",
        "np.sort(values)[rank - 1] → sorted(values)[rank]": "One place too far: ranks count from 1, places in a list from 0, so take the place before.",
        at_rank(lambda n, percent: -(-percent * n // 100) + 1): "One rank too far. It is percent · n / 100, rounded up; the first rank stands at place 0.",
        "math.ceil(percent * len(values) / 100) → percent * len(values) / 100": "A place in a list is a whole number. Round the rank up: `math.ceil`.",
        "percent * len(values) / 100 → percent * len(values)": "`percent` counts hundredths: divide by 100, or the rank lies far beyond the end.",
        at_rank(lambda n, percent: percent * n // 100 + 1):
            "You rounded down and went one further. Where percent · n / 100 is whole, that is one too far: round up instead.",
        at_rank(lambda n, percent: n + 1 - -(-percent * n // 100)): "You counted from the largest. The 95th percentile has 95 % at or *below* it.",
        at_rank(lambda n, percent: round(percent * n / 100)): "You rounded to the nearest rank. Below half that is too low: always round up.",
        "return → np.mean(values)": "That is the mean, which a few very slow answers can move anywhere.",
        "return → rank": "That is the rank. Return the value that has it.",
    }, hints=(
        "Put the values in order. Which place has percent per cent of them at or below it?",
        "Rank = percent · n / 100, rounded up; math.ceil does that. The first rank is 1, the first place 0.",
        "`return np.sort(values)[math.ceil(percent * len(values) / 100) - 1]`",
    ), passed="A measured value, never one between two. With fewer than a hundred values the 99th percentile is the slowest of all."),
    Value("cost", reference=0.125, hints=(
        "First: how many CPU seconds do a million answers take?",
        "9,000 seconds. An hour has 3,600.",
        "0.009 * 1_000_000 / 3600 * 0.05",
    ), passed="Two and a half hours of one core. A model a thousand times as large costs 125 for the same million.", mistakes=[
        (450, "You paid 0.05 for each second. It is the price of an hour."),
        (7.5, "You divided by 60: those are minutes. An hour has 3,600 seconds."),
        (2.5, "Those are the hours. Each costs 0.05."),
        (9000, "Those are the seconds. Turn them into hours, then into money."),
        (0.000125, "That is the cost of a thousand answers. A million were asked for."),
        (lambda answer: abs(answer - 50) < 0.01, "You divided the hours by the price. More hours, more money: multiply.", 50),
        (lambda answer: abs(answer - 0.05 * 0.009 / 3600) < 1e-9, "That is the cost of one answer. A million were asked for.", 0.05 * 0.009 / 3600),
    ]),
    Experiment("watch", reference={"threshold": 0.13, "days": 4, "false_alarms": 0.004, "noticed": 0.98}, settings=[
        Setting("threshold", "a threshold is a number above 0: the index is never below it, so every day would give an alarm.", lambda threshold: 0 < threshold < 5),
        Setting("days", "take a whole number of days, 1 or more, together.", lambda days: days == int(days) and days >= 1),
    ], targets=[
        Target("false_alarms", "the target is 0.02 or less.", at_least=0, at_most=0.02),
        Target("noticed", "the target is 0.9 or more.", at_least=0.9, at_most=1),
        Target("days", "the target is 5 or less.", at_least=1, at_most=5),
    ], hints=(
        "With one day no threshold reaches both. What makes the noise smaller?",
        "Take three to five days together. The noise falls with the number of prompts, so the threshold can fall, too.",
        "`result = watch(0.13, 4)`",
    ), passed="More prompts, less noise, lower threshold, at the price of days. No threshold is right for every number of prompts.", mistakes=[
        (lambda result: result["days"] > 5, "So many days see every change, and see it late. Try fewer.",
         {"threshold": 0.08, "days": 9, "false_alarms": 0.004, "noticed": 1.0}),
        (lambda result: result["days"] <= 1, "In one day's prompts chance makes the index as large as this change does. Take several days together.",
         {"threshold": 0.4, "days": 1, "false_alarms": 0.02, "noticed": 0.4}),
        (lambda result: result["false_alarms"] > 0.02 and result["noticed"] >= 0.9,
         "Every change is noticed, and so is much that is none. Raise the threshold.", {"threshold": 0.05, "days": 4, "false_alarms": 0.4, "noticed": 1.0}),
        (lambda result: result["false_alarms"] <= 0.02 and result["noticed"] < 0.9, "It is quiet, also when it should not be. Lower the threshold.",
         {"threshold": 0.4, "days": 4, "false_alarms": 0.0, "noticed": 0.1}),
    ]),
]

PREDICTIONS = [
    Prediction("told_off", between=(0, 1), close=0.1,
               after="Who writes ten lines has decided what happens to good requests. What happens to the others was decided by nobody."),
]
