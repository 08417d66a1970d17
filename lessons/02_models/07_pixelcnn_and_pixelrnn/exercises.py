"""Exercises of 02_models/07_pixelcnn_and_pixelrnn."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target, Value


def filters(rng):
    """Sizes that differ along both sides, with and without the centre."""
    return [(3, 3, False), (3, 3, True), (3, 5, False), (5, 3, True), (1, 5, True), (7, 5, False)]


def mask(height, width, rows=None, columns=None, centre=False):
    """Ones in so many rows, and in so many columns of the next row; then the centre."""
    made = np.zeros((height, width), "float32")
    made[: height // 2 if rows is None else rows] = 1
    made[height // 2, : width // 2 if columns is None else columns] = 1
    made[height // 2, width // 2] = centre
    return made


def likelihoods(rng):
    """Log-probabilities of a few pictures, and shapes that differ."""
    return [(-rng.uniform(5, 40, size=3), (2, 3, 1)), (-rng.uniform(20, 90, size=5), (4, 7, 2))]


def throws_at(rng):
    """Probabilities of several greys, and a throw for each row."""
    return [(rng.dirichlet(np.ones(levels), size=n), rng.random(n)) for n, levels in [(4, 3), (7, 5), (40, 17)]]


def draw_level(probabilities, throws):
    """On which grey's stretch each throw falls.  (n, levels), (n,) -> (n,)"""
    return (throws[:, None] > np.cumsum(probabilities, axis=1)[:, :-1]).sum(axis=1)


EXERCISES = [
    Function("causal_mask", reference="genai_course.models.pixelcnn:causal_mask", cases=filters, mistakes={
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
    Function("bits_per_dimension", reference="genai_course.evaluation.likelihood:bits_per_dimension", cases=likelihoods, mistakes={
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
        Target("depth", "at most 4 layers are allowed.", at_least=1, at_most=4),
        Target("size", "the filters' size must be odd, 3 or more.", accept=lambda size: size >= 3 and size % 2 == 1),
    ], mistakes=[
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
    Function("draw_level", reference=draw_level, cases=throws_at, mistakes={
        "return → np.argmax(probabilities, axis=1)": "You took the likeliest grey each time. Then every drawing is the same: the throw must decide.",
        "np.cumsum(probabilities, axis=1)[:, :-1] → probabilities":
            "You compared with the probabilities themselves. The stretches lie one after another: use cumulative sums.",
        "> → <": "You counted the sums above the throw. The grey is the number of those below it.",
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
        "`throws[:, None] > cumulative[:, :-1]` → `throws[:, None] >= cumulative[:, :-1]`": "A throw hardly ever hits an end.",
    }),
]

PREDICTIONS = [
    Prediction("bits", between=(0, 4.1), close=0.1,
               after="Half the bits of blind guessing, and about a sixth fewer than each pixel guessed by itself."),
]
