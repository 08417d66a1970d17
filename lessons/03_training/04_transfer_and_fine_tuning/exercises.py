"""Exercises of 03_training/04_transfer_and_fine_tuning."""

import math

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def adapter_size(kernel_shape, rank):
    """Numbers in A and B together.  (…, in, out), whole number -> whole number"""
    *before, outputs = kernel_shape
    return rank * (math.prod(before) + outputs)


def one_layer(rng, rows, inputs, outputs, rank, scale):
    """Inputs, kernel, A, B, scale."""
    shapes = (*rows, inputs), (inputs, outputs), (inputs, rank), (rank, outputs)
    return (*(rng.normal(size=shape) for shape in shapes), scale)


def some_layers(rng):
    """Rows, one row alone, and texts: (batch, time, in), as a GPT gives them; a tensor and a layer's variables in the last."""
    import keras

    sizes = ((2,), 3, 4, 1, 0.5), ((5,), 6, 4, 2, 3.0), ((3,), 4, 4, 4, 2.0), ((2, 3), 5, 4, 2, 0.25), ((1,), 4, 1, 2, 1.5), ((1, 1), 3, 2, 1, 2.0)
    made = [one_layer(rng, *each) for each in sizes]
    inputs, *own, scale = one_layer(rng, (2, 3), 4, 5, 2, 0.5)
    inputs = keras.ops.convert_to_tensor(inputs.astype("float32"))
    variables = inputs, *(keras.Variable(each.astype("float32")) for each in own), scale
    zeros = np.array([[1.0, 0.0, -2.0], [0.0, 0.0, 0.0]]), np.array([[3.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([[1.0], [0.0], [2.0]]), np.array([[2.0, -1.0]]), 1.5
    begin = one_layer(rng, (2, 3), 4, 5, 2, 0.5)
    begin[3][:] = 0  # as it begins: no correction, and yet B has to learn
    return [*made, variables, zeros, one_layer(rng, (30,), 24, 7, 8, 0.125), begin]


def any_layer(draw, st, numbers):
    inputs, outputs, rank = (draw(st.integers(1, 4)) for _ in range(3))
    rows = draw(st.sampled_from([(1,), (3,), (1, 1), (2, 3), (2, 1, 2)]))
    shapes = (*rows, inputs), (inputs, outputs), (inputs, rank), (rank, outputs)
    return (*(draw(numbers(shape, 0.5, 2)) for shape in shapes), draw(st.sampled_from([0.25, 1.0, 2.0])))


def kernels(rng):
    """Kernel, A, B, scale: of dense layers and convolutions, in arrays and in a layer's own variables."""
    import keras

    made = []
    for before, rank, outputs, scale in (((3,), 2, 4, 0.5), ((4,), 4, 4, 2.0), ((3, 2, 4), 2, 5, 0.25), ((1, 1, 3), 1, 2, 3.0), ((5,), 1, 3, 0.5)):
        shapes = (*before, outputs), (*before, rank), (rank, outputs)
        made.append((*(rng.normal(size=shape).astype("float32") for shape in shapes), scale))
    made[1][0][1:3] = 0  # weights that training left at 0
    made[2][2][0] = 0
    shapes = (3, 6, 2), (3, 6, 4), (4, 2)  # (length, in, out)
    made.append((*(rng.normal(size=shape).astype("float32") for shape in shapes), 1.5))
    made.append((*(rng.normal(size=shape).astype("float32") for shape in ((25, 30), (25, 8), (8, 30))), 100.0))
    made.append((made[0][0], made[0][1], 0 * made[0][2], 0.5))  # nothing learned yet
    inside = [(*map(keras.Variable, case[:3]), case[3]) for case in (made[1], made[2])]
    return [*made, *inside]


def any_kernel(draw, st, numbers):
    before, outputs, rank = draw(st.sampled_from([(1,), (4,), (3, 2), (2, 3, 2), (1, 1, 3)])), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    shapes = (*before, outputs), (*before, rank), (rank, outputs)
    return (*(draw(numbers(shape, 0.5, 2)) for shape in shapes), draw(st.sampled_from([0.25, 1.0, 2.0])))


def any_shape(draw, st, numbers):
    return tuple(draw(st.lists(st.integers(1, 9), min_size=2, max_size=4))), draw(st.integers(1, 8))


NINE = [(rank, rate) for rank in (1, 4, 16) for rate in (0.003, 0.006, 0.012)]  # what the explorer shows


def is_a_setting(setting):
    """Whether it is a rank from 1 to 16 and a rate above 0."""
    rank, rate = setting
    return rank == int(rank) and 1 <= rank <= 16 and 0 < rate <= 0.1


EXERCISES = [
    Function("low_rank_product", reference="genai_course.models.low_rank:low_rank_product", traced=True, traced_at=(0, -1),
        cases=some_layers, space=any_layer, mistakes={
        "return → inputs @ kernel + inputs @ down @ up":
            "The correction does not count `scale` times. Without it, α has no effect, and another rank would need another rate.",
        "return → scale * (inputs @ down @ up)":
            "The frozen kernel is missing. The correction is added to what the layer knew; alone it would begin with nothing.",
        "return → inputs @ kernel": "This is the frozen layer alone. Add `scale` times what the inputs become through `down` and `up`.",
        "return → scale * (inputs @ kernel + inputs @ down @ up)":
            "You scaled the frozen part, too. Then the model is another one before the first step: `scale` belongs to the correction alone.",
        "return → inputs @ kernel - scale * (inputs @ down @ up)":
            "You subtracted the correction. It would learn all the same, with the other sign; but a merged kernel would not fit. Add it.",
        "return → inputs @ kernel + inputs @ down @ up / scale": "You divided by `scale`. It is already α/r: multiply.",
        "return → inputs @ kernel + scale / up.shape[0] * (inputs @ down @ up)": "You divided by the rank once more. `scale` is α/r already.",
        "return → inputs @ kernel + scale ** 2 * (inputs @ down @ up)": "`scale` counts twice. Multiply the correction by it once.",
        "return → inputs @ kernel + scale * (ops.relu(inputs @ down) @ up)": "You put a nonlinearity between A and B. The correction is a plain product, or it could not be merged into the kernel.",
        "return → inputs @ kernel * (1 + scale * (inputs @ down @ up))": "You multiplied both ways. Their answers are added.",
        "return → ops.squeeze(inputs @ kernel + scale * (inputs @ down @ up))": "One row alone, or one output, loses its axis. Keep all axes as they are: (…, in) becomes (…, out).",
    }, hints=(
        "Two ways lead from the inputs to the outputs: through the frozen kernel, and through A and then B. Their answers are added.",
        "`ops.matmul(inputs, down)` is narrow, (n, rank). Multiply that by `up`.",
        "`return ops.matmul(inputs, kernel) + scale * ops.matmul(ops.matmul(inputs, down), up)`",
    ), passed="Multiplied from the left it costs rank · (in + out) products a row, and never forms a matrix as large as the kernel."),
    Function("adapter_size", reference=adapter_size, space=any_shape, cases=lambda rng: [((3, 5), 2), ((64, 256), 4), ((3, 2, 5, 7), 1), ((5, 5, 16, 32), 8), ((1, 9), 3), ((7, 4, 6), 2), ((512, 2048), 64), ((1, 1, 8, 8), 1)],
        mistakes={
        "return → math.prod(kernel_shape)": "That is the size of the frozen kernel. What learns is A and B alone.",
        "return → rank * (kernel_shape[-2] + kernel_shape[-1])":
            "Right for dense layers. A filter of a convolution is as large as the layer's own: A holds height · width · in numbers for each of its r filters.",
        "return → rank * sum(kernel_shape)": "You added the sizes in front. A has the shape (height, width, in, r): they are multiplied.",
        "(before) + outputs → (kernel_shape[:-1])": "That is A. B, (r, out), learns as well.",
        "return → rank * kernel_shape[-1]": "That is B. A learns as well, with all axes before the last.",
        "return → rank * math.prod(kernel_shape[:-1]) * kernel_shape[-1]":
            "You multiplied the sizes of A and B's other axes. They are two arrays: add their sizes.",
        "return → math.prod(kernel_shape[:-1]) + kernel_shape[-1]": "That would be rank 1. Both A and B have an axis of length r.",
        "return → rank * (math.prod(kernel_shape[:2]) + kernel_shape[-1])":
            "Right for dense layers of two axes only. For a convolution A has three axes before its r: height · width · in.",
        "return → rank * (kernel_shape[0] + kernel_shape[1])":
            "You took the first two axes. For a convolution those are height and width: A is height · width · in · r, B is r · out.",
        "return → 2 * rank * math.prod(kernel_shape[:-1])": "You counted A twice. B, (r, out), has as many columns as the layer has outputs.",
        "return → rank * (math.prod(kernel_shape[:-1]) + math.prod(kernel_shape[:-2]) * kernel_shape[-1])":
            "You gave B the height and width, too. It mixes the answers of A's filters at one place: (r, out).",
        "return → rank * (math.prod(kernel_shape[:-1]) + kernel_shape[-1]) + kernel_shape[-1]": "You counted a bias. A and B have none.",
        (lambda shape, rank: math.prod(shape) + rank * (math.prod(shape[:-1]) + shape[-1])): "You counted the frozen kernel, too. It does not learn.",
    }, hints=(
        "Two arrays: how many numbers has A, how many has B?",
        "A has the kernel's shape with r in place of out; B is (r, out).",
        "`*before, outputs = kernel_shape`, then `rank * (int(np.prod(before)) + outputs)`",
    ), passed="It grows with the sum of the sides, the kernel with their product: the larger the layer, the smaller the share that learns."),
    Function("merged_kernel", reference="genai_course.models.low_rank:merged_kernel", cases=kernels, space=any_kernel, tolerance=5e-6, mistakes={
        "return → kernel + down @ up": "The product does not count `scale` times, so the merged layer is not the one that was trained.",
        "return → scale * (down @ up)": "That is the correction alone. Add it to the frozen kernel.",
        "return → scale * (kernel + down @ up)": "The frozen kernel is scaled, too. `scale` belongs to the correction alone.",
        "return → kernel - scale * (down @ up)": "You took the correction away: that is how one takes a merged adapter off again. To merge, add it.",
        "return → kernel + down @ up / scale": "You divided by `scale`, which is already α/r. Multiply.",
        "return → kernel * 1": "Nothing has changed: A and B are not in it yet.",
        "return → kernel + scale / up.shape[0] * (down @ up)": "You divided by the rank once more. `scale` is α/r already.",
        "return → kernel + scale * ops.mean(down @ up, axis=tuple(range(len(down.shape) - 2)))":
            "You averaged over the places of the filter. Each has its own piece of A, so each gets its own correction: `ops.matmul` takes the axes in front as they are.",
        "return → kernel + scale * (down[..., :1] @ up[:1])": "You used one column of A and one row of B. All r of them belong to the product.",
        (lambda kernel, down, up, scale: (np.asarray(kernel) + scale * (np.asarray(down) @ np.asarray(up))).round(4)):
            "You rounded. Merged, a model must give the same logits as with the adapter beside it: keep all digits.",
    }, hints=(
        "Which matrix would give x W + scale · x A B in one multiplication?",
        "`ops.matmul` (and `@`) multiplies the last two axes, and takes those in front as they are.",
        "`return kernel + scale * ops.matmul(down, up)`",
    ), passed="Exact for dense layers and for convolutions. And `- scale · A B` takes the adapter off again."),
    Experiment("rank_and_rate", reference={"setting": (8, 0.002), "gain": 0.87, "forgot": 1.0}, settings=[
        Setting("setting", "give a pair (rank, rate), a whole number from 1 to 16 and a rate above 0 and at most 0.1: with rank or rate 0 nothing is learned, and there is no room for more than 16.",
                is_a_setting),
        Setting("setting", "that is one of the nine tunings of the explorer. Choose a pair that was not tried yet.", lambda setting: tuple(setting) not in NINE),
    ], targets=[
        Target("gain", "of what full fine-tuning saves on digits, 0.8 or more must be reached.", at_least=0.8, at_most=2),
        Target("forgot", "of what full fine-tuning loses on letters, at most 1.4 times as much may be lost.", at_least=0.05, at_most=1.4),
    ], mistakes=[
        (lambda result: result["gain"] < 0.8 and result["forgot"] > 1.4,
         "It gains too little and forgets too much: it has gone past the best place and learns the thirty digits by heart. Take a smaller rate, or a lower rank.",
         {"setting": (12, 0.012), "gain": 0.6, "forgot": 3.9}),
        (lambda result: result["gain"] < 0.8,
         "It forgets little because it has not come far. Look at the explorer: which line gets further to the left in the same steps?",
         {"setting": (1, 0.004), "gain": 0.6, "forgot": 0.5}),
        (lambda result: result["forgot"] > 1.4, "It gains enough and pays too much for it. A smaller rate or a lower rank stops the line before it rises.",
         {"setting": (12, 0.006), "gain": 0.9, "forgot": 2.8}),
    ], hints=(
        "In the explorer, look for a line whose end is far to the left and not much higher than the star.",
        "Rank 1 is too slow at small rates, rank 16 rises too high. What lies between?",
        "Try rank 8 at 0.002, or rank 4 at 0.004.",
    ), passed="You have weighed two numbers against each other. Who tunes a model and looks at one of them finds no such place."),
]

PREDICTIONS = [
    Prediction("share_of_gain", between=(0, 1), close=0.1,
               after="Most of what a new style needs is a few directions in which the old layers must turn."),
]
