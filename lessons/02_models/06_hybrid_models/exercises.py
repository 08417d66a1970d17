"""Exercises of 02_models/06_hybrid_models."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value


def edges(pictures, power=2, axes=(1, 2), over=(1, 2, 3), combine=np.mean):
    """Edge energy, and with other settings usual mistakes with it."""
    return sum(combine(np.abs(np.diff(pictures, axis=axis)) ** power, axis=over) for axis in axes)


def features(rng):
    """Two lists of features each, of sizes that all differ; one picture alone; last many that are 0, as after a ReLU."""
    cases = [(rng.normal(size=shape), 2 * rng.normal(size=shape)) for shape in ((2, 3), (5, 4), (1, 6))]
    return [*cases, tensors(cases[0]), tuple(np.maximum(0, rng.normal(size=(4, 7))) for _ in range(2))]


def tensors(case):
    """What the lesson's own cells pass."""
    from keras import ops

    return tuple(ops.convert_to_tensor(each, "float32") for each in case)


def any_features(draw, st, numbers):
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return draw(numbers(shape)), draw(numbers(shape))


def some_pictures(rng):
    """Sizes that all differ, one picture alone; last pixels of black, white and one grey."""
    pictures = [rng.random(shape) for shape in ((2, 3, 5, 1), (4, 6, 3, 2), (1, 2, 7, 3))]
    return [(each,) for each in (*pictures, rng.integers(0, 3, (3, 4, 5, 2)) / 2)]


def any_pictures(draw, st, numbers):
    sides = st.integers(2, 4)
    return (draw(numbers((draw(st.integers(1, 3)), draw(sides), draw(sides), draw(st.integers(1, 2))), 0, 1)),)


def edge_energy(pictures):
    """Edge energy of each picture.  (n, height, width, channels) -> (n,)"""
    down, across = np.diff(pictures, axis=1), np.diff(pictures, axis=2)
    return np.mean(down**2, axis=(1, 2, 3)) + np.mean(across**2, axis=(1, 2, 3))


def five_numbers(rng):
    """error, kl, fooling, judging, gamma: numbers of float32, all different."""
    cases = [tuple(np.float32(rng.uniform(0.2, 3)) for _ in range(5)) for _ in range(3)]
    return [*cases, (*tensors(cases[0][:4]), 0.002)]


def any_five(draw, st, numbers):
    return tuple(draw(numbers(5, 0.01, 5)))


def measured_again(result):
    """How far θ still gets from the real picture, as in the lesson."""
    theta, psi, path = 1.0, 0.0, []
    for _ in range(200):
        psi -= 0.2 * theta / (1 + np.exp(-psi * theta))
        theta += 0.2 * (psi / (1 + np.exp(psi * theta)) - result["gamma"] * (theta - 0.5))
        path.append(abs(theta))
    return {"furthest": max(path[-50:])}


EXERCISES = [
    Value("best_drawing", reference=(0, 0, 0.5, 0.5, 0), mistakes={
        (0, 0, 1, 0, 0):
            "That is sharp, and right half of the time. The other half it pays twice: for the stroke where none is and for the one it misses. Choose each pixel by itself.",
        (0, 0, 0, 1, 0):
            "You settled for the fourth place. When the stroke is at the third, you pay for two wrong pixels. What if each pixel is chosen by itself?",
        (0, 0, 1, 1, 0): "Two white pixels: one of them is wrong in every case. A pixel that is white half of the time wants a grey in between.",
        (0, 0, 0, 0, 0): "All black misses the stroke in every case. A pixel that is white half of the time wants a grey in between.",
        (0.5, 0.5, 0.5, 0.5, 0.5): "Three of the five places are black in both cases: leave them black.",
        (0, 0.5, 0.5, 0, 0): "One place too far left: the stroke is at the third or the fourth place, and the first is at the far left.",
        (0, 0, 0.25, 0.25, 0): "The right two places, too dark. A pixel that is white half of the time has a mean of 0.5.",
        (0.2, 0.2, 0.2, 0.2, 0.2):
            "You spread one white pixel over the whole row. Three of the five places are black in both cases: leave them black.",
    }, hints=(
        "Every pixel has its own squared error, so choose one pixel at a time.",
        "Which number has the smallest mean squared distance to a list of numbers? Its mean.",
        "The third pixel is 1 in one case and 0 in the other: its mean is 0.5. So is the fourth's.",
    ), passed="The mean of both, pixel by pixel. It is neither of the two pictures, and no real picture looks like it."),
    Function("edge_energy", reference=edge_energy, cases=some_pictures, space=any_pictures, mistakes={
        (lambda pictures: np.float64(np.mean(edges(pictures)))):
            "You returned one number for the whole batch. Each picture needs its own: average over axes 1, 2 and 3.",
        (lambda pictures: edges(pictures, axes=(2,))):
            "Only differences to the side are in it, so a horizontal stroke would have no edges. Add those along axis 1.",
        (lambda pictures: edges(pictures, axes=(1,))):
            "Only differences downwards are in it, so an upright stroke would have no edges. Add those along axis 2.",
        (lambda pictures: edges(pictures, power=1)):
            "You took absolute differences. A blurred edge has as much of those as a sharp one, in smaller steps: square them.",
        (lambda pictures: edges(pictures, combine=np.sum)):
            "You added the squares up. Take their mean, so that the size of the picture does not matter.",
        ("down**2 → down", "across**2 → across"): "The square is missing: steps up and steps down cancel out.",
        (lambda pictures: 0.5 * edges(pictures)): "You averaged both directions. Asked for is their sum.",
        (lambda pictures: np.sqrt(edges(pictures))): "You took the root at the end. Edge energy is the mean square itself.",
        "return → np.mean(np.diff(pictures, axis=1)[:, :, :-1] ** 2, axis=(1, 2, 3)) + np.mean(np.diff(pictures, axis=2)[:, :-1] ** 2, axis=(1, 2, 3))":
            "You left out differences in the last row and column. Use all that `np.diff` gives along each axis.",
        "return → np.mean(np.diff(pictures, axis=1), axis=(1, 2, 3)) ** 2 + np.mean(np.diff(pictures, axis=2), axis=(1, 2, 3)) ** 2":
            "You squared the mean difference. By then, steps up and steps down have cancelled out: square first.",
        "return → np.mean((np.roll(pictures, -1, 1) - pictures) ** 2 + (np.roll(pictures, -1, 2) - pictures) ** 2, axis=(1, 2, 3))":
            "`np.roll` goes round the edge: the last pixel is no neighbour of the first. Use `np.diff`.",
        "return → (np.sum(down**2, axis=(1, 2, 3)) + np.sum(across**2, axis=(1, 2, 3))) / pictures[0].size":
            "You divided by the number of pixels. There are fewer pairs of neighbours than pixels: take the mean of what `np.diff` gives.",
        **{f"np.mean({what}**2, axis=(1, 2, 3)) → np.mean({what}**2, axis={axes})":
           f"Your mean of the squares {way} runs over the axes {axes}. Average over height, width and channels, axes 1, 2 and 3: the pictures are axis 0."
           for what, way in (("down", "downwards"), ("across", "to the side")) for axes in ((2, 3), (1, 3), (1, 2), (0, 2, 3), (1, 0, 3), (1, 2, 0))},
        "np.diff(pictures, axis=1) → np.diff(pictures, axis=0)": "Axis 0 counts the pictures: you took differences between one picture and the next. Height is axis 1.",
        "np.diff(pictures, axis=2) → np.diff(pictures, axis=0)": "Axis 0 counts the pictures: you took differences between one picture and the next. Width is axis 2.",
        ("np.diff(pictures, axis=1) → np.diff(pictures, axis=0)", "np.diff(pictures, axis=2) → np.diff(pictures, axis=1)"):
            "Your axes are one too low: axis 0 counts the pictures, height is axis 1, width axis 2.",
        (lambda pictures: edges(pictures, axes=(2, 3))):
            "You took differences to the side and between channels. Neighbours lie side by side, axis 2, or one above the other, axis 1.",
        (lambda pictures: edges(pictures, axes=(1, 2, 3))):
            "You took differences between channels as well. Neighbours lie side by side or one above the other: axes 1 and 2 alone.",
        (lambda pictures: edges(pictures.mean(axis=3, keepdims=True))):
            "You averaged the channels before the differences, so colours cancel. Take the differences in every channel.",
        (lambda pictures: edges(pictures[..., :1])): "You looked at the first channel only. The mean runs over all of them.",
        "return → np.var(pictures, axis=(1, 2, 3))":
            "That is the variance of the pixels: it does not care where they stand. Edges are differences between neighbours.",
    }, hints=(
        "Two directions: along axis 1 (downwards) and along axis 2 (to the side).",
        "`np.diff(pictures, axis=1) ** 2`, then its mean over axes 1, 2 and 3; the same along axis 2; add both.",
        "`np.mean(np.diff(pictures, axis=1) ** 2, axis=(1, 2, 3)) + np.mean(np.diff(pictures, axis=2) ** 2, axis=(1, 2, 3))`",
    ), passed="An edge that takes two pixels has half the energy of one that takes one. Noise has most of all, so compare with real pictures."),
    Function("feature_error", reference="genai_course.models.variational_autoencoder_gan:feature_error", cases=features, space=any_features, traced=True, mistakes={
        (lambda real, drawn: np.mean((real - drawn) ** 2, axis=1)):
            "You have an error for each picture. Training needs one number: the mean over all of them.",
        (lambda real, drawn: np.mean((real - drawn) ** 2, axis=0)):
            "You have an error for each feature. Training needs one number: the mean over all of them.",
        (lambda real, drawn: (real - drawn) ** 2): "You have the squares. Take their mean over all features and pictures.",
        "mean → sum": "You added the squares up. Take the mean, so that it means the same for every batch size.",
        (lambda real, drawn: np.mean(np.sum((real - drawn) ** 2, axis=1))): "You added up over the features. Take the mean over them, too.",
        "square → abs": "You took absolute differences. Asked for are squares.",
        (lambda real, drawn: np.mean(real - drawn)): "The square is missing: differences up and down cancel out.",
        (lambda real, drawn: np.mean(real - drawn) ** 2):
            "You squared the mean difference, in which ups and downs have cancelled out. Square first, then take the mean.",
        (lambda real, drawn: np.mean(real**2 - drawn**2)): "You took the difference of the squares. Take the difference first, then square it.",
        (lambda real, drawn: np.mean((real[0] - drawn[0]) ** 2)): "Only the first picture counts in your error. Take the mean over all of them.",
        (lambda real, drawn: np.mean((real.mean(axis=0) - drawn.mean(axis=0)) ** 2)):
            "You compared the batches' mean features, so pictures may be mixed up. Compare each picture with its own drawing, then take the mean.",
        "return → ops.sqrt(…)": "You took the root. Asked for is the mean square itself.",
        "return → 0.5 * …": "You halved it. The half comes in later, when the model turns the error into nats.",
    }, hints=(
        "It is the mean squared error you know from pixels, with features in their place.",
        "Difference, `ops.square`, `ops.mean` over everything.",
        "`return ops.mean(ops.square(real_features - drawn_features))`",
    ), passed="The same formula as for pixels. What has changed is the space in which the difference is taken, and that space is learned.", excused={
        "`real_features - drawn_features` → `drawn_features - real_features`": "The square forgets the sign.",
    }),
    Function("losses_of_players", reference="genai_course.models.variational_autoencoder_gan:losses_of_players", cases=five_numbers, space=any_five, traced=True,
        mistakes={
        "judging → judging + gamma * error":
            "You ask the critic to make the error small, too. It can: by noticing nothing. Its only loss is `judging`.",
        "judging → judging - gamma * error":
            "You pay the critic for large errors. It has one wish: to tell drawings apart, `judging`.",
        "+ fooling → + (1 - gamma) * fooling": "You weighed the wish to fool with 1 − γ. γ says how much drawing back counts *beside* fooling, which has the weight 1.",
        "+ fooling → - fooling": "You subtracted `fooling`, so the decoder would learn to be found out. It is a loss: add it.",
        "judging → judging + error":
            "The error stands in the critic's loss as well. A critic that notices nothing has no error at all: give it `judging` alone.",
        "judging → judging + fooling": "The critic is asked to tell drawings apart and to be fooled at once. `fooling` is the decoder's wish alone.",
        "judging → -fooling":
            "You gave the critic the opposite of the decoder's loss. Then it never learns what real pictures look like: `judging` has both parts.",
        "return → (gamma * (error + kl) + judging, fooling)":
            "`fooling` and `judging` are exchanged: the decoder would learn to be found out, and the critic to be fooled.",
        "+ fooling → - judging":
            "You subtracted the critic's loss. That was the game's first form, which hardly pushes when the critic is sure; add `fooling` instead.",
        "return → (judging, gamma * (error + kl) + fooling)": "The two are exchanged: first the autoencoder's loss, then the critic's.",
        "(error + kl) → error + kl":
            "γ weighs the error only, so the price of the codes counts five hundred times as much as it should. It weighs both: γ (error + kl).",
        ("gamma * →", "fooling → gamma * fooling"): "γ stands at the wrong term: it weighs drawing back, not fooling.",
        "(error + kl) + fooling → (error + kl + fooling)":
            "γ weighs everything now, which changes nothing between the wishes. Leave `fooling` out of the brackets.",
        "gamma * →": "γ is missing. Drawing back is counted in nats, hundreds of them, and would drown the wish to fool.",
        "+ fooling →": "Nobody wants to fool the critic: add `fooling` to the autoencoder's loss.",
        "+ kl →": "The codes cost nothing, and dice would miss them: `kl` belongs to the autoencoder's loss, too.",
        "+ kl → - kl": "You subtracted the price of the codes. Both are costs: add them.",
        "judging → gamma * judging": "You weighed the critic's loss with γ. It has one wish only, so nothing has to be weighed.",
    }, hints=(
        "Take each of the four numbers in turn: who should make it small?",
        "The autoencoder: error and kl, weighed with γ, and fooling. The critic: judging.",
        "`return gamma * (error + kl) + fooling, judging`",
    ), passed="Three networks, two losses. `kl` reaches the encoder alone, since the decoder has no part in it; autodiff knows."),
    Experiment("gamma", reference={"gamma": 0.5, "furthest": 0.000107}, targets=[
        Target("furthest", "θ must stay within 0.02 of the real picture in the last 50 rounds.", at_least=0, at_most=0.02),
    ], settings=[Setting("gamma", "γ is a number above 0 and at most 10.", lambda gamma: 0 < gamma <= 10)], recompute=measured_again, mistakes=[
        (lambda result: result["gamma"] < 0, "A negative γ pays the forger for drawing badly, and the game flies apart. Choose 0 or more.",
         {"gamma": -0.5, "furthest": 40.0}),
        (lambda result: result["furthest"] > 0.02 and result["gamma"] < 1, "The game still swings. It needs more friction: raise γ.",
         {"gamma": 0.05, "furthest": 0.3}),
        (lambda result: result["furthest"] > 0.02 and result["gamma"] > 8,
         "Each round throws θ past its goal: a step of 0.2 · γ is too long for so stubborn a forger. Lower γ.", {"gamma": 9.0, "furthest": 1.23}),
        (lambda result: result["furthest"] > 0.02,
         "No swing any more, but θ still leans towards the blur: so stubborn a forger hardly listens to the critic. Lower γ.", {"gamma": 5.0, "furthest": 0.12}),
    ], hints=("Try 0.05 and 5, and look at what is left in each case.", "Between 0.3 and 1.", "Try 0.5."),
        passed="At rest, and without blur. With networks γ is found by trying, in the same way: too little quarrels, too much blurs."),
]

PREDICTIONS = [
    Prediction("edges_kept", between=(0, 3), close=0.1,
               after="Letters drawn back from 16 numbers keep most of their shape; what goes first is the step from ink to paper."),
]
