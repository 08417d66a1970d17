"""Exercises of 06_regularization/01_regularization."""

from numbers import Real

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value


def stop_cases(rng):
    """A best in the middle, a second valley that patience decides about, no end, a tie, a best at the start, losses below 0, one check."""
    return [
        ([3.0, 2.0, 1.0, 1.5, 1.6, 1.7], 2),
        ([5.0, 4.0, 4.5, 4.2, 3.0, 3.5, 3.6, 3.7, 2.0], 3),
        ([5.0, 4.0, 4.5, 4.2, 4.4, 3.0, 3.5], 2),
        ([4.0, 3.0, 2.0, 1.0], 2),
        ([2.0, 1.0, 1.0, 1.0, 1.0, 0.5], 3),
        ([1.0, 2.0, 3.0, 4.0], 1),
        ([2.0, 2.0, 2.0, 2.0], 2),
        ([6.0, 5.5, 5.0, 5.2, 4.0, 4.1, 4.2], 3),
        ([0.5, -1.0, -0.5, -2.0, -1.5, -2.0, -1.0, -3.0], 4),
        ([3.0], 2),
        ([2.0, 2.5, 1.0, 1.5, 1.25], 2),  # above the first loss on the way
        ([1.0, 0.99, 0.98, 0.97, 0.98, 0.96, 0.95], 2),  # small steps down
        ([24.0, 23.9999, 23.9998, 23.9997, 23.9996, 24.1, 24.2], 2),  # steps of a ten-thousandth count, too
        ([1e-5, 9e-6, 9.5e-6, 8e-6, 9e-6, 9e-6], 2),
        ([3, 2, 2, 0, 1, 0, 0, -1], 3),
        ([1.0, 0.0, 0.0, 0.5, 0.0, -0.5], 4),
        ([30.0 - n for n in range(30)] + [8.0, 7.5, 0.5, 7.0, 6.0, 5.0, 4.0, 3.0], 5),
        ([2.0, 1.0, 3.0], 50),
        ([40.0, 30.0, 35.0, 20.0, 25.0, 10.0, 15.0, 5.0], 2),
    ]


def any_losses(draw, st, numbers):
    return [half / 2 for half in draw(st.lists(st.integers(-6, 12), min_size=1, max_size=12))], draw(st.integers(1, 4))


def stop(losses, patience, *, change=None):
    """Early stopping with one usual mistake, by name."""
    best = 0
    for place, loss in enumerate(losses):
        if loss <= losses[best] if change == "ties" else loss < losses[best]:
            best = place
        ran_out = place - best >= patience + {"one more": 1, "one less": -1}.get(change, 0) and place > best
        if change == "total" and place and place >= patience:  # counts the checks from the start
            ran_out = True
        if change == "first rise" and place and losses[place] > losses[place - 1]:
            ran_out = True
        if ran_out:
            return best, place
    return best, len(losses) - 1


def with_change(change):
    """The rule with this mistake."""
    return lambda losses, patience: stop(losses, patience, change=change)


def in_a_row(losses, patience):
    """Counts rises from check to check, where it should count checks without a new lowest loss."""
    best, rises = 0, 0
    for place in range(1, len(losses)):
        rises = rises + 1 if losses[place] > losses[place - 1] else 0
        best = place if losses[place] < losses[best] else best
        if rises >= patience:
            return best, place
    return best, len(losses) - 1


def added_up(losses, patience):
    """Never sets the count of bad checks back."""
    best = bad = 0
    for place in range(1, len(losses)):
        best, bad = (place, bad) if losses[place] < losses[best] else (best, bad + 1)
        if bad >= patience:
            return best, place
    return best, len(losses) - 1


def dropout_cases(rng):
    """Numbers of both signs; one rate for all, and one for each of several models; dice that hit the rate; one row."""
    dice = rng.random((3, 4, 6))
    dice[0, 0, 0] = 0
    return [
        (rng.normal(size=(2, 5)), rng.random((2, 5)), np.float32(0.4)),
        (rng.normal(size=(3, 4, 6)), dice, np.array([0.0, 0.3, 0.8])[:, None, None]),
        (rng.normal(size=(40,)), rng.random(40), 0.75),
        (rng.normal(size=(1, 4)), np.array([[0.25, 0.5, 0.75, 0.0]]), 0.5),
        (np.array([0.0, -2.0, 0.0, 3.0, 1.0]), np.array([0.9, 0.0, 0.1, 0.3, 0.999]), 0.0),
        (1000 * rng.normal(size=(30, 3)), rng.random((30, 3)), 0.99),
        (1e-4 * rng.normal(size=(2, 6)), rng.random((2, 6)), 0.2),
    ]


def any_units(draw, st, numbers):
    shape = draw(st.sampled_from([(3,), (1, 4), (2, 3), (2, 3, 4)]))
    dice = draw(numbers(shape, 0, 1).map(lambda each: np.minimum(each, np.float32(0.999))))
    return draw(numbers(shape)), dice, draw(st.sampled_from([0.0, 0.25, 0.5, 0.75]))


def adamw_cases(rng):
    """The first step, where Adam's is one rate long, and later ones; strong decays, so that a wrong place shows.

    Step and decay are tensors inside training, the decay one number for each model.
    """
    return [
        (rng.normal(size=3), rng.normal(size=3), np.zeros(3), np.zeros(3), np.float32(1), 0.3, np.float32(0.2)),
        (rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), 0.5 + rng.random((2, 4)), 4.0, 0.2, 0.1),
        (rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 3, 2)), 0.5 + rng.random((2, 3, 2)), 7.0, 0.5,
         np.array([0.0, 0.3])[:, None, None]),
        (np.array([2.0, 0.0, -1.0, 3.0]), np.array([0.0, 0.5, 0.0, -2.0]), np.array([0.0, 0.0, 0.2, -0.1]), np.array([0.0, 0.0, 0.1, 0.2]), 2.0, 0.1, 0.25),
        (np.array([0.4, -2.0]), np.zeros(2), np.zeros(2), np.zeros(2), 1.0, 0.5, 0.5),  # pixels that are never on
        (100 * rng.normal(size=(25, 2)), 1e-3 * rng.normal(size=(25, 2)), np.zeros((25, 2)), np.zeros((25, 2)), 1.0, 0.3, 0.001),
        (rng.normal(size=3), rng.normal(size=3), rng.normal(size=3), 0.5 + rng.random(3), 900.0, 0.2, 0.0),
    ]  # fmt: skip


def any_step(draw, st, numbers):
    shape = draw(st.sampled_from([(3,), (2, 2), (2, 1, 3)]))
    arrays = [draw(numbers(shape)) for _ in range(3)]
    return *arrays, draw(numbers(shape, 0.125, 3)), draw(st.integers(1, 20)), draw(st.sampled_from([0.01, 0.5])), draw(st.floats(0, 0.5))


def adam(weights, gradient, mean, square, step, rate):
    mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
    return weights - rate * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-7), mean, square


def l2_in_the_gradient(weights, gradient, mean, square, step, rate, decay):
    return adam(weights, gradient + decay * weights, mean, square, step, rate)


def adamw(weights, gradient, mean, square, step, rate, decay, *, how):
    """Adam, and then the new weights as ``how`` makes them of the old, those after Adam's step, the rate and the decay."""
    moved, mean, square = adam(weights, gradient, mean, square, step, rate)
    return how(weights, moved, rate, decay), mean, square


def with_decay(how):
    """The step with this way to decay."""
    return lambda *arguments: adamw(*arguments, how=how)


def forgets_memory(weights, gradient, mean, square, step, rate, decay):
    return adam(weights, gradient, mean, square, step, rate)[0] - decay * weights, mean, square


def only_weights(weights, gradient, mean, square, step, rate, decay):
    return adam(weights, gradient, mean, square, step, rate)[0] - decay * weights


def steps_of_decay(weights, gradient, mean, square, step, rate, decay):
    moved, mean, square = adam(weights, gradient, mean, square, step, rate)
    return moved - step * decay * weights, mean, square


def one_step_later(weights, gradient, mean, square, step, rate, decay):
    moved, mean, square = adam(weights, gradient, mean, square, step + 1, rate)
    return moved - decay * weights, mean, square


def is_recipe(recipe):
    """A dict of methods with strengths, one of them at least, and no other number of pictures."""
    strengths = {name: strength for name, strength in recipe.items() if name != "pictures"}
    known = set(strengths) <= {"dropout", "weight_decay", "l2", "l1", "shift", "mirror"} and recipe.get("pictures", 200) == 200
    return known and any(
        isinstance(strength, Real) and strength > 0 for strength in strengths.values()
    )


EXERCISES = [
    Function("stop_early", reference="genai_course.training.regularizers:early_stop", cases=stop_cases, space=any_losses, mistakes={
        with_change("first rise"):
            "You stopped at the first rise. Held-out losses wobble: that is what patience is for. Stop when `patience` checks in a row brought no new lowest loss.",
        in_a_row:
            "You counted rises from one check to the next. A loss that wobbles without a new lowest would then go on for ever: count the checks since the best one.",
        with_change("one more"): "One check too late: with patience 2 the second check in a row without a new lowest loss is the last.",
        with_change("one less"): "One check too early: with patience 2 two checks in a row bring no new lowest loss, and the second is the last.",
        added_up: "You add up all checks without a new lowest loss. They count in a row: with each new lowest loss the count begins anew.",
        "return → best, len(losses)": "Where patience never runs out, the last check is the last place in the list, `len(losses) - 1`.",
        (lambda losses, patience: (stop(losses, patience)[0], stop(losses, patience)[0] + patience)):
            "Your last check is always the best place plus the patience, also where the list ends before: then it is the last place in the list.",
        with_change("total"): "Your patience counts from the start. It counts from the best check so far, and begins anew with each new lowest loss.",
        with_change("ties"): "A tie is no improvement: with `<=` a loss that stands still looks like progress for ever. Compare with `<`.",
        (lambda losses, patience: (int(np.argmin(losses)), stop(losses, patience)[1])):
            "Your best lies behind the end of training: you looked at losses that would never have been measured. Take the best up to the last check.",
        "best, place → (int(np.argmin(losses)), len(losses) - 1)":
            "You went on to the end and looked back. That finds the lowest loss, but saves no step: stop when patience has run out.",
        (lambda losses, patience: (stop(losses, patience)[1],) * 2):
            "You restore the last check, which is the worst of the last few. The weights to restore are those of the best one.",
        (lambda losses, patience: stop(losses, patience)[::-1]): "The two are swapped: first the best check, then the last.",
        (lambda losses, patience: stop(losses, patience)[0]): "Two numbers are asked for: the best check and the last one.",
        (lambda losses, patience: (min(losses[: stop(losses, patience)[1] + 1]), stop(losses, patience)[1])):
            "The first is the lowest loss itself. Its place is asked for, so that the weights can be found again.",
    }, hints=(
        "Walk through the losses once, and remember the place of the lowest so far.",
        "At each place: if the loss is below `losses[best]`, that is the new best. Then, if `place - best` has reached the patience, training is over.",
        "`if place - best >= patience: return best, place` inside the loop; after the loop `return best, len(losses) - 1`.",
    ), passed="Keras' `EarlyStopping(patience=…, restore_best_weights=True)` does this after every epoch."),
    Function("drop_units", reference="genai_course.training.regularizers:dropout", cases=dropout_cases, traced=True, space=any_units, mistakes={
        "/ (1 - rate) →":
            "The units that stay must become louder: divide by 1 − rate. Else the next layer receives less in training than later, when all units speak.",
        "rate, 0.0, activations → rate, activations, 0.0":
            "The wrong ones are silent: you keep the share `rate`. A unit is silenced where dice < rate.",
        "return → ops.where(uniform < rate, activations, 0.0) / ops.maximum(rate, 1e-09)":
            "You keep the share `rate` and silence the rest. It is the other way round: `rate` is the share of units that is silenced.",
        "return → ops.where(uniform < rate, activations, 0.0)":
            "The wrong ones are silent, and those that stay are not made louder: silence where dice < rate, divide the others by 1 − rate.",
        "/ → *": "You multiplied by 1 − rate, which makes the others quieter still. Divide.",
        "1 - rate → rate": "You divided by the rate, which is 0 without dropout. The share that stays is 1 − rate: divide by that.",
        "1 - rate → ops.mean(ops.cast(uniform >= rate, 'float32'))":
            "You divided by the share that happened to stay this time. Divide by 1 − rate, which is that share on average.",
        "uniform < rate → uniform <= rate": "A unit speaks where u ≥ r. At rate 0 a random number of exactly 0 silences a unit in yours.",
        "1 - rate → ops.maximum(rate, 1e-09)": "You divided by the rate. The share that stays is 1 − rate, and dividing by it keeps the mean.",
        "uniform → activations": "You compared the activations with the rate. The dice decide who is silent, whatever a unit has to say.",
        (lambda a, uniform, rate: np.float32(uniform >= rate) / (1 - rate) + 0 * a): "That is the mask. Multiply the activations by it.",
        "return → activations * (1 - rate)": "You made all units quieter alike. Dropout silences some of them altogether, by the dice.",
    }, hints=(
        "Two parts: who is silent, and how loud the others are.",
        "`uniform < rate` is true for the share `rate` of the units. `ops.where(condition, 0.0, activations)` silences them.",
        "`return ops.where(uniform < rate, 0.0, activations) / (1 - rate)`",
    ), passed="On average over the dice every unit says what it would have said, so nothing has to be changed when dropout is switched off."),
    Function("adamw_step", reference="genai_course.training.regularizers:adamw_step", cases=adamw_cases, traced=True, space=any_step, mistakes={
        l2_in_the_gradient:
            "That is L2: the decay went into the gradient, and Adam divided it by the gradient's usual size, so weights with small gradients decay most. Keep it out of Adam.",
        with_decay(lambda w, moved, rate, decay: moved - rate * decay * w):
            "You multiplied the decay by the rate, as Keras and PyTorch do. Here weight_decay is the share itself that a step takes, as in the paper.",
        with_decay(lambda w, moved, rate, decay: (1 - decay) * moved):
            "You shrank the new weights, Adam's step included. The formula takes the share away from the old ones: − weight_decay · weights.",
        with_decay(lambda w, moved, rate, decay: moved + decay * w): "The sign: your weights grow. Decay takes something away.",
        with_decay(lambda w, moved, rate, decay: moved - decay):
            "You took away the same amount from every weight, also from negative ones. Take a share of each: weight_decay · weights.",
        with_decay(lambda w, moved, rate, decay: moved - decay * np.sign(w)):
            "You moved every weight by the same distance towards 0. That is L1's way; decay takes a share: weight_decay · weights.",
        with_decay(lambda w, moved, rate, decay: decay * moved):
            "You kept the share weight_decay and threw the rest away. The share is taken away: − weight_decay · weights.",
        with_decay(lambda w, moved, rate, decay: moved): "That is Adam. The decay is still missing.",
        with_decay(lambda w, moved, rate, decay: (1 - decay) * w): "The weights only decay: what Adam returned is not used.",
        steps_of_decay: "Your decay grows with the step. Each step takes away the same share, weight_decay · weights.",
        one_step_later: "You counted the step on by one before Adam's part. The given step counts from 1 already: pass it on as it is.",
        (lambda *arguments: tuple(adamw(*arguments, how=lambda w, moved, rate, decay: moved - decay * w)[place] for place in (0, 2, 1))):
            "Mean and square are exchanged in what you return: first the weights, then the mean, then the square.",
        forgets_memory:
            "The weights are right, but you returned the old averages: Adam would have no memory. Return the mean and square that `adam_step` gave you.",
        only_weights: "You returned the weights alone. The next step needs the mean and the square, too.",
    }, hints=(
        "Let `optimizers.adam_step` do Adam's part, with the gradient as it is.",
        "`moved, mean, square = optimizers.adam_step(weights, gradient, mean, square, step, rate)`. What is still to be taken away from `moved`?",
        "`return moved - weight_decay * weights, mean, square`",
    ), passed="One line beside Adam, and it matters that it stands beside Adam and not in it."),
    Value("keras_decay", reference=0.3, mistakes={
        0.003: "With that, Keras would take 0.01 · 0.003 away in a step: it multiplies by the learning rate.",
        3e-5: "You multiplied by the rate. Keras does that itself, so divide: what times 0.01 is 0.003?",
        30: "Ten times ten too much: 0.01 · 30 is 0.3, a third of the weights in every step.",
        3: "One decimal place: 0.01 · 3 is 0.03.",
        0.01: "That is the learning rate. What times it is 0.003?",
        0.03: "One decimal place: 0.01 · 0.03 is 0.0003.",
        10 / 3: "The other way round: you divided the rate by the share. 0.01 · answer = 0.003.",
        0.997: "That is the share of a weight that is left after a step. What times 0.01 is 0.003, the share that goes?",
    }, hints=(
        "Keras' step takes away learning_rate · weight_decay · weights.",
        "0.01 · answer = 0.003",
        "Divide 0.003 by 0.01.",
    ), passed="Numbers for weight decay are not comparable between papers and libraries before you know whether the rate is inside."),
    Experiment("recipe", reference={"recipe": {"shift": 0.35, "weight_decay": 3e-3}, "bits": 0.446, "pictures": 200}, settings=[
        Setting("recipe", "give `dict(…)` with some of dropout, weight_decay, l2, l1, shift and mirror, and a strength above 0.", is_recipe),
    ], targets=[
        Target("bits", "held-out digits must cost 0.45 bits a pixel or less (and 200 pictures cannot bring them below 0.4).", at_least=0.4, at_most=0.45),
        Target("pictures", "the model must make do with 200 training pictures.", accept=lambda value: value == 200),
    ], mistakes=[
        (lambda result: result["pictures"] != 200, "More pictures are the best regulariser of all, but here there are 200. Take away `pictures`.",
         {"recipe": {"shift": 0.5, "pictures": 1000}, "bits": 0.42, "pictures": 1000}),
        (lambda result: result["bits"] > 0.49,
         "Hardly better than nothing, or worse. Either it is too weak, or so strong that the model cannot learn, or it teaches digits that nobody writes.",
         {"recipe": {"mirror": 0.5}, "bits": 0.5, "pictures": 200}),
        (lambda result: result["bits"] > 0.45,
         "Better than nothing, and no better than rows of the ablation. Which method did best there? Try it between two of its strengths, and a little of another beside it.",
         {"recipe": {"dropout": 0.5}, "bits": 0.467, "pictures": 200}),
    ], hints=(
        "The augmentation that keeps the digits' law did most.",
        "Try shifts between 0.25 and 0.5, then a weight decay of 0.001 to 0.003 beside them.",
        "`dict(shift=0.35, weight_decay=3e-3)`",
    ), passed="Two hundred pictures, shifted, did as well as four hundred unshifted ones."),
]

PREDICTIONS = [
    Prediction("best_step", between=(0, 300), close=40,
               after="About half of the training made it worse. From the training loss nobody could have told."),
    Prediction("mirror", choices=("better", "no difference", "worse"),
               after="Mirroring doubles the data with digits that nobody writes. What a model must learn beside the law, it pays for."),
    Prediction("copies", between=(0, 1), close=0.1, after="Digit for digit, pixel for pixel, of 2⁶⁴ possible pictures. Nobody had asked for it."),
]
