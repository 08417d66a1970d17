"""Exercises of 02_models/05_generative_adversarial_networks."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def softplus(values):
    return np.logaddexp(0, values)


def densities(rng):
    """Two densities, different and above 0; one point alone; places where hardly any numbers fall; last some that are equal."""
    tiny = np.array([1e-20, 3e-12, 2e-7, 1e-9])
    return [
        (0.05 + rng.random(3), 0.05 + rng.random(3)),
        (0.05 + 3 * rng.random(7), 0.05 + rng.random(7)),
        (0.05 + rng.random(1), 0.05 + rng.random(1)),
        (tiny, tiny * (0.2 + 3 * rng.random(4))),
        (np.array([0.5, 2.0, 0.5, 0.25, 2.0]), np.array([0.5, 1.0, 0.5, 0.75, 1.0])),
    ]


def any_densities(draw, st, numbers):
    n = draw(st.integers(1, 4))
    return draw(numbers(n, 0.001, 5)), draw(numbers(n, 0.001, 5))


def some_logits(rng):
    """Logits of both signs, of one picture alone, of a critic that is very sure, rightly or wrongly, and equal ones."""
    sure, alike = np.array([[200.0], [-200.0], [-150.0], [3.0], [120.0]]), np.array([[0.0], [2.0], [0.0], [-1.5], [2.0], [2.0], [-1.5]])
    return [rng.normal(size=(3, 1)), 1 + 2 * rng.normal(size=(6, 1)), rng.normal(size=(1, 1)) - 2, sure, alike]


def tensors(case):
    """What the lesson's own cells pass."""
    from keras import ops

    return tuple(ops.convert_to_tensor(each, "float32") for each in case)


def as_variable(rng):
    import tensorflow as tf

    return [(logits,) for logits in some_logits(rng)] + [(tf.Variable(rng.normal(size=(4, 1)), dtype="float32"),)]


def two_logits(rng):
    pairs = list(zip(some_logits(rng), [-logits[::-1] + 0.5 for logits in some_logits(rng)], strict=True))
    return [*pairs, tensors(pairs[0])]


def any_logits(draw, st, numbers):
    n = draw(st.integers(1, 4))
    return draw(numbers((n, 1), -300, 300)), draw(numbers((n, 1), -300, 300))


def overflowing(values):
    return np.log(1 + np.exp(values))


def measured_again(result):
    """How far the forger still gets from the goal, as in the lesson."""
    theta, psi, path = 1.0, 0.0, []
    for _ in range(200):
        psi -= 0.2 * (theta / (1 + np.exp(-psi * theta)) + result["penalty"] * psi)
        theta += 0.2 * psi / (1 + np.exp(psi * theta))
        path.append(abs(theta))
    return {"swing": max(path[-50:])}


EXERCISES = [
    Function("optimal_discriminator", reference="genai_course.models.generative_adversarial_network:optimal_discriminator", cases=densities, space=any_densities,
        mistakes={
        "p_real / → p_fake /": "That is the probability that the point is forged. The critic answers with the probability that it is real.",
        "p_real + →":
            "That is the odds, how many times more likely real is than forged. A probability divides by everything that turns up at x: p_real + p_fake.",
        "/ (p_real + p_fake) →": "That is how often real numbers turn up at x. The critic asks what share of all numbers at x they are.",
        "/ (p_real + p_fake) → - p_fake": "You took the difference. Its sign says which is likelier; a probability is a share, so divide by the sum.",
        "/ → * p_fake /": "The top should hold only the real density: of all that turns up at x, how much is real?",
        "return → np.minimum(1, p_real / p_fake)":
            "That is the odds, cut at 1. A probability divides by everything that turns up at x: p_real + p_fake.",
        "return → p_real / p_real + p_fake": "Brackets are missing: without them p_real is divided by itself first. Divide by the sum: (p_real + p_fake).",
        "return → 1 / (1 + np.exp(p_fake - p_real))":
            "You put the difference of the densities through the logistic function. That would suit their logarithms; of densities take the share.",
        "return → np.log(p_real) - np.log(p_fake)": "That is the logit. The probability is the share p_real has in the sum.",
        "return → p_real / np.sum(p_real + p_fake)": "You divided by the sum over all points. Each point has a sum of its own: p_real + p_fake there.",
        "return → (p_real > p_fake) * 1.0": "You answered yes or no. A perfect critic is only as sure as the densities allow: return the share.",
    }, hints=(
        "Stand at x and count. Of all the numbers that land here, which share is real?",
        "Real ones land here with p_real, forged ones with p_fake. A share is a part divided by the whole.",
        "`return p_real / (p_real + p_fake)`",
    ), passed="Bayes' rule with equal priors. It is Proposition 1 of the paper that invented this game."),
    Function("discriminator_loss", reference="genai_course.models.generative_adversarial_network:discriminator_loss", cases=two_logits, space=any_logits, traced=True,
        mistakes={
        (lambda real, fake: np.mean(softplus(real)) + np.mean(softplus(-fake))):
            "The signs are swapped, so the critic would learn to call forgeries real. Real logits should rise: softplus(−real); forged ones should fall: softplus(fake).",
        (lambda real, fake: np.mean(softplus(-real))):
            "Only the real pictures count in your loss, so a critic that calls everything real would be perfect. Add the forgeries' part.",
        (lambda real, fake: np.mean(softplus(fake))):
            "Only the forgeries count in your loss, so a critic that calls everything forged would be perfect. Add the real pictures' part.",
        (lambda real, fake: np.mean(softplus(-real)) + np.mean(softplus(-fake))):
            "Both parts push the logits up. For forgeries the critic should say less than 0: softplus(fake), without the minus.",
        (lambda real, fake: np.mean(softplus(real)) + np.mean(softplus(fake))):
            "Both parts push the logits down. For real pictures it is softplus(−real).",
        (lambda real, fake: np.mean(softplus(-real)) - np.mean(softplus(fake))):
            "You subtracted the forgeries' part, which rewards the critic for being fooled. Add it.",
        (lambda real, fake: np.sum(softplus(-real)) + np.sum(softplus(fake))):
            "You added the pictures up. Take the mean, so that the loss means the same for every batch size.",
        (lambda real, fake: softplus(-real) + softplus(fake)): "You have a loss for every pair. Training needs one number: the mean of each part.",
        (lambda real, fake: 0.5 * (np.mean(softplus(-real)) + np.mean(softplus(fake)))):
            "You halved the sum. Many programs do; here the two parts are added, so that a critic who guesses has a loss of 2 log 2.",
        (lambda real, fake: np.mean(overflowing(-real)) + np.mean(overflowing(fake))):
            "Right for moderate logits. At 200 yours is infinite: an exponential overflows, or a logarithm meets 0. `ops.softplus` does neither.",
        (lambda real, fake: softplus(-np.mean(real)) + softplus(np.mean(fake))):
            "You took the mean of the logits first. Each picture has its own softplus; take the mean of those.",
        (lambda real, fake: np.mean(np.maximum(0, 1 - real)) + np.mean(np.maximum(0, 1 + fake))):
            "That is the hinge loss, of another game. Here it is the cross-entropy: softplus.",
        (lambda real, fake: np.mean(-real) + np.mean(fake)):
            "The softplus is missing. That is the loss of a Wasserstein critic, another game with other rules.",
    }, hints=(
        "Two parts, one for each kind of picture. Which way should each kind's logits go?",
        "−log σ(d) = softplus(−d) for the real ones, −log(1 − σ(d)) = softplus(d) for the forged ones; `ops.mean` of each, then add.",
        "`return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))`",
    ), passed="A critic that always answers 0, a coin toss, has a loss of 2 log 2 = 1.39. Keep the number in mind for the curves."),
    Function("generator_loss", reference="genai_course.models.generative_adversarial_network:generator_loss",
        cases=as_variable, space=lambda *drawing: any_logits(*drawing)[:1], traced=True, mistakes={
        (lambda fake: np.mean(softplus(fake))):
            "That is the critic's part: it falls when forgeries are found out. The forger wants the opposite sign inside.",
        (lambda fake: np.mean(-softplus(fake))):
            "That is log(1 − σ(d)), the game as first written down. Asked for is −log σ(d); you will see why in a moment.",
        (lambda fake: -np.mean(softplus(-fake))):
            "The sign in front is turned round: minimising it would make forgeries worse. −log σ(d) is never below 0.",
        (lambda fake: np.sum(softplus(-fake))): "You added the forgeries up. Take the mean, so that the loss means the same for every batch size.",
        (lambda fake: softplus(-fake)): "You have a loss for each forgery. Training needs one number: the mean.",
        (lambda fake: np.mean(overflowing(-fake))):
            "Right for moderate logits. At −200 yours is infinite: an exponential overflows, or a logarithm meets 0. `ops.softplus` does neither.",
        (lambda fake: softplus(-np.mean(fake))): "You took the mean of the logits first. Each forgery has its own softplus; take the mean of those.",
        (lambda fake: np.mean(1 / (1 + np.exp(fake)))): "The logarithm is missing: that is 1 − σ(d), which hardly pushes when the critic is sure.",
        "return → ops.mean(-fake_logits)": "The softplus is missing. That is the forger's loss in the Wasserstein game.",
    }, hints=(
        "The forger is happy when the critic's logit for its picture is large.",
        "−log σ(d) is softplus(−d).",
        "`return ops.mean(ops.softplus(-fake_logits))`",
    ), passed="The forger never sees a real picture. All it knows comes through the critic's slope."),
    Experiment("penalty", reference={"penalty": 0.5, "swing": 0.000342}, targets=[
        Target("swing", "θ must stay within 0.02 of the goal in the last 50 rounds.", at_least=0, at_most=0.02),
    ], settings=[
        Setting("penalty", "γ is a number above 0 and at most 10.", lambda penalty: 0 < penalty <= 10),
    ], recompute=measured_again, mistakes=[
        (lambda result: result["penalty"] < 0, "A negative penalty pays the critic for being steep, and the game flies apart. Choose 0 or more.",
         {"penalty": -0.5, "swing": 40.0}),
        (lambda result: result["swing"] > 0.02 and result["penalty"] < 1, "The game still circles. The critic needs more friction: raise γ.",
         {"penalty": 0.05, "swing": 0.26}),
        (lambda result: result["swing"] > 0.02 and result["penalty"] > 10,
         "Each round throws the critic past its goal: with γ its step grows, too, and above 10 it flies apart. Lower γ.", {"penalty": 12.0, "swing": 1e6}),
        (lambda result: result["swing"] > 0.02, "The game no longer circles, it crawls: so flat a critic hardly tells the forger where to go. Lower γ.",
         {"penalty": 5.0, "swing": 0.22}),
    ], hints=("Move the slider: where does the path run straight into the goal?", "Between 0.3 and 2.", "Try 0.5."),
        passed="At rest. In networks the same penalty works for the same reason, and its best size has to be found by trying, too."),
]

PREDICTIONS = [
    Prediction("recognised_share", between=(0, 1), close=0.1,
               after="The generator never saw a label's meaning either: the critic taught it which strokes go with which label."),
]
