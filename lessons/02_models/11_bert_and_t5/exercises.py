"""Exercises of 02_models/11_bert_and_t5."""

import numpy as np

from genai_course.exercises.definitions import Function, Prediction, Value


def some_hidden(rng):
    """Tokens, chosen, fate, others, mask_token: every fate, and both edges, among the chosen and among the others.

    Token numbers of a large vocabulary; a mask that is token 0; padding, −1, that is not chosen; long rows; all chosen, none chosen.
    """
    from keras import ops

    cases = []
    for n, time, mask_token, lowest in ((3, 6, 99, 0), (2, 11, 95, 0), (1, 5, 91, 0), (4, 9, 70_000, 66_000), (2, 7, 0, 300), (26, 33, 200, 0)):
        fate = np.resize([0.05, 0.95, 0.85, 0.75, 0.9, 0.4, 0.8, 0.0], (n, time))
        chosen = np.resize([True, True, True, False, True, False, True], (n, time))
        cases.append((lowest + rng.integers(0, 50, (n, time)), chosen, fate, lowest + rng.integers(50, 90, (n, time)), mask_token))
    padded = np.array([[7, 5, 7, -1, -1], [0, 3, -1, -1, -1]])
    cases.append((padded, padded >= 0, np.resize([0.7999, 0.8999, 0.9001, 0.8001], (2, 5)), np.array([[0, 0, 4, 4, 4], [4, 0, 4, 4, 4]]), 8))
    cases += [(tokens, np.full_like(chosen, each), *rest) for tokens, chosen, *rest in cases[1:2] for each in (True, False)]
    return [*cases, (*map(ops.convert_to_tensor, cases[2][:-1]), cases[2][-1])]  # tensors, as the lesson passes them


def any_hidden(draw, st, numbers):
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    fate = rng.choice([0.0, 0.3, 0.79, 0.8, 0.81, 0.89, 0.9, 0.99], shape)
    return rng.integers(0, 50, shape), rng.random(shape) < 0.5, fate, rng.integers(0, 50, shape), draw(st.integers(50, 60))


def hidden_with(mask_below=0.8, other_below=0.9, everywhere=False, swapped=False):
    def hide(tokens, chosen, fate, others, mask_token):
        first, second = (others, mask_token) if swapped else (mask_token, others)
        replaced = np.where(fate < mask_below, first, np.where(fate < other_below, second, tokens))
        return replaced if everywhere else np.where(chosen, replaced, tokens)

    return hide


def hide_written_out(tokens, chosen, fate, others, mask_token):
    replaced = np.where(fate < 0.8, mask_token, np.where(fate < 0.9, others, tokens))
    return np.where(chosen, replaced, tokens)


def others_in_order(tokens, chosen, fate, others, mask_token):
    seen, swap = np.where(chosen & (fate < 0.8), mask_token, tokens), chosen & (fate >= 0.8) & (fate < 0.9)
    seen[swap] = others.ravel()[: swap.sum()]
    return seen


def cut_gap(tokens, start, length, gap_token):
    """(n,), three whole numbers -> (n - length + 1,), (length + 1,)"""
    source = np.concatenate([tokens[:start], [gap_token], tokens[start + length :]])
    target = np.concatenate([tokens[start : start + length], [gap_token]])
    return source, target


def some_gaps(rng):
    """In the middle, at the beginning, at the end, one token, all of them; tokens that come twice, one row of one token, a gap token of 0."""
    sizes = [(6, 2, 3, 50), (5, 0, 2, 51), (8, 4, 4, 60), (7, 3, 1, 99), (4, 0, 4, 70), (1, 0, 1, 55), (12, 5, 6, 0), (40, 17, 9, 70_000), (9, 1, 5, 1)]
    cases = [(rng.integers(2, 50, n), *rest) for n, *rest in sizes]
    return [*cases, (np.array([3, 0, 4, 3, 0, 3]), 1, 3, 9)]


def any_gap(draw, st, numbers):
    n = draw(st.integers(1, 9))
    start = draw(st.integers(0, n - 1))
    tokens = np.random.default_rng(draw(st.integers(0, 999))).integers(0, 50, n)
    return tokens, start, draw(st.integers(1, n - start)), draw(st.integers(50, 60))


def reveal(tokens, proposals, surety, count, mask_token):
    """(time,), (time,), (time,), two whole numbers -> (time,)"""
    surety = np.where(tokens == mask_token, surety, -np.inf)
    chosen = np.argsort(-surety, kind="stable")[:count]
    revealed = tokens.copy()
    revealed[chosen] = proposals[chosen]
    return revealed


def some_reveals(rng):
    """The surest one is no mask; ties; none, one, and all to reveal; a mask of 0; sureties of both signs; a long row, also of ties; one position."""
    cases = []
    for time, masked, count, mask_token in ((6, [1, 3, 4], 2, 90), (5, [0, 1, 2, 3, 4], 3, 91), (8, [2, 5, 6, 7], 4, 92), (7, [0, 6], 1, 0), (4, [2], 0, 95), (1, [0], 1, 97), (33, range(0, 33, 2), 9, 99)):
        tokens, surety = rng.integers(1, 40, time), rng.random(time)
        tokens[list(masked)] = mask_token
        cases.append((tokens, rng.integers(40, 80, time), surety, count, mask_token))
    tied = (np.array([9, 1, 9, 9, 2, 9]), np.array([0, 4, 5, 6, 7, 8]), np.array([0.5, 0.9, 0.2, 0.5, 0.9, 0.5]), 2, 9)
    below = (np.array([9, 1, 9, 9, 9]), np.array([3, 4, 5, 6, 7]), np.array([-3.0, 4.0, 0.0, -0.5, 300.0]), 3, 9)
    many = (np.where(rng.random(300) < 0.8, 99, 1), rng.integers(40, 80, 300), rng.integers(0, 4, 300) / 4, 90, 99)
    return [*cases, tied, below, many]


def any_reveal(draw, st, numbers):
    time = draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    tokens = np.where(rng.random(time) < 0.6, 50, rng.integers(0, 50, time))
    surety = rng.choice([0.0, 0.1, 0.25, 0.5, 0.75, 1.0], time)
    return tokens, rng.integers(0, 50, time), surety, draw(st.integers(0, int(np.sum(tokens == 50)))), 50


EXERCISES = [
    Value("learned_from", reference=30, hints=(
        "The loss of BERT has a term for each token that it hid, and no other.",
        "15 of 100 tokens are hidden. The row has 200.",
        "0.15 · 200.",
    ), passed="A GPT learns from all 200. That is what looking to both sides costs: fewer questions in each pass.", mistakes={
        200: "That is the GPT: with its mask each position is a question. BERT is only asked for what it hid.",
        170: "Those are the tokens that it sees. It is asked for the others.",
        24: "Eight in ten of those chosen become the mask, but it is asked for all that were chosen.",
        0.15: "How many tokens is that, of 200?",
        15: "15 of 100 are hidden; the row has 200.",
    }),
    Function("hide", reference="genai_course.models.masked_language_model:hide", cases=some_hidden, double=True, space=any_hidden,
        written_out=hide_written_out, traced=True, mistakes={
        hidden_with(everywhere=True): "Tokens are replaced that were not chosen. Where `chosen` is False keep the token.",
        hidden_with(mask_below=1.0):
            "Every chosen token becomes the mask. Then the model never sees anything but a mask where it is asked: two in ten shall be no mask.",
        hidden_with(other_below=1.0): "A fate of 0.9 or more should leave the token as it is; yours puts another one there.",
        hidden_with(other_below=0.8): "Fates from 0.8 to 0.9 should put another token there; yours keeps the token.",
        hidden_with(0.1, 0.9): "Eight in ten become the mask, and one in ten another token; yours has it the other way round.",
        hidden_with(swapped=True): "Mask and other tokens have changed places: fates below 0.8 give the mask.",
        (lambda tokens, chosen, fate, others, mask_token: hidden_with()(tokens, ~chosen, fate, others, mask_token)):
            "You replaced what was not chosen and kept what was.",
        "fate < 0.8 → fate <= 0.8": "A fate of exactly 0.8 is not *below* 0.8: there another token belongs.",
        "fate < 0.9 → fate <= 0.9": "A fate of exactly 0.9 is not *below* 0.9: there the token stays.",
        "(fate < 0.9, others, tokens) → (fate < 0.9, others, mask_token)":
            "From 0.9 on yours puts the mask, too. There the token stays: one chosen in ten is not changed.",
        "replaced = np.where(fate < 0.8, mask_token, np.where(fate < 0.9, others, tokens)) → replaced = np.where(fate < 0.9, others, np.where(fate < 0.8, mask_token, tokens))":
            "You ask for 0.9 first, and every fate below 0.8 is below 0.9 as well, so the mask never comes. Ask for 0.8 first.",
        "mask_token → 0": "Yours puts a 0 where the mask belongs. The number of the mask is given: `mask_token`.",
        others_in_order: "The other tokens come in order, one after another. Take those that stand at the same places: `others[swap]`.",
        "return → tokens * 1": "Nothing has changed: every token is still in its place.",
    }, hints=(
        "Two questions for each place: is it chosen? If so, what does its fate say?",
        "Nest `ops.where`: fate < 0.8 gives the mask, fate < 0.9 the other token, else the token itself.",
        "`return ops.where(chosen, ops.where(fate < 0.8, mask_token, ops.where(fate < 0.9, others, tokens)), tokens)`",
    ), passed="Those are BERT's own shares. The one in ten that stays and the one that is exchanged keep the model from trusting what is not a mask.",
    ),
    Function("cut_gap", reference=cut_gap, cases=some_gaps, space=any_gap, mistakes={
        "tokens[start : start + length], [gap_token] → tokens[start : start + length], []":
            "The answer does not end. Without the gap token at its end nobody knows how long the gap was.",
        "tokens[start : start + length], [gap_token] → [gap_token], tokens[start : start + length]":
            "In your answer the gap token comes first. It says that the answer *ends*: put it last.",
        "tokens[:start], [gap_token], tokens[start + length :] → tokens[:start], tokens[start + length :]":
            "The source does not show where the gap is: put one gap token in its place.",
        "tokens[:start], [gap_token], tokens[start + length :] → tokens[:start], [gap_token] * length, tokens[start + length :]":
            "You put as many gap tokens as there were tokens. It is one, so the source does not tell how long the answer is.",
        "tokens[:start], [gap_token], tokens[start + length :] → tokens[:start], [gap_token], tokens[start:]":
            "What was cut out still stands in the source. Go on after the gap: `tokens[start + length:]`.",
        "tokens[start + length :] → tokens[start + length + 1 :]": "One token after the gap is lost: go on at `start + length`.",
        "tokens[start + length :] → tokens[start + length - 1 :]": "The last token of the gap still stands in the source: go on at `start + length`.",
        "tokens[start : start + length] → tokens[start:length]": "A slice ends at a place, not after a length: `tokens[start : start + length]`.",
        "tokens[start : start + length] → tokens[start : start + length + 1]": "Your answer has one token too many: it ends before `start + length`.",
        "tokens[start : start + length] → tokens[start + 1 : start + length]": "Your answer lacks the first token of the gap: it begins at `start`.",
        "tokens[start : start + length] → tokens[:length]": "Your answer is the beginning of the row. The gap begins at `start`.",
        "return → target, source": "Source and answer have changed places.",
    }, hints=(
        "Source: what stands before the gap, one gap token, what stands after it. Answer: the gap, and a gap token.",
        "`np.concatenate([tokens[:start], [gap_token], tokens[start + length:]])` is the source.",
        "The answer: `np.concatenate([tokens[start : start + length], [gap_token]])`",
    ), passed="T5 cuts several gaps into a row, each with a token of its own; the answer names them one after another."),
    Function("reveal", reference=reveal, cases=some_reveals, space=any_reveal, mistakes={
        "np.where(tokens == mask_token, surety, -np.inf) → surety":
            "You looked for the surest positions of all. Only those that are still masked may change.",
        "-surety → surety": "You took the least sure ones. `np.argsort` begins with the smallest: sort by the negative.",
        "[:count] → [: count + 1]": "One position too many is revealed.",
        "[:count] → [: count - 1]": "One position too few is revealed.",
        "[:count] → [: np.sum(tokens == mask_token)]": "You revealed all that was masked. Only the `count` surest get their proposal; the others wait for the next step.",
        "proposals[chosen] → proposals[: len(chosen)]": "You took the first proposals. Each position gets its own: `proposals[chosen]`.",
        'np.argsort(-surety, kind="stable") → np.argsort(surety, kind="stable")[::-1]':
            "Of two equally sure positions yours takes the later one; the task says the earlier. Sort the negative with `kind=\"stable\"` in place of turning the order round.",
        "return → tokens * 1": "Nothing has changed: no proposal was put in.",
        "return → proposals * 1": "You returned all proposals. What was not masked stays, and all but `count` of the masked ones wait.",
    }, hints=(
        "Which positions are masked? Which of them are the surest? Put their proposals there, in a copy.",
        "`surety = np.where(tokens == mask_token, surety, -np.inf)` takes the others out of the race.",
        "`chosen = np.argsort(-surety, kind=\"stable\")[:count]`, then `revealed = tokens.copy()` and `revealed[chosen] = proposals[chosen]`",
    ), passed="One step of a masked diffusion model. With `count` 1 it takes as many steps as there are tokens; with more, several tokens are drawn without seeing one another."),
]

PREDICTIONS = [
    Prediction("first_name", between=(0, 1), close=0.15, after="What stands to the right of a hole says as much about it as what stands to the left."),
]
