"""Every picture model of the course on the same small pictures, each trained for the same CPU seconds.

How many steps fit into the seconds was measured once, on one core, and stands in ``STEPS``. So a training stops after a
number of steps and not by the clock, and the same seed gives the same model on every machine; what it cost is measured anew.
"""

import time
from dataclasses import dataclass

import numpy as np

from genai_course import data
from genai_course.checks import check_sizes

SIZE = 8  # pixels along each side
LEVELS = 16  # steps from black to white
DIGITS = "0123456789"
FIRST_STEPS = 16  # in which TensorFlow traces the training step: not counted as training, and told apart
# Steps that took about 1.2 CPU seconds, measured with steps_per_execution 16, the first ones not counted.
STEPS = {
    "VAE": 1024,
    "VAE-GAN": 400,
    "GAN": 256,
    "PixelCNN": 288,
    "Boltzmann machine": 2000,
    "flow": 640,
    "diffusion": 320,
}
MIXTURE = 30  # components


@dataclass
class Trained:
    """A model that can take part: ``card.add(name, trained.sample, **trained.facts)``.

    sample: function of a number and a seed; returns pictures, and where the model can be asked for a class, also labels.
    model: what was trained, whose numbers are counted as memory. trained_seconds: CPU seconds of the training, without those
    of the first steps. tracing_seconds: of the first steps. steps: how many. bits: per pixel of held-out pictures, or None.
    """

    sample: object
    model: object
    trained_seconds: float
    tracing_seconds: float = 0.0
    steps: int = 0
    bits: object = None

    @property
    def facts(self):
        return {"parameters": self.model, "trained_seconds": self.trained_seconds, "bits": self.bits}


def small_digits(n, seed):
    """The ten digits in 21 typefaces, 8x8 pixels with 17 greys.  -> pictures (n, 8, 8, 1) float32 in [0, 1], labels (n,)

    ``data.glyphs`` with four pixels averaged to one; the typeface is unknown to the models. Raises ValueError as that does.
    """
    glyphs = data.glyphs(n, 1, characters=DIGITS, seed=seed)
    halves = glyphs.train.reshape(n, SIZE, 2, SIZE, 2, 1)
    return (np.round(halves.mean(axis=(2, 4)) * LEVELS) / LEVELS).astype("float32"), glyphs.train_labels


def train(name, pictures, labels, run, seed=0, steps=None, held_out=None):
    """Train one of ``NAMES`` and return it as :class:`Trained`.

    pictures: (n, 8, 8, 1) in steps of 1/16; labels: (n,) from 0 to 9. run: what ``setup`` returned. steps: by default those of
    ``STEPS``, a whole number of 1 or more. held_out: pictures that a model with a likelihood is asked for.
    Raises ValueError for an unknown name or a number of steps below 1.
    """
    if name not in NAMES:
        raise ValueError(f"name is {name!r}; choose one of {', '.join(map(repr, NAMES))}.")
    if steps is not None:
        check_sizes(steps=steps)
    import keras

    keras.utils.set_random_seed(seed)
    if name == "mixture":
        return mixture(pictures, seed, held_out, run.steps(smoke=2, laptop=MIXTURE, gpu=100))
    steps = steps or run.steps(smoke=2, laptop=STEPS[name], gpu=20 * STEPS[name])
    return TRAININGS[name](pictures, labels, Budget(run, steps, seed), held_out)


class Budget:
    """Trains a compiled model for a number of steps, and measures CPU seconds."""

    def __init__(self, run, steps, seed):
        self.options, self.steps, self.seed = run.compile_options, steps, seed
        self.first = min(FIRST_STEPS, steps)

    def adam(self, rate, **options):
        """Adam with a learning rate that falls along a cosine over the steps."""
        import keras

        return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, self.steps), **options)

    def rows(self, n, batch=64):
        """Which pictures the steps see: all of them in a new order, again and again.  -> (steps * batch,)"""
        random = np.random.default_rng(self.seed)
        passes = -(-self.steps * batch // n)
        return np.concatenate([random.permutation(n) for _ in range(passes)])[: self.steps * batch]

    def spend(self, model, *columns, after=None):
        """Fit the model on rows in this order; ``after`` is done at the end and counted.  -> dictionary of seconds and steps"""
        batch = len(columns[0]) // self.steps
        cut = self.first * batch
        started = time.process_time()
        fit(model, [column[:cut] for column in columns], batch)
        traced = time.process_time()
        if self.steps > self.first:
            fit(model, [column[cut:] for column in columns], batch)
        if after:
            after()
        seconds = {"tracing_seconds": traced - started, "trained_seconds": time.process_time() - traced}
        return seconds | {"steps": self.steps}


def fit(model, columns, batch):
    """One pass over the rows as they stand, without a word."""
    optimizer = model.optimizer
    if not optimizer.built and all(layer.built for layer in model.layers):
        optimizer.build(model.trainable_variables)  # or TensorFlow traces the first step twice
    model.fit(*columns, batch_size=batch, shuffle=False, verbose=0)


def mixture(pictures, seed, held_out, components):
    """Thirty Gaussians in the space of the pixels: the simple rival. Noise spreads each grey over its step."""
    from sklearn.mixture import GaussianMixture

    started = time.process_time()
    greys = spread(pictures, seed)
    model = GaussianMixture(components, reg_covar=0.25, tol=1e-2, random_state=seed).fit(greys)
    seconds = time.process_time() - started
    factors = np.linalg.cholesky(model.covariances_)

    def sample(n, seed):
        random = np.random.default_rng(seed)
        chosen = random.choice(components, n, p=model.weights_ / model.weights_.sum())
        noise = random.standard_normal((n, SIZE * SIZE, 1))
        return to_pictures(model.means_[chosen] + (factors[chosen] @ noise)[..., 0])

    parameters = [model.means_, model.covariances_]
    bits = None if held_out is None else bits_of(model.score_samples(spread(held_out, seed)))
    return Trained(sample, parameters, seconds, bits=bits)


def vae(pictures, labels, budget, held_out):
    """Codes of twelve numbers, and a mixture of 20 Gaussians fitted to them."""
    from genai_course.models import VariationalAutoencoder

    model = VariationalAutoencoder(12, pictures.shape[1:], beta=0.5, width=256, depth=1)
    model.compile(budget.adam(4e-3), **budget.options)
    return with_prior(model, pictures, budget)


def vae_gan(pictures, labels, budget, held_out):
    """The same with a critic that judges what the decoder draws."""
    from genai_course.models import VariationalAutoencoderGAN

    model = VariationalAutoencoderGAN(12, pictures.shape[1:], beta=0.5, width=256, depth=1)
    model.compile(budget.adam(2e-3, beta_1=0.5), **budget.options)
    return with_prior(model, pictures, budget)


def with_prior(model, pictures, budget):
    """Train a variational autoencoder and fit its prior; both are training."""
    components = min(20, len(pictures) // 20)
    rows = pictures[budget.rows(len(pictures))]
    seconds = budget.spend(model, rows, after=lambda: model.fit_prior(pictures, components, budget.seed))
    prior = [np.asarray(part) for part in (model.prior.weights, model.prior.means, model.prior.factors)]
    return Trained(model.sample, [model, *prior], **seconds)


def gan(pictures, labels, budget, held_out):
    """Told the digits, so it draws the one that is asked for."""
    import keras

    from genai_course.models import GenerativeAdversarialNetwork

    model = GenerativeAdversarialNetwork(16, pictures.shape[1:], classes=10, width=256, ema_decay=0.99)
    model.compile(*(keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)), **budget.options)
    rows = budget.rows(len(pictures))
    seconds = budget.spend(model, pictures[rows], labels[rows])
    return Trained(lambda n, seed: (model.sample(n, seed), np.arange(n) % 10), model, **seconds)


def pixelcnn(pictures, labels, budget, held_out):
    """Pixel by pixel; its likelihood is exact."""
    from genai_course.models import PixelCNN

    model = PixelCNN(pictures.shape[1:], levels=LEVELS + 1, features=12, depth=2, size=3, dropout=0.0)
    model.compile(budget.adam(2e-2), **budget.options)
    seconds = budget.spend(model, pictures[budget.rows(len(pictures), batch=32)])
    bits = None if held_out is None else bits_of(model.log_prob(held_out))
    return Trained(model.sample, model, **seconds, bits=bits)


def boltzmann(pictures, labels, budget, held_out):
    """Dreams in black and white; shown are the probabilities of its pixels, which are grey."""
    from genai_course.models import RestrictedBoltzmannMachine
    from genai_course.models.restricted_boltzmann_machine import rbm_optimizer

    black_and_white = (pictures > 0.5).astype("float32")
    model = RestrictedBoltzmannMachine(14, pictures.shape[1:]).adapt(black_and_white)
    model.compile(rbm_optimizer(budget.steps), **budget.options)
    seconds = budget.spend(model, black_and_white[budget.rows(len(pictures))])

    def sample(n, seed):
        dreams = model.sample(n, seed)
        return np.reshape(model.visible_probability(model(dreams)), dreams.shape)

    return Trained(sample, model, **seconds)


def flow(pictures, labels, budget, held_out):
    """Bends noise into pictures of 64 numbers; its density is exact."""
    from genai_course.models import NormalizingFlow

    greys = spread(pictures, budget.seed)
    model = NormalizingFlow(SIZE * SIZE, "affine", couplings=3, width=128, depth=1, dropout=0.1).adapt(greys)
    model(greys[:2])  # makes the weights, or TensorFlow traces the first step twice
    model.compile(budget.adam(5e-3), **budget.options)
    rows = budget.rows(len(greys))
    seconds = budget.spend(model, spread(pictures[rows], budget.seed))
    bits = None if held_out is None else bits_of(model.log_prob(spread(held_out, budget.seed)))
    return Trained(lambda n, seed: to_pictures(np.asarray(model.sample(n, seed))), model, **seconds, bits=bits)


def diffusion(pictures, labels, budget, held_out):
    """Takes noise away in five steps; told the digits."""
    from genai_course.models import DiffusionModel

    model = DiffusionModel(pictures.shape[1:], classes=10, width=192, depth=1)
    model.compile(budget.adam(3e-3, beta_2=0.99), **budget.options)
    rows = budget.rows(len(pictures))
    seconds = budget.spend(model, pictures[rows], labels[rows])
    return Trained(lambda n, seed: (model.sample(n, seed, steps=5), np.arange(n) % 10), model, **seconds)


TRAININGS = {
    "VAE": vae,
    "VAE-GAN": vae_gan,
    "GAN": gan,
    "PixelCNN": pixelcnn,
    "Boltzmann machine": boltzmann,
    "flow": flow,
    "diffusion": diffusion,
}
NAMES = ("mixture", *TRAININGS)


def spread(pictures, seed):
    """Whole greys plus noise from 0 to 1, so that a density of these is a probability of those.  -> (n, 64) float32"""
    greys = np.round(LEVELS * pictures.reshape(len(pictures), -1))
    return (greys + np.random.default_rng(seed).random(greys.shape)).astype("float32")


def to_pictures(greys):
    """The way back: whole greys, and none below black or above white.  (n, 64) -> (n, 8, 8, 1) float32 in [0, 1]"""
    return (np.clip(np.floor(greys), 0, LEVELS) / LEVELS).astype("float32").reshape(-1, SIZE, SIZE, 1)


def bits_of(log_probs):
    """Bits per pixel, from natural logarithms of probabilities of whole pictures."""
    return float(-np.mean(log_probs) / (SIZE * SIZE * np.log(2)))
