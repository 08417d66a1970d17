"""What a stranger may send: the numbers, and the two small functions that decide."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """largest_body: bytes of a request. longest_prompt: characters. most_words: of an answer. at_once: texts written at the
    same time; waiting: requests that may wait for a place. seconds: for waiting and writing. body_seconds: for a body to arrive.
    """

    largest_body: int = 4096
    longest_prompt: int = 300
    most_words: int = 60
    at_once: int = 2
    waiting: int = 8
    seconds: float = 5.0
    body_seconds: float = 2.0

    def __post_init__(self):
        for name, value in vars(self).items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not is_number or not value >= 0 or (value == 0 and name != "waiting"):
                raise ValueError(f"{name} is {value!r}; give a number above 0.")


@dataclass(frozen=True)
class Client:
    """Someone with a key. name: stored as a pseudonym only. rate: requests a second in the long run; burst: at once."""

    name: str
    rate: float = 5.0
    burst: float = 10.0

    def __post_init__(self):
        if not self.rate > 0 or not self.burst >= 1:
            sentence = "give a rate above 0 and a burst of 1 or more"
            raise ValueError(f"rate is {self.rate!r} and burst {self.burst!r}; {sentence}.")


def judge_prompt(prompt, alphabet, longest):
    """HTTP status for a prompt, in this order: 422 not a text, 413 too long, 422 blank or a character not in the alphabet, 200.

    prompt: anything that JSON can hold. alphabet: set of characters. longest: characters allowed.
    """
    if not isinstance(prompt, str):
        return 422
    if len(prompt) > longest:
        return 413
    if not prompt.strip() or not set(prompt) <= set(alphabet):
        return 422
    return 200


def take_token(tokens, passed, rate, burst):
    """One request at a token bucket: tokens left, and the seconds to wait (0: go ahead).

    tokens: left after the last request. passed: seconds since then. rate: new tokens a second. burst: the most it holds.
    A bucket that never holds more than ``burst`` lets at most burst + rate · t requests through in any t seconds.
    """
    tokens = min(burst, tokens + rate * passed)
    if tokens >= 1:
        return tokens - 1, 0.0
    return tokens, (1 - tokens) / rate
