"""Exercises of 04_latent_space/02_disentanglement."""

from numbers import Integral, Real

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def tables_of_counts(rng):
    """A small table by hand, one with empty cells, a wide one, one where rows tell everything, a tall one, and whole numbers."""
    return [
        (np.array([[3.0, 1.0], [1.0, 5.0]]),),
        (np.array([[4.0, 0.0, 2.0], [0.0, 7.0, 1.0]]),),
        (rng.integers(1, 30, (4, 6)).astype("float64"),),
        (np.diag([5.0, 2.0, 9.0]),),
        (np.array([[2.0, 5.0], [4.0, 3.0], [6.0, 15.0]]),),
        (np.array([[0, 3, 1, 0, 2], [0, 0, 7, 1, 0], [0, 0, 0, 0, 0]]),),  # an empty row and an empty column
        (rng.integers(0, 90, (25, 3)).astype("float64"),),
        (100_000 * rng.integers(1, 30, (3, 2)),),
        (np.array([[6.0, 0.0], [0.0, 0.0], [0.0, 6.0]]),),
        (np.array([[2, 4, 6], [1, 2, 3]]),),  # nothing tells anything
    ]


def any_table(draw, st, numbers):
    rows, columns = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    counts = st.lists(st.integers(0, 30), min_size=rows * columns, max_size=rows * columns)
    return (draw(counts.map(lambda cells: np.array(cells, "float64").reshape(rows, columns)).filter(tells_something)),)


def tells_something(counts):
    """Whether there is enough to tell for a relative error to make sense."""
    return counts.any() and information(*(lambda joint, rows, columns: (joint, rows * columns))(*parts(counts))) > 0.02


def parts(counts):
    joint = counts / counts.sum()
    rows, columns = joint.sum(axis=1, keepdims=True), joint.sum(axis=0, keepdims=True)
    return joint, rows, columns


def information(joint, other, log=np.log):
    seen = joint > 0
    return np.sum(joint[seen] * log(joint[seen] / np.broadcast_to(other, joint.shape)[seen]))


def in_nats(counts):
    joint = counts / counts.sum()
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return np.sum(joint[seen] * np.log(joint[seen] / apart[seen]))


def in_bits(counts):
    joint, rows, columns = parts(counts)
    return information(joint, rows * columns, np.log2)


def joint_entropy(counts):
    joint, _, _ = parts(counts)
    return -np.sum(joint[joint > 0] * np.log(joint[joint > 0]))


def entropy_of_rows(counts):
    _, rows, _ = parts(counts)
    return -np.sum(rows[rows > 0] * np.log(rows[rows > 0]))


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


def share_of_columns_entropy(counts):
    return share_of_entropy(counts.T)


def with_one_more_each(counts):
    joint, rows, columns = parts(counts + 1)
    return information(joint, rows * columns)


def weighted_by_product(counts):
    joint, rows, columns = parts(counts)
    seen, apart = joint > 0, rows * columns
    return np.sum(apart[seen] * np.log(joint[seen] / apart[seen]))


def corrected_for_chance(counts):
    joint, rows, columns = parts(counts)
    return information(joint, rows * columns) - (len(counts) - 1) * (counts.shape[1] - 1) / (2 * counts.sum())


def with_equal_shares(counts):
    joint, _, _ = parts(counts)
    return information(joint, np.full(joint.shape, 1 / joint.size))


def tables_of_information(rng):
    """Information of d numbers about k factors, all sizes different; entropies too; ties, of two and of all; two numbers; one factor."""
    return [
        (np.array([[0.5, 0.1], [0.2, 0.6], [0.1, 0.3]]), np.array([1.0, 2.0])),
        (rng.uniform(0, 0.6, (5, 3)), rng.uniform(0.6, 3, 3)),
        (rng.uniform(0, 0.6, (10, 8)), rng.uniform(0.6, 3, 8)),
        (np.array([[0.25, 0.75, 0.5], [0.75, 0.25, 1.0], [0.5, 0.75, 0.0], [0.75, 0.5, 1.25]]), np.array([0.5, 2.0, 3.0])),
        (np.array([[0.0, 0.5, 0.5], [0.0, 0.25, 0.5]]), np.array([1.5, 0.5, 1.0])),  # nothing tells anything of the first
        (np.array([[0.25], [1.75], [0.0]]), np.array([1.75])),
        (np.array([[-0.02, 0.3], [-0.01, -0.03], [-0.04, -0.01]]), np.array([0.5, 2.0])),  # estimates below 0
        (rng.uniform(0, 2, (30, 4)), rng.uniform(2, 3, 4)),
        (1e-4 * rng.uniform(0, 1, (4, 3)), 1e-3 * rng.uniform(1, 2, 3)),
        (np.array([[2.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 60.0, 1.0]]), np.array([2.0, 70.0, 4.0])),
    ]


def any_table_of_information(draw, st, numbers):
    d, k = draw(st.integers(2, 6)), draw(st.integers(1, 5))
    quarters = draw(numbers((d, k), 0, 3).map(lambda table: np.round(4 * table) / 4))
    return quarters, draw(numbers((k,), 0.25, 3))


def of_different_values(information, entropies):
    return np.array([np.unique(column)[-1] - np.unique(column)[-2] for column in information.T]) / entropies


def with_all_best_hidden(information, entropies):
    best = information.max(axis=0)
    second = np.where(information == best, -np.inf, information).max(axis=0)
    return (best - np.where(np.isfinite(second), second, best)) / entropies


def with_all_best_at_zero(information, entropies):
    best = information.max(axis=0)
    return (best - np.where(information == best, 0, information).max(axis=0)) / entropies


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


EXERCISES = [
    Function("mutual_information", reference="genai_course.evaluation.disentanglement:mutual_information_of_table", written_out=in_nats, cases=tables_of_counts, mistakes={
        in_bits: "That is in bits, with a logarithm to base 2. Nats need the natural one, `np.log`.",
        joint_entropy: "That is the entropy of the whole table, how surprising a *pair* is. Divide by p(z) p(f) inside the logarithm.",
        entropy_of_rows: "That is the entropy of the rows alone: all there is to know about z, whatever f says.",
        with_row_shares_only: "You divided by p(z) only. If the two were independent, p(z, f) would be p(z) times p(f): divide by both.",
        with_column_shares_only: "You divided by p(f) only. If the two were independent, p(z, f) would be p(z) times p(f): divide by both.",
        without_total: "These are counts, not probabilities. Divide the table by its total first; the result must not grow when every count doubles.",
        without_weights: "You added up the logarithms as if every pair came up equally often. Weigh each by p(z, f).",
        turned_over: "The sign is turned over: p(z, f) stands above, the product below. Mutual information is never below 0.",
        with_empty_cells: "A cell that never came up gives 0 · log 0, which is no number here. Such a pair adds 0: leave those cells out.",
        as_mean: "You took a mean over the cells. The p(z, f) are the weights already: add up.",
        share_of_entropy: "You divided by the entropy of the rows. A share of an entropy comes in the next exercise; here the answer is in nats.",
        share_of_columns_entropy: "You divided by the entropy of the columns. Such a share comes in the next exercise; here the answer is in nats.",
        with_one_more_each: "You added 1 to every cell, so pairs that never came up count, too. Take the counts as they are and leave out the empty cells.",
        weighted_by_product: "The logarithm is right; its weight is not. How often a pair really comes up is p(z, f): weigh by that and not by p(z) p(f).",
        corrected_for_chance: "You took away what chance adds. The lesson does so later; here the plain sum is asked for.",
        with_equal_shares: "You took all rows and columns for equally full. Their shares stand in the table: p(z) and p(f) are the sums over a row and a column.",
    }, hints=(
        "First turn counts into shares. What would a cell's share be if row and column had nothing to do with each other?",
        "`joint = counts / counts.sum()`; with `axis=1, keepdims=True` and `axis=0, keepdims=True` the sums multiply to a table. Use only cells with `joint > 0`.",
        "`return np.sum(joint[seen] * np.log(joint[seen] / apart[seen]))`, where apart is the product of the sums and seen is `joint > 0`.",
    ), space=any_table, passed="In nats, and never below 0. Turn the table on its side and nothing changes: z tells as much about f as f about z.", excused={
        "`joint.sum(axis=0, keepdims=True)` → `joint.sum(axis=0)`": "A row of sums is spread over the rows of the table either way.",
        "`keepdims=True` → `keepdims=False` (2)": "The same: the sums over rows are a row already.",
        "`axis=1` → `axis=-1`": "Axis 1 is the last one of a table.",
    }),
    Function("gaps", reference=gaps, cases=tables_of_information, space=any_table_of_information, mistakes={
        "return → np.mean(…)": "That is the MIG, the mean over the factors. Return one gap for each factor; the mean comes later.",
        "/ entropies →": "The gap is right in nats. Divide by the entropy, or a factor with many values counts for more than one with two.",
        "ranked[-1] - ranked[-2] → information.max(axis=0)":
            "That is what the best number tells. A code with two copies of a factor would get the full score: subtract the second best.",
        of_different_values:
            "Where two numbers tell equally much, one is the best and the other the second best: the gap is 0. `np.unique` keeps only one of them; use `np.sort`.",
        with_all_best_hidden:
            "Where two numbers tell equally much, one is the best and the other the second best: the gap is 0. You hide both; hide one, by `argmax`, or sort.",
        with_all_best_at_zero:
            "Where two numbers tell equally much, one is the best and the other the second best: the gap is 0. You set both to 0; sort instead.",
        "ranked[-1] - ranked[-2] → information[0] - information[1]": "You took the first two rows as they come. Sort along axis 0 first; the best two then stand at the end.",
        "/ entropies → / np.mean(entropies)": "You divided all gaps by one number, the mean entropy. Each factor has its own: divide by `entropies`.",
        gap_over_factors: "You compared the factors of each number. MIG compares the numbers for each factor: rank along axis 0.",
        by_best: "You divided by the best information. Then a number that tells next to nothing could still get a 1; divide by the entropy.",
        "-2 → 0": "You subtracted the worst number. The rival is the *second best*.",
        "[-2] → [:-1].mean(axis=0)":
            "You subtracted the mean of all other numbers. One good rival among many bad ones would hide in it; take the second best.",
        ("-1 → 0", "-2 → 1"): "`np.sort` begins with the smallest. The best two stand at the end: [-1] and [-2].",
        "return → -…": "The sign is turned over: best minus second best.",
        "return → … * entropies**2": "You multiplied by the entropy. Divide: the gap is a share of what there is to know.",
    }, hints=(
        "Rank the numbers of the code for each factor, that is along axis 0.",
        "`np.sort(information, axis=0)` puts the best in the last row, the second best in the row before.",
        "`return (ranked[-1] - ranked[-2]) / entropies`",
    ), passed="One gap for each factor. A copy of a factor in a second number costs the whole gap, even if it harms nobody."),
    Experiment("dial", reference={"number": 4, "share_of_best": 1.0, "is_skin_row": False}, settings=[
        Setting("number", "the ten numbers are counted from 0 to 9; give one of these.",
                lambda number: isinstance(number, Integral) and not isinstance(number, bool) and 0 <= number <= 9),
    ], targets=[
        Target("share_of_best", "another number of the code tells more about the skin. Look down the skin's column for the largest entry.", at_least=0.999, at_most=1.0),
    ], mistakes=[
        (lambda result: result["is_skin_row"] and result["share_of_best"] < 0.999,
         "You looked along a row. Rows are numbers of the code and columns are factors: take the column of the skin.",
         {"number": 1, "share_of_best": 0.2, "is_skin_row": True}),
    ], hints=(
        'The skin is one column of the table; `FACTORS.index("skin")` says which.',
        '`tells["β-TC-VAE"][best][:, FACTORS.index("skin")]` are ten shares, one for each number.',
        "`.argmax()` of those, made a whole number with `int(…)`.",
    ), passed="Found, by a table that needs the true factors. On photographs you would turn all ten and look."),
    Experiment("choose_beta", reference={"beta": 8, "mig_ratio": 3.0, "error_ratio": 1.2}, settings=[
        Setting("beta", "choose a number above 1, which is the VAE, and below 40, which was too dear.",
                lambda beta: isinstance(beta, Real) and not isinstance(beta, bool) and 1 < beta < 40),
    ], targets=[
        Target("mig_ratio", "MIG must be at least twice the mean of the VAEs. A larger beta presses the numbers apart more.", at_least=2.0, at_most=100.0),
        Target("error_ratio", "the error may be at most 1.5 times the VAE's. A smaller beta leaves more to the drawing.", at_least=0.5, at_most=1.5),
    ], mistakes=[
        (lambda result: result["beta"] < 1, "Below 1 numbers that depend on each other cost less than in the VAE. Choose a beta above 1.",
         {"beta": 0.1, "mig_ratio": 0.8, "error_ratio": 1.0}),
        (lambda result: result["mig_ratio"] < 2 and result["error_ratio"] <= 1.5,
         "Too gentle: the drawings are fine, and the numbers still share their work. There is room before the error is half as large again; raise beta.",
         {"beta": 2, "mig_ratio": 1.2, "error_ratio": 1.05}),
        (lambda result: result["error_ratio"] > 1.5,
         "Too dear: the error has grown by more than half. The numbers were apart at a smaller beta already; go down.",
         {"beta": 30, "mig_ratio": 4.2, "error_ratio": 2.0}),
    ], hints=(
        "β = 1 is the VAE, β = 40 is too dear. Double or halve; small steps change little.",
        "Between 4 and 12.",
        "Try 8.",
    ), passed="Both targets met, from one start. Before you rely on it you would try others, as the three starts above taught."),
]

PREDICTIONS = [
    Prediction("doubled", between=(0, 3), close=0.0,
               after="What one start shows another may not: luck and recipe look the same until you try again."),
    Prediction("active", between=(0, 10), close=1.0,
               after="A number lives as long as what it saves in squared error, λ/2σ², outweighs what it costs. At β = 400 the bar is λ = 4."),
]
