"""Exercises of 00_start_here/01_welcome."""

import numpy as np

from genai_course.exercises.definitions import Function, Prediction


def average_picture(pictures):
    """Average of pictures, pixel by pixel.  (n, pixels) -> (pixels,)"""
    return np.mean(pictures, axis=0)


def most_probable_class(log_likelihood, log_prior):
    """The class of each picture by Bayes' rule.  (n, classes), (classes,) -> (n,)"""
    return np.argmax(log_likelihood + log_prior, axis=1)


def some_pictures(rng):
    """Piles of three, of one, of five of which two are alike, of four with black pixels, one of them black in all, and of two with
    white ones."""
    pile, dark = rng.random((5, 7)), rng.random((4, 5)) * (rng.random((4, 5)) < 0.6)
    dark[:, 3] = 0
    return [(rng.random((3, 4)),), (rng.random((1, 6)),), (pile[[0, 1, 1, 2, 3]],), (dark,), (np.array([[1.0, 0.0, 1.0], [1.0, 0.5, 0.25]]),)]


def likelihoods_and_priors(rng):
    """Also of one picture, of a class that never comes, far out (64 pixels give log-likelihoods of thousands), equal sums, and a
    class that always comes."""
    far = 3 * rng.normal(size=(40, 2))
    return [
        (rng.normal(size=(4, 3)), np.log([0.7, 0.2, 0.1])),
        (3 * rng.normal(size=(40, 5)), np.log([0.05, 0.05, 0.6, 0.1, 0.2])),
        (rng.normal(size=(1, 6)), np.log([0.1, 0.2, 0.1, 0.3, 0.2, 0.1])),
        (rng.normal(size=(5, 3)) - 2000, np.array([np.log(0.3), -np.inf, np.log(0.7)])),
        (far + 2000, np.log([0.9, 0.1])),
        (far - [2000, 2001], np.log([0.1, 0.9])),
        (3 * rng.normal(size=(7, 4)) - 600 * np.array([[2], [0], [4], [1], [3], [6], [5]]), np.log([0.3, 0.4, 0.1, 0.2])),
        (np.array([[1.0, 4.0, 4.0], [2.0, 1.0, 0.0], [3.0, 3.0, 3.0], [0.0, 2.0, 5.0]]), np.log([0.2, 0.4, 0.4])),
        (3 * rng.normal(size=(6, 2)), np.array([-np.inf, 0.0])),
    ]


def any_of_equals(classes, log_likelihood, log_prior):
    """Where several sums are the largest, any of them counts as the first."""
    sums, rows = np.round(log_likelihood + log_prior, 4), np.arange(len(log_likelihood))
    found = np.array(classes)
    largest = sums[rows, found] == sums.max(axis=1)
    return np.where(largest, sums.argmax(axis=1), found) if found.shape == rows.shape else classes


def any_pictures(draw, st, numbers):
    return (draw(numbers((draw(st.integers(1, 6)), draw(st.integers(1, 5))), 0, 1)),)


def any_likelihoods(draw, st, numbers):
    """The best class leads in every row; which of equals is taken is free."""
    n, classes = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    log_prior = draw(numbers((classes,), -5, 0))
    order = np.array([draw(st.permutations(range(classes))) for _ in range(n)], "float32")
    return draw(st.sampled_from([0.5, 8, 500])) * order - draw(st.sampled_from([0, 2000])) - log_prior, log_prior


EXERCISES = [
    Function("average_picture", reference=average_picture, cases=some_pictures, space=any_pictures, mistakes={
        np.mean:
            "You returned one number: the average of all pixels of all pictures. Each pixel needs its own average, so average over the pictures only, which is axis 0.",
        "axis=0 → axis=1":
            "You averaged each picture over its own pixels, which says how bright it is. Go down the pile instead: the first axis counts the pictures, and axis 0 is the one to average over.",
        "mean → sum": "You added the pictures up. Divide by how many there are, or use the mean in place of the sum.",
        "mean → median": "You took the median, pixel by pixel. It is a good centre too, though a Gaussian's centre is the mean.",
        "return → pictures[0]": "You returned the first picture. All of them should have a say: average over axis 0.",
    }, hints=(
        "The pictures lie in a pile, one in each row. Which way do you go to see the same pixel of every picture?",
        "`pictures.mean` takes an `axis`: the one that disappears. The pile is the first axis.",
        "`return pictures.mean(axis=0)`",
    ), passed="Pixel by pixel, over the pile. The mean is also the one picture whose squared distance to all others is smallest."),
    Function("most_probable_class", reference=most_probable_class, cases=likelihoods_and_priors, space=any_likelihoods, settled=any_of_equals, mistakes={
        "+ log_prior →":
            "You left the prior out. When two classes fit a picture about equally well, the more frequent one is the better bet: add the log-prior.",
        "+ log_prior → + np.exp(log_prior)":
            "You added the prior itself to a logarithm. Its logarithm is what you are given: add `log_prior` as it is.",
        "(log_likelihood + log_prior → (np.exp(log_likelihood) * np.exp(log_prior)":
            "Right for small numbers. Probabilities of whole pictures are so small (or densities so large) that they become 0 or infinite: stay with the logarithms, and add them.",
        "+ → *": "You multiplied two logarithms. Probabilities are multiplied; their logarithms are added.",
        "+ → -": "You subtracted the log-prior, which favours rare classes. Bayes' rule multiplies by the prior, so its logarithm is added.",
        "argmax → argmin":
            "You took the smallest sum, the least probable class. Logarithms of probabilities are negative, and the largest is the one nearest to 0.",
        "axis=1 → axis=0":
            "You asked, for each class, which picture fits it best. The question is the other one: for each picture, over the classes, so axis 1.",
        "argmax → max": "You returned the largest sum itself. The class is where it stands: `argmax` in place of `max`.",
    }, hints=(
        "For each picture you have one number a class. Improve it by what you know before looking, then pick a class.",
        "Add `log_prior` to `log_likelihood` (it is added to every row), then find the position of the largest entry in each row.",
        "`return np.argmax(log_likelihood + log_prior, axis=1)`",
    ), passed="That is Bayes' rule. The shared constant, p(picture), is the same for all classes, so nobody needs to know it.",
        excused={"`axis=1` → `axis=-1`": "Of two axes, -1 is axis 1."}),
]

PREDICTIONS = [
    Prediction("recognised_share", between=(0, 1), close=0.05,
               after="Ten bell curves know these tiny digits surprisingly well. That will not last when pictures grow."),
]
