"""Exercises of 01_data/03_audio."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def _shifted_products(frame, lags, combine=np.sum):
    return np.array([combine(frame[: len(frame) - lag] * frame[lag:]) for lag in range(lags)])


def _complex(rng, *shape):
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def some_spectra(rng):
    """Also a single frame, zeros, as in a pause, with and without a length to get, one so quiet that nothing may be added to it, and
    equal lengths."""
    magnitude, spectrum = rng.random((3, 4)), _complex(rng, 3, 4)
    magnitude[1, 2] = spectrum[1, 2] = spectrum[2, 0] = 0
    return [
        (rng.random((2, 3)), _complex(rng, 2, 3)),
        (3 * rng.random((4, 5)), _complex(rng, 4, 5)),
        (rng.random((1, 6)), 1e-12 * _complex(rng, 1, 6)),
        (magnitude, spectrum),
        (np.rint(3 * rng.random((5, 2))), _complex(rng, 5, 2)),
    ]


def any_direction_of_silence(arrows, magnitude, spectrum):
    """Where the spectrum is 0, any arrow that is long enough counts as one to the right."""
    found = np.array(arrows)
    silent = (spectrum == 0) & np.isclose(np.abs(found), magnitude, 1e-4, 1e-6)
    return np.where(silent, magnitude, found) if found.shape == spectrum.shape else arrows


def some_tones(rng):
    """Below and above half the rate and the rate, exactly at both, one tone alone, a whole number, and 0, which is no tone, twice."""
    return [
        (np.array([1000.0, 5000.0, 7900.0]), 8000),
        (np.array([440.0, 3999.0, 8200.0, 13000.0, 20500.0]), 8000),
        (rng.uniform(100, 40_000, 20), 11_025),
        (np.array([18_000]), 16_000),
        (np.array([500.0, 1000.0, 1500.0, 1750.0]), 1_000.0),
        (np.array([3.2, 3.6, 1.0]), 7),  # half an odd rate is no whole number
        (np.array([0.0, 6000.0, 0.0, 10_000.0, 6000.0]), 8000),
    ]


def some_samples(rng):
    """Silence, quiet and loud, in one axis and in two, one row alone, and the smallest µ; none but the last two reach 1."""
    return [
        (np.array([-1.0, -0.01, 0.0, 0.001, 0.5]),),
        (rng.uniform(-0.6, 0.6, 12), 100),
        (rng.uniform(-0.1, 0.1, (2, 5)), 255),
        (np.append(rng.uniform(-0.02, 0.02, 5), 1.0)[None], 8),
        (np.array([[-0.5, 1.0], [1.0, -0.5], [0.25, 0.0]]), 1),
    ]


def some_frames(rng):
    return [
        (np.array([1.0, 2.0, -1.0, 0.5, 3.0]), 3),
        (rng.standard_normal(9), 6),
        (rng.standard_normal(40), 20),
        (2 + rng.standard_normal(7), 7),
        (rng.standard_normal(4), 1),
        (rng.standard_normal(2_500), 2),
        (np.array([2.0, 2.0, -1.0, 2.0, 0.0, -1.0]), 4),
    ]


def any_tones(draw, st, numbers):
    return np.rint(draw(numbers((draw(st.integers(1, 6)),), 0, 30_000))), draw(st.sampled_from([4_000, 8_000, 11_025]))


def any_samples(draw, st, numbers):
    shape = draw(st.sampled_from([(5,), (1, 3), (2, 4)]))
    return np.rint(64 * draw(numbers(shape, -1, 1))) / np.float32(64), draw(st.integers(1, 300))


def any_frame(draw, st, numbers):
    n = draw(st.integers(1, 12))
    return draw(numbers((n,), -3, 3)), draw(st.integers(1, n))


def any_spectrum(draw, st, numbers):
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    return draw(numbers(shape, 0, 3)), draw(numbers(shape, 0.125, 3)) * np.exp(1j * draw(numbers(shape, -3, 3)))


def measured_window(result):
    """The lesson's two numbers again: a picture of two tones, 100 Hz apart, and of two clicks, 40 ms apart."""
    from genai_course.data import audio

    rate, moments = 8_000, np.arange(4_000) / 8_000
    sound = np.zeros(rate)
    sound[:4_000] = 0.25 * (np.sin(1_600 * np.pi * moments) + np.sin(1_800 * np.pi * moments))
    sound[[5_600, 5_920]] = 1
    window = int(np.clip(8 * round(result["milliseconds"]), 16, 4_000))
    power = np.square(np.abs(audio.stft(sound, window, hop=8)))
    middle = 8 * np.arange(len(power)) - (window - 8) + window // 2
    steady = power[(middle > 1_500) & (middle < 2_500)].mean(axis=0)
    low, between, high = (steady[round(f * window / rate)] for f in (800, 850, 900))
    frames = power.sum(axis=1)
    first, pause, second = (frames[np.abs(middle - at).argmin()] for at in (5_600, 5_760, 5_920))
    return {
        "dip_between_tones": 10 * np.log10(min(low, high) / max(between, 1e-6 * low)),
        "dip_between_clicks": 10 * np.log10(min(first, second) / max(pause, 1e-6 * first)),
    }


EXERCISES = [
    Function("heard_frequency", reference="genai_course.data.audio:heard_frequency",
        cases=some_tones, space=any_tones, mistakes={
        "return → frequency - rate * np.round(frequency / rate)":
            "A frequency below 0 is a wave that turns the other way round, and it sounds the same. Take the absolute value.",
        "return → frequency % rate":
            "You took off whole multiples of the rate and stopped there: 5,000 stays 5,000. It is 3,000 away from the *nearest* multiple, which is 8,000.",
        "return → frequency % (rate / 2)":
            "You start again at 0 beyond half the rate: 5,000 becomes 1,000. The pitch turns round there and comes back down: it folds.",
        "return → rate - frequency": "This mirrors every frequency at half the rate, also the low ones that come through unharmed.",
        "return → np.abs(rate - frequency)":
            "You always measure the distance to the rate itself. For 1,000 Hz the nearest multiple of the rate is 0.",
        "return → np.where(frequency > rate / 2, rate - frequency, frequency)":
            "You mirror once, at half the rate. Above the rate that goes below 0: take off the *nearest* whole multiple of the rate, then the distance.",
        "return → np.minimum(frequency, np.abs(rate - frequency))":
            "You know two multiples of the rate, 0 and the rate itself. A higher tone lies near another one: 2 · rate, 3 · rate …",
        "np.round → np.ceil": "You measured the distance to the next multiple *above*. The nearest may lie below: round.",
        "return → np.abs((frequency + rate) % (2 * rate) - rate)":
            "You fold at the rate. The pitch turns round at half of it already.",
        "return → np.minimum(frequency, rate / 2)":
            "You cut off at half the rate. Nothing stops a higher tone from being sampled; it comes back at another frequency.",
        "return → frequency": "You returned the frequency as it went in. Above half the rate another one comes out.",
    }, hints=(
        "Two samples cannot tell whether the wave made a whole extra turn between them. So what may you take off?",
        "Find the multiple of `rate` that lies nearest, `rate * np.round(frequency / rate)`. What is heard is the distance to it.",
        "`return np.abs(frequency - rate * np.round(frequency / rate))`",
    ), passed="The spectrum folds at half the rate. That is why recorders filter a sound before they sample it: afterwards nothing can tell.", excused={
        "`frequency - rate * np.round(frequency / rate)` → `rate * np.round(frequency / rate) - frequency`":
            "The absolute value forgets which of the two is larger.",
    }),
    Function("mu_law_encode", reference="genai_course.data.audio:mu_law_encode",
        cases=some_samples, space=any_samples, excused={"far-out numbers cut at 20": "Samples lie between -1 and 1."}, mistakes={
        "return → np.log1p(mu * np.abs(samples)) / np.log1p(mu)":
            "The lower half of the wave came up: all your numbers are positive. Give each its sign back.",
        "/ np.log1p(mu) →": "The curve is right and runs too far: 1 must stay 1. Divide by the logarithm's largest value, log(1 + μ).",
        "return → np.log1p(mu * samples) / np.log1p(mu)":
            "The logarithm of a negative number does not exist. Take the logarithm of the size, `np.abs(samples)`, and put the sign in front.",
        "log1p(mu) → log(mu)": "You divide by log(μ). At the sample 1 the top of the fraction is log(1 + μ), and so must be the bottom.",
        "mu * →": "μ is missing inside the logarithm. Without it the curve is nearly straight and gains nothing.",
        ("mu * → 255 *", "(mu) → (255)"): "You wrote 255 into the function, so `mu` has no effect. Use `mu`.",
        "return → np.sign(samples) * np.expm1(np.abs(samples) * np.log1p(mu)) / mu":
            "This is the way back, which makes quiet samples quieter. Going in, take the logarithm.",
        "np.sign(samples) → samples":
            "You multiplied by the samples themselves, so quiet ones become quieter still. Only their sign belongs in front.",
        "np.sign(samples) → samples / np.abs(samples)":
            "x / |x| is the sign wherever there is sound; in silence it is 0 / 0. `np.sign` is 0 there.",
        "np.abs(samples) → np.abs(samples) / np.max(np.abs(samples))":
            "You made the sound as loud as can be first. The same sample then gets another value in other company.",
        "return → … / 2 + 0.5": "You shifted the range to 0 to 1. It stays −1 to 1, and silence stays 0.",
        "log1p(mu * np.abs(samples)) → log(mu * np.abs(samples))":
            "The 1 is missing: log(0) is minus infinity, and log(1 + 0) is 0. Silence must stay 0.",
    }, hints=(
        "Three parts: the sign, the logarithm of the size, and what makes 1 come out as 1.",
        "`np.log1p(a)` is log(1 + a). The size of a sample is `np.abs(samples)`.",
        "`return np.sign(samples) * np.log1p(mu * np.abs(samples)) / np.log1p(mu)`",
    ), passed="Silence stays 0, 1 stays 1, and everything quiet in between gets more room. Any base of logarithm gives the same curve."),
    Experiment("window", reference={"milliseconds": 40, "dip_between_tones": 60.0, "dip_between_clicks": 60.0}, recompute=measured_window, settings=[
        Setting("milliseconds", "a window lasts from 2 to 500 milliseconds here.", lambda milliseconds: 2 <= milliseconds <= 500),
    ], targets=[
        Target("dip_between_tones", "between the two tones the picture must be at least 6 dB darker. A longer window tells closer frequencies apart.", at_least=6, at_most=61),
        Target("dip_between_clicks", "between the two clicks the picture must be at least 6 dB darker. A shorter window tells closer moments apart.", at_least=6, at_most=61),
    ], mistakes=[
        (lambda result: result["milliseconds"] < 2, "So short a window holds a handful of samples. The number is in milliseconds: did you give seconds?",
         {"milliseconds": 0.04, "dip_between_tones": 0.0, "dip_between_clicks": 60.0}),
        (lambda result: result["dip_between_tones"] < 6,
         "The two tones run into one another. They are 100 Hz apart, so one gains a turn on the other every 10 ms, and a window must hold a few such turns. Take a longer one.",
         {"milliseconds": 10, "dip_between_tones": 0.0, "dip_between_clicks": 60.0}),
        (lambda result: result["dip_between_clicks"] < 6, "The two clicks, 40 ms apart, run into one another: most frames hold both. Take a shorter window.",
         {"milliseconds": 120, "dip_between_tones": 50.0, "dip_between_clicks": 0.0}),
    ], hints=(
        "Move the explorer above: at which windows do you see two lines, and at which two clicks?",
        "A window up to about one and a half times the clicks' distance keeps them apart; the tones need one that holds several periods of their difference.",
        "Try 40.",
    ), passed="Both at once. No window sees time and frequency sharply: gain in one is loss in the other."),
    Function("autocorrelation", reference="genai_course.data.audio:autocorrelation",
        cases=some_frames, space=any_frame, mistakes={
        "[: len(frame) - lag] * frame[lag:] → * np.roll(frame, lag)":
            "In yours the end of the frame meets its beginning (`np.roll` does that, and so does a Fourier transform without zeros behind the frame). No sound did that: compare only where both overlap.",
        "len(frame) →": "`frame[:-lag]` is empty for a lag of 0, since −0 is 0. Write `frame[: len(frame) - lag]`.",
        "(frame[: len(frame) - lag] * frame[lag:]) → (frame[:-lag] * frame[lag:]) if lag else 0":
            "At lag 0 the frame meets itself: the sum of its squares, not 0.",
        "sum → mean": "You took the mean. Asked for is the sum: as the overlap shrinks it falls a little, which favours the shortest period.",
        (lambda frame, lags: _shifted_products(frame, lags + 1)[1:]): "You began at lag 1. The first number belongs to lag 0.",
        "lags → lags + 1": "You returned one lag too many: 0, 1, … up to lags − 1.",
        "return → np.correlate(frame, frame, 'full')[:lags]":
            "`np.correlate` begins at the most negative lag. Lag 0 stands in its middle, at len(frame) − 1.",
        "np.sum(frame[: len(frame) - lag] * frame[lag:]) → np.sum((frame - frame.mean())[: len(frame) - lag] * (frame - frame.mean())[lag:])":
            "You took the mean of the frame off first, as statistics does. Here it is the samples themselves that are multiplied.",
        "frame[: len(frame) - lag] * frame[lag:] → frame[: len(frame) - lag - 1] * frame[lag:-1]":
            "The last pair of samples is left out. `frame[: len(frame) - lag]` meets `frame[lag:]`, up to the very end.",
        "frame[: len(frame) - lag] * frame[lag:] → frame[: len(frame) - lags + 1] * frame[lag : lag + len(frame) - lags + 1]":
            "You added up as many products for each lag as the longest one has. A short lag has more samples with a partner: use them all.",
        "return → np.convolve(frame, frame)[len(frame) - 1:len(frame) - 1 + lags]":
            "A convolution turns one of the two round in time. Here both run forwards.",
        "return → … / np.sum(np.square(frame))":
            "You divided by the value at lag 0, so that it is 1. Many books do; the lesson goes on with the sums themselves.",
        "frame[: len(frame) - lag] * frame[lag:] → np.square(frame[:len(frame) - lag] - frame[lag:])":
            "You summed the squared differences, which are small where the two agree. Multiply, so that agreement is large.",
    }, hints=(
        "Lay the frame over itself, shifted by `lag` samples. Which part of each copy has a partner?",
        "The one without its last `lag` samples meets the one without its first: `frame[: len(frame) - lag]` and `frame[lag:]`.",
        "`return np.array([np.sum(frame[: len(frame) - lag] * frame[lag:]) for lag in range(lags)])`",
    ), passed="It peaks where the sound has come round to where it was. With the fast Fourier transform the same costs n log n steps."),
    Function("keep_magnitude", reference="genai_course.data.audio:keep_magnitude",
        cases=some_spectra, space=any_spectrum, settled=any_direction_of_silence, mistakes={
        "return → magnitude * spectrum":
            "You multiplied both magnitudes. Only the direction of `spectrum` shall remain: its magnitude must be 1 first.",
        "return → magnitude * np.divide(spectrum, np.abs(spectrum))":
            "Right wherever there is sound. In silence you divide 0 by 0, and one such value spoils the whole sound in the next round. `np.angle` is defined at 0, too.",
        "return → magnitude * spectrum / (np.abs(spectrum) + 1e-08)":
            "What you add to the length makes quiet places too short. Where the length is 0 it needs a case of its own, or take `np.angle`, which is defined at 0.",
        "return → np.nan_to_num(magnitude * np.divide(spectrum, np.abs(spectrum)))":
            "Where `spectrum` is 0 you made 0 of the NaN. The length shall be `magnitude` there, too. Give it a direction, any will do: `np.angle` is defined at 0.",
        "magnitude * →": "These are arrows of length 1. Give each its length: multiply by `magnitude`.",
        "return → np.real(…)": "You kept the real part only. A direction needs both: leave the number complex.",
        "np.angle(spectrum) → np.angle(spectrum, deg=True)": "`np.exp` counts angles in radians; yours are degrees.",
        "np.angle(spectrum) → np.arctan(spectrum.imag / spectrum.real)":
            "The arc tangent of a quotient cannot tell a direction from the opposite one. `np.angle` (or `np.arctan2`) sees both signs.",
        "return → np.abs(spectrum) * np.exp(1j * np.angle(magnitude))":
            "The length comes from `magnitude` and the direction from `spectrum`; yours does it the other way round.",
        "return → magnitude * np.angle(spectrum)":
            "An angle is a number like 1.2, no direction yet. e to the i times the angle is one: `np.exp(1j * …)`.",
        "1j * →": "The imaginary unit is missing: without it `np.exp` makes numbers large or small and turns nothing. Write `1j`.",
        "1j → -1j": "The angle has the wrong sign: this plays each frame backwards.",
        "return → magnitude + 1j * np.angle(spectrum)":
            "You wrote magnitude and angle side by side. A complex number is its magnitude *times* e to the i angle.",
        "magnitude → np.abs(spectrum)": "This is `spectrum` again. Its magnitude shall go and the given one take its place.",
        "return → np.abs(spectrum) * np.exp(1j * magnitude)":
            "You have the two the wrong way round: the length comes from `magnitude`, the direction from `spectrum`.",
        "return → magnitude": "This is the magnitude without any direction, as if every phase were 0.",
    }, hints=(
        "A complex number is an arrow: a length and a direction. Which of the two comes from where?",
        "`np.angle(spectrum)` gives the directions, `np.exp(1j * angle)` arrows of length 1.",
        "`return magnitude * np.exp(1j * np.angle(spectrum))`",
    ), passed="Each arrow keeps its direction and gets the length it should have. Where the sound is silent, any direction will do."),
]

PREDICTIONS = [
    Prediction("folded", between=(0, 8_000), close=100,
               after="8,000 samples a second can hold nothing above 4,000 Hz. What comes in higher comes out lower."),
    Prediction("waveform", choices=("above 20 dB", "between 5 and 20 dB", "below 5 dB"),
               after="The picture agrees and the samples do not: many waves share one spectrogram, and your ear takes them for the same sound."),
]
