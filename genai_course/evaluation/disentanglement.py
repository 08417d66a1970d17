"""Does each known factor have one number of the code to itself?  Mutual information between the two, counted in bins.

Chen, Li, Grosse and Duvenaud (2018), "Isolating sources of disentanglement in variational autoencoders", section 4.1.
"""

import numpy as np

from genai_course.checks import check_whole_number

BINS = 20


def mutual_information_of_table(counts):
    """How much one column number tells about the row number, in nats, from a table of how often each pair came up.

    Straight from the shares, without a correction: too high by about (rows - 1)(columns - 1) / 2n nats for n pairs.

    counts: (rows, columns) numbers of 0 or more, not all 0.  Returns a float of 0 or more.
    Raises ValueError for another shape, a negative count, or an empty table.
    """
    counts = np.asarray(counts, dtype=np.float64)
    if counts.ndim != 2 or not counts.size:
        raise ValueError(f"counts has shape {counts.shape}; give a table (rows, columns).")
    if not counts.min() >= 0 or not 0 < counts.sum() < np.inf:
        raise ValueError(f"counts run from {counts.min():g} and add up to {counts.sum():g}; give 0 or more, not all 0.")
    joint = counts / counts.sum()
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return max(0.0, float(np.sum(joint[seen] * np.log(joint[seen] / independent[seen]))))


def mutual_information(first, second, bins=BINS, *, corrected=True):
    """How many nats the values of one row of numbers tell about those of another.

    Each is cut into bins that hold equally many values; numbers with at most ``bins`` different values keep those.  Cutting
    loses some information, and chance adds some; ``corrected`` subtracts what chance adds on average, (used rows - 1)
    (used columns - 1) / 2n nats (Miller 1955), and cuts what is then below 0.

    first, second: (n,) numbers; bins: whole number, 2 or more.  Returns a float, 0 or more.
    Raises ValueError for other shapes, fewer than 2 values, values that are not finite, or fewer than 2 bins.
    """
    first, second = check_numbers(first, "first", bins), check_numbers(second, "second", bins)
    if len(first) != len(second):
        raise ValueError(f"first has {len(first)} values and second {len(second)}; give two for each row.")
    return information_of_bins(cut(first, bins), cut(second, bins), corrected)


def entropy(values, bins=BINS):
    """Entropy, in nats, of numbers cut into bins as ``mutual_information`` does.  (n,) -> float; raises ValueError as it does."""
    shares = np.bincount(cut(check_numbers(values, "values", bins), bins)) / len(values)
    return float(-np.sum(shares[shares > 0] * np.log(shares[shares > 0])))


def information_table(codes, factors, bins=BINS, *, corrected=True):
    """What each number of a code tells about each factor, as a share of what there is to know about the factor.

    codes: (n, d) numbers; factors: (n, k) numbers, one column a factor; bins, corrected: as for ``mutual_information``.
    Returns (d, k) float64, from 0 to about 1: mutual information over the factor's entropy.

    Raises ValueError for other shapes, fewer than 2 rows, values that are not finite, or a factor that never changes.
    """
    codes, factors = np.asarray(codes), np.asarray(factors)
    if codes.ndim != 2 or factors.ndim != 2 or len(codes) != len(factors):
        raise ValueError(f"codes has shape {codes.shape} and factors {factors.shape}; give (n, d) and (n, k).")
    code_bins = [cut(check_numbers(column, "codes", bins), bins) for column in codes.T]
    factor_bins = [cut(check_numbers(column, "factors", bins), bins) for column in factors.T]
    entropies = np.array([entropy(column, bins) for column in factors.T])
    if not entropies.min(initial=1) > 0:
        raise ValueError(f"Factor {int(entropies.argmin())} has one value only; give factors that change.")
    information = [[information_of_bins(code, factor, corrected) for factor in factor_bins] for code in code_bins]
    return np.array(information) / entropies


def mutual_information_gap(codes, factors, bins=BINS, *, corrected=True):
    """For each factor: how much more its best number of the code tells about it than the second best does.

    Chen et al. (2018), equation 6; their MIG is the mean over the factors.  1 where one number says all about the factor
    and no other anything, 0 where two say equally much or none anything.  Whether one number stands for several factors
    it does not ask.

    codes: (n, d) numbers with d of 2 or more, drawn codes rather than the clouds' means, so that a number that is mostly
    noise counts as noise; factors: (n, k).  Returns (k,) float64.
    Raises ValueError as ``information_table`` does, and for codes of a single number.
    """
    if np.ndim(codes) == 2 and np.shape(codes)[1] < 2:
        raise ValueError("codes has one number a row; a gap needs two, the best and the second best.")
    ranked = np.sort(information_table(codes, factors, bins, corrected=corrected), axis=0)  # (d, k), rising
    return ranked[-1] - ranked[-2]


def information_of_bins(first, second, corrected):
    """Mutual information of two rows of bin numbers, in nats, at least 0."""
    columns = second.max() + 1
    counts = np.bincount(first * columns + second, minlength=(first.max() + 1) * columns).reshape(-1, columns)
    information = mutual_information_of_table(counts)
    if corrected:
        rows_used, columns_used = (counts.sum(axis=1) > 0).sum(), (counts.sum(axis=0) > 0).sum()
        information -= (rows_used - 1) * (columns_used - 1) / (2 * len(first))
    return max(0.0, float(information))


def cut(values, bins):
    """Bin numbers (n,), from 0, of equally full bins; few different values are a bin each."""
    different = np.unique(values)
    if len(different) <= bins:
        return np.searchsorted(different, values)
    edges = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])
    return np.searchsorted(edges, values, side="right")


def check_numbers(values, name, bins):
    """(n,) float64, or ValueError saying what is wrong."""
    check_whole_number("bins", bins, 2)
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"{name} has shape {values.shape}; give (n,) numbers with n of 2 or more.")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} has values that are not finite; leave those rows out.")
    return values
