"""Other right answers to the exercises of ``01_data/05_storing_data``: the checks must let them pass."""

import hashlib
import re
from collections import defaultdict


def in_pieces(prompt, response):
    digest = hashlib.sha256()
    for part in (prompt.encode("utf-8"), b"\0", response.encode("utf-8")):
        digest.update(part)
    return digest.hexdigest()


def bytes_to_hex(prompt, response):
    return hashlib.new("sha256", bytes(prompt, "utf8") + bytes([0]) + bytes(response, "utf8")).digest().hex()


def digit_by_digit(prompt, response):
    return "".join(f"{byte:02x}" for byte in hashlib.sha256((prompt + chr(0) + response).encode()).digest())


def with_positions(keyword, vector, weight, constant):
    def part(numbers, number):
        return 1 / (constant + numbers.index(number) + 1) if number in numbers else 0

    return {each: (1 - weight) * part(keyword, each) + weight * part(vector, each) for each in {*keyword, *vector}}


def with_defaultdict(keyword, vector, weight, constant):
    scores = defaultdict(float)
    for place, number in enumerate(vector):
        scores[number] += weight / (constant + place + 1)
    for place, number in enumerate(keyword):
        scores[number] += (1 - weight) / (constant + place + 1)
    return scores


def two_dictionaries(keyword, vector, weight, constant):
    words = {number: (1 - weight) / (constant + rank) for rank, number in enumerate(keyword, 1)}
    meaning = {number: weight / (constant + rank) for rank, number in enumerate(vector, 1)}
    return {number: words.get(number, 0) + meaning.get(number, 0) for number in words | meaning}


def with_loop(query):
    expression = ""
    for word in query.split():
        expression += (" OR " if expression else "") + '"' + '""'.join(word.split('"')) + '"'
    return expression


def replace_first(query):
    return " OR ".join(f'"{word}"' for word in query.replace('"', '""').split())


def by_patterns(query):
    return " OR ".join('"' + re.sub('"', '""', word) + '"' for word in re.findall(r"\S+", query))


ALTERNATIVES = {
    "content_hash": [in_pieces, bytes_to_hex, digit_by_digit],
    "reciprocal_rank_fusion": [with_positions, with_defaultdict, two_dictionaries],
    "match_expression": [with_loop, replace_first, by_patterns],
}
