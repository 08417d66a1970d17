"""Low-rank adaptation (LoRA): a trained model stays as it is, and two thin matrices beside each chosen layer learn what is new.

Hu et al. (2021), "LoRA: Low-rank adaptation of large language models". The paper multiplies columns, W x + (α/r) B A x; Keras
multiplies rows, so here it reads x W + (α/r) x A B: A narrows to r numbers, B widens again. For a convolution A holds r filters
as large as the layer's own, and B mixes their answers at each place; so it can be merged exactly, too.
"""

import math
from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

from genai_course.checks import check_above_zero, check_sizes, check_whole_number
from genai_course.models.picture_checks import ChecksInput
from genai_course.paths import atomic_write


def low_rank_product(inputs, kernel, down, up, scale):
    """What a dense layer with an adapter computes before its bias.  Hu et al. (2021), equation 3.

    inputs (…, in), kernel (in, out), down A (in, rank), up B (rank, out), scale α/r -> (…, out)
    """
    return ops.matmul(inputs, kernel) + scale * ops.matmul(ops.matmul(inputs, down), up)


def merged_kernel(kernel, down, up, scale):
    """The one kernel that does the same.  Hu et al. (2021), section 4.1: W = W₀ + (α/r) A B.

    kernel (…, in, out), down (…, in, rank), up (rank, out) -> (…, in, out)
    """
    return kernel + scale * ops.matmul(down, up)


@keras.saving.register_keras_serializable(package="genai_course")
class LoRALayer(layers.Layer):
    """A dense or convolutional layer, frozen, with a low-rank correction that learns.

    base: the layer, built (``keras.layers.Dense``, ``Conv2D`` or a subclass); its own weights are used, not copied, and frozen.
    rank: r, whole number, 1 or more. alpha: α, above 0; the correction counts α/r (section 4.1), by default once.
    product: what a dense layer computes before its bias, a function such as :func:`low_rank_product`; it is not saved.

    A begins with normal numbers of variance 1/inputs, B with zeros: so the layer begins as the base, to the last bit but one.
    Raises ValueError for another kind of layer, one without weights, or a number out of range.
    """

    def __init__(self, base, rank, alpha=None, product=low_rank_product, **options):
        super().__init__(**options)
        self.rank, self.alpha = check_rank(rank, alpha)
        self.product = product
        if not isinstance(base, (layers.Dense, layers.Conv2D)):
            raise ValueError(f"base is {base!r:.80}; give a layers.Dense or layers.Conv2D.")
        self.base, self.scale = base, self.alpha / self.rank
        if base.built:
            self.build(base.get_build_config()["input_shape"])

    def build(self, input_shape):
        if self.built:
            return
        if not self.base.built:
            self.base.build(input_shape)
        self.base.trainable = False
        *before, outputs = self.base.kernel.shape  # (in, out), or (height, width, in, out)
        spread = keras.initializers.RandomNormal(stddev=1 / math.sqrt(math.prod(before)))
        self.down = self.add_weight(shape=(*before, self.rank), initializer=spread, name="down")
        self.up = self.add_weight(shape=(self.rank, outputs), initializer="zeros", name="up")
        self.built = True

    def call(self, inputs):
        """As the base: (…, in) -> (…, out), or (n, height, width, in) -> (n, height, width, out)"""
        base = self.base
        if isinstance(base, layers.Dense):
            outputs = self.product(inputs, base.kernel, self.down, self.up, self.scale)
        else:  # through the layer's own operation: strides, padding and a PixelCNN's mask hold for A as well
            low = base.convolution_op(inputs, ops.convert_to_tensor(self.down))  # (n, height, width, rank)
            outputs = base.convolution_op(inputs, base.kernel) + self.scale * ops.matmul(low, self.up)
        if base.use_bias:
            outputs = outputs + base.bias
        return base.activation(outputs)

    def compute_output_shape(self, input_shape):
        return self.base.compute_output_shape(input_shape)

    def plain_kernel(self, merge=merged_kernel):
        """The base's kernel with the correction in it, as an array of the same shape. merge: a function that puts it there."""
        return np.array(merge(self.base.kernel, self.down, self.up, self.scale))

    def get_config(self):
        base = keras.saving.serialize_keras_object(self.base)
        return {**super().get_config(), "base": base, "rank": self.rank, "alpha": self.alpha}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("base")), **config)


@keras.saving.register_keras_serializable(package="genai_course")
class LowRankModel(ChecksInput, keras.Model):
    """A copy of a trained model, frozen, with a low-rank correction beside each dense or convolutional layer.

    base: a keras.Model with weights that can be made again from its ``get_config``; it is copied and stays as it is. copy: False
        puts the corrections into the base itself, for a model that is too large to be in memory twice.
    rank, alpha, product: see :class:`LoRALayer`.

    ``compile`` and ``fit`` train the corrections alone, with the base's loss. Layers inside a Sequential or functional model hang
    in a graph and are not reached. ``model.paths`` are the layers' attribute names: ``blocks.0.attention.query_proj``.
    Raises ValueError for a number out of range.
    """

    def __init__(self, base, rank=4, alpha=None, product=low_rank_product, copy=True, **options):
        super().__init__(**options)
        rank, alpha = check_rank(rank, alpha)
        self.base = copy_of(base) if copy else base
        found = layers_by_path(self.base)
        self.paths = tuple(found)
        self.settings = {"rank": rank, "alpha": alpha}
        self.base.trainable = False
        self.adapters = [LoRALayer(found[path].layer, rank, alpha, product) for path in self.paths]
        for path, adapter in zip(self.paths, self.adapters, strict=True):
            # Past Keras' bookkeeping, which is closed once a layer is built: this model keeps the adapters itself.
            object.__setattr__(found[path].parent, found[path].attribute, adapter)
        if hasattr(self.base, "compile_read"):
            self.base.compile_read()  # an earlier graph knows nothing of the corrections
        self.built = True

    def call(self, inputs, training=False):
        return self.base(inputs, training=training)

    def checked_y(self, x, y, options):
        """The y for Keras; the base checks x and y if it can."""
        return self.base.checked_y(x, y, options) if hasattr(self.base, "checked_y") else y

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The base's own loss."""
        return self.base.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training)

    def adapter_weights(self):
        """All that is learned: A and B of each layer, in the order of ``paths``.  -> list of arrays"""
        return [np.array(weight) for adapter in self.adapters for weight in (adapter.down, adapter.up)]

    def set_adapter_weights(self, weights):
        """Put other corrections in.  Raises ValueError for arrays of other shapes."""
        needed, given = [each.shape for each in self.adapter_weights()], [np.shape(each) for each in weights]
        if given != needed:
            raise ValueError(f"The corrections have the shapes {given}; this model needs {needed}.")
        for adapter, down, up in zip(self.adapters, weights[::2], weights[1::2], strict=True):
            adapter.down.assign(down)
            adapter.up.assign(up)

    def save_adapters(self, path):
        """Write the corrections alone into a small file (.npz); the base is not in it."""
        with atomic_write(path) as beside, open(beside, "wb") as file:
            np.savez(file, *self.adapter_weights())

    def load_adapters(self, path):
        """Read what ``save_adapters`` wrote.  Raises ValueError for corrections that do not fit this model."""
        with np.load(path) as file:
            self.set_adapter_weights([file[name] for name in file.files])

    def merge_into(self, plain, merge=merged_kernel):
        """Write base and corrections as one into ``plain``, a model such as the base, and return it: quick and large as the base.

        Raises ValueError for a model whose layers are not the base's.
        """
        layer_of = layers_by_path(plain)
        if not set(self.paths) <= set(layer_of) or plain.count_params() != self.base.count_params():
            raise ValueError(f"plain is a {type(plain).__name__} of other layers; give a copy of the base.")
        plain.set_weights(self.base.get_weights())
        for path, adapter in zip(self.paths, self.adapters, strict=True):
            layer_of[path].layer.kernel.assign(adapter.plain_kernel(merge))
        return plain

    def get_config(self):
        return {**super().get_config(), "base": keras.saving.serialize_keras_object(self.base)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("base")), **config)


def truncate_rank(weights, rank):
    """Corrections of a lower rank in arrays of the old shapes: columns of A and rows of B from number ``rank`` on become 0.

    They stay 0 in training, because the gradient of each is a product with the other. So one model trains all lower ranks.
    weights: A and B of each layer in turn, as from ``adapter_weights``. Raises ValueError for a rank that is too high.
    """
    check_whole_number("rank", rank, 1, len(weights[1]))
    kept = np.arange(len(weights[1])) < rank
    return [weight * (kept[:, None] if place % 2 else kept) for place, weight in enumerate(weights)]


class Place(NamedTuple):
    """Where a layer hangs: ``getattr(parent, attribute)`` is the layer."""

    parent: layers.Layer
    attribute: str
    layer: layers.Layer


def layers_by_path(model):
    """Dense and convolutional layers that are attributes of the model or of layers in it.  -> path -> Place, in order"""
    found = {}

    def look(parent, path):
        for name, value in sorted(vars(parent).items()):
            if not name.startswith("_"):
                several = isinstance(value, (list, tuple))
                each = [(f"{path}{name}.{k}", v) for k, v in enumerate(value)] if several else [(path + name, value)]
                for place, layer in each:
                    if isinstance(layer, (layers.Dense, layers.Conv2D)) and not several:
                        found[place] = Place(parent, name, layer)
                    elif isinstance(layer, layers.Layer):
                        look(layer, f"{place}.")

    look(model, "")
    return found


def copy_of(model):
    """A second model with the same settings and weights.

    Raises ValueError for what is no model, or one that its settings do not describe.
    """
    if not isinstance(model, keras.Model):
        raise ValueError(f"base is {model!r:.80}; give a keras.Model.")
    try:
        made = type(model).from_config(model.get_config())
    except (NotImplementedError, TypeError) as error:
        raise ValueError(f"{type(model).__name__} cannot be made again from its get_config: {error}") from None
    if [weight.shape for weight in made.weights] != [weight.shape for weight in model.weights]:
        raise ValueError(f"{type(model).__name__} does not make its weights when it is made; build it in __init__.")
    made.set_weights(model.get_weights())
    return made


def check_rank(rank, alpha=None):
    """Rank and alpha as plain numbers; alpha is the rank where it is None.  ValueError for what cannot be."""
    check_sizes(rank=rank)
    alpha = rank if alpha is None else alpha
    check_above_zero("alpha", alpha)
    return int(rank), float(alpha)
