"""How each picture model of the course is trained, and the trained ones of the zoo.

A recipe takes pictures (n, height, width, channels) and a budget of :mod:`genai_course.recipes.budget`, and returns the trained
model. What is given by default is what suits 16×16 glyphs; settings go to the model. Random numbers are Keras's: set the seed
before.
"""

import numpy as np

from genai_course import data, models
from genai_course.recipes.budget import Epochs, cosine_adam

RECIPES = {}  # of the zoo: name -> function(run, progress) that returns a trained model
SECONDS = {}  # name -> seconds of training on the laptop profile, to tell the learner


def fitted(model, optimizer, budget, *columns, **options):
    """The model, trained with this optimizer on columns of the same rows. options: of the budget's ``fit``."""
    model.compile(optimizer, **budget.options)
    budget.fit(model, *columns, **options)
    return model


def autoencoder(pictures, budget, latent_dim=16, *, batch=128, rate=3e-3, width=256, **settings):
    """Codes of a few numbers and back."""
    model = models.Autoencoder(latent_dim, pictures.shape[1:], width=width, **settings)
    return fitted(model, cosine_adam(rate, budget.steps(len(pictures), batch)), budget, pictures, batch=batch)


def vae(pictures, budget, latent_dim=16, *, convolutional=False, batch=128, rate=2e-3, prior=None, **settings):
    """A variational autoencoder; prior: arguments of ``fit_prior``, which then is part of the training."""
    kind = models.ConvolutionalVariationalAutoencoder if convolutional else models.VariationalAutoencoder
    model = kind(latent_dim, pictures.shape[1:], **settings)
    adam, after = cosine_adam(rate, budget.steps(len(pictures), batch)), lambda: prior and model.fit_prior(*prior)
    return fitted(model, adam, budget, pictures, batch=batch, after=after)


def vae_gan(pictures, budget, latent_dim=16, *, batch=64, rate=1.5e-3, beta_2=0.99, prior=None, **settings):
    """A variational autoencoder with a critic; prior as of :func:`vae`."""
    model = models.VariationalAutoencoderGAN(latent_dim, pictures.shape[1:], **settings)
    adam = cosine_adam(rate, budget.steps(len(pictures), batch), beta_1=0.5, beta_2=beta_2)
    return fitted(model, adam, budget, pictures, batch=batch, after=lambda: prior and model.fit_prior(*prior))


def gan(pictures, labels, budget, latent_dim=32, *, classes=None, batch=64, rate=5e-4, **settings):
    """A generative adversarial network; labels (n,) and classes if it is to draw what is asked for, else None."""
    import keras

    model = models.GenerativeAdversarialNetwork(latent_dim, pictures.shape[1:], classes, **settings)
    adams = [keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for _ in range(2)]
    model.compile(*adams, **budget.options)
    budget.fit(model, pictures, labels, batch=batch)
    return model


def diffusion(pictures, labels, budget, *, convolutional=False, classes=None, batch=128, rate=2e-3, **settings):
    """A diffusion model, with a U-Net if it is to be convolutional; labels and classes as of :func:`gan`."""
    kind = models.UNetDiffusion if convolutional else models.DiffusionModel
    model = kind(pictures.shape[1:], classes, **settings)
    adam = cosine_adam(rate, budget.steps(len(pictures), batch), beta_2=0.99)
    return fitted(model, adam, budget, pictures, labels, batch=batch)


def boltzmann(pictures, budget, hidden=16, *, batch=64, **settings):
    """A restricted Boltzmann machine of black and white pictures."""
    model = models.RestrictedBoltzmannMachine(hidden, pictures.shape[1:], **settings).adapt(pictures)
    optimizer = models.restricted_boltzmann_machine.rbm_optimizer(budget.steps(len(pictures), batch))
    return fitted(model, optimizer, budget, pictures, batch=batch)


def pixelcnn(pictures, budget, levels=17, *, rows=False, batch=64, rate=8e-3, **settings):
    """Pixel by pixel, by masked convolutions or, with ``rows``, by the row LSTM of the PixelRNN."""
    model = (models.PixelRNN if rows else models.PixelCNN)(pictures.shape[1:], levels, **settings)
    return fitted(model, cosine_adam(rate, budget.steps(len(pictures), batch)), budget, pictures, batch=batch)


def flow(greys, budget, seen=None, *, batch=256, rate=3e-3, **settings):
    """A normalizing flow of pictures as rows of continuous greys (n, pixels).

    greys: from which it takes mean and spread. seen: rows to learn from, by default the same.
    """
    seen = greys if seen is None else seen
    model = models.NormalizingFlow(greys.shape[1], "affine", depth=1, width=128, **settings).adapt(greys)
    model(greys[:2])  # makes the weights
    return fitted(model, cosine_adam(rate, budget.steps(len(seen), batch)), budget, seen, batch=batch)


def zoo_model(seconds, **epochs):
    """Register a function of a run and its budget, so many epochs on each profile, that trains a model of the zoo.

    seconds: of one core on the laptop profile.
    """

    def register(train):
        def recipe(run, progress):
            return train(run, Epochs(run.steps(**epochs), run.compile_options, [progress]))

        RECIPES[train.__name__], SECONDS[train.__name__] = recipe, seconds
        return train

    return register


@zoo_model(seconds=6, smoke=1, laptop=6, gpu=60)
def autoencoder_glyphs(run, budget):
    """Sixteen numbers for a glyph."""
    return autoencoder(glyphs(run).train, budget)


@zoo_model(seconds=6, smoke=1, laptop=60, gpu=200)
def vae_digits(run, budget):
    """Draws digits: eight numbers each, the prior a mixture of 20."""
    pictures = digits(run)
    return vae(pictures, budget, 8, batch=64, width=256, prior=(pictures, 20))


@zoo_model(seconds=8, smoke=1, laptop=10, gpu=60)
def vae_glyphs(run, budget):
    """Draws glyphs: sixteen numbers each, the prior a mixture of 50."""
    pictures = glyphs(run).train
    return vae(pictures, budget, prior=(pictures[:10_000], 50), **layers(run, dense={"width": 256}, convolutional={}))


@zoo_model(seconds=14, smoke=1, laptop=5, gpu=60)
def gan_glyphs(run, budget):
    """Draws the glyph that is asked for; dense layers, which need fewer seconds than the lesson's convolutions."""
    glyphs_36 = glyphs(run)
    return gan(glyphs_36.train, glyphs_36.train_labels, budget, classes=36, batch=128, rate=1e-3)


@zoo_model(seconds=6, smoke=1, laptop=3, gpu=200)
def diffusion_glyphs(run, budget):
    """Takes noise away until a glyph is left; a small network, whose letters ask for a guidance_scale of 2."""
    glyphs_36 = glyphs(run)
    sizes = layers(
        run, dense={"width": 256, "depth": 1, "rate": 3e-3}, convolutional={"width": 64, "depth": 2, "rate": 1e-3}
    )
    return diffusion(glyphs_36.train, glyphs_36.train_labels, budget, classes=36, **sizes)


@zoo_model(seconds=4, smoke=1, laptop=30, gpu=200)
def boltzmann_digits(run, budget):
    """Dreams black and white digits: a restricted Boltzmann machine of 16 hidden units."""
    pictures = (digits(run) > 0.5).astype("float32")
    pictures = np.tile(pictures, (run.steps(smoke=1, laptop=10, gpu=10), 1, 1, 1))  # ten passes an epoch
    return boltzmann(pictures, budget)


@zoo_model(seconds=8, smoke=1, laptop=8, gpu=30)
def pixelcnn_digits(run, budget):
    """Draws digits of 17 greys pixel by pixel."""
    return pixelcnn(digits(run), budget, features=24, depth=3, size=3)


@zoo_model(seconds=9, smoke=1, laptop=6, gpu=12)
def flow_digits(run, budget):
    """Bends noise into digits: 64 numbers, and grey values from 0 to 17 because noise is added to each."""
    greys = np.round(16 * digits(run).reshape(-1, 64))
    noise = np.random.default_rng(0)
    greys = np.concatenate([greys + noise.random(greys.shape) for _ in range(run.steps(smoke=1, laptop=10, gpu=50))])
    greys = greys[: len(greys) // 256 * 256].astype("float32")  # whole batches
    return flow(greys, budget, couplings=4, dropout=0.3, rotation_seed=0)


def layers(run, dense, convolutional):
    """The settings of a recipe for the machine at hand: convolutions pay off on a GPU."""
    return run.steps(smoke=dense, laptop=dense, gpu={"convolutional": True, **convolutional})


def digits(run):
    """The handwritten digits to learn from; for ``smoke`` a few of them.  -> (n, 8, 8, 1)"""
    return data.digits().train[: run.steps(smoke=256, laptop=None, gpu=None)]


def glyphs(run):
    """Glyphs to learn from, with their labels from 0 to 35."""
    return data.glyphs(run.steps(smoke=256, laptop=20_000, gpu=100_000), 1)
