"""Exercises of 00_start_here/01_welcome."""

import numpy as np

from genai_course.exercises.definitions import Function, Mistake, Prediction, Question


def average_picture(pictures):
    """Average of pictures, pixel by pixel.  (n, pixels) -> (pixels,)"""
    return np.mean(pictures, axis=0)


def most_probable_class(log_likelihood, log_prior):
    """The class of each picture by Bayes' rule.  (n, classes), (classes,) -> (n,)"""
    return np.argmax(log_likelihood + log_prior, axis=1)


EXERCISES = [
    Function(
        "average_picture",
        reference=average_picture,
        cases=lambda rng: [(rng.random((3, 4)),), (rng.random((5, 7)),)],
        mistakes=[
            Mistake(
                np.mean,
                "You returned one number: the average of all pixels of all pictures. Each pixel needs its own average, so average "
                "over the pictures only, which is axis 0.",
            ),
            Mistake(
                lambda pictures: np.mean(pictures, axis=1),
                "You averaged each picture over its own pixels, which says how bright it is. Go down the pile instead: the first "
                "axis counts the pictures, and axis 0 is the one to average over.",
            ),
            Mistake(
                lambda pictures: np.sum(pictures, axis=0),
                "You added the pictures up. Divide by how many there are, or use the mean in place of the sum.",
            ),
            Mistake(
                lambda pictures: np.median(pictures, axis=0),
                "You took the median, pixel by pixel. It is a good centre too, though a Gaussian's centre is the mean.",
            ),
            Mistake(
                lambda pictures: pictures[0],
                "You returned the first picture. All of them should have a say: average over axis 0.",
            ),
        ],
        hints=(
            "The pictures lie in a pile, one in each row. Which way do you go to see the same pixel of every picture?",
            "`pictures.mean` takes an `axis`: the one that disappears. The pile is the first axis.",
            "`return pictures.mean(axis=0)`",
        ),
        passed="Pixel by pixel, over the pile. The mean is also the one picture whose squared distance to all others is smallest.",
    ),
    Function(
        "most_probable_class",
        reference=most_probable_class,
        cases=lambda rng: [
            (rng.normal(size=(4, 3)), np.log([0.7, 0.2, 0.1])),
            (3 * rng.normal(size=(40, 5)), np.log([0.05, 0.05, 0.6, 0.1, 0.2])),
        ],
        mistakes=[
            Mistake(
                lambda log_likelihood, log_prior: np.argmax(log_likelihood, axis=1),
                "You left the prior out. When two classes fit a picture about equally well, the more frequent one is the better bet: "
                "add the log-prior.",
            ),
            Mistake(
                lambda log_likelihood, log_prior: np.argmax(log_likelihood * log_prior, axis=1),
                "You multiplied two logarithms. Probabilities are multiplied; their logarithms are added.",
            ),
            Mistake(
                lambda log_likelihood, log_prior: np.argmax(log_likelihood - log_prior, axis=1),
                "You subtracted the log-prior, which favours rare classes. Bayes' rule multiplies by the prior, so its logarithm is added.",
            ),
            Mistake(
                lambda log_likelihood, log_prior: np.argmin(log_likelihood + log_prior, axis=1),
                "You took the smallest sum, the least probable class. Logarithms of probabilities are negative, and the largest is the "
                "one nearest to 0.",
            ),
            Mistake(
                lambda log_likelihood, log_prior: np.argmax(log_likelihood + log_prior, axis=0),
                "You asked, for each class, which picture fits it best. The question is the other one: for each picture, over the "
                "classes, so axis 1.",
            ),
            Mistake(
                lambda log_likelihood, log_prior: np.max(log_likelihood + log_prior, axis=1),
                "You returned the largest sum itself. The class is where it stands: `argmax` in place of `max`.",
            ),
        ],
        hints=(
            "For each picture you have one number a class. Improve it by what you know before looking, then pick a class.",
            "Add `log_prior` to `log_likelihood` (it is added to every row), then find the position of the largest entry in each row.",
            "`return np.argmax(log_likelihood + log_prior, axis=1)`",
        ),
        passed="That is Bayes' rule. The shared constant, p(picture), is the same for all classes, so nobody needs to know it.",
        excused={"`axis=1` → `axis=-1`": "Of two axes, -1 is axis 1."},
    ),
]

PREDICTIONS = [
    Prediction(
        "recognised_share",
        between=(0, 1),
        close=0.05,
        after="Ten bell curves know these tiny digits surprisingly well. That will not last when pictures grow.",
    ),
]

QUIZ = [
    Question(
        "What does a generative model of digits learn that logistic regression does not?",
        [
            (
                "Which pixels separate a 3 from an 8.",
                "Logistic regression learns precisely that: a border, and nothing about the pictures on either side.",
            ),
            (
                "What pictures of each digit look like, as a distribution.",
                "From the distribution it can both draw and, by Bayes' rule, read.",
            ),
            ("The labels of the training pictures by heart.", "Neither should; that would be memorising."),
            (
                "How to make any picture sharper.",
                "Sharpness is a property of some models, not what makes a model generative.",
            ),
        ],
        right="b",
    ),
    Question(
        "A program returns one of its training pictures each time. Which test exposes it?",
        [
            ("A classifier that reads its pictures.", "Copies are read perfectly, so this test praises it."),
            ("Looking at ten of its pictures.", "They look splendid: real people made them."),
            (
                "The distance of each picture to the nearest training picture.",
                "It is 0 for a copy, and a real new digit never has 0.",
            ),
            ("The average of its pictures.", "The average of copies is the same as the average of the data."),
        ],
        right="c",
    ),
    Question(
        "The log-prior is left out. When does it change the answer?",
        [
            (
                "When one class is much more frequent and the picture is ambiguous.",
                "Then the frequent class is the better bet, and only the prior knows it.",
            ),
            (
                "Always.",
                "With a clear picture the likelihoods differ by so much that the prior cannot turn the choice.",
            ),
            (
                "Never, since it is a constant.",
                "It is a constant for each class, and another one for each: that can turn a close call.",
            ),
            (
                "When there are more than two classes.",
                "The number of classes does not matter; how uneven they are does.",
            ),
        ],
        right="a",
    ),
    Question(
        "Why does a Gaussian draw readable digits of one class and only smoke for letters of all kinds?",
        [
            ("Letters have more pixels.", "A Gaussian works in any dimension when the cloud is one bump."),
            (
                "All kinds together are a cloud in pieces, and one bump also covers the emptiness between them.",
                "Draws from the emptiness are smoke. The models of this course bend to the pieces.",
            ),
            (
                "It needs the labels to draw.",
                "It draws without them; labels would only help by cutting the cloud into pieces.",
            ),
            (
                "It had too few pictures.",
                "With more pictures the bump would be known better and would still be a bump.",
            ),
        ],
        right="b",
    ),
]
