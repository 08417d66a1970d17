"""Exercises of 02_models/07_pixelcnn_and_pixelrnn."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target, Value


def filters(rng):
    """Sizes that differ along both sides, with and without the centre; a single row, a single column, a single place; large."""
    sizes = [(3, 3), (3, 5), (5, 3), (1, 5), (5, 1), (1, 1), (7, 5), (27, 33), (1, 301)]
    return [(*size, (place + second) % 2 == 1) for place, size in enumerate(sizes) for second in (0, 1)]


def any_filter(draw, st, numbers):
    height, width = (2 * draw(st.integers(0, 5)) + 1 for _ in range(2))
    return height, width, draw(st.booleans())


def causal_mask(height, width, include_centre):
    mask = np.zeros((height, width), "float32")
    mask[: height // 2] = 1
    mask[height // 2, : width // 2] = 1
    mask[height // 2, width // 2] = include_centre
    return mask


def mask(height, width, rows=None, columns=None, centre=False):
    """Ones in so many rows, and in so many columns of the next row; then the centre."""
    made = np.zeros((height, width), "float32")
    made[: height // 2 if rows is None else rows] = 1
    made[height // 2, : width // 2 if columns is None else columns] = 1
    made[height // 2, width // 2] = centre
    return made


def likelihoods(rng):
    """Log-probabilities of a few pictures, shapes that differ, one picture alone, and large pictures (exp gives 0)."""
    return [
        (-rng.uniform(5, 40, size=3), (2, 3, 1)),
        (-rng.uniform(20, 90, size=5), (4, 7, 2)),
        (-rng.uniform(5, 40, size=1), (3, 2, 1)),
        (-rng.uniform(1_000, 3_000, size=4), (16, 13, 3)),
        (rng.uniform(-9, 4, size=6), (2, 5, 1)),  # a density may be above 1, so its logarithm above 0
        (np.array([-12.0, -12.0, -30.0, 0.0, -12.0]), (3, 1, 2)),  # equally likely ones, and one that is certain
        (np.zeros(2), (2, 2, 1)),
        (-0.01 * rng.random(7), (1, 3, 1)),
        (-rng.uniform(1e6, 3e6, size=26), (300, 200, 3)),
    ]


def any_likelihoods(draw, st, numbers):
    shape = tuple(draw(st.integers(1, 9)) for _ in range(3))
    return draw(numbers((draw(st.integers(1, 7)),), -3_000, 0)), shape


def throws_at(rng):
    """Probabilities of several greys, and a throw for each row: one row alone, throws that hit an end exactly, a grey that is certain."""
    sizes = [(4, 3), (7, 5), (40, 17), (1, 6), (1, 2)]
    drawn = [(rng.dirichlet(np.ones(levels), size=n), 0.2 + 0.8 * rng.random(n)) for n, levels in sizes]
    ends = np.array([[0.25, 0.5, 0.25], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0], [0.0, 0.25, 0.75], [0.5, 0.25, 0.25]])
    alike = (np.tile([0.125, 0.0, 0.375, 0.5], (6, 1)), np.array([0.75, 0.0, 0.3, 0.3, 0.125, 0.5]))
    many_greys = (np.full((3, 512), 1 / 512), np.array([0.501, 0.25, 0.999]))
    hardly_ever = (np.array([[1e-6, 1 - 2e-6, 1e-6], [1 - 2e-6, 1e-6, 1e-6]]), np.array([2e-6, 5e-7]))
    near = (np.array([[0.5001, 0.4999], [0.4999, 0.5001]]), np.array([0.50005, 0.49995]))
    certain = (np.eye(3)[[1, 0, 2, 1]], np.array([0.5, 0.25, 0.875, 0.125]))
    return [*drawn, (ends, np.array([0.25, 0.5, 0.5, 0.1, 0.75])), alike, many_greys, hardly_ever, near, certain]


def any_throws(draw, st, numbers):
    """Shares of 16ths, so that sums are exact, and throws that hit their ends often."""
    n, levels = draw(st.integers(1, 5)), draw(st.integers(2, 6))
    cuts = [sorted(draw(st.lists(st.integers(0, 16), min_size=levels - 1, max_size=levels - 1))) for _ in range(n)]
    shares = np.diff(np.array([[0, *row, 16] for row in cuts]), axis=1).astype("float32") / 16
    return shares, np.array(draw(st.lists(st.integers(0, 31), min_size=n, max_size=n)), "float32") / 32


def draw_level(probabilities, throws):
    """On which grey's stretch each throw falls.  (n, levels), (n,) -> (n,)"""
    return (throws[:, None] > np.cumsum(probabilities, axis=1)[:, :-1]).sum(axis=1)


def sums_above(probabilities, throws):
    return (np.cumsum(probabilities, axis=1) > throws[:, None]).sum(axis=1)


def with_one_ladder(probabilities, throws):
    return np.searchsorted(np.cumsum(probabilities[0])[:-1], throws)


def sums_of_all(probabilities, throws):
    return (throws[:, None] > np.cumsum(probabilities).reshape(probabilities.shape)).sum(axis=1)


def of_sorted(probabilities, throws):
    return draw_level(-np.sort(-probabilities, axis=1), throws)


def unseen(result):
    """Earlier pixels that two stacks do not reach from the last of 8 × 8: all but a square."""
    reach = min(8, 1 + result["depth"] * (result["size"] // 2))
    return {"unseen": 64 - reach**2}


EXERCISES = [
    Function("causal_mask", reference="genai_course.models.pixelcnn:causal_mask", cases=filters, written_out=causal_mask, space=any_filter, mistakes={
        (lambda height, width, include_centre: mask(height, width, centre=True)):
            "The centre is always 1. It depends on `include_centre`: mask A has a 0 there, mask B a 1.",
        (lambda height, width, include_centre: mask(height, width)):
            "The centre is always 0. With `include_centre` it must be 1, or later layers forget their own place.",
        (lambda height, width, include_centre: mask(height, width, centre=not include_centre)):
            "The centre is the wrong way round: 1 with `include_centre`, else 0.",
        (lambda height, width, include_centre: mask(height, width, columns=0, centre=include_centre)):
            "The centre's own row is empty left of the centre. Those pixels are drawn already: they may be seen.",
        (lambda height, width, include_centre: mask(height, width, rows=0, centre=include_centre)):
            "The rows above the centre are missing. They are drawn already, all of their width.",
        (lambda height, width, include_centre: mask(height, width, columns=width, centre=include_centre)):
            "You see what lies right of the centre in its own row, which is not drawn yet.",
        "= include_centre → = include_centre; mask[height // 2, width // 2 + 1 :] = include_centre":
            "With the centre, yours also sees what lies right of it in its own row. Those pixels are not drawn yet: stop at the centre.",
        "[: height // 2] = 1 → [: height // 2, : width // 2] = 1":
            "The rows above are seen only left of the centre's column. They are drawn already, all of their width.",
        "[: height // 2] = 1 → [: height // 2, : width // 2 + 1] = 1":
            "The rows above are seen only up to the centre's column. They are drawn already, all of their width.",
        (lambda height, width, include_centre: np.tri(height, width, include_centre - 1)):
            "That is a triangle, as for the words of a text. Here the places are those of one filter, and they count row by row.",
        (": width // 2] → : height // 2 + include_centre]", "mask[height // 2, width // 2] = include_centre →"):
            "In the centre's own row you count with the height. Columns belong to the width: the centre is at `width // 2`.",
        (lambda height, width, include_centre: mask(width, height, centre=include_centre)):
            "Height and width are exchanged: the shape is (height, width), rows first.",
        (lambda height, width, include_centre: mask(height, width, centre=include_centre)[::-1]):
            "Your mask sees the rows below the centre. Rows count from the top, and the lower ones are drawn later.",
        (lambda height, width, include_centre: mask(height, width, centre=include_centre)[:, ::-1]):
            "Your mask sees what lies right of the centre. A row is drawn from left to right.",
        (lambda height, width, include_centre: 1 - mask(height, width, centre=not include_centre)):
            "Ones and zeros are swapped: 1 is where the filter may look.",
    }, hints=(
        "Number the window's pixels in drawing order. Which come before the centre?",
        "All rows above `height // 2`; in that row the columns before `width // 2`; and the centre itself if asked for.",
        "`mask[: height // 2] = 1`, `mask[height // 2, : width // 2] = 1`, `mask[height // 2, width // 2] = include_centre`",
    ), passed="A filter times this mask cannot look ahead, whatever it learns.",
        # Counted from the other end, the middle of an odd number of rows or columns is the same one.
        excused={
            f"`{side} // 2` → `{side} // -2`{which}": "The middle counted from the end is the middle."
            for side, which in [("height", ""), ("height", " (2)"), ("height", " (3)"), ("width", ""), ("width", " (2)")]
        }),
    Function("bits_per_dimension", reference="genai_course.evaluation.likelihood:bits_per_dimension", cases=likelihoods, space=any_likelihoods, mistakes={
        "return → np.mean(log_probs) / (np.prod(picture_shape) * np.log(2))":
            "The sign is missing: log-probabilities are below 0, and costs are above.",
        "return → -np.mean(log_probs) / np.prod(picture_shape)": "These are nats. A bit is log 2 = 0.693 nats: divide by `np.log(2)`.",
        "return → -np.mean(log_probs) * np.log(2) / np.prod(picture_shape)":
            "You multiplied by log 2. A nat is more than a bit, so the number of bits is the larger one: divide.",
        "return → -np.mean(log_probs) / np.log(2)":
            "These are the bits of a whole picture. Divide by the numbers in it: height times width times channels.",
        "return → -np.sum(log_probs) / (np.prod(picture_shape) * np.log(2))":
            "You added up the pictures. Take their mean, so that more pictures do not cost more bits each.",
        "return → -np.asarray(log_probs) / (np.prod(picture_shape) * np.log(2))":
            "You have a number for each picture. Average over them, for one number.",
        "return → -np.mean(log_probs) / (np.sum(picture_shape) * np.log(2))":
            "You added the sizes. A picture has height times width times channels numbers: `np.prod`.",
        "return → -np.mean(log_probs) / (picture_shape[0] * picture_shape[1] * np.log(2))":
            "The channels are missing: height times width times channels.",
        "return → -np.mean(log_probs) / (len(picture_shape) * np.log(2))":
            "You divided by the number of axes, 3. A picture has height times width times channels numbers.",
        "return → -np.mean(log_probs) / (picture_shape[0] ** 2 * np.log(2))":
            "You squared the height. Not every picture is square: height times width times channels.",
        "return → -np.median(log_probs) / (np.prod(picture_shape) * np.log(2))": "You took the median of the pictures; take their mean.",
        "return → -log_probs[0] / (np.prod(picture_shape) * np.log(2))": "You used the first picture only. Take the mean of all.",
        "return → -np.sum(log_probs) / ((len(log_probs) - 1) * np.prod(picture_shape) * np.log(2))":
            "You divided by one picture less than there are. A mean divides by all of them.",
        "return → np.mean(np.abs(log_probs)) / (np.prod(picture_shape) * np.log(2))":
            "You took absolute values. The logarithm of a density may be above 0; turn the sign instead.",
        "return → -(np.max(log_probs) + np.log(np.mean(np.exp(log_probs - np.max(log_probs))))) / (np.prod(picture_shape) * np.log(2))":
            "You averaged the probabilities. Each picture is written down by itself, so average the bits: the logarithms.",
        "return → -np.mean(np.log2(np.exp(np.float64(log_probs)))) / np.prod(picture_shape)":
            "You went back to probabilities first. Those of large pictures are 0 on a computer, and the logarithm of 0 is no number: "
            "divide the logarithms by `np.log(2)`.",
        "return → -np.mean(log_probs) / (np.prod(picture_shape) * np.log(10))": "You divided by log 10. Bits belong to the logarithm of base 2.",
    }, hints=(
        "Three steps: a mean over the pictures, a number of bits, a share for each number of a picture.",
        "Bits are nats divided by `np.log(2)`; a picture has `np.prod(picture_shape)` numbers.",
        "`return -np.mean(log_probs) / (np.prod(picture_shape) * np.log(2))`",
    ), passed="A fair coin for each pixel costs exactly 1 bit; a grey of 17, guessed blindly, 4.09."),
    Value("blind_spot", reference=10, mistakes=[
        (0, "Some are unseen: look at the black wedge above and to the right of the white pixel."),
        (lambda count: count in (34, 24), "That counts the earlier pixels (34) or those of them that are seen (24). Count those that are earlier and unseen.",
         34),
        (lambda count: count in (39, 40),
         "You counted the later pixels too. They are unseen for a good reason: they are not drawn yet. Count rows 0 to 3 only.", 39),
        (lambda count: count in (6, 14, 15),
         "Nearly. In the row above the white pixel the stack sees up to column 3, one to its right, and one column more in each row further up.", 6),
    ], hints=(
        "Go through the rows above: how far to the right does the grey reach in each?",
        "Row 3 is seen up to column 3, so columns 4 to 7 are missing. Each row further up misses one fewer.",
        "4 + 3 + 2 + 1",
    ), passed="Ten of 34 earlier pixels, and no number of layers brings them back: the path to them would have to look ahead."),
    Experiment("whole_context", reference={"size": 5, "depth": 4, "unseen": 0}, targets=[
        Target("unseen", "every earlier pixel must be seen. Larger filters reach further in each layer.", at_least=0, at_most=0),
        Target("depth", "1 to 4 layers are allowed.", accept=lambda depth: depth in (1, 2, 3, 4)),
        Target("size", "the filters' size must be odd, 3 or more.", accept=lambda size: size >= 3 and size % 2 == 1),
    ], recompute=unseen, mistakes=[
        (lambda result: result["unseen"] > 0 and result["size"] == 3,
         "A 3×3 filter climbs one row a layer, and the first pixel lies seven rows up. Take larger filters.", {"size": 3, "depth": 4, "unseen": 39}),
        (lambda result: result["unseen"] > 0, "Some pixels are still out of reach. Each layer climbs `size // 2` rows; seven are needed.",
         {"size": 5, "depth": 2, "unseen": 39}),
        (lambda result: result["depth"] > 4, "All seen, with more than 4 layers. Larger filters need fewer.", {"size": 3, "depth": 7, "unseen": 0}),
    ], hints=(
        "By how many rows does one layer of 3×3 filters climb? And one of 5×5?",
        "A layer climbs `size // 2` rows. Seven rows lie above the last one.",
        "Try `(5, 4)`.",
    ), passed="Depth times half the size is the reach. The gradient has proved it; no formula had to be trusted."),
    Function("draw_level", reference=draw_level, cases=throws_at, space=any_throws, mistakes={
        "return → np.argmax(probabilities, axis=1)": "You took the likeliest grey each time. Then every drawing is the same: the throw must decide.",
        "np.cumsum(probabilities, axis=1)[:, :-1] → probabilities":
            "You compared with the probabilities themselves. The stretches lie one after another: use cumulative sums.",
        "> → >=": "A throw that hits an end exactly: you count that sum as well. Count only the sums that lie *below* the throw.",
        "[:, :-1] → [:, :1]": "You compared with the first sum only, so all is the first grey or the second. Count all sums below the throw.",
        sums_above: "You counted the sums above the throw, from the other end. The grey is the number of those below it.",
        with_one_ladder: "You used the first row's probabilities for all throws. Each row has its own.",
        sums_of_all: "Your sums go on from row to row. Each row begins anew at 0: `axis=1`.",
        "np.cumsum(probabilities, axis=1)[:, :-1] → np.cumsum(probabilities, axis=0)": "You summed down the rows. The greys lie along axis 1: each row is a distribution of its own.",
        of_sorted: "You sorted the probabilities first. Then it is no longer known which grey a stretch belongs to.",
        "> → <": "You counted the sums above the throw. The grey is the number of those below it.",
        (lambda probabilities, throws: draw_level(probabilities, throws) + (throws > 0)):
            "One too many: the sums begin with p₀, not with 0. A throw below p₀ is grey 0.",
        "return → … + 1": "One too many: greys count from 0. A throw below the first sum is grey 0.",
        "(axis=1) → ()": "You counted over all rows. Each row has its own grey: sum over axis 1.",
        "return → np.floor(throws * probabilities.shape[1]).astype(int)":
            "Every grey has the same chance. The probabilities must decide how long each stretch is.",
    }, hints=(
        "Lay the probabilities end to end on a line from 0 to 1. Where does the throw land?",
        "`np.cumsum(probabilities, axis=1)` are the ends of the stretches. Count the ends below the throw.",
        "`return (throws[:, None] > np.cumsum(probabilities, axis=1)[:, :-1]).sum(axis=1)`",
    ), passed="One throw, one grey. The last end is left out, since rounding may put it a hair below 1.", excused={
        "`axis=1` → `axis=-1`": "The last axis is axis 1.",
        "`axis=1` → `axis=-1` (2)": "The last axis is axis 1.",
    }),
]

PREDICTIONS = [
    Prediction("bits", between=(0, 4.1), close=0.1,
               after="Half the bits of blind guessing, and about a sixth fewer than each pixel guessed by itself."),
]
