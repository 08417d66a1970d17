import numpy as np
import pytest
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from genai_course.data import audio, note_frequency, tones

RATE = 8_000


@pytest.fixture(scope="module")
def phrase():
    return tones(1, 1, notes=2, seed=3).train[0]


def sine(frequency, samples=4_000):
    return np.sin(2 * np.pi * frequency * np.arange(samples) / RATE)


@pytest.mark.parametrize("frequency", [300, 3_999, 4_300, 7_000, 8_100, 13_000, 20_500])
def test_the_heard_frequency_is_where_the_spectrum_of_the_samples_peaks(frequency):
    spectrum = np.abs(np.fft.rfft(sine(frequency, RATE)))  # a bin a hertz
    assert spectrum.argmax() == audio.heard_frequency(frequency, RATE)


def test_mu_law_is_undone_and_leaves_the_ends():
    samples = np.linspace(-1, 1, 401)
    codes = audio.mu_law_encode(samples)
    assert audio.mu_law_decode(codes) == pytest.approx(samples, abs=1e-12)
    assert codes[[0, 200, 400]] == pytest.approx([-1, 0, 1])
    assert (np.diff(codes) > 0).all()
    # A sample of 1/255 stands at log(2) / log(256): an eighth of the range for a 255th of it.
    assert audio.mu_law_encode(1 / 255) == pytest.approx(1 / 8)


def test_mu_law_keeps_quiet_sounds_that_even_steps_lose():
    quiet = 0.01 * sine(440)
    evenly = audio.quantize(quiet, 8)
    companded = audio.mu_law_decode(audio.quantize(audio.mu_law_encode(quiet), 8))
    assert audio.signal_to_noise(quiet, companded) > audio.signal_to_noise(quiet, evenly) + 15


def test_quantizing_gives_two_to_the_bits_values():
    values = np.unique(audio.quantize(np.linspace(-1.5, 1.5, 5_000), 3))
    assert values == pytest.approx(np.linspace(-1, 1, 8))


def test_signal_to_noise_in_decibels():
    assert audio.signal_to_noise(sine(100), 0.9 * sine(100)) == pytest.approx(20)
    assert audio.signal_to_noise(sine(100), 2 * sine(100)) == pytest.approx(0)


@pytest.mark.parametrize(("window", "hop"), [(256, 64), (512, 128), (256, 128)])
def test_the_spectrogram_agrees_with_scipy(phrase, window, hop):
    ours = audio.stft(phrase, window, hop)
    scipys = ShortTimeFFT(hann(window, sym=False), hop, RATE, scale_to="magnitude")
    # SciPy's frame p is centred on sample p * hop, ours i on i * hop + hop - window / 2.
    shift = (window // 2 - hop) // hop
    theirs = scipys.stft(phrase.astype(np.float64), p0=-shift, p1=len(ours) - shift).T
    assert np.abs(ours) == pytest.approx(np.abs(theirs), abs=1e-9)


def test_a_sine_in_the_middle_of_a_bin_has_the_magnitude_one_half():
    magnitudes = np.abs(audio.stft(sine(1_000), 256, 64))
    assert magnitudes[20:40, 32] == pytest.approx(0.5)
    assert magnitudes[20:40].argmax(axis=1) == pytest.approx(32)


@pytest.mark.parametrize(("window", "hop"), [(256, 64), (512, 128), (256, 128), (512, 64)])
@pytest.mark.parametrize("samples", [1, 100, 4_000, 4_001])
def test_the_way_back_restores_every_sample(window, hop, samples):
    sound = np.random.default_rng(0).uniform(-1, 1, samples)
    restored = audio.inverse_stft(audio.stft(sound, window, hop), hop, samples)
    assert restored == pytest.approx(sound, abs=1e-9)


def test_griffin_lim_brings_the_picture_to_agree(phrase):
    magnitudes = np.abs(audio.stft(phrase, 512, 128))

    def agreement(sound):
        return audio.signal_to_noise(magnitudes, np.abs(audio.stft(sound, 512, 128)))

    sounds = {
        (steps, momentum): audio.griffin_lim(magnitudes, 128, steps, samples=len(phrase), momentum=momentum)
        for steps, momentum in ((0, 0), (30, 0), (30, 0.99))
    }
    assert all(sound.shape == phrase.shape for sound in sounds.values())
    assert agreement(sounds[0, 0]) < 8
    assert agreement(sounds[30, 0]) > 12
    assert agreement(sounds[30, 0.99]) > agreement(sounds[30, 0]) + 3  # what the fast version is for


def test_griffin_lim_depends_on_its_seed_and_nothing_else(phrase):
    magnitudes = np.abs(audio.stft(phrase, 256, 64))
    first, again, other = (audio.griffin_lim(magnitudes, 64, 3, seed=seed) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_griffin_lim_of_silence_is_silence():
    assert not audio.griffin_lim(np.zeros((20, 129)), 64, 5).any()


def test_griffin_lim_uses_the_function_it_is_given(phrase):
    magnitudes = np.abs(audio.stft(phrase, 256, 64))
    silent = audio.griffin_lim(magnitudes, 64, 2, keep=lambda magnitude, spectrum: 0 * spectrum)
    assert not silent.any()


def test_mel_and_back():
    frequencies = np.array([0, 700, 1_000, 4_000])
    assert audio.mel_to_hertz(audio.hertz_to_mel(frequencies)) == pytest.approx(frequencies)
    assert audio.hertz_to_mel(1_000) == pytest.approx(1_000, abs=0.1)  # what the scale is tuned to


def test_mel_bands_climb_widen_and_overlap():
    filters = audio.mel_filters(40, 512, RATE)
    assert filters.shape == (40, 257)
    assert filters.min() == 0
    assert filters.sum(axis=1) == pytest.approx(1)
    peaks = filters.argmax(axis=1)
    assert (np.diff(peaks) > 0).all()
    widths = (filters > 0).sum(axis=1)
    assert widths[-1] > 4 * widths[0]
    assert (filters[:, 2:-2].sum(axis=0) > 0).all()  # no frequency is lost


def test_a_flat_spectrum_survives_mel():
    filters = audio.mel_filters(30, 512, RATE)
    mel = np.ones((2, 257)) @ filters.T
    assert mel == pytest.approx(1)
    restored = audio.mel_to_magnitude(mel, filters)
    assert restored.shape == (2, 257)
    assert restored.min() >= 0
    assert restored @ filters.T == pytest.approx(1, abs=0.05)


def test_autocorrelation_agrees_with_numpy():
    frame = np.random.default_rng(0).standard_normal(50)
    assert audio.autocorrelation(frame, 20) == pytest.approx(np.correlate(frame, frame, "full")[49:69])


def test_the_pitch_found_is_the_pitch_planted():
    sounds = tones(1, 250, seed=5)
    found = []
    for sound, onset in zip(sounds.test, sounds.test_factors["onset"], strict=True):
        start = int((onset + 0.06) * RATE)
        found.append(audio.pitch(sound[start : start + 1_200], RATE))
    off = 12 * np.log2(found / note_frequency(sounds.test_factors["pitch"]))
    assert np.abs(off).max() < 0.2


def test_a_missing_fundamental_is_heard():
    assert audio.pitch(sine(400) + sine(600) + sine(800), RATE) == pytest.approx(200, rel=0.002)


def test_a_learners_function_may_return_a_list():
    def with_list(frame, lags):
        return audio.autocorrelation(frame, lags).tolist()

    assert audio.pitch(sine(400), RATE, autocorrelation=with_list) == pytest.approx(400, rel=0.002)


@pytest.mark.parametrize("frame", [np.zeros(800), np.ones(800), np.linspace(0, 1, 800)])
def test_what_repeats_nowhere_has_no_pitch(frame):
    assert np.isnan(audio.pitch(frame, RATE))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: audio.stft(np.zeros((2, 100))), "sound has shape (2, 100)"),
        (lambda: audio.stft([]), "sound has shape (0,)"),
        (lambda: audio.stft(np.zeros(100), 256, 100), "window is 256 and hop is 100"),
        (lambda: audio.stft(np.zeros(100), 255, 51), "window is 255"),
        (lambda: audio.inverse_stft(np.zeros((3, 129)), 0), "hop is 0"),
        (
            lambda: audio.griffin_lim(np.ones((70, 257)), 128, samples=8_000),
            "samples is 8000; 70 frames belong to 8449",
        ),
        (lambda: audio.mel_filters(200, 256, RATE), "bands is 200"),
    ],
)
def test_bad_input_is_answered_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=r"^[^\n]+[.?]$") as error:
        call()
    assert words in str(error.value)
