"""Generative adversarial network: one network draws, a second one judges, and each learns from the other.

Goodfellow et al. (2014), "Generative adversarial nets", with what made it dependable since: a penalty on the judge's
gradient (Mescheder et al. 2018, "Which training methods for GANs do actually converge?"), samples from averaged weights
(Yazıcı et al. 2019, "The unusual effectiveness of ema_decay in GAN training"), and classes by projection (Miyato and
Koyama 2018, "cGANs with projection discriminator"). The convolutional form follows Radford et al. (2016), "Unsupervised
representation learning with deep convolutional generative adversarial networks" (DCGAN).
"""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from genai_course.checks import check_choice, check_sizes
from genai_course.models.losses import blockwise
from genai_course.models.picture_checks import ChecksInput, check_classes, check_labels, check_settings

ARCHITECTURES = {"dense": 512, "convolutional": 48}  # name -> default width
PENALISED_SHARE = 4  # the gradient penalty is measured on one of so many real pictures: a quarter of its time
PICTURES_AT_ONCE = 1_000  # of a call of ``sample``


def discriminator_loss(real_logits, fake_logits):
    """What the discriminator makes small: binary cross-entropy of "real" for the real and "fake" for the drawn pictures.

    Goodfellow et al. (2014), equation 1, with D = sigmoid(logit), so -log D(x) is softplus(-logit) and
    -log(1 - D(G(z))) is softplus(logit): no logarithm of 0.  (n,), (m,) -> ()
    """
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def generator_loss(fake_logits):
    """What the generator makes small: -log D(G(z)), the non-saturating loss, whose gradient is large where D is sure.

    Goodfellow et al. (2014), end of section 3.  (n,) -> ()
    """
    return ops.mean(ops.softplus(-fake_logits))


def optimal_discriminator(p_real, p_fake):
    """The best answer to "how probable is it that this point is real?", from both densities there.

    Goodfellow et al. (2014), Proposition 1.  Two arrays of one shape -> the same shape, from 0 to 1
    """
    return p_real / (p_real + p_fake)


def r1_penalty(logits_of, pictures):
    """Mean squared length of the discriminator's gradient at real pictures, R1: how steep it is where it should rest.

    Mescheder et al. (2018), equation 9, without the factor gamma / 2.

    logits_of: function from pictures (n, height, width, channels) to logits (n,), each from its own picture.
    """
    pictures = tf.convert_to_tensor(pictures)
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        total = ops.sum(logits_of(pictures))
    slopes = tape.gradient(total, pictures)  # (n, height, width, channels)
    return ops.mean(ops.sum(ops.square(slopes), axis=(1, 2, 3)))


@keras.saving.register_keras_serializable(package="genai_course")
class GenerativeAdversarialNetwork(ChecksInput, keras.Model):
    """A generator from codes to pictures and a discriminator from pictures to logits, trained against each other.

    latent_dim: size of a code, whole number, 1 or more.
    picture_shape: (height, width, channels) of the pictures; their values are in [0, 1].
    classes: number of classes for ``fit(pictures, labels)`` and ``sample(n, labels=...)``; None to learn without labels.
    architecture: "dense", or "convolutional" (height and width then are multiples of 4).
    width: units of each hidden layer (dense; by default 512), or channels at half the picture's size (convolutional; 48).
    depth: hidden layers of each dense network.
    gamma: weight of the gradient penalty; 0 trains without it.
    ema_decay: decay of the exponential moving average (EMA) of the generator's weights from which ``sample`` draws; 0 for none.

    Raises ValueError for a size that is not a whole number of 1 or more, another architecture, or a weight out of range.
    """

    y_is, weighs_samples = "labels", False

    def __init__(
        self, latent_dim, picture_shape, classes=None, architecture="dense", width=None, depth=2, gamma=0.5,
        ema_decay=0.995, **options
    ):  # fmt: skip
        super().__init__(**options)
        check_choice("architecture", architecture, ARCHITECTURES)
        width = ARCHITECTURES[architecture] if width is None else width
        sizes = {"latent_dim": latent_dim, "picture_shape": picture_shape, "width": width, "depth": depth}
        self.settings = check_settings(**sizes, gamma=gamma, ema_decay=ema_decay)
        self.settings |= {"classes": check_classes(classes), "architecture": architecture}
        if architecture == "convolutional" and (picture_shape[0] % 4 or picture_shape[1] % 4):
            raise ValueError(f"picture_shape is {picture_shape!r}; convolutions need multiples of 4: (16, 16, 1).")
        for name in ("latent_dim", "picture_shape", "classes", "gamma", "ema_decay"):
            setattr(self, name, self.settings[name])
        sizes = {name: self.settings[name] for name in ("picture_shape", "classes", "architecture", "width", "depth")}
        self.generator = build_generator(self.latent_dim, **sizes)
        self.averaged_generator = build_generator(self.latent_dim, **sizes, name="averaged_generator")
        self.averaged_generator.set_weights(self.generator.get_weights())
        self.averaged_generator.trainable = False
        self.discriminator = build_discriminator(**sizes)
        self.noise = keras.random.SeedGenerator()
        self.generator_tracker = keras.metrics.Mean(name="generator_loss")
        self.discriminator_tracker = keras.metrics.Mean(name="discriminator_loss")
        self.built = True

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **options):
        """Set the two optimizers, by default Adam without momentum, and any other option of ``keras.Model.compile``.

        Raises ValueError if both players are given the same optimizer object: it keeps track of one network's weights.
        """
        first = keras.optimizers.get(generator_optimizer or default_optimizer())
        second = keras.optimizers.get(discriminator_optimizer or default_optimizer())
        if first is second:
            kind = type(first).__name__
            raise ValueError(f"Both players have the same {kind} object as optimizer; make one for each.")
        super().compile(optimizer=first, **options)
        self.discriminator_optimizer = second
        self.optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)

    def train_step(self, data):
        """One step of both players at once, each down its own loss (Mescheder et al. 2018, section 2)."""
        pictures, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        few = ops.shape(pictures)[0] // PENALISED_SHARE + 1  # at least one
        with tf.GradientTape(persistent=True) as tape:
            loss_of_generator, loss_of_discriminator = self.losses_of_players(pictures, labels, training=True)
            penalised_loss = loss_of_discriminator
            if self.gamma:
                few_labels = None if labels is None else labels[:few]
                penalty = r1_penalty(lambda some: self.judge(some, few_labels, training=True), pictures[:few])
                penalised_loss += self.gamma / 2 * penalty
        players = (
            (self.discriminator.trainable_variables, self.discriminator_optimizer, penalised_loss),
            (self.generator.trainable_variables, self.optimizer, loss_of_generator),
        )
        gradients = [tape.gradient(loss, weights) for weights, _, loss in players]  # both before either moves
        for gradient, (weights, optimizer, _) in zip(gradients, players, strict=True):
            optimizer.apply(gradient, weights)
        self.average_weights()
        return self.note(loss_of_generator, loss_of_discriminator)

    def test_step(self, data):
        """Both players' losses on pictures that neither learns from."""
        pictures, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.note(*self.losses_of_players(pictures, labels, training=False))

    def losses_of_players(self, pictures, labels, training):
        """The generator's loss and the discriminator's, from real pictures and as many drawn ones.  -> (), ()"""
        codes = keras.random.normal((ops.shape(pictures)[0], self.latent_dim), seed=self.noise)
        drawn = self.generator(with_labels(codes, labels), training=training)  # (n, height, width, channels)
        real_logits = self.judge(pictures, labels, training=training)  # (n,)
        fake_logits = self.judge(drawn, labels, training=training)  # (n,)
        return generator_loss(fake_logits), discriminator_loss(real_logits, fake_logits)

    def note(self, loss_of_generator, loss_of_discriminator):
        """Add both losses to the means of the epoch.  -> logs"""
        self.generator_tracker.update_state(loss_of_generator)
        self.discriminator_tracker.update_state(loss_of_discriminator)
        return {tracker.name: tracker.result() for tracker in (self.generator_tracker, self.discriminator_tracker)}

    def judge(self, pictures, labels=None, training=False):
        """Logits, above 0 for "real".  (n, height, width, channels), labels (n,) or None -> (n,)"""
        return self.discriminator(with_labels(pictures, labels), training=training)[:, 0]

    def average_weights(self):
        """Move the averaged generator a little towards the generator; early on more, so that a short training counts."""
        steps = ops.cast(self.optimizer.iterations, "float32")
        decay = ops.minimum(self.ema_decay, steps / (steps + 10))
        for average, weight in zip(self.averaged_generator.variables, self.generator.variables, strict=True):
            average.assign(weight + decay * (average - weight))

    def call(self, codes, labels=None):
        """Draw codes with the averaged generator.  (n, latent_dim), labels (n,) or None -> (n, height, width, channels)"""
        return self.averaged_generator(with_labels(codes, labels), training=False)

    def sample(self, n, seed=0, labels=None):
        """Draw ``n`` new pictures.  Returns (n, height, width, channels) float32 in [0, 1].

        labels: the class of each, (n,) whole numbers; by default a model with classes draws each class as often.
        Raises ValueError for an ``n`` below 1, and for labels that are unexpected or out of range.
        """
        check_sizes(n=n)
        codes = np.random.default_rng(seed).standard_normal((n, self.latent_dim)).astype("float32")
        if labels is None and self.classes is not None:
            labels = np.arange(n) % self.classes
        if labels is not None:
            labels = check_labels(labels, n, self.classes)
        return blockwise(self.call, codes, labels, rows=PICTURES_AT_ONCE)

    def get_compile_config(self):
        if not self.compiled:
            return None
        players = {"generator_optimizer": self.optimizer, "discriminator_optimizer": self.discriminator_optimizer}
        return {name: keras.optimizers.serialize(optimizer) for name, optimizer in players.items()}

    def compile_from_config(self, config):
        self.compile(**{name: keras.optimizers.deserialize(optimizer) for name, optimizer in config.items()})


def default_optimizer():
    """Adam without momentum: what an opponent did some steps ago is no guide to what it does now."""
    return keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99)


def with_labels(inputs, labels):
    """The inputs of a network of this file: codes or pictures, and labels if there are any."""
    return inputs if labels is None else [inputs, labels]


def build_generator(latent_dim, picture_shape, classes, architecture, width, depth, name="generator"):
    """Codes (n, latent_dim), and labels (n,) if there are classes -> pictures (n, height, width, channels) in [0, 1]"""
    height, breadth, channels = picture_shape
    inputs = x = keras.Input((latent_dim,))
    if classes is not None:
        labels = keras.Input((), dtype="int32")
        inputs = [inputs, labels]
        # A learned code of the class, as long as the random one: (n, 2 * latent_dim)
        x = layers.Concatenate()([x, layers.Embedding(classes, latent_dim, "random_normal")(labels)])
    if architecture == "dense":
        for _ in range(depth):
            x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(layers.Dense(width, use_bias=False)(x)))
        x = layers.Dense(math.prod(picture_shape), activation="sigmoid")(x)
    else:  # Radford et al. (2016), figure 1, for pictures of a quarter of its size
        x = layers.Dense(height // 4 * (breadth // 4) * 2 * width, use_bias=False)(x)
        x = layers.Reshape((height // 4, breadth // 4, 2 * width))(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Conv2DTranspose(width, 4, strides=2, padding="same", use_bias=False)(x)  # half the picture's size
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Conv2DTranspose(channels, 4, strides=2, padding="same", activation="sigmoid")(x)
    return keras.Model(inputs, layers.Reshape(picture_shape)(x), name=name)


def build_discriminator(picture_shape, classes, architecture, width, depth):
    """Pictures (n, height, width, channels), and labels (n,) if there are classes -> logits (n, 1)

    No batch normalisation: the gradient penalty asks how each logit depends on its own picture alone.
    """
    inputs = keras.Input(picture_shape)
    x = layers.Rescaling(2.0, offset=-1.0)(inputs)  # [0, 1] -> [-1, 1]
    if architecture == "dense":
        x = layers.Flatten()(x)
        for _ in range(depth):
            x = layers.LeakyReLU(0.2)(layers.Dense(width)(x))
    else:
        x = layers.LeakyReLU(0.2)(layers.Conv2D(width, 4, strides=2, padding="same")(x))  # half the picture's size
        x = layers.LeakyReLU(0.2)(layers.Conv2D(2 * width, 4, strides=2, padding="same")(x))  # a quarter
        x = layers.Flatten()(x)
    logits = layers.Dense(1)(x)
    if classes is not None:  # Miyato and Koyama (2018), equation 3: how well these features fit this class
        labels = keras.Input((), dtype="int32")
        inputs = [inputs, labels]
        of_class = layers.Embedding(classes, x.shape[1], "glorot_uniform")(labels)  # (n, features)
        logits = layers.Add()([logits, layers.Dot(axes=1)([of_class, x])])
    return keras.Model(inputs, logits, name="discriminator")
