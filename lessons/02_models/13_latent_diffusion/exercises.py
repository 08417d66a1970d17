"""Exercises of 02_models/13_latent_diffusion."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value


def training_pair(clean, noise, time):
    return (1 - time) * clean + time * noise, noise - clean


def heun_step(x, velocity, time, next_time):
    here = velocity(x, time)
    there = velocity(x + (next_time - time) * here, next_time)
    return x + (next_time - time) * (here + there) / 2


def straightness(positions):
    steps = len(positions) - 1
    velocities = (positions[1:] - positions[:-1]) * steps
    straight = positions[-1] - positions[0]
    return np.mean(np.sum(np.square(velocities - straight), axis=-1), axis=0)


def pairs(rng):
    """Points of several sizes, one alone, pictures with one time for all, both ends of time, ties, far out, tiny ones."""
    alike = np.array([[1.0, -2.0], [1.0, -2.0], [0.0, 3.0]]), np.array([[0.5, 0.5], [1.0, -2.0], [0.0, -1.0]])
    return [
        (rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), 0.1 + 0.8 * rng.random((3, 1))),
        (rng.normal(size=(1, 2)), rng.normal(size=(1, 2)), np.array([[0.35]])),
        (rng.normal(size=(5, 2)), rng.normal(size=(5, 2)), np.array([[0.0], [1.0], [0.5], [0.5], [0.25]])),
        (rng.normal(size=(2, 4, 3, 1)), rng.normal(size=(2, 4, 3, 1)), 0.6),
        (rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), 0.0),
        (rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), 1.0),
        (*alike, np.array([[0.5], [0.2], [0.9]])),
        (300 * rng.normal(size=(6, 2)), 50 * rng.normal(size=(6, 2)), rng.random((6, 1))),
        (1e-6 * rng.normal(size=(2, 2)), 1e-6 * rng.normal(size=(2, 2)), 0.3),
    ]


def any_pair(draw, st, numbers):
    shape = draw(st.sampled_from([(1, 2), (4, 2), (2, 3, 3, 1)]))
    rows = (shape[0],) + (1,) * (len(shape) - 1)
    time = draw(st.sampled_from([numbers(rows, 0, 1), st.floats(0, 1)]))
    return np.round(draw(numbers(shape)), 1), np.round(draw(numbers(shape)), 1), draw(time)


def turning(x, time):
    """A velocity that depends on place and time, and on neither linearly."""
    return np.sin(2 * x + time) + 0.3 * np.square(x) - time * np.square(time)


def steep(x, time):
    return np.exp(-np.square(x)) * (1 + 3 * np.square(time)) + 0.1 * np.power(x, 3)


def by_time(x, time):
    return np.cos(4 * np.asarray(time, "float32")) + 0 * x + 0.2 * np.tanh(x)


def starts(rng):
    """Points and pictures, one alone, backwards and forwards in time, short and long steps, ties, a step of no length."""
    return [
        (rng.normal(size=(3, 2)), turning, 0.9, 0.5),
        (rng.normal(size=(1, 2)), steep, 0.5, 0.3),
        (rng.normal(size=(2, 4, 3, 1)), turning, 1.0, 0.0),
        (rng.normal(size=(5, 2)), by_time, 0.25, 0.0),
        (rng.normal(size=(4, 2)), steep, 0.2, 0.6),
        (np.array([[1.0, 1.0], [1.0, -1.0], [0.0, 0.0]]), turning, 0.7, 0.65),
        (rng.normal(size=(3, 2)), turning, 0.4, 0.4),
        (np.array([[20.0, -30.0]]), by_time, 0.8, 0.1),
        (rng.normal(size=(6, 2)), steep, 0.1, 0.0),
    ]


def walks(rng):
    """Walks of several lengths: one step only, one walk alone, straight ones and one that stands still among others, far out."""
    straight = np.linspace(0, 1, 6)[:, None, None] * rng.normal(size=(1, 4, 2))
    still = np.concatenate([straight, np.ones((6, 1, 2)), rng.normal(size=(6, 2, 2))], axis=1)
    return [
        (rng.normal(size=(4, 3, 2)),),
        (rng.normal(size=(2, 5, 3)),),
        (rng.normal(size=(7, 1, 2)),),
        (still,),
        (rng.normal(size=(5, 2, 4)).cumsum(axis=0),),
        (200 * rng.normal(size=(3, 4, 2)),),
        (np.array([[[0.0, 0.0]], [[1.0, 0.0]], [[1.0, 1.0]]]),),
        (rng.normal(size=(41, 6, 1)),),
        (1e-4 * rng.normal(size=(3, 2, 2)),),
    ]


def any_walk(draw, st, numbers):
    shape = draw(st.sampled_from([(2, 1, 2), (4, 3, 2), (5, 2, 3)]))
    return (np.round(draw(numbers(shape)), 1),)


EXERCISES = [
    Function("training_pair", reference=training_pair, cases=pairs, space=any_pair, mistakes={
        ("(1 - time) * clean → time * clean", "time * noise → (1 - time) * noise"):
            "The ends are swapped: in this course time 0 is the clean point and time 1 the noise. (Lipman et al. count the other way.)",
        "noise - clean → clean - noise": "The velocity points to the clean point in yours. As time grows the place moves towards the noise: noise − clean.",
        ("(1 - time) * clean → np.cos(np.pi / 2 * time) * clean", "time * noise → np.sin(np.pi / 2 * time) * noise"):
            "That is diffusion's way, along an arc. Here it is straight: 1 − t and t.",
        "(1 - time) * clean → clean": "The clean point does not fade in yours, so at time 1 it is still there. Multiply it by 1 − time.",
        "time * noise → noise": "The noise comes in full from the beginning. Multiply it by time.",
        "noise - clean → (noise - clean) / 2": "You halved the velocity. In one unit of time the place moves all the way, noise − clean.",
        "noise - clean → noise": "You gave the place it goes to as velocity. How far is it from where it comes from? noise − clean.",
        "noise - clean → (noise - clean) * time": "You gave the way covered so far. Velocity is the way per unit of time, the same at every time: noise − clean.",
        "noise - clean → noise - ((1 - time) * clean + time * noise)":
            "You gave the way that is still to go. Velocity is the way per unit of time, the same at every time: noise − clean.",
        "return → (1 - time) * clean - time * noise, noise - clean": "You subtracted the noise. The place at time 1 must be the noise itself: add it.",
        (lambda clean, noise, time: training_pair(clean, noise, time)[::-1]): "The two results are swapped: first the place, then the velocity.",
    }, hints=(
        "At time 0 the place is clean, at time 1 it is noise, and in between it moves at one speed.",
        "The place is (1 − time) · clean + time · noise. How far does it come in one unit of time?",
        "`return (1 - time) * clean + time * noise, noise - clean`",
    ), passed="That is all of flow matching's training data: a place, a time, and the way the noise lies."),
    Function("heun_step", reference="genai_course.models.flow_matching:heun_step", cases=starts, written_out=heun_step, mistakes={
        "return → x + (next_time - time) * here": "That is Euler's step. Heun looks a second time, at where Euler would arrive, and takes the mean of both velocities.",
        "return → x + (next_time - time) * there": "You took the second velocity alone. Take the mean of both.",
        "(here + there) / 2 → (here + there)": "You added the two velocities without halving: twice as far. Take their mean.",
        "velocity(x + (next_time - time) * here, next_time) → velocity(x + (next_time - time) * here, time)":
            "The second look is at the old time in yours. Euler's step arrives at `next_time`: look there.",
        "velocity(x + (next_time - time) * here, next_time) → velocity(x, next_time)":
            "The second look is from the old place in yours. Look from where Euler's step arrives, x + (next_time − time) · here.",
        "return → x + (time - next_time) * (here + there) / 2": "The step goes the wrong way: it is next_time − time, negative on the way back to time 0.",
        "x + (next_time - time) * here → x + here": "Euler's step has a length: (next_time − time) · here, not here alone.",
        "return → x + (here + there) / 2": "The step has no length in yours: multiply the mean velocity by next_time − time.",
        "return → (next_time - time) * (here + there) / 2": "That is only the way. Add it to x.",
        "return → velocity(x + (next_time - time) * here / 2, (time + next_time) / 2)":
            "That is a velocity in the middle. Heun takes the mean of the velocities at both ends, and moves x with it.",
        "return → x + (next_time - time) * velocity(x + (next_time - time) * here / 2, (time + next_time) / 2)":
            "That is the midpoint method: also two looks, also good, but another one. Heun looks at the end of Euler's step.",
    }, hints=(
        "Euler first: where would you be with the velocity of here?",
        "there = velocity(x + (next_time − time) · here, next_time); then go with the mean of here and there.",
        "`return x + (next_time - time) * (here + there) / 2`",
    ), passed="Two looks a step, but the error falls with the square of the step's length: half the length, a quarter of the error."),
    Function("straightness", reference="genai_course.models.flow_matching:straightness", cases=walks, space=any_walk,
        written_out=straightness, mistakes={
        ", axis=-1), axis=0) → , axis=-1))": "You returned one number for all walks. Each has its own: take the mean over the steps only, axis 0.",
        "return → np.mean(np.mean(np.square(velocities - straight), axis=-1), axis=0)":
            "You took the mean over the axes of the plane. A squared distance is their sum.",
        "return → np.sum(np.sum(np.square(velocities - straight), axis=-1), axis=0)": "You added up over the steps. Take the mean, so that it does not grow with their number.",
        "return → np.mean(np.sqrt(np.sum(np.square(velocities - straight), axis=-1)), axis=0)": "You took the distances. Take their squares.",
        "return → np.mean(np.sum(np.abs(velocities - straight), axis=-1), axis=0)": "You took absolute values. Take squares.",
        "velocities = (positions[1:] - positions[:-1]) * steps → velocities = positions[1:] - positions[:-1]":
            "A step lasts 1/steps, so its velocity is the way times `steps`. You compared the way of one step with the way of the whole walk.",
        "straight = positions[-1] - positions[0] → straight = positions[0] - positions[-1]": "The straight way is reversed in yours: end minus start.",
        "steps = len(positions) - 1 → steps = len(positions)": "You counted positions as steps. There is one step fewer than positions.",
        "velocities - straight → velocities": "You forgot the straight way: subtract it from each velocity.",
        "return → np.mean(np.sum(np.square(velocities - straight), axis=-1), axis=-1)": "You took the mean over the walks. Take it over the steps, axis 0: each walk gets a number.",
        "return → np.max(np.sum(np.square(velocities - straight), axis=-1), axis=0)": "You took the worst step. Take the mean over the steps.",
        "return → np.sqrt(np.mean(np.sum(np.square(velocities - straight), axis=-1), axis=0))": "You took the root at the end. Leave the mean of the squares as it is.",
    }, hints=(
        "First the velocity of each step: difference of neighbours, divided by the time that a step lasts, 1/steps.",
        "Subtract end − start from each, square, sum over the last axis, mean over the first.",
        "`return np.mean(np.sum(np.square(velocities - straight), axis=-1), axis=0)`",
    ), passed="0 means: straight, and always at the same speed. Then one Euler step of any length is exact."),
    Value("times_smaller", reference=16, mistakes=[
        (768, "That is how many numbers a face has in the small world. How many times fewer are they than 64 · 64 · 3?"),
        (12288, "That is how many numbers a picture has. Divide by those of the small world."),
        (64, "You compared places, 64 · 64 with 8 · 8. Each place has 3 numbers in the picture and 12 in the small world."),
        (8, "That is how many times shorter a side is. Count all numbers: 64 · 64 · 3 against 8 · 8 · 12."),
        (4, "Each place has four times as many numbers as a pixel, 12 for 3, but there are 64 times fewer places."),
    ], hints=(
        "Count the numbers of a picture, and those of its small version.",
        "64 · 64 · 3 = 12,288 against 8 · 8 · 12.",
        "12,288 / 768.",
    ), passed="Stable Diffusion makes 512 · 512 · 3 into 64 · 64 · 4: 48 times fewer."),
    Experiment("few_looks", reference={"sampler": "heun", "steps": 5, "looks": 10, "ratio": 1.1}, targets=[
        Target("looks", "at most 12 passes through the network; Heun needs two a step.", at_least=1, at_most=12),
        Target("ratio", "at most 1.5 times the Fréchet distance of twenty Heun steps.", at_least=0.3, at_most=1.5),
    ], settings=[
        Setting("sampler", "choose 'euler' or 'heun'.", ("euler", "heun").__contains__),
        Setting("steps", "choose a whole number from 1 to 12.", lambda steps: isinstance(steps, int) and not isinstance(steps, bool) and 1 <= steps <= 12),
    ], mistakes=[
        (lambda result: result["looks"] > 12, "Too many looks: Heun asks the network twice a step, so at most 6 steps; Euler once, so at most 12.",
         {"sampler": "heun", "steps": 10, "looks": 20, "ratio": 1.0}),
        (lambda result: result["steps"] <= 2, "So few steps go straight through bends. Use all the looks that you have.",
         {"sampler": "euler", "steps": 1, "looks": 1, "ratio": 30.0}),
        (lambda result: result["ratio"] > 1.5, "Close, but not enough: use more of the looks, or the other sampler.",
         {"sampler": "euler", "steps": 4, "looks": 4, "ratio": 3.0}),
    ], hints=(
        "Twelve looks are twelve Euler steps or six Heun steps.",
        "Try both with twelve looks and compare.",
        "Try 'heun' with 6 steps.",
    ), passed="Few-step samplers for large models do the same, and straighten the paths as well: reflow, distillation, consistency models."),
]

PREDICTIONS = [
    Prediction("one_step", choices=("on the moons", "near the middle", "still noise"),
               after="From noise alone every point could come, so the mean velocity leads to the mean of all points."),
]
