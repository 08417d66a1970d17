"""Every picture model of the course on the same small pictures, each trained for the same CPU seconds.

How many steps fit into the seconds was measured once, on one core, and stands in ``STEPS``. So a training stops after a
number of steps and not by the clock, and the same seed gives the same model on every machine; what it cost is measured anew.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from genai_course import data
from genai_course.checks import check_sizes
from genai_course.recipes import picture_models
from genai_course.recipes.budget import Steps

SIZE = 8  # pixels along each side
LEVELS = 16  # steps from black to white
DIGITS = "0123456789"
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
    of the first steps. steps: how many. more: what else ``add`` takes, such as the bits per pixel of held-out pictures.
    """

    sample: object
    model: object
    trained_seconds: float
    steps: int = 0
    more: dict = field(default_factory=dict)

    @property
    def facts(self):
        return {"parameters": self.model, "trained_seconds": self.trained_seconds, **self.more}


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
    count = steps or run.steps(smoke=2, laptop=STEPS[name], gpu=20 * STEPS[name])
    return TRAININGS[name](pictures, labels, Steps(count, run.compile_options, seed), held_out)


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
    return Trained(sample, parameters, seconds, more={"bits": bits})


def vae(pictures, labels, budget, held_out):
    """Codes of twelve numbers, and a mixture of 20 Gaussians fitted to them."""
    prior = (pictures, min(20, len(pictures) // 20), budget.seed)
    model = picture_models.vae(pictures, budget, 12, batch=64, rate=4e-3, prior=prior, beta=0.5, width=256, depth=1)
    return trained(model.sample, with_prior(model), budget)


def vae_gan(pictures, labels, budget, held_out):
    """The same with a critic that judges what the decoder draws."""
    prior = (pictures, min(20, len(pictures) // 20), budget.seed)
    adam = {"rate": 2e-3, "beta_2": 0.999}
    model = picture_models.vae_gan(pictures, budget, 12, **adam, prior=prior, beta=0.5, width=256, depth=1)
    return trained(model.sample, with_prior(model), budget)


def with_prior(model):
    """The numbers that a variational autoencoder and its prior keep."""
    return [model, *(np.asarray(part) for part in (model.prior.weights, model.prior.means, model.prior.factors))]


def gan(pictures, labels, budget, held_out):
    """Told the digits, so it draws the one that is asked for."""
    model = picture_models.gan(pictures, labels, budget, 16, classes=10, rate=1e-3, width=256, ema_decay=0.99)
    return trained(lambda n, seed: (model.sample(n, seed), np.arange(n) % 10), model, budget)


def pixelcnn(pictures, labels, budget, held_out):
    """Pixel by pixel; its likelihood is exact."""
    sizes = {"features": 12, "depth": 2, "size": 3}
    model = picture_models.pixelcnn(pictures, budget, LEVELS + 1, batch=32, rate=2e-2, dropout=0.0, **sizes)
    bits = None if held_out is None else bits_of(model.log_prob(held_out))
    return trained(model.sample, model, budget, bits)


def boltzmann(pictures, labels, budget, held_out):
    """Dreams in black and white; shown are the probabilities of its pixels, which are grey."""
    model = picture_models.boltzmann((pictures > 0.5).astype("float32"), budget, 14)

    def sample(n, seed):
        dreams = model.sample(n, seed)
        return np.reshape(model.visible_probability(model(dreams)), dreams.shape)

    return trained(sample, model, budget)


def flow(pictures, labels, budget, held_out):
    """Bends noise into pictures of 64 numbers; its density is exact."""
    seen = spread(pictures[budget.order(len(pictures), 64)], budget.seed)  # with fresh noise each time
    budget.shuffle = False
    greys = spread(pictures, budget.seed)
    model = picture_models.flow(greys, budget, seen, batch=64, rate=5e-3, couplings=3, dropout=0.1)
    bits = None if held_out is None else bits_of(model.log_prob(spread(held_out, budget.seed)))
    return trained(lambda n, seed: to_pictures(np.asarray(model.sample(n, seed))), model, budget, bits)


def diffusion(pictures, labels, budget, held_out):
    """Takes noise away in five steps; told the digits."""
    model = picture_models.diffusion(pictures, labels, budget, classes=10, batch=64, rate=3e-3, width=192, depth=1)
    return trained(lambda n, seed: (model.sample(n, seed, steps=5), np.arange(n) % 10), model, budget)


def trained(sample, model, budget, bits=None):
    """What was trained, and what it cost."""
    return Trained(sample, model, **budget.seconds, steps=budget.count, more={"bits": bits})


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
