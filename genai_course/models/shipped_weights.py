"""Models that were trained for long and travel with the course: ``pretrained.load("unet_faces")``.

A script in ``datasets/`` trained each, ``make_<name>.py``; what it learned from and how good it is says ``<name>.md`` there. The
weights are kept in half precision in ``<name>.npz``, one array after another.
"""

import numpy as np

from genai_course.data.faces import FACE_RANGES
from genai_course.data.files import verified_path
from genai_course.data.glyphs import CHARACTERS
from genai_course.data.tokens import BytePairEncoder
from genai_course.models.convolutional import ConvolutionalVariationalAutoencoder
from genai_course.models.gpt import GPT
from genai_course.models.latent_prior import LatentPrior
from genai_course.models.unet import UNetDiffusion

VOCABULARY, CONTEXT = 1_536, 256  # of the stories
# name -> function that makes the model as its training begins
UNTRAINED = {
    "gpt_stories": lambda: GPT(VOCABULARY, CONTEXT, d_model=64, heads=4, num_layers=3),
    "unet_faces": lambda: UNetDiffusion(
        (64, 64, 3), factors=len(FACE_RANGES), width=48, levels=2, patch=4, prediction_type="x0"
    ),
    "unet_glyphs": lambda: UNetDiffusion((28, 28, 1), classes=len(CHARACTERS), width=48, levels=2, patch=2),
    "vae_faces": lambda: ConvolutionalVariationalAutoencoder(16, (64, 64, 3), width=24, depth=4),
}
NAMES = tuple(UNTRAINED)
# Options of ``sample`` with which the model cards' scores are measured.
DRAWING = {"unet_faces": {"steps": 8}, "unet_glyphs": {"steps": 15}}


def load(name):
    """A model with the weights that travel with the course.

    name: one of ``NAMES``. "unet_glyphs" draws glyphs of 28×28 pixels, whose labels count in ``data.CHARACTERS``;
        "unet_faces" faces of 64×64, whose labels (n, 8) are places from 0 to 1 in the ranges of ``data.FACE_RANGES``;
        "vae_faces" faces of 64×64, and turns them into 16 numbers and back;
        "gpt_stories" continues stories, ``model.encoder`` turns texts into its tokens and back.

    The model is as after its training: it draws, and it can be compiled and trained further.
    Raises ValueError for an unknown name, and for weights that are missing or damaged.
    """
    if name not in NAMES:
        raise ValueError(f"No model {name!r} travels with the course; there are {', '.join(NAMES)}.")
    with np.load(verified_path(f"{name}.npz")) as kept:
        parts = [kept[f"{number:03}"] for number in range(len(kept.files))]
    model = UNTRAINED[name]()
    put(model, [part if part.dtype.kind in "iu" else part.astype("float32") for part in parts])
    return model


def parts_of(model):
    """The arrays that make an untrained model a trained one."""
    if isinstance(model, UNetDiffusion):
        return model.averaged_network.get_weights()  # from which it draws
    if isinstance(model, ConvolutionalVariationalAutoencoder):
        return [*model.get_weights(), model.prior.weights, model.prior.means, model.prior.factors]
    return [*model.get_weights(), np.array(model.encoder.merges, "uint16")]


def put(model, parts):
    """Give a model what ``parts_of`` took from one of its kind."""
    if isinstance(model, UNetDiffusion):
        model.network.set_weights(parts)
        model.averaged_network.set_weights(parts)
    elif isinstance(model, ConvolutionalVariationalAutoencoder):
        model.set_weights(parts[:-3])
        model.prior = LatentPrior(*parts[-3:])
    else:
        model.set_weights(parts[:-1])
        model.encoder = BytePairEncoder(parts[-1])
