# %% [markdown]
# # Can you hear a picture?
#
# A **spectrogram** is a picture of a sound, and many models that make sound paint such a picture first. In this lesson you turn sound into numbers, numbers into a picture,
# and the picture back into sound. Each step loses something; you measure what, and you listen.
#
# | | |
# |---|---|
# | **You will** | predict what a badly sampled tone turns into · spend eight bits a sample well · choose a window for a spectrogram · find the pitch of a note · rebuild a sound from its picture and judge it by the right number |
# | **First** | [Images as numbers](01_images.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 55 minutes.** Sampling 10 · eight bits 8 · spectrograms 10 · pitch 9 · Griffin–Lim 10 · breaking it 5 · quiz 3. Bring headphones, or one loudspeaker for the room.
#
# The glide that comes back down is the moment people remember: play it before you explain it, and ask what happened to the tone.
# Learners take the spectrogram for the sound. Ask, before Griffin–Lim: *what is on the picture, and what is not?* (The phase.)

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, hint, plots, predict,
    quiz, setup, show_sound, show_source, widgets,
)
from genai_course.data import audio

run = setup(PROFILE, SEED)

# %%
import numpy as np
import pandas as pd

RATE = 8_000  # samples a second, as in a telephone
notes = data.tones(
    n_train=run.steps(smoke=20, laptop=200, gpu=2_000),
    n_test=run.steps(smoke=20, laptop=200, gpu=2_000),
    seed=SEED,
)
phrases = data.tones(n_train=4, n_test=4, notes=2, seed=SEED)
print("notes  ", notes.train.shape, notes.train.dtype)
print("phrases", phrases.train.shape, "by", ", ".join(notes.class_names))

# %% [markdown]
# ## Sound is a row of numbers
#
# A microphone measures the pressure of the air, 8,000 times a second here. Each measurement is a **sample** between −1 and 1. The notes come from four made-up instruments, so
# pitch, loudness and beginning of every note are known. Press play: two notes, 8,000 numbers.

# %% tags=["nbval-ignore-output"]
phrase = phrases.train[0]  # (8000,)
first = int(phrases.train_factors["onset"][0, 0] * RATE) + 400  # the first note in full swing
player = notes.class_names[phrases.train_labels[0]]
show_sound(phrase, RATE, f"A phrase of two notes, played by the {player}.")
figure = plots.lines(
    {"samples": phrase[first:first + 160]},
    x=np.arange(160) / RATE * 1_000,
    title="A fiftieth of a second of it",
    x_label="milliseconds",
    y_label="sample",
    height=2.2,
)
plots.show(figure, "A wave that repeats the same bumps every few milliseconds.")

# %% [markdown]
# ## Predict
#
# Between two samples nobody listens. You sample a pure tone of 5,000 turns a second (hertz, Hz), 8,000 times a second, and play the samples. At which frequency do you hear it?

# %% tags=["exercise"] solution="5_000"
my_guess = ...  # in hertz, from 0 to 8,000

# %% tags=["check"]
predict("audio-folded", my_guess)

# %%
def tone(frequency, rate=RATE, seconds=0.5):
    """A pure tone, sampled.  -> (seconds * rate,)"""
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(int(seconds * rate)) / rate)

def strongest(sound, rate=RATE):
    """The frequency of the tallest line of the spectrum, in hertz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 4 * RATE))
    return float(spectrum.argmax() * rate / (4 * RATE))

predict("audio-folded", outcome=strongest(tone(5_000)))

# %% [markdown]
# Hear it happen. Below, the frequency of a tone climbs evenly from 100 to 7,900 Hz. What you hear climbs to 4,000 Hz and comes back down. This is **aliasing**: a tone
# above half the sampling rate comes out as another one, its alias.

# %% tags=["nbval-ignore-output"]
climbing = np.linspace(100, 7_900, 6_400)  # hertz, in 0.8 seconds
glide = 0.4 * np.sin(2 * np.pi * np.cumsum(climbing) / RATE)
show_sound(glide, RATE, "A tone that should climb all the way, and turns round at half time.")
figure = plots.spectrograms(
    {"glide": np.abs(audio.stft(glide))},
    rate=RATE, hop=64,
    title="Asked to climb to 7,900 Hz, it turns round at 4,000",
)
plots.show(
    figure,
    "A bright line climbs from the lower left to 4,000 hertz in the middle, "
    "then falls back to the lower right.",
)

# %% [markdown]
# ## Exercise 1: the fold
#
# From one sample to the next a tone of $f$ Hz makes $f / r$ turns, where $r$ is the rate. A *whole* turn more or less leaves no trace, so you may take any whole multiple of
# $r$ off $f$. What you hear is the distance from $f$ to the nearest multiple of $r$ (multiples: 0, $r$, 2$r$ …).
#
# Complete `heard_frequency`. Stuck? Run `hint("audio-heard_frequency")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="audio-heard_frequency" points=1
def heard_frequency(frequency, rate):
    """What a pure tone becomes when it is sampled.  (n,) hertz, number -> (n,) hertz"""
    ### BEGIN SOLUTION
    return np.abs(frequency - rate * np.round(frequency / rate))
    ### END SOLUTION

# %% tags=["check"]
heard_frequency = check("audio-heard_frequency", heard_frequency)

# %%
asked = np.random.default_rng(SEED).uniform(200, 20_000, 30)  # hertz
measured = np.array([strongest(tone(frequency)) for frequency in asked])
claim(
    "For 30 tones up to 20,000 Hz, the formula and the measured spectrum agree within 5 Hz",
    np.abs(measured - heard_frequency(asked, RATE)).max() <= 5,
)

# %% [markdown]
# ## Explore: what the samples see
#
# The thin line is the tone that was played, the dots are the samples, and the dashed line is the slowest wave through all the dots: the one you hear.
# Find two different tones with the same dots.

# %%
def draw_samples(frequency, samples_a_second):
    moments = np.linspace(0, 0.001, 500)  # a millisecond
    sampled = np.arange(0, 0.001, 1 / samples_a_second)
    # An alias beyond half the rate runs backwards: its sine has the other sign.
    turn = frequency - samples_a_second * np.round(frequency / samples_a_second)
    [heard] = heard_frequency(np.array([frequency]), samples_a_second)  # hertz
    figure, axis = plots.new_figure(height=2.6)
    axis.plot(1e3 * moments, np.sin(2 * np.pi * frequency * moments), lw=0.8, label="played")
    axis.plot(1e3 * moments, np.sin(2 * np.pi * turn * moments), "--", label="heard")
    axis.plot(1e3 * sampled, np.sin(2 * np.pi * frequency * sampled), "o", label="samples")
    axis.set(title=f"Played {frequency:,} Hz, heard {heard:,.0f}", xlabel="ms", ylabel="sample")
    axis.legend(loc="upper right", bbox_to_anchor=(1.22, 1))
    return figure

widgets.explore(
    draw_samples,
    "The samples of a quick wave of 5,000 hertz also lie on a slower wave of 3,000 hertz.",
    frequency=(500, 12_000, 500, 5_000),
    samples_a_second=[8_000, 4_000, 16_000],
)

# %% [markdown]
# Afterwards nothing can tell the alias from a true tone. So recorders take out everything above half the rate *before* they sample, and the instruments here are built without it.
#
# ## Eight bits a sample
#
# A sample also has to be rounded. Eight bits give 256 values. Spread evenly, they serve loud sounds well, and a quiet note is left with a handful. The telephone's answer is **μ-law**:
#
# $$F(x) = \operatorname{sign}(x)\,\frac{\log(1 + \mu\,|x|)}{\log(1 + \mu)}, \qquad \mu = 255 .$$
#
# Round $F(x)$ in place of $x$, and undo $F$ when you play it. Quiet samples get most of the 256 values.

# %% [markdown]
# ## Exercise 2: μ-law
#
# Complete `mu_law_encode`. `np.log1p(a)` is log(1 + a).

# %% tags=["exercise"] id="audio-mu_law_encode" points=2
def mu_law_encode(samples, mu=255):
    """Give quiet samples more room.  Samples from -1 to 1 -> same shape, from -1 to 1"""
    ### BEGIN SOLUTION
    return np.sign(samples) * np.log1p(mu * np.abs(samples)) / np.log1p(mu)
    ### END SOLUTION

# %% tags=["check"]
mu_law_encode = check("audio-mu_law_encode", mu_law_encode)

# %% [markdown]
# How much of a sound survives is told by the **signal-to-noise ratio** (SNR): the power of the signal over the power of the error, in decibels,
#
# $$\text{SNR} = 10 \log_{10} \frac{\sum_t x_t^2}{\sum_t (x_t - \hat x_t)^2} .$$
#
# At 20 dB the error is a tenth as large as the signal (a hundredth of its power), at 40 dB a hundredth as large; below 0 dB it is larger than the signal.

# %%
show_source(audio.signal_to_noise)

def evenly(samples, bits=8):
    return audio.quantize(samples, bits)

def with_mu_law(samples, bits=8):
    return audio.mu_law_decode(audio.quantize(mu_law_encode(samples), bits))

# %% tags=["nbval-ignore-output"]
note = notes.train[0] / np.abs(notes.train[0]).max()  # as loud as can be
loudness = list(range(-50, 1, 5))  # decibels
survived = {
    name: [audio.signal_to_noise(10 ** (db / 20) * note, rounded(10 ** (db / 20) * note))
           for db in loudness]
    for name, rounded in {"even steps": evenly, "μ-law": with_mu_law}.items()
}
figure = plots.lines(
    survived,
    x=loudness,
    title="Eight bits: μ-law serves quiet and loud alike",
    x_label="loudness of the note in decibels (0: as loud as can be)",
    y_label="SNR in decibels",
)
figure.axes[0].set_xticks(loudness[::2])
plots.show(
    figure,
    "With even steps the ratio falls by a decibel for each decibel of quiet; "
    "with μ-law it stays near 37 down to minus 20 and falls slowly from there.",
)

# %%
gain = dict(zip(loudness, np.subtract(survived["μ-law"], survived["even steps"]), strict=True))
claim("At −30 dB, μ-law is at least 15 dB better than even steps", gain[-30] >= 15)
claim("As loud as can be, even steps are the better ones", gain[0] < 0)

# %% [markdown]
# Nothing is free: the loudest sounds got a little worse. Listen to a quiet note with *five* bits, where the difference is rough (turned up again for you).

# %% tags=["nbval-ignore-output"]
quiet = 0.06 * note[:3_200]  # (3200,)
for name, rounded in {"even steps": evenly, "μ-law": with_mu_law}.items():
    restored = rounded(quiet, bits=5)
    ratio = audio.signal_to_noise(quiet, restored)
    show_sound(8 * restored, RATE, f"A quiet note, five bits, {name}: SNR {ratio:.0f} dB.")

# %% [markdown]
# ## A picture of sound
#
# Which frequencies sound *when*? Cut the sound into overlapping frames, fade each in and out with a **window**, and take the Fourier transform of each. This is the **short-time
# Fourier transform**. It gives complex numbers; their lengths are the spectrogram.

# %%
show_source(audio.stft)
spectrum = audio.stft(phrase, window=512, hop=128)
print(phrase.shape, "->", spectrum.shape, spectrum.dtype)  # (frames, frequencies)

# %% [markdown]
# How long should a frame be? Here is a sound made to find out: for half a second two tones, 800 and 900 Hz, then two clicks 40 ms apart. (The tones break off sharply,
# which makes one more click.) Move the window.

# %%
two_of_each = np.zeros(RATE)  # one second
two_of_each[:4_000] = 0.5 * (tone(800) + tone(900))
two_of_each[[5_600, 5_920]] = 1

def picture_with(milliseconds):
    """Magnitudes of the test sound, a frame every millisecond.  -> (frames, bins)"""
    window = int(np.clip(8 * round(milliseconds), 16, 4_000))  # in samples, a multiple of 8
    return np.abs(audio.stft(two_of_each, window, hop=8)), window

def draw_window(window_in_milliseconds):
    panels = {"": picture_with(window_in_milliseconds)[0]}
    title = f"A window of {window_in_milliseconds} milliseconds"
    return plots.spectrograms(panels, rate=RATE, hop=8, top=2_000, title=title)

widgets.explore(
    draw_window,
    "With a window of 10 milliseconds the two clicks are two upright lines, "
    "and the two tones one broad band.",
    window_in_milliseconds=[10, 20, 40, 80, 160],
)

# %%
figure = plots.spectrograms(
    {f"{each} ms": picture_with(each)[0] for each in (10, 160)},
    rate=RATE, hop=8, top=2_000,
    title="A short window parts moments, a long one frequencies",
)
plots.show(
    figure,
    "With 10 milliseconds: one broad band and two upright lines. "
    "With 160 milliseconds: two thin level lines and one broad smear.",
)

# %% [markdown]
# ## Exercise 3: see both
#
# Choose a window for which the picture is at least **6 dB** darker between the two tones *and* between the two clicks.

# %%
def judge_window(milliseconds):
    """How much darker the picture is between the tones and between the clicks, in decibels."""
    magnitudes, window = picture_with(milliseconds)
    power = np.square(magnitudes)  # (frames, bins)
    middle = 8 * np.arange(len(power)) - (window - 8) + window // 2  # sample in each frame's middle
    steady = power[(middle > 1_500) & (middle < 2_500)].mean(axis=0)  # (bins,)
    low, between, high = (steady[round(f * window / RATE)] for f in (800, 850, 900))
    frames = power.sum(axis=1)  # (frames,)
    first, pause, second = (frames[np.abs(middle - at).argmin()] for at in (5_600, 5_760, 5_920))
    return {
        "milliseconds": milliseconds,
        "dip_between_tones": 10 * np.log10(min(low, high) / max(between, 1e-6 * low)),
        "dip_between_clicks": 10 * np.log10(min(first, second) / max(pause, 1e-6 * first)),
    }

# %% tags=["exercise"] id="audio-window" points=1 solution="40"
my_window = ...  # in milliseconds

# %% tags=["check"]
untouched = {"dip_between_tones": ..., "dip_between_clicks": ...}
my_result = check("audio-window", untouched if my_window is ... else judge_window(my_window))

# %% tags=["nbval-ignore-output"]
pd.DataFrame([judge_window(each) for each in (10, 20, 30, 40, 60, 80, 160)]).round(1)

# %%
short, long = judge_window(10), judge_window(160)
claim(
    "A window of 10 ms parts the clicks and not the tones, "
    "one of 160 ms the tones and not the clicks",
    short["dip_between_clicks"] > 6 > short["dip_between_tones"]
    and long["dip_between_tones"] > 6 > long["dip_between_clicks"],
)

# %% [markdown]
# There is no window that sees both as sharply as you like: to part two frequencies Δf apart a window must hold a few turns of their difference, so it lasts a few times 1/Δf.
#
# ## Which note is it?
#
# Look for the tallest line of the spectrum? A real note is a stack of lines at 1, 2, 3 … times its **pitch**, and the lowest need not be the tallest. But together they repeat once in
# every period of the pitch. So lay the sound over itself, shifted, and look for the shift after which it agrees:
#
# $$r(\text{lag}) = \sum_t x_t\, x_{t + \text{lag}} .$$

# %% [markdown]
# ## Exercise 4: autocorrelation
#
# Complete `autocorrelation`: one number for each lag 0, 1, … `lags` − 1 (at most as many as there are samples), the sum over the samples that have a partner. Your function then finds the pitch of every note.

# %% tags=["exercise"] id="audio-autocorrelation" points=2
def autocorrelation(frame, lags):
    """How well a frame agrees with itself, shifted.  (samples,), whole number -> (lags,)"""
    ### BEGIN SOLUTION
    return np.array([np.sum(frame[: len(frame) - lag] * frame[lag:]) for lag in range(lags)])
    ### END SOLUTION

# %% tags=["check"]
autocorrelation = check("audio-autocorrelation", autocorrelation)

# %% tags=["nbval-ignore-output"]
bassoon = data.play_notes("bassoon", {"pitch": 57, "loudness": -6})[0]  # 220 Hz
frame = bassoon[1_200:2_200]  # (1000,)
agreement = np.asarray(autocorrelation(frame, 100))
figure = plots.lines(
    {"agreement": agreement / agreement[0]},
    x=np.arange(100) / RATE * 1_000,
    title=f"A bassoon's note: the period is {1_000 / 220:.2f} milliseconds",
    x_label="shift in milliseconds",
    y_label="agreement",
    height=2.6,
)
figure.axes[0].axvline(1_000 / 220, color=plots.COLOURS[5], ls="--")
plots.show(
    figure,
    "The agreement starts at one, makes a low bump at half a period, "
    "and is nearly one again where the dashed line marks the period.",
)

# %%
show_source(audio.pitch)  # the first high peak, then a parabola through its top

def sounding(sound, onset, seconds=0.15):
    """The part of a note in full swing, a little after its onset."""
    start = int((onset + 0.06) * RATE)
    return sound[start : start + int(seconds * RATE)]

def semitones_off(found, note_number):
    """How far a frequency is from a note.  (n,), (n,) -> (n,)"""
    return np.abs(12 * np.log2(found / data.note_frequency(note_number)))

planted, onsets = notes.test_factors["pitch"], notes.test_factors["onset"]
frames = [sounding(*pair) for pair in zip(notes.test, onsets, strict=True)]
found = {
    "tallest line": [strongest(frame) for frame in frames],
    "autocorrelation": [audio.pitch(frame, RATE, autocorrelation=autocorrelation)
                        for frame in frames],
}

# %% tags=["nbval-ignore-output"]
right = {name: semitones_off(values, planted) < 0.5 for name, values in found.items()}
shares = {
    f"{player}, {name}": float(hits[notes.test_labels == label].mean())
    for label, player in enumerate(notes.class_names)
    for name, hits in right.items()
}
figure = plots.bars(
    shares,
    title="The pitch found is the pitch planted",
    x_label="share of test notes whose note was found",
    highlight=[name for name in shares if "tallest" in name],
)
plots.show(
    figure,
    "Eight bars, two for each instrument: autocorrelation finds every note; "
    "the tallest line finds all but those of the bassoon, of which it finds none.",
)
worst = semitones_off(found["autocorrelation"], planted).max()
print(f"Autocorrelation: {right['autocorrelation'].mean():.1%} right, "
      f"off by at most {100 * worst:.0f} hundredths of a semitone.")

# %%
bassoons = notes.test_labels == notes.class_names.index("bassoon")
claim(
    "Autocorrelation finds the planted note in at least 98 % of the test notes",
    right["autocorrelation"].mean() >= 0.98,
)
claim(
    "The tallest line misses at least 90 % of the bassoon's notes",
    right["tallest line"][bassoons].mean() <= 0.1,
)

# %% [markdown]
# ## From the picture back to sound
#
# A spectrogram keeps the length of each complex number and drops its direction, the **phase**. Models that paint spectrograms give you lengths only. Which sound has that picture?
#
# Griffin and Lim's answer (1984): guess phases at random and make a sound of them. Its own spectrum has phases that *fit together*. Keep those, put the wanted lengths back,
# and go round again.

# %% [markdown]
# ## Exercise 5: keep the length, take the direction
#
# Complete the heart of that loop: complex numbers as long as `magnitude`, pointing where those of `spectrum` point. Where `spectrum` is 0, in silence,
# any direction will do, but the length is `magnitude` there, too: no NaN.

# %% tags=["exercise"] id="audio-keep_magnitude" points=2
def keep_magnitude(magnitude, spectrum):
    """New lengths, old directions.  (frames, bins), the same complex -> (frames, bins) complex"""
    ### BEGIN SOLUTION
    return magnitude * np.exp(1j * np.angle(spectrum))
    ### END SOLUTION

# %% tags=["check"]
keep_magnitude = check("audio-keep_magnitude", keep_magnitude)

# %%
show_source(audio.griffin_lim)

def picture(sound, window=512, hop=128):
    """Spectrogram: magnitudes only.  (samples,) -> (frames, bins)"""
    return np.abs(audio.stft(sound, window, hop))

def hear(magnitudes, steps=60, hop=128, samples=None):
    """A sound with this spectrogram, as long as its frames.  (frames, bins) -> (samples,)"""
    return audio.griffin_lim(
        magnitudes, hop, steps, samples=samples, seed=SEED, keep=keep_magnitude)

# %% [markdown]
# ## Predict
#
# After 60 rounds the *picture* of the rebuilt phrase agrees with the original's at about 30 dB. How well do the *samples* agree?

# %% tags=["exercise"] solution='"below 5 dB"'
my_choice = ...  # "above 20 dB", "between 5 and 20 dB" or "below 5 dB"

# %% tags=["check"]
predict("audio-waveform", my_choice)

# %% tags=["nbval-ignore-output"]
rounds = [0, 1, 3, 10, 30, 60, 100]
rebuilt = [hear(picture(phrase), steps, samples=len(phrase)) for steps in rounds]
agreed = {
    "picture": [audio.signal_to_noise(picture(phrase), picture(sound)) for sound in rebuilt],
    "samples": [audio.signal_to_noise(phrase, sound) for sound in rebuilt],
}
figure = plots.lines(
    agreed,
    x=rounds,
    title="The picture comes to agree, the samples never do",
    x_label="rounds of Griffin–Lim",
    y_label="SNR in decibels",
)
plots.show(
    figure,
    "The SNR of the picture climbs from about 4 decibels to 30 after 60 rounds and nearly 35 "
    "after 100; that of the samples stays around or below 0.",
)

# %% tags=["nbval-ignore-output"]
in_samples, in_picture = agreed["samples"][5], agreed["picture"][5]
choices = ["below 5 dB", "between 5 and 20 dB", "above 20 dB"]
predict("audio-waveform", outcome=choices[int(in_samples > 5) + int(in_samples > 20)])

# %%
claim("60 rounds bring the picture to at least 20 dB; random phases reach less than 8",
      in_picture >= 20 and agreed["picture"][0] < 8)
claim("Sample by sample the rebuilt phrase stays below 5 dB", in_samples < 5)

# %% [markdown]
# Below 5 dB, and for μ-law 37 was telephone quality. Is this one ruined? Listen to its first note: random phases, then 60 rounds.

# %% tags=["nbval-ignore-output"]
half = slice(0, RATE // 2)  # the first of the two notes
for steps, name in {0: "random phases", 60: "60 rounds"}.items():
    place = rounds.index(steps)
    ratios = " and ".join(f"{agreed[of][place]:.1f} dB in the {of}" for of in agreed)
    show_sound(rebuilt[place][half], RATE, f"Rebuilt, {name}: {ratios}.")

# %% [markdown]
# The ear hardly cares where in its turn a wave starts, so many different rows of samples are *the same sound*. A number that compares samples calls a good sound bad.
# Choose the number that hears what you hear: here, that of the picture.
#
# ## Mel: fewer numbers
#
# From 200 to 300 Hz is a large step to the ear (a fifth), from 3,200 to 3,300 Hz a small one (half a semitone). The **mel** scale, $2595 \log_{10}(1 + f / 700)$, is spaced as we hear. Gather the 257 frequencies into 40 bands of equal
# width in mel, and a picture for a model is six times smaller. What does it cost?

# %%
kept_notes = run.steps(smoke=4, laptop=24, gpu=200)
originals = [picture(sound) for sound in notes.test[:kept_notes]]

def through_mel(magnitudes, bands):
    """Into mel bands and back.  (frames, 257) -> (frames, 257)"""
    filters = audio.mel_filters(bands, 512, RATE)  # (bands, 257)
    return audio.mel_to_magnitude(magnitudes @ filters.T, filters)

def judge(restored, steps=60):
    """Median SNR of the pictures, and the share of notes whose pitch survived."""
    sounds = [hear(magnitudes, steps, samples=4_000) for magnitudes in restored]
    ratios = [audio.signal_to_noise(a, picture(b)) for a, b in zip(originals, sounds, strict=True)]
    parts = [sounding(*pair) for pair in zip(sounds, onsets[:kept_notes], strict=True)]
    found = np.array([audio.pitch(part, RATE, autocorrelation=autocorrelation) for part in parts])
    kept = semitones_off(found, planted[:kept_notes]) < 0.5
    return {"SNR of the picture, dB": float(np.median(ratios)), "pitch kept": float(kept.mean())}

# %% tags=["nbval-ignore-output"]
scores = {f"{bands} mel bands": judge([through_mel(each, bands) for each in originals])
          for bands in (10, 20, 40, 80)}
scores["all 257 frequencies"] = judge(originals)
scores["the same, random phases"] = judge(originals, steps=0)
pd.DataFrame(scores).T.round(2)

# %% tags=["nbval-ignore-output"]
filters = audio.mel_filters(40, 512, RATE)
whole = picture(phrase)
figure = plots.spectrograms(
    {"40 mel bands": whole @ filters.T},
    rate=RATE, hop=128, mel_window=512,
    title=f"The phrase in 40 mel bands: {whole.size:,} numbers became {whole.shape[0] * 40:,}",
)
plots.show(
    figure,
    "Two notes one after the other, each a stack of level stripes, "
    "wide apart at the bottom and close together at the top.",
)
show_sound(hear(through_mel(whole, 40))[half], RATE, "Heard through 40 mel bands.")

# %%
claim(
    "Rebuilt from the whole picture, at least 95 % of the notes keep their pitch",
    scores["all 257 frequencies"]["pitch kept"] >= 0.95,
)
claim("So do at least 90 % through 80 mel bands", scores["80 mel bands"]["pitch kept"] >= 0.9)
claim("With 10 bands at least four notes in ten lose it",
      scores["10 mel bands"]["pitch kept"] <= 0.6)

# %% [markdown]
# Ten bands are too wide to tell neighbouring notes apart; 80 keep every pitch and lose fine detail. Models that speak through mel bands therefore *learn* the way back (a *vocoder*).
#
# Look at the last row, too: random phases keep the pitch as well, though you heard how they sound. A ruler can be right and still miss what matters.
#
# ## Break it: a perfect score
#
# The frames overlapped: each sample lay in four of them. Overlap costs numbers, so drop it: frames side by side, a hop as long as the window. Look at the score that the method itself improves.

# %%
hops = {"no overlap": 512, "half overlaps": 256, "three quarters overlap": 128}
attempts = {name: hear(picture(phrase, hop=hop), hop=hop, samples=len(phrase))
            for name, hop in hops.items()}
own = {name: audio.signal_to_noise(picture(phrase, hop=hop), picture(attempts[name], hop=hop))
       for name, hop in hops.items()}

# %% tags=["nbval-ignore-output"]
print({name: f"{value:.0f} dB" for name, value in own.items()})
broken = attempts["no overlap"][half]
show_sound(broken, RATE, f"Without overlap: a score of {own['no overlap']:.0f} dB.")

# %% [markdown]
# The best score of all, for rattling. What went wrong? Frames that share no sample need not agree about anything: nearly *any* phases give a sound with nearly that picture, and nothing says that the pieces join.
#
# The score was taken from the picture that was optimised. Look through **another** window, 384 samples long with a hop of 96, which nobody tuned for:

# %% tags=["nbval-ignore-output"]
def other(sound):
    """Spectrogram through a window that nothing was tuned for."""
    return picture(sound, window=384, hop=96)

fresh = {name: audio.signal_to_noise(other(phrase), other(sound))
         for name, sound in attempts.items()}
table = pd.DataFrame({"the tuned picture, dB": own, "another picture, dB": fresh})
table.round(1)

# %% tags=["nbval-ignore-output"]
loud = {name: sound / np.abs(sound).max() for name, sound in attempts.items() if "half" not in name}
shown = {"original": phrase / np.abs(phrase).max(), **loud}
figure = plots.spectrograms(
    {name: other(sound)[:44] for name, sound in shown.items()},
    rate=RATE, hop=96, columns=3,
    title="The same note, three times, through another window",
)
plots.show(
    figure,
    "Original and rebuilt with overlap show the same level stripes; "
    "without overlap only upright stripes remain, a click at each seam.",
)

# %%
without, overlapped = "no overlap", "three quarters overlap"
claim(
    "Without overlap the tuned picture scores above 35 dB and another picture below 0 dB",
    own[without] > 35 and fresh[without] < 0,
)
claim("With three quarters of overlap both score above 20 dB",
      min(own[overlapped], fresh[overlapped]) > 20)

# %% [markdown]
# Overlap repairs the sound; a second ruler finds the fault. Whatever you optimise, judge by something you did not.
#
# ## Make: change a sound through its picture
#
# On the picture you can do what is hard on samples: slow a melody down without lowering it, shift it, thin out its overtones, mix two instruments. Choose one, return the
# samples and a sentence with a *number* that shows it worked, and compare with the cheap way of doing it.
#
# **With your own voice**, a WAV file of half a minute or a folder of them, cut into clips of half a second:
#
# ```python
# own = data.sound_from("sounds", rate=RATE)
# slow = hear(np.repeat(picture(own.train[0]), 2, axis=0))  # every frame twice
# show_sound(slow, RATE, "My voice at half speed, as high as before.")
# ```

# %% tags=["exercise", "make"] id="audio-make" points=4
def my_sound():
    """A changed sound and what it shows.  -> (samples,), text"""
    ### BEGIN SOLUTION
    # Half speed: every frame twice. The cheap way, every sample twice, lowers the note as well.
    note = data.play_notes("guitar", {"pitch": 64, "loudness": -6})[0][:3_200]
    slow = hear(np.repeat(picture(note), 2, axis=0))
    cheap = np.repeat(note, 2)  # (8000,)
    numbers = []
    for sound in (slow, cheap):
        pitch = audio.pitch(sound[2_000:4_000], RATE)
        numbers.append(float(12 * np.log2(pitch / data.note_frequency(64))))
    return slow, (f"A guitar note at half speed, {numbers[0]:+.1f} semitones off; "
                  f"repeating samples gives {numbers[1]:+.1f}.")
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (made := my_sound()) is not ...:
    show_sound(made[0], RATE, made[1])

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The change is made on the spectrogram, and Griffin–Lim or the kept phases bring it back (1) · a number that measures the intended change (1) · the same number for a simple
# alternative (1) · one sentence on what got worse, heard or measured (1).
# In the worked example listen to the attack of the string: it, too, is stretched.

# %% [markdown]
# ## Recap
#
# 1. Sampling folds the spectrum at half the rate; what has folded cannot be told from a true tone.
# 2. Eight bits go further on a logarithmic scale: the ratio of sound to error stays level.
# 3. A window sees close moments or close frequencies, never both sharply.
# 4. A pitch is what a whole sound repeats at, not its tallest line.
# 5. A spectrogram forgets phase. Rebuild it by agreement between overlapping frames, and judge by a ruler you did not tune.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cabdb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("audio", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Griffin and Lim (1984), *Signal Estimation from Modified Short-Time Fourier Transform*.
# - Perraudin, Balazs and Søndergaard (2013), *A Fast Griffin–Lim Algorithm*: the momentum in the loop above.
# - McLeod and Wyvill (2005), *A Smarter Way to Find Pitch*: why the first high peak wins.
#
# **Scale up.** Record yourself for half a minute, as a WAV file; `data.sound_from(path, rate=16_000)` cuts it into clips of half a second. Set `RATE` to match. Then ask of your own voice: how many mel bands does
# it take before a friend understands the sentence? `PROFILE = "gpu"` uses ten times as many notes; nothing here needs a graphics card.
