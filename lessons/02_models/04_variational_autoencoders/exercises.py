"""Exercises of 02_models/04_variational_autoencoders."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def clouds(rng):
    """Means, log-variances and noise of both signs, all sizes different; one cloud alone; clouds far out, tiny and huge; last equal
    numbers, and the prior itself."""
    cases = [tuple(rng.normal(size=shape) for _ in range(3)) for shape in [(2, 3), (5, 4), (1, 2)]]
    for far in (np.array([[-3.0, -9.0], [-40.0, -13.0], [-6.0, -1.0]]), np.array([[44.0, 30.0], [25.0, 6.0]]), np.array([[-200.0]])):
        cases.append((rng.normal(size=far.shape), far, rng.normal(size=far.shape)))
    alike = np.array([[0.5, -2.0, 0.5], [0.0, 0.0, 0.0]]), np.array([[-1.0, -1.0, 2.0], [0.0, 0.0, 0.0]]), np.array([[2.0, 2.0, -1.0]] * 2)
    return [*cases, tensors(cases[2]), alike]


def tensors(case):
    """What the lesson's own cells pass."""
    from keras import ops

    return tuple(ops.convert_to_tensor(each, "float32") for each in case)


def any_clouds(draw, st, numbers):
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    return tuple(draw(numbers(shape)) for _ in range(3))


def any_epoch(draw, st, numbers):
    return draw(st.integers(0, 12)), draw(st.integers(1, 8))


def kl_divergence(mean, log_variance):
    """The model's, which calls another function, written out."""
    return 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1)


def warm_up(epoch, epochs_to_full):
    """The weight of the KL term in an epoch, counted from 0."""
    return min(1.0, epoch / epochs_to_full)


EXERCISES = [
    Function("reparameterise", reference="genai_course.models.variational_autoencoder:reparameterise", cases=clouds, space=any_clouds, traced=True, mistakes={
        "ops.exp(0.5 * log_variance) → log_variance":
            "You scaled the noise by log σ². The encoder gives the logarithm of the variance; the noise needs the standard deviation σ = exp(½ log σ²).",
        "ops.exp(0.5 * log_variance) → 0.5 * ops.exp(log_variance)":
            "You halved the variance. Halve its logarithm, inside `exp`: that is the square root.",
        "ops.exp(0.5 * log_variance) → ops.sqrt(ops.abs(log_variance))":
            "You took the root of the logarithm. The root of the variance is exp(½ log σ²).",
        "0.5 * →": "You scaled the noise by σ², the variance. Its square root is σ: halve the logarithm before `exp`.",
        "0.5 → 2": "You doubled the logarithm, which squares the variance. A square root halves the logarithm.",
        "0.5 → -0.5": "You scaled by 1/σ. The sign in the exponent is wrong: a larger log-variance means a larger cloud.",
        "ops.exp(0.5 * log_variance) * →": "The cloud always has size 1: the log-variance has no effect. Scale the noise by σ.",
        "mean + →": "Every cloud sits at 0: the mean is missing. Add it.",
        "+ → -": "You subtracted the noise. As a random draw that is as good, since −ε is as likely as ε. With this ε, the formula asks for plus.",
        "* noise →": "The noise is missing, so every draw lands in the same place. Multiply σ by the noise.",
        "return → mean * ops.exp(0.5 * log_variance) + noise": "You scaled the mean. The noise is what gets the size of the cloud: μ + σ · ε.",
        "return → ops.exp(0.5 * log_variance) * (mean + noise)":
            "σ multiplies the mean as well; the brackets are in the wrong place. It is μ + σ · ε.",
    }, hints=(
        "Start from the noise ε. Make it as large as the cloud, then carry it to the middle of the cloud.",
        "σ is the square root of the variance, and you have the variance's logarithm: σ = exp(½ · log σ²).",
        "`return mean + ops.exp(0.5 * log_variance) * noise`",
    ), passed="The randomness now comes in from outside, and gradients pass through μ and σ as through any other number."),
    Function("kl_divergence", reference="genai_course.models.variational_autoencoder:kl_divergence", written_out=kl_divergence,
        cases=lambda rng: [case[:2] for case in clouds(rng)],
        space=lambda draw, st, numbers: any_clouds(draw, st, numbers)[:2], traced=True, mistakes={
        "return → np.sum(…)":
            "You returned one price for the whole batch. Each picture has its own: sum over the numbers of the code, axis 1, and leave the first axis alone.",
        "return → np.mean(…)": "You returned one average price for the batch. Each picture has its own: sum over axis 1 only.",
        "return → 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)":
            "You have a price for every number of the code. A picture pays for all of them: sum over axis 1.",
        "sum → mean": "You took the mean over the code. The KL divergence is the sum: every number of the code is paid for.",
        "axis=1 → axis=0": "You summed over the pictures (axis 0). Sum over the numbers of the code, axis 1.",
        ("- log_variance → - np.log(np.abs(log_variance))", "np.exp(log_variance) → log_variance"):
            "You took the log-variance for the variance. The variance is exp(log σ²), and log σ² is already the logarithm.",
        "exp(log_variance) → exp(0.5 * log_variance)": "You used σ where the formula has σ². The variance is exp(log σ²), without the half.",
        "exp(log_variance) → exp(2 * log_variance)": "You squared the variance. exp(log σ²) is σ² already.",
        "np.exp(log_variance) → log_variance**2": "You squared the log-variance. σ² is exp(log σ²).",
        "return → -…": "The sign is turned round. A KL divergence is never below 0; the ELBO subtracts it afterwards.",
        "0.5 * →": "The factor ½ is missing.",
        "- 1 →": "The −1 is missing. With it, a cloud that is N(0, 1) costs exactly 0.",
        "return → 0.5 * (np.sum(mean**2 + np.exp(log_variance) - log_variance, axis=1) - 1)":
            "The −1 stands outside the sum. Each number of the code has its own −1.",
        "return → 0.5 * np.sum((1 + mean**2) * np.exp(-log_variance) - 1 + log_variance, axis=1)":
            "That is the divergence of N(0, 1) from the cloud. The other direction is asked for: the cloud from N(0, 1).",
        "mean**2 → np.abs(mean)": "You took |μ| where the formula has μ².",
        "mean**2 + →": "The mean has no effect. Moving away from 0 costs ½ μ².",
        "- log_variance → + log_variance": "The logarithm is added. It is subtracted, so that a shrinking cloud becomes dear.",
        "- log_variance → - 2 * log_variance": "You subtracted log σ² twice over. `log_variance` already is log σ², not log σ.",
        "- log_variance →": "The logarithm is missing: subtract `log_variance`, or a cloud could shrink to a point for free.",
    }, hints=(
        "Go term by term through the formula. Which of the four do you have, and which must be made from the log-variance?",
        "μ² is `ops.square(mean)`, σ² is `ops.exp(log_variance)`, log σ² is `log_variance` itself. Sum over axis 1, then take half.",
        "`return 0.5 * ops.sum(ops.square(mean) + ops.exp(log_variance) - 1 - log_variance, axis=1)`",
    ), passed="One price a picture, in nats, and never below 0. At 0.69 nats, one bit, a number of the code says one yes or no."),
    Experiment("beta", reference={"beta": 1.5, "active_units": 16, "nats": 23.8, "frechet": 10.2}, targets=[
        Target("active_units", "at least 14 of the 16 must be active. A smaller β charges less for saying something.", at_least=14, at_most=16),
        Target("nats", "a code may say 28 nats at most. A larger β charges more for each.", at_least=1, at_most=28),
        Target("frechet", "the dice must come within 17 of real letters.", at_least=2, at_most=17),
    ], settings=[Setting("beta", "β is a number from 0.01 to 20 here.", lambda beta: 0.01 <= beta <= 20)], mistakes=[
        (lambda result: result["beta"] <= 0,
         "With β of 0 or less the KL term has no say or pulls the wrong way, and the dice have nothing to do with the codes. Choose a β above 0.",
         {"beta": 0.0, "active_units": 16, "nats": 150.0, "frechet": 60.0}),
        (lambda result: result["active_units"] == 0, "Still collapsed: no unit is active. The KL term weighs too much; go down by a factor of ten.",
         {"beta": 30.0, "active_units": 0, "nats": 0.0, "frechet": 83.0}),
        (lambda result: result["active_units"] < 14, "Some units are still silent. β is a little too large: halve it.",
         {"beta": 10.0, "active_units": 11, "nats": 4.0, "frechet": 49.0}),
        (lambda result: result["nats"] > 28 and result["frechet"] > 17,
         "All units speak, too much, and the dice miss: with so small a β the clouds ignore N(0, 1), where the dice come from. Raise β.",
         {"beta": 0.03, "active_units": 16, "nats": 86.0, "frechet": 23.0}),
        (lambda result: result["nats"] > 28, "The dice draw well, and the codes say more than 28 nats. Charge a little more for each: raise β.",
         {"beta": 1.0, "active_units": 16, "nats": 30.1, "frechet": 9.4}),
        (lambda result: result["frechet"] > 17, "Short codes, active units, and the letters are blurred. The KL term weighs a little too much: lower β.",
         {"beta": 6.0, "active_units": 15, "nats": 7.0, "frechet": 20.0}),
    ], hints=(
        "Look at the table of three: β = 1 says a little too much, 30 nothing at all.",
        "Just above the plain ELBO should do.",
        "Try 1.5.",
    ), passed="Fewer nats, and the dice still land near letters. β is a dial between drawing well and saying little."),
    Function("warm_up", reference=warm_up, space=any_epoch,
        cases=lambda rng: [(1, 4), (0, 4), (3, 4), (4, 4), (5, 4), (9, 4), (2, 8), (7, 8), (100, 10), (0, 1), (1, 1), (3, 1)], mistakes={
        "return → epoch / epochs_to_full": "The line goes on rising above 1 after `epochs_to_full`. Cut it there with `min(1.0, …)`.",
        "min → max": "You took the larger of 1 and the line, so the weight starts at 1 and grows. Take the smaller: `min`.",
        "epoch → (epoch + 1)": "You are one epoch early: in epoch 0 the weight is 0, in epoch `epochs_to_full` it reaches 1.",
        "epochs_to_full → (epochs_to_full + 1)": "Full one epoch too late: it reaches 1 in epoch `epochs_to_full`.",
        "epochs_to_full → (epochs_to_full - 1)": "Full one epoch too early: it reaches 1 in epoch `epochs_to_full`, counted from 0.",
        "epoch / epochs_to_full → epoch % epochs_to_full / epochs_to_full": "Your weight falls back to 0 when it should be full. From epoch `epochs_to_full` on it stays at 1.",
        "return → epoch / epochs_to_full if epoch <= epochs_to_full else 0": "After `epochs_to_full` your weight falls to 0. It stays at 1.",
        "/ → //": "The weight jumps from 0 to 1. Let it rise in a straight line in between: the share of the way, with its fraction.",
        "return → max(0.0, 1 - epoch / epochs_to_full)": "Your weight falls from 1 to 0. A warm-up begins at 0.",
        "epoch / epochs_to_full → epochs_to_full / epoch": "You divided the wrong way round, and in epoch 0 by 0. In epoch 1 of 4 the weight should be 1/4.",
        "epoch / epochs_to_full → epochs_to_full / max(epoch, 1)": "You divided the wrong way round. In epoch 2 of 8 the weight should be 2/8.",
    }, hints=(
        "What share of the way to `epochs_to_full` has been gone in this epoch?",
        "`epoch / epochs_to_full` is the line; it must not go above 1.",
        "`return min(1.0, epoch / epochs_to_full)`",
    ), passed="A gentle start. In a training loop you would write `model.beta.assign(warm_up(epoch, 4))` before each epoch."),
]

PREDICTIONS = [
    Prediction("frechet", between=(0, 500), close=2.0,
               after="Dice are not perfect: the clouds do not quite fill N(0, 1). A mixture on the codes mends most of it."),
]
