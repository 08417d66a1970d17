"""Exercises of 04_latent_space/02_disentanglement."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Mistake, Prediction, Question, Target


def tables_of_counts(rng):
    """A small table by hand, one with empty cells, a wide one, one where rows tell everything, and a tall one."""
    return [
        (np.array([[3.0, 1.0], [1.0, 5.0]]),),
        (np.array([[4.0, 0.0, 2.0], [0.0, 7.0, 1.0]]),),
        (rng.integers(1, 30, (4, 6)).astype("float64"),),
        (np.diag([5.0, 2.0, 9.0]),),
        (np.array([[2.0, 5.0], [4.0, 3.0], [6.0, 15.0]]),),
    ]


def parts(counts):
    joint = counts / counts.sum()
    rows, columns = joint.sum(axis=1, keepdims=True), joint.sum(axis=0, keepdims=True)
    return joint, rows, columns


def information(joint, other, log=np.log):
    seen = joint > 0
    return np.sum(joint[seen] * log(joint[seen] / np.broadcast_to(other, joint.shape)[seen]))


def in_bits(counts):
    joint, rows, columns = parts(counts)
    return information(joint, rows * columns, np.log2)


def joint_entropy(counts):
    joint, _, _ = parts(counts)
    return -np.sum(joint[joint > 0] * np.log(joint[joint > 0]))


def entropy_of_rows(counts):
    _, rows, _ = parts(counts)
    return -np.sum(rows * np.log(rows))


def with_row_shares_only(counts):
    joint, rows, _ = parts(counts)
    return information(joint, rows)


def with_column_shares_only(counts):
    joint, _, columns = parts(counts)
    return information(joint, columns)


def without_total(counts):
    rows, columns = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    return information(counts, rows * columns)


def without_weights(counts):
    joint, rows, columns = parts(counts)
    seen = joint > 0
    return np.sum(np.log(joint[seen] / (rows * columns)[seen]))


def turned_over(counts):
    joint, rows, columns = parts(counts)
    return -information(joint, rows * columns)


def with_empty_cells(counts):
    joint, rows, columns = parts(counts)
    with np.errstate(all="ignore"):
        return np.sum(joint * np.log(joint / (rows * columns)))


def as_mean(counts):
    joint, rows, columns = parts(counts)
    return information(joint, rows * columns) / np.sum(joint > 0)


def share_of_entropy(counts):
    joint, rows, columns = parts(counts)
    return information(joint, rows * columns) / entropy_of_rows(counts)


def mutual_information(counts):
    joint, rows, columns = parts(counts)
    return information(joint, rows * columns)


def tables_of_information(rng):
    """Information of d numbers about k factors, all sizes different; entropies too."""
    return [
        (np.array([[0.5, 0.1], [0.2, 0.6], [0.1, 0.3]]), np.array([1.0, 2.0])),
        (rng.uniform(0, 0.6, (5, 3)), rng.uniform(0.6, 3, 3)),
        (rng.uniform(0, 0.6, (10, 8)), rng.uniform(0.6, 3, 8)),
    ]


def gaps(information, entropies):
    ranked = np.sort(information, axis=0)
    return (ranked[-1] - ranked[-2]) / entropies


def gap_over_factors(information, entropies):
    """The best and second best factor of each number: the other axis."""
    ranked = np.sort(information, axis=1)
    return ranked[:, -1] - ranked[:, -2]


def by_best(information, entropies):
    ranked = np.sort(information, axis=0)
    return (ranked[-1] - ranked[-2]) / ranked[-1]


def to_worst(information, entropies):
    ranked = np.sort(information, axis=0)
    return (ranked[-1] - ranked[0]) / entropies


def to_mean_of_others(information, entropies):
    ranked = np.sort(information, axis=0)
    return (ranked[-1] - ranked[:-1].mean(axis=0)) / entropies


def falling(information, entropies):
    ranked = np.sort(information, axis=0)
    return (ranked[0] - ranked[1]) / entropies


EXERCISES = [
    Function(
        "mutual_information",
        reference="genai_course.evaluation.disentanglement:mutual_information_of_table",
        cases=tables_of_counts,
        mistakes=[
            Mistake(
                in_bits,
                "That is in bits, with a logarithm to base 2. Nats need the natural one, `np.log`.",
            ),
            Mistake(
                joint_entropy,
                "That is the entropy of the whole table, how surprising a *pair* is. Divide by p(z) p(f) inside the logarithm.",
            ),
            Mistake(
                entropy_of_rows,
                "That is the entropy of the rows alone: all there is to know about z, whatever f says.",
            ),
            Mistake(
                with_row_shares_only,
                "You divided by p(z) only. If the two were independent, p(z, f) would be p(z) times p(f): divide by both.",
            ),
            Mistake(
                with_column_shares_only,
                "You divided by p(f) only. If the two were independent, p(z, f) would be p(z) times p(f): divide by both.",
            ),
            Mistake(
                without_total,
                "These are counts, not probabilities. Divide the table by its total first; the result must not grow when every count doubles.",
            ),
            Mistake(
                without_weights,
                "You added up the logarithms as if every pair came up equally often. Weigh each by p(z, f).",
            ),
            Mistake(
                turned_over,
                "The sign is turned over: p(z, f) stands above, the product below. Mutual information is never below 0.",
            ),
            Mistake(
                with_empty_cells,
                "A cell that never came up gives 0 · log 0, which is no number here. Such a pair adds 0: leave those cells out.",
            ),
            Mistake(
                as_mean,
                "You took a mean over the cells. The p(z, f) are the weights already: add up.",
            ),
            Mistake(
                share_of_entropy,
                "You divided by the entropy. That comes in the next exercise; here the answer is in nats.",
            ),
        ],
        hints=(
            "First turn counts into shares. What would a cell's share be if row and column had nothing to do with each other?",
            "`joint = counts / counts.sum()`; with `axis=1, keepdims=True` and `axis=0, keepdims=True` the sums multiply to a table. Use only cells with `joint > 0`.",
            "`return np.sum(joint[seen] * np.log(joint[seen] / apart[seen]))`, where apart is the product of the sums and seen is `joint > 0`.",
        ),
        passed="In nats, and never below 0. Turn the table on its side and nothing changes: z tells as much about f as f about z.",
        excused={
            "`joint.sum(axis=0, keepdims=True)` → `joint.sum(axis=0)`": "A row of sums is spread over the rows of the table either way.",
            "`keepdims=True` → `keepdims=False` (2)": "The same: the sums over rows are a row already.",
            "`axis=1` → `axis=-1`": "Axis 1 is the last one of a table.",
        },
    ),
    Function(
        "gaps",
        reference=gaps,
        cases=tables_of_information,
        mistakes=[
            Mistake(
                lambda information, entropies: np.mean(gaps(information, entropies)),
                "That is the MIG, the mean over the factors. Return one gap for each factor; the mean comes later.",
            ),
            Mistake(
                lambda information, entropies: np.sort(information, axis=0)[-1] - np.sort(information, axis=0)[-2],
                "The gap is right in nats. Divide by the entropy, or a factor with many values counts for more than one with two.",
            ),
            Mistake(
                lambda information, entropies: information.max(axis=0) / entropies,
                "That is what the best number tells. A code with two copies of a factor would get the full score: subtract the second best.",
            ),
            Mistake(
                gap_over_factors,
                "You compared the factors of each number. MIG compares the numbers for each factor: rank along axis 0.",
            ),
            Mistake(
                by_best,
                "You divided by the best information. Then a number that tells next to nothing could still get a 1; divide by the entropy.",
            ),
            Mistake(to_worst, "You subtracted the worst number. The rival is the *second best*."),
            Mistake(
                to_mean_of_others,
                "You subtracted the mean of all other numbers. One good rival among many bad ones would hide in it; take the second best.",
            ),
            Mistake(falling, "`np.sort` begins with the smallest. The best two stand at the end: [-1] and [-2]."),
            Mistake(
                lambda information, entropies: -gaps(information, entropies),
                "The sign is turned over: best minus second best.",
            ),
            Mistake(
                lambda information, entropies: gaps(information, entropies) * entropies**2,
                "You multiplied by the entropy. Divide: the gap is a share of what there is to know.",
            ),
        ],
        hints=(
            "Rank the numbers of the code for each factor, that is along axis 0.",
            "`np.sort(information, axis=0)` puts the best in the last row, the second best in the row before.",
            "`return (ranked[-1] - ranked[-2]) / entropies`",
        ),
        passed="One gap for each factor. A copy of a factor in a second number costs the whole gap, even if it harms nobody.",
    ),
    Experiment(
        "dial",
        reference={"number": 4, "share_of_best": 1.0, "is_skin_row": False},
        targets=[
            Target(
                "share_of_best",
                "another number of the code tells more about the skin. Look down the skin's column for the largest entry.",
                at_least=0.999,
                at_most=1.0,
            )
        ],
        mistakes=[
            Mistake(
                lambda result: not isinstance(result["number"], int) or not 0 <= result["number"] <= 9,
                "The ten numbers are counted from 0 to 9; give a whole number among them.",
                example={"number": 10, "share_of_best": 0.1, "is_skin_row": False},
            ),
            Mistake(
                lambda result: result["is_skin_row"] and result["share_of_best"] < 0.999,
                "You looked along a row. Rows are numbers of the code and columns are factors: take the column of the skin.",
                example={"number": 1, "share_of_best": 0.2, "is_skin_row": True},
            ),
        ],
        hints=(
            'The skin is one column of the table; `FACTORS.index("skin")` says which.',
            '`tells["β-TC-VAE"][best][:, FACTORS.index("skin")]` are ten shares, one for each number.',
            "`.argmax()` of those, made a whole number with `int(…)`.",
        ),
        passed="Found, by a table that needs the true factors. On photographs you would turn all ten and look.",
    ),
    Experiment(
        "choose_beta",
        reference={"beta": 8, "mig_ratio": 3.0, "error_ratio": 1.2},
        targets=[
            Target(
                "mig_ratio",
                "MIG must be at least twice the mean of the VAEs. A larger beta presses the numbers apart more.",
                at_least=2.0,
                at_most=100.0,
            ),
            Target(
                "error_ratio",
                "the error may be at most 1.5 times the VAE's. A smaller beta leaves more to the drawing.",
                at_least=0.5,
                at_most=1.5,
            ),
        ],
        mistakes=[
            Mistake(
                lambda result: result["beta"] < 1,
                "Below 1 the loss *rewards* numbers that depend on each other. Choose a beta above 1.",
                example={"beta": 0.1, "mig_ratio": 0.8, "error_ratio": 1.0},
            ),
            Mistake(
                lambda result: result["mig_ratio"] < 2 and result["error_ratio"] <= 1.5,
                "Too gentle: the drawings are fine, and the numbers still share their work. There is room before the error is half as large again; raise beta.",
                example={"beta": 2, "mig_ratio": 1.2, "error_ratio": 1.05},
            ),
            Mistake(
                lambda result: result["error_ratio"] > 1.5,
                "Too dear: the error has grown by more than half. The numbers were apart at a smaller beta already; go down.",
                example={"beta": 40, "mig_ratio": 5.0, "error_ratio": 2.2},
            ),
        ],
        hints=(
            "β = 1 is the VAE, β = 40 is too dear. Double or halve; small steps change little.",
            "Between 4 and 12.",
            "Try 8.",
        ),
        passed="Both targets met, from one start. Before you rely on it you would try others, as the three starts above taught.",
    ),
]

PREDICTIONS = [
    Prediction(
        "doubled",
        between=(0, 3),
        close=0.0,
        after="What one start shows another may not: luck and recipe look the same until you try again.",
    ),
    Prediction(
        "active",
        between=(0, 10),
        close=1.0,
        after="A number lives as long as what it saves in squared error, λ/2σ², outweighs what it costs. At β = 400 the bar is λ = 4.",
    ),
]

QUIZ = [
    Question(
        "A code holds each factor exactly, twice. What is its MIG?",
        [
            ("1: everything is there.", "MIG asks for a gap between the best number and the second best."),
            ("0", "The second best number tells as much as the best."),
            ("½", "There is no half: the gap is what counts."),
            ("2", "A gap is a share of the entropy, 1 at most."),
        ],
        right="b",
    ),
    Question(
        "You measure 0.4 nats between two numbers, from 500 pairs in 20 × 20 bins. What do you know?",
        [
            ("They share 0.4 nats.", "An empty guess shares that much here."),
            ("They are strongly dependent.", "Independent numbers measure as high on so few pairs."),
            ("They are independent.", "That is possible, but not shown either."),
            (
                "Next to nothing: chance alone adds about that much to the table.",
                "Take the bias off, use fewer bins or more pairs.",
            ),
        ],
        right="d",
    ),
    Question(
        "Why can no likelihood promise disentangled numbers?",
        [
            (
                "A rotated code with a decoder that turns it back has the same likelihood.",
                "N(0, I) looks the same from every side.",
            ),
            ("Likelihoods are only bounded.", "It would be true of exact ones, too."),
            ("The networks are too small.", "Large ones can be turned just as well."),
            ("Faces have too many factors.", "With two it is the same."),
        ],
        right="a",
    ),
    Question(
        "A paper shows one lovely dial from a β-VAE. What do you ask first?",
        [
            ("Which GPU they used.", "It changes the seconds, not the luck."),
            ("Whether β was larger than 10.", "The useful β depends on σ and on the data."),
            (
                "How many starts they tried, and how they chose the one they show.",
                "Starts of one recipe differ, and choosing the best needs the true factors.",
            ),
            ("Whether the sharpness was good.", "A fair question, yet about something else."),
        ],
        right="c",
    ),
    Question(
        "With a large β, which factor is lost first?",
        [
            ("The one that people care about least.", "The loss does not know what people care about."),
            ("The one that changes the pixels least.", "Its number saves little error and costs as much as any other."),
            ("A random one.", "It was the smile and the age line in every start."),
            ("The one with the fewest values.", "Hat and glasses have two values and stayed."),
        ],
        right="b",
    ),
    Question(
        "You have labels for 500 faces and want a handle for the smile. What does this lesson suggest?",
        [
            ("A β-TC-VAE and its best dial.", "Its code had no smile left in it."),
            ("A larger β.", "The smile was the first to go."),
            (
                "A direction learned from the labels, in the code of an ordinary VAE.",
                "That code held the smile, and the direction was cleaner than its best single number.",
            ),
            ("Nothing: handles need disentangled codes.", "A direction may use all numbers at once."),
        ],
        right="c",
    ),
]
