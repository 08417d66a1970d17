"""Sound as numbers: companding, spectrograms and the way back from them, mel bands, pitch.

A sound is a row of samples, float between -1 and 1. Everything here is NumPy, and short enough to read.
"""

import numpy as np


def heard_frequency(frequency, rate):
    """The frequency in hertz that a tone has once it is sampled ``rate`` times a second: between 0 and rate / 2.

    A whole number of turns between two samples leaves no trace, so only the distance to the nearest multiple of the
    rate is heard (the sampling theorem; Shannon 1949).
    """
    return np.abs(frequency - rate * np.round(frequency / rate))


def mu_law_encode(samples, mu=255):
    """Spread quiet samples over more of the range, by the logarithm (ITU-T G.711, its continuous form).

    samples in [-1, 1], any shape -> the same shape, in [-1, 1].
    """
    return np.sign(samples) * np.log1p(mu * np.abs(samples)) / np.log1p(mu)


def mu_law_decode(codes, mu=255):
    """Undo :func:`mu_law_encode`."""
    return np.sign(codes) * np.expm1(np.abs(codes) * np.log1p(mu)) / mu


def quantize(samples, bits):
    """The nearest of 2**bits evenly spaced values from -1 to 1; the same shape."""
    steps = 2**bits - 1
    return np.round((np.clip(samples, -1, 1) + 1) / 2 * steps) / steps * 2 - 1


def signal_to_noise(signal, restored):
    """Power of the signal over power of the error, in decibels: 20 is an error of a tenth, 40 of a hundredth."""
    signal, restored = np.asarray(signal, np.float64), np.asarray(restored, np.float64)
    error = np.sum(np.square(signal - restored))
    return float(10 * np.log10(np.sum(np.square(signal)) / max(error, 1e-300)))


def hann(window):
    """The Hann window: 0 at its left end, 1 in the middle, made to be repeated.  -> (window,)"""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)


def stft(sound, window=256, hop=64):
    """Short-time Fourier transform: what frequencies are there, frame by frame.

    sound: (samples,). window: samples in a frame, even. hop: samples from frame to frame; it divides window.

    Returns (frames, window // 2 + 1) complex. Bin k stands for the frequency k * rate / window; a sine of amplitude 1
    in the middle of a bin has the magnitude 0.5. The sound is padded with silence, so that every sample lies in
    window / hop frames.
    Raises ValueError for a sound that is not one row of samples, or a hop that does not divide the window.
    """
    sound = np.asarray(sound, np.float64)
    if sound.ndim != 1 or not len(sound):
        raise ValueError(f"sound has shape {sound.shape}; give one row of samples.")
    _check_hop(window, hop)
    rest = -len(sound) % hop
    padded = np.pad(sound, (window - hop, window - hop + rest))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]  # (frames, window)
    return np.fft.rfft(frames * hann(window)) / (window / 2)


def inverse_stft(spectrum, hop=64, samples=None):
    """The sound whose :func:`stft` is nearest to ``spectrum`` in the sense of least squares (Griffin and Lim 1984, eq. 6).

    spectrum: (frames, window // 2 + 1) complex. samples: length of the sound; by default all that the frames cover.
    Returns (samples,) float64.
    """
    window = 2 * (spectrum.shape[1] - 1)
    _check_hop(window, hop)
    taper = hann(window)
    frames = np.fft.irfft(spectrum * (window / 2), n=window) * taper  # (frames, window)
    total = _overlap_add(frames, hop)
    weight = _overlap_add(np.broadcast_to(np.square(taper), frames.shape), hop)
    sound = np.where(weight > 1e-8, total / np.maximum(weight, 1e-8), 0)[window - hop :]
    return sound[: samples or len(sound) - (window - hop)]


def keep_magnitude(magnitude, spectrum):
    """Complex numbers of the given magnitude that point where those of ``spectrum`` point; the same shape."""
    return magnitude * np.exp(1j * np.angle(spectrum))


def griffin_lim(magnitude, hop=64, steps=60, *, samples=None, momentum=0.99, seed=0, keep=keep_magnitude):
    """A sound with a given spectrogram: guess phases, then make them agree with each other.

    magnitude: (frames, window // 2 + 1), as ``abs(stft(sound, window, hop))``.
    steps: rounds. samples: length of the sound; by default all that the frames cover. seed: of the first, random phases.
    momentum: 0 is the method of Griffin and Lim (1984); 0.99 the fast one of Perraudin, Balazs and Søndergaard (2013).
    keep: puts the wanted magnitude in place of the one that came out.

    Returns (samples,) float64. Raises ValueError where a sound of so many samples has another number of frames.
    """
    window = 2 * (magnitude.shape[1] - 1)
    most = hop * len(magnitude) - (window - hop)  # samples of a sound with so many frames
    if samples is not None and not most - hop < samples <= most:
        raise ValueError(
            f"samples is {samples}; {len(magnitude)} frames belong to {most - hop + 1} to {most} samples. Leave samples out?"
        )
    phases = np.random.default_rng(seed).uniform(-np.pi, np.pi, magnitude.shape)
    spectrum, previous = magnitude * np.exp(1j * phases), 0
    for _ in range(steps):
        rebuilt = stft(inverse_stft(spectrum, hop, samples), window, hop)  # a spectrum that some sound has
        spectrum = np.asarray(keep(magnitude, rebuilt + momentum * (rebuilt - previous)))
        previous = rebuilt
    return inverse_stft(spectrum, hop, samples)


def hertz_to_mel(frequency):
    """The mel scale, on which equal steps sound about equally wide: 2595 log10(1 + f / 700)."""
    return 2595 * np.log10(1 + np.asarray(frequency) / 700)


def mel_to_hertz(mel):
    """Undo :func:`hertz_to_mel`."""
    return 700 * (10 ** (np.asarray(mel) / 2595) - 1)


def mel_filters(bands, window, rate):
    """Triangles that gather the bins of a spectrogram into bands evenly spaced in mel.

    Returns (bands, window // 2 + 1); ``magnitudes @ filters.T`` is (frames, bands). The weights of a band sum to 1.
    Raises ValueError where the bands are so many that one would catch no bin.
    """
    edges = mel_to_hertz(np.linspace(0, hertz_to_mel(rate / 2), bands + 2))  # (bands + 2,)
    bins = np.arange(window // 2 + 1) * rate / window
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]  # (bands, 1)
    filters = np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle)).clip(min=0)
    weights = filters.sum(axis=1, keepdims=True)
    if (weights == 0).any():
        raise ValueError(f"bands is {bands}, too many for the frequencies of a window of {window} samples; give fewer.")
    return filters / weights


def mel_to_magnitude(mel, filters):
    """A spectrogram with about these mel bands: the pseudo-inverse, with nothing below 0.  (frames, bands) -> (frames, bins)"""
    return np.maximum(mel @ np.linalg.pinv(filters).T, 0)


def autocorrelation(frame, lags):
    """How well a frame agrees with itself, shifted by 0, 1, 2 … samples.  (samples,) -> (lags,)"""
    return np.array([np.sum(frame[: len(frame) - lag] * frame[lag:]) for lag in range(lags)])


def pitch(frame, rate, lowest=100, highest=1_000, autocorrelation=autocorrelation):
    """The pitch of a stretch of sound in hertz: the shortest shift after which it nearly repeats itself.

    frame: (samples,), longer than two periods of the lowest pitch. autocorrelation: the function to use.
    Of the peaks, the first wins that reaches 85 % of the highest (the idea of McLeod and Wyvill 2005): a sound that
    repeats after one period repeats after two as well. A parabola through each peak finds its top between two samples.
    Returns NaN for silence and where no shift between the two limits is a peak.
    """
    similarity = np.asarray(autocorrelation(np.asarray(frame, np.float64), int(rate / lowest) + 2))
    lags = np.arange(max(1, int(rate / highest)), len(similarity) - 1)
    before, at, after = similarity[lags - 1], similarity[lags], similarity[lags + 1]
    is_peak = (at > before) & (at >= after) & (at > 0)
    if not is_peak.any():
        return float("nan")
    before, at, after, lags = before[is_peak], at[is_peak], after[is_peak], lags[is_peak]
    shift = 0.5 * (before - after) / (before - 2 * at + after)  # of each top, at most half a sample
    height = at - 0.25 * (before - after) * shift
    first = np.flatnonzero(height >= 0.85 * height.max())[0]
    return float(rate / (lags[first] + shift[first]))


def _overlap_add(frames, hop):
    """Lay frames (frames, window) over each other, each ``hop`` samples after the last, and add them up."""
    count, window = frames.shape
    parts = frames.reshape(count, window // hop, hop)
    total = np.zeros((count + window // hop - 1, hop))
    for place in range(window // hop):
        total[place : place + count] += parts[:, place]
    return total.ravel()


def _check_hop(window, hop):
    if window < 4 or window % 2 or hop < 1 or window % hop:
        raise ValueError(f"window is {window} and hop is {hop}; give an even window of 4 or more that the hop divides.")
