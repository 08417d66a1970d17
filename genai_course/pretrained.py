"""Models that were trained for long: ``pretrained.load("unet_faces")``, ``pretrained.load("smollm2")``.

Those of ``SHIPPED`` travel with the course. Scripts in ``datasets/`` trained them, and a model card there says how good each is.
One more is a language model that others trained, run by the course's own code: ``genai-course get smollm2`` fetches it, once;
from then on no network is needed. A lesson asks first whether it is there:

>>> if pretrained.is_there("smollm2"):  # says how to get it where it is not
...     smollm2 = pretrained.load("smollm2")
...     for piece in smollm2.generate("The capital of France is", max_tokens=20):
...         print(piece, end="")

SmolLM2-135M-Instruct: Allal et al. (2025), "SmolLM2: When Smol goes big", Apache-2.0.
"""

import json
import zipfile
import zlib
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from genai_course.checks import check_choice
from genai_course.data.tokens import BytePairEncoder, chunks_and_digits
from genai_course.paths import course_home

SHIPPED = (
    "gpt_stories",
    "unet_faces",
    "unet_glyphs",
    "vae_faces",
)  # of models.shipped_weights, which imports TensorFlow
TITLES = {"smollm2": "SmolLM2-135M-Instruct"}
MEGABYTES = {"smollm2": 93}  # to fetch
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"  # what it was tuned with
ROLES = ("system", "user", "assistant")
# In every block, and in the model as a whole.
BLOCK_WEIGHTS = [f"attention.{name}_proj.kernel" for name in ("query", "key", "value", "out")]
BLOCK_WEIGHTS += [f"mlp.{name}_proj.kernel" for name in ("gate", "up", "down")]
BLOCK_WEIGHTS += ["attention_norm.scale", "mlp_norm.scale"]
MODEL_WEIGHTS = ["embedding.embeddings", "norm.scale"]
DAMAGES = (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error)


class Pretrained(NamedTuple):
    """A model that writes text: a :class:`~genai_course.models.Llama`, and the encoder of its tokens."""

    model: object
    encoder: BytePairEncoder

    def generate(self, prompt, **options):
        """The text that follows, piece by piece as it is generated: an iterator, which may be left at any time.

        prompt: a text to go on with, or the messages of a chat, as of :func:`chat_prompt`. options: as of ``Llama.generate``,
        by default temperature 0.2 and top_p 0.9, which its authors recommend. It ends where the model ends its answer.
        """
        text = prompt if isinstance(prompt, str) else chat_prompt(prompt)
        stop = [self.encoder.special[name] for name in ("<|im_end|>", "<|endoftext|>")]
        options = {"temperature": 0.2, "top_p": 0.9, "stop": stop} | options
        return self.encoder.stream(self.model.generate(self.encoder.encode(text), **options))


def chat_prompt(messages):
    """The text after which the model answers.

    messages: [{"role": "user", "content": "…"}, …]; a role is "system", "user" or "assistant". Where the first is not the
        system's, the one that the model was tuned with stands before it.

    Raises ValueError for what is no list of messages.
    """
    messages = list(messages)
    if not messages or not all(isinstance(each, dict) and {"role", "content"} <= each.keys() for each in messages):
        raise ValueError(
            f'messages is {messages!r:.80}; give a list such as [{{"role": "user", "content": "Hello!"}}].'
        )
    for message in messages:
        check_choice("role", message["role"], ROLES)
    if messages[0]["role"] != "system":
        messages = [{"role": "system", "content": SYSTEM}, *messages]
    said = [f"<|im_start|>{each['role']}\n{each['content']}<|im_end|>\n" for each in messages]
    return "".join(said) + "<|im_start|>assistant\n"


def is_there(name):
    """Whether the model is on this machine; where it is not, one sentence says how to get it.

    Raises ValueError for an unknown name.
    """
    check_choice("name", name, (*TITLES, *SHIPPED))
    there = name in SHIPPED or path(name).exists()
    if not there:
        print(_not_there(name))
    return there


def load(name, gather=None):
    """A model with its weights; of "smollm2" :class:`Pretrained`, the model and its encoder.

    name: "smollm2", or one of ``SHIPPED``, as of :func:`genai_course.models.shipped_weights.load`.
    gather: another attention for SmolLM2 to compute with, a function as :func:`genai_course.models.gpt.attention`.
    Raises ValueError for an unknown name, and where the model is missing or damaged, with the way to get it.
    """
    check_choice("name", name, (*TITLES, *SHIPPED))
    if name in SHIPPED:
        from genai_course.models import shipped_weights

        return shipped_weights.load(name)
    if not path(name).exists():
        raise ValueError(_not_there(name))
    import tensorflow as tf

    from genai_course.models.gpt import attention
    from genai_course.models.llama import Llama

    def empty(shape, dtype):  # takes memory only once something is written there
        return tf.raw_ops.Empty(shape=shape, dtype=dtype)

    try:
        with np.load(path(name)) as file:  # which reads an array when it is asked for
            settings = json.loads(file["settings"].item())
            model = Llama(**settings, gather=gather or attention, initializer=lambda: empty)
            for part, variable in weights(model):
                variable.assign(file[part])
            return Pretrained(model, encoder_in(file))
    except DAMAGES as error:
        raise ValueError(
            f"{path(name)} is damaged ({type(error).__name__}): `genai-course get {name}` gets it again."
        ) from None


def path(name):
    """Where a model that was fetched is kept.  Raises ValueError for an unknown name."""
    check_choice("name", name, TITLES)
    return course_home() / "pretrained" / f"{name}.npz"


def is_whole(name):
    """Whether the model is on this machine and its file undamaged."""
    try:
        with zipfile.ZipFile(path(name)) as file:
            return file.testzip() is None
    except DAMAGES:
        return False


def save(file, settings, arrays, pieces, merges, special):
    """Write what ``load`` reads.

    settings: of the Llama. arrays: its weights by the names of :func:`weights`, float16. pieces, merges, special: as of
    :class:`~genai_course.data.BytePairEncoder`.
    """
    described = {"settings": json.dumps(settings), "special": json.dumps(special), "merges": np.array(merges, "int32")}
    lengths, written = np.array([len(piece) for piece in pieces], "int32"), np.frombuffer(b"".join(pieces), "uint8")
    np.savez(file, **described, piece_lengths=lengths, pieces=written, **arrays)


def encoder_in(file):
    """The encoder of an opened file of :func:`save`."""
    ends, written = np.cumsum(file["piece_lengths"]), file["pieces"].tobytes()
    pieces = [written[end - length : end] for end, length in zip(ends, file["piece_lengths"], strict=True)]
    return BytePairEncoder(file["merges"], pieces, json.loads(file["special"].item()), chunks_and_digits)


def weights(model):
    """Each weight of a Llama by its name.  Yields (name, variable)."""
    for name in MODEL_WEIGHTS:
        yield name, attrgetter(name)(model)
    for number, block in enumerate(model.blocks):
        for name in BLOCK_WEIGHTS:
            yield f"blocks.{number}.{name}", attrgetter(name)(block)


def _not_there(name):
    size = f"{MEGABYTES[name]} MB, from the network"
    return f"{TITLES[name]} is not on this machine; `genai-course get {name}` gets it, once ({size})."
