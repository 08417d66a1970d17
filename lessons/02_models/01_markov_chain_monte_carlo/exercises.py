"""Exercises of 02_models/01_markov_chain_monte_carlo."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def proposals(rng):
    """Uphill and downhill, corrections of both signs, a place of density 0, one walker alone, and densities that
    underflow."""
    small = (
        np.array([-1.0, -1.0, -2.0, -1.5, -3.0, -2.0]),
        np.array([-1.5, -2.5, -1.0, -np.inf, -3.2, -2.1]),
        np.array([0.3, 0.6, -2.5, 0.4, -0.5, -1.2]),
        np.array([0.7, 0.3, 0.35, 0.5, 0.6, 0.2]),
    )
    n = 200
    many = [3 * rng.normal(size=n), 3 * rng.normal(size=n), rng.normal(size=n), 1 - 0.99 * rng.random(n)]
    ratio = np.exp(np.minimum(0, many[1] - many[0] + many[2]))
    many[3] = np.where(ratio < 0.9, ratio * np.where(np.arange(n) % 2, 0.9998, 1.0002), many[3])  # just below, just above
    alone = tuple(np.array([number]) for number in (-1.0, -2.0, 0.8, 0.4))
    far = (
        np.array([-2000.0, -2000.0, -1500.0, -3000.0, -60.0]),
        np.array([-2000.5, -2000.5, -3000.0, -1500.0, -120.0]),
        np.array([0.2, 0.2, -0.3, 0.5, 0.0]),
        np.array([0.6, 0.8, 0.001, 0.99, 1e-30]),
    )
    return [small, tuple(many), alone, far]


def any_proposals(draw, st, numbers):
    n = draw(st.integers(1, 4))
    return *(draw(numbers(n, -50, 50)) for _ in range(2)), draw(numbers(n)), draw(numbers(n, 0.01, 0.98765))


def some_chains(rng):
    """Chains that differ in mean, in spread and in length from how many there are; some with the same mean; last
    some far from 0, where a mean of squares minus the square of the mean is rounded away."""
    draws = rng.normal(size=3)
    return [
        (rng.normal(size=(2, 5)) + np.array([[0.0], [1.5]]),),
        (np.array([[2.0], [1.0], [0.5]]) * rng.normal(size=(3, 7)) + np.array([[4.0], [5.0], [3.0]]),),
        (np.stack([draws, draws[::-1], np.roll(draws, 1), np.roll(draws, 2)]),),
        (10_000.0 + rng.integers(-4, 5, (4, 8)),),
    ]


def any_chains(draw, st, numbers):
    """No chain stands still: its draws are apart."""
    chains, steps = draw(st.integers(2, 4)), draw(st.integers(2, 5))
    return (draw(numbers((chains, steps))) + 20 * np.arange(steps, dtype="float32"),)


def parts(chains):
    """Steps, mean of the variances within, variance of the means."""
    return chains.shape[1], chains.var(axis=1, ddof=1).mean(), chains.mean(axis=1).var(ddof=1)


def reduction(steps, within, between):
    return np.sqrt(((steps - 1) / steps * within + between) / within)


def pixels(rng):
    """Sums of four neighbours, evidence of either sign, a coupling; evidence so strong that exp overflows; last the lesson's own
    evidence, of one size, for pixels that stand alone."""

    def case(coupling, strength, *shape):
        return (rng.integers(-2, 3, shape) * 2, strength * rng.normal(size=shape), coupling)

    together, _, _ = case(0, 0, 2, 2, 4)
    against = (together, rng.normal(size=together.shape) - 15 * together, 15.0)  # two large numbers, a small sum
    alone = (case(0, 0, 3, 4, 2)[0], 0.75 * rng.choice([-1.0, 1.0], (3, 4, 2)), 0.0)
    return [case(0.4, 1, 1, 2, 3), case(0.7, 1, 2, 3, 4), against, case(0.5, 500, 3, 2, 5), alone]


def any_pixels(draw, st, numbers):
    shape = draw(st.tuples(*[st.integers(1, 3)] * 3))
    neighbours = np.rint(draw(numbers(shape, -4, 4)))
    return neighbours, draw(numbers(shape, -1, 1)), draw(st.floats(0, 0.5))


def measured_again(result):
    """The worth of a step size on the rings, as in the lesson; {} where it takes longer than a second."""
    from genai_course import data
    from genai_course.models import markov_chain_monte_carlo as mcmc

    chains, steps, seed = result.get("chains", 32), result.get("steps", 1_000), result.get("seed", 0)
    if chains * steps > 50_000:
        return {}
    rings = data.points2d("rings", 1, 1)
    start = np.random.default_rng(seed).uniform(-3, 3, (20 * chains, 2))
    start = start[np.isfinite(rings.log_density(start))][:chains]
    draws = mcmc.metropolis_hastings(rings.log_density, start, result["step_size"], steps, seed=seed).draws
    return {"worth": float(mcmc.effective_sample_size(draws[:, steps // 5 :]).min())}


EXERCISES = [
    Function("accept", reference="genai_course.models.markov_chain_monte_carlo:accept", cases=proposals, space=any_proposals, mistakes={
        "+ log_correction →": "The correction is missing. It makes up for proposals that go one way oftener than back: add it to the difference.",
        "+ → -": "The correction has the wrong sign. Factors that multiply have logarithms that add up.",
        "log_there - log_here → log_here - log_there":
            "Here and there are swapped, so your walker prefers to go down. The new density stands on top: log_there − log_here.",
        "log_there - log_here + → log_here - log_there -":
            "The whole ratio is upside down, so your walker prefers to go down. The new density stands on top.",
        "np.log(uniform) → uniform": "You compared a random number with the logarithm of the ratio. Take the logarithm of both sides, or of neither.",
        "< → >=": "These are the walkers that stay. Going is when the random number is below the ratio.",
        "return → log_there - log_here + log_correction > 0":
            "Your walker only ever goes up, so it climbs the next hill and stays there. Chance must let it go down sometimes: that is what `uniform` is for.",
        "return → log_there > log_here":
            "You go only where the density is higher, which ends on top of the nearest hill. `uniform` decides how often to go down, and the correction counts, too.",
        "return → np.minimum(1, np.exp(log_there - log_here + log_correction))":
            "Those are the probabilities. Whether a walker goes is decided by comparing its random number with its probability.",
        "return → np.exp(log_there - log_here + log_correction)":
            "Those are the ratios. Whether a walker goes is decided by comparing its random number with its ratio.",
        "return → uniform < np.exp(log_there - log_here) + log_correction":
            "The correction is a logarithm: add it before you take the exponential, not after.",
        "return → uniform < np.exp(log_there) / np.exp(log_here) * np.exp(log_correction)":
            "Right for moderate numbers. Far from the hills both densities underflow to 0, and 0/0 is NaN: take the difference of the logarithms first.",
        "return → uniform < np.minimum(1, np.exp(log_there - log_here)) * np.exp(log_correction)":
            "You cut the ratio at 1 before the correction was put on. The minimum is taken of the whole product.",
        ("np.log(uniform) → uniform", "- log_here + → / log_here *"):
            "You divided logarithms. The ratio of two densities is the exponential of the *difference* of their logarithms.",
    }, hints=(
        "A walker goes with probability r if its uniform number is below r. A ratio above 1 then always wins, so the minimum needs no code.",
        "The logarithm of the ratio is log_there − log_here + log_correction. Compare logarithms with logarithms.",
        "`return np.log(uniform) < log_there - log_here + log_correction`",
    ), passed="Two lines of arithmetic, and the density's constant has cancelled. Comparing logarithms also survives a place of density 0, whose logarithm is −∞.", excused={
        "`np.log(uniform) < log_there - log_here + log_correction` → `np.log(uniform) <= log_there - log_here + log_correction`":
            "They differ only where the random number equals the ratio, which has probability 0.",
    }),
    Experiment("step_size", reference={"step_size": 2.0, "worth": 1316.2, "accepted": 0.1713}, targets=[
        Target("worth", "the target is an effective sample size of 700 or more.", at_least=700, at_most=1e9),
    ], settings=[Setting("step_size", "a step size is a number above 0.", lambda size: 0 < size < 1e6)], recompute=measured_again, mistakes=[
        (lambda result: result["worth"] < 700 and result["accepted"] >= 0.25,
         "Your steps are accepted often enough, but they are too short: the next point tells little new. Take longer steps, even if more are refused.",
         {"step_size": 0.2, "worth": 50.0, "accepted": 0.62}),
        (lambda result: result["worth"] < 700, "Nearly every step is refused, so the chain repeats one point again and again. Take shorter steps.",
         {"step_size": 8.0, "worth": 200.0, "accepted": 0.02}),
    ], hints=(
        "The rings are as wide as the moons. Which step size was best there?",
        "Between 1.2 and 3.5, long enough to cross from ring to ring.",
        "Try 2.0.",
    ), passed="On one round hill the books advise to accept a quarter to a half. Here fewer are better, because only long steps change rings: count what draws are worth, not what is accepted."),
    Function("potential_scale_reduction", reference="genai_course.models.markov_chain_monte_carlo:potential_scale_reduction", cases=some_chains, space=any_chains,
        mistakes={
        (lambda chains: reduction(*parts(chains)) ** 2): "The square root is missing: R-hat compares widths, not variances.",
        (lambda chains: np.sqrt(parts(chains)[2] / parts(chains)[1])):
            "That is the variance between, in units of the variance within. Chains that agree would give 0; add (N − 1)/N · W on top.",
        (lambda chains: np.sqrt((parts(chains)[1] + parts(chains)[2]) / parts(chains)[1])):
            "The factor (N − 1)/N before W is missing. It is close to 1, and keeps R-hat at 1 when the chains agree as well as chance allows.",
        (", ddof=1 →", "(ddof=1) → ()"): "Variances here divide by n − 1: pass `ddof=1`. NumPy divides by n unless told.",
        (lambda chains: reduction(chains.shape[1], parts(chains)[1], chains.mean(axis=1).var())):
            "The variance between the means divides by the number of chains here. It should divide by one less: `ddof=1`.",
        (lambda chains: reduction(chains.shape[1], chains.var(axis=1).mean(), parts(chains)[2])):
            "The variance within divides by the number of steps here. It should divide by one less: `ddof=1`.",
        (lambda chains: reduction(chains.shape[0], chains.var(axis=0, ddof=1).mean(), chains.mean(axis=0).var(ddof=1))):
            "The axes are swapped: rows are chains, columns are steps. The variance within a chain runs along axis 1.",
        (lambda chains: reduction(chains.shape[0], *parts(chains)[1:])):
            "N is the number of steps a chain, not the number of chains: `chains.shape[1]`.",
        (lambda chains: reduction(chains.size, *parts(chains)[1:])): "N is the number of steps of one chain, not of all draws: `chains.shape[1]`.",
        (lambda chains: reduction(chains.shape[1], parts(chains)[1], chains.var(ddof=1))):
            "For V you took the variance of all draws. Average each chain first; V is the variance of those averages.",
        (lambda chains: reduction(chains.shape[1], chains.var(ddof=1), parts(chains)[2])):
            "For W you took the variance of all draws together. It is the average of the chains' own variances: along axis 1 first, then the mean.",
        (lambda chains: reduction(chains.shape[1], chains.std(axis=1, ddof=1).mean() ** 2, parts(chains)[2])):
            "For W you averaged standard deviations and squared. Average the variances themselves.",
        (lambda chains: np.maximum(1, reduction(*parts(chains)))):
            "You cut it at 1. Chains whose means are closer than chance allows have an R-hat a little below 1, and that is right.",
        (lambda chains: reduction(chains.shape[1], parts(chains)[1], chains.shape[1] * parts(chains)[2])):
            "You multiplied V by the number of steps. Some books call that product B and divide it by N again later; here V stands as it is.",
    }, hints=(
        "Two variances: one along each chain, averaged over the chains; one of the chains' averages.",
        "`chains.var(axis=1, ddof=1).mean()` is W; `chains.mean(axis=1).var(ddof=1)` is V; N is `chains.shape[1]`.",
        "`return np.sqrt(((N - 1) / N * W + V) / W)`",
    ), passed="It asks how much wider the story of all chains is than that of one. For independent chains that agree, V is about W / N, and R-hat is 1.", excused={
        "`chains.shape[1]` → `chains.shape[-1]`": "The second axis is the last one.",
        "`axis=1` → `axis=-1`": "The second axis is the last one.",
        "`axis=1` → `axis=-1` (2)": "The second axis is the last one.",
    }),
    Function("probability_white", reference="genai_course.models.markov_chain_monte_carlo:probability_white", cases=pixels, space=any_pixels, mistakes={
        "return → np.exp(coupling * neighbours + evidence) / (np.exp(coupling * neighbours + evidence) + np.exp(-(coupling * neighbours + evidence)))":
            "Right for moderate z. Where z is in the hundreds, exp(z) is infinite, and ∞/∞ is NaN: divide top and bottom by exp(z), and one exponential is left.",
        "coupling * neighbours → coupling * neighbours / 4": "`neighbours` is the sum of the four already, and the sum is what z wants: do not divide it by 4.",
        "return → 1 / (1 + np.exp(-(coupling * neighbours + evidence)))":
            "The 2 is missing. White counts exp(z) and black exp(−z), so the ratio is exp(2z): from −1 to +1 it is a distance of two.",
        "return → 1 / (1 + np.exp(-(-2 * (coupling * neighbours + evidence))))":
            "That is the probability of black. White is exp(z) / (exp(z) + exp(−z)).",
        "return → 1 / (1 + np.exp(-(2 * coupling * neighbours)))":
            "The evidence is missing, so the noisy picture would not matter at all. Add h to J · neighbours.",
        "return → 1 / (1 + np.exp(-(2 * evidence)))": "The neighbours are missing, so every pixel would stand alone. Add J · neighbours to h.",
        "return → 1 / (1 + np.exp(-(2 * (coupling * neighbours - evidence))))":
            "The evidence has the wrong sign: a pixel seen white should be likelier white.",
        "return → 1 / (1 + np.exp(-(2 * coupling * (neighbours + evidence))))":
            "J belongs to the neighbours only. Evidence counts as it is: J · neighbours + h.",
        "return → 1 / (1 + np.exp(-(2 * coupling * neighbours + evidence)))": "The 2 belongs to all of z, the evidence as well.",
        "return → 1 / (1 + np.exp(-(coupling * neighbours + 2 * evidence)))": "The 2 belongs to all of z, the neighbours as well.",
        ("expit → np.exp", "2 * →"): "That is the weight of white. A probability divides by the weights of both states: exp(z) + exp(−z).",
        ("expit → np.tanh", "2 * →"): "That is the pixel's mean, between −1 and 1. The probability of white is (1 + mean) / 2.",
        "return → (coupling * neighbours + evidence > 0) * 1.0":
            "You answered with the likelier colour. Gibbs sampling draws, so it needs the probability.",
    }, hints=(
        "A share is a part divided by the whole. The whole has two states here.",
        "exp(z) / (exp(z) + exp(−z)), and dividing both by exp(z) gives 1 / (1 + exp(−2z)).",
        "`z = coupling * neighbours + evidence`, then `return 1 / (1 + np.exp(-2 * z))`",
    ), passed="The logistic function of 2z. A Boltzmann machine draws its units with the same formula, with learned couplings."),
    Experiment("temperatures", reference={"levels": 4, "hottest": 8.0, "r_hat": 1.05, "worth": 180.0}, targets=[
        Target("r_hat", "the target is 1.12 or less; below 0.99 no chains come.", at_least=0.99, at_most=1.12),
    ], settings=[
        Setting("levels", "take 2 to 6 levels; each costs as much as another walk.", lambda levels: levels in range(2, 7)),
        Setting("hottest", "the hottest temperature is a number above 1.", lambda hottest: 1 < hottest < 1e6),
    ], mistakes=[
        (lambda result: result["levels"] == 1, "With one level nobody ever sees a flatter landscape. Add hotter ones.",
         {"levels": 1, "hottest": 1.0, "r_hat": 2.1, "worth": 17.0}),
        (lambda result: result["levels"] > 6, "More levels work, and each costs as much as another walk. Take at most 6 and space them evenly in ratio.",
         {"levels": 9, "hottest": 16.0, "r_hat": 1.03, "worth": 400.0}),
        (lambda result: result["r_hat"] > 1.12 and result["hottest"] < 3.5,
         "Even your hottest level is not flat enough: its walkers still cannot cross from hill to hill. Go hotter.",
         {"levels": 3, "hottest": 2.0, "r_hat": 1.3, "worth": 30.0}),
        (lambda result: result["r_hat"] > 1.12,
         "Hot enough, but neighbours are too far apart: a place that suits one level hardly ever suits the next, so swaps are refused. Put levels in between.",
         {"levels": 2, "hottest": 64.0, "r_hat": 2.4, "worth": 18.0}),
    ], hints=(
        "The hottest level must cross between hills, and every level must be close enough to swap with the next.",
        "Between two neighbours a factor of about 2 works; a hottest level of 8 is hot enough.",
        "Try `(1, 2, 4, 8)`.",
    ), passed="The hot levels find the hills, the cold one keeps the details right. Diffusion models use the same idea: large noise first, small noise last."),
]

PREDICTIONS = [
    Prediction("worth", between=(1, 25_600), close=150,
               after="Far less than one draw in fifty counts: it takes a chain hundreds of such steps to cross from one moon to the other."),
]
