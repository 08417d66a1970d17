"""Other right answers to the exercises of ``03_training/05_from_notebook_to_service``: the checks must let them pass."""

import math
from fractions import Fraction

import numpy as np


def judge_character_by_character(prompt, alphabet, longest):
    if type(prompt) is not str:
        return 422
    if len(prompt) > longest:
        return 413
    if prompt.isspace() or prompt == "":
        return 422
    for character in prompt:
        if character not in alphabet:
            return 422
    return 200


def judge_by_table(prompt, alphabet, longest):
    text = isinstance(prompt, str)
    rules = [
        (422, text),
        (413, text and len(prompt) <= longest),
        (422, text and prompt.strip() != "" and not set(prompt) - set(alphabet)),
    ]
    return next((status for status, kept in rules if not kept), 200)


def judge_in_one_expression(prompt, alphabet, longest):
    return (
        422 if not isinstance(prompt, str)
        else 413 if len(prompt) > longest
        else 422 if not prompt or prompt.isspace() or not alphabet.issuperset(prompt)
        else 200
    )  # fmt: skip


def take_by_branches(tokens, passed, rate, burst):
    level = tokens + passed * rate
    if level > burst:
        level = burst
    if level < 1:
        return [level, (1.0 - level) / rate]
    return [level - 1.0, 0]


def take_by_numpy(tokens, passed, rate, burst):
    level = np.clip(tokens + rate * passed, None, burst)
    wait = np.maximum(0.0, 1 - level) / rate
    return np.array([level - (wait == 0), wait])


def percentile_by_ceiling(values, percent):
    return sorted(values)[math.ceil(percent * len(values) / 100) - 1]


def percentile_by_partition(values, percent):
    place = (percent * len(values) + 99) // 100 - 1
    return np.partition(np.asarray(values), place)[place]


def percentile_by_fractions(values, percent):
    return sorted(map(float, values))[math.ceil(Fraction(percent * len(values), 100)) - 1]


def percentile_by_counting(values, percent):
    return min(value for value in values if 100 * np.sum(values <= value) >= percent * len(values))


ALTERNATIVES = {
    "judge_prompt": [judge_character_by_character, judge_by_table, judge_in_one_expression],
    "take_token": [take_by_branches, take_by_numpy],
    "percentile": [percentile_by_ceiling, percentile_by_partition, percentile_by_fractions, percentile_by_counting],
}
