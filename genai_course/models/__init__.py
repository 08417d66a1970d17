"""The course's models, one file a family. Names are loaded when first used, and TensorFlow with them."""

from importlib import import_module

PUBLIC_NAMES = {
    "Autoencoder": "autoencoder",
    "BinaryVariationalAutoencoder": "binary_variational_autoencoder",
    "BoltzmannMachine": "boltzmann_machine",
    "ComponentVariationalAutoencoder": "component_variational_autoencoder",
    "DiffusionModel": "diffusion",
    "EncoderDecoder": "encoder_decoder",
    "GPT": "gpt",
    "GenerativeAdversarialNetwork": "generative_adversarial_network",
    "LowRankLayer": "low_rank",
    "LowRankModel": "low_rank",
    "MaskedLanguageModel": "masked_language_model",
    "NgramModel": "ngram",
    "NormalizingFlow": "normalizing_flow",
    "PixelCNN": "pixelcnn",
    "PixelRNN": "pixelcnn",
    "RecurrentLanguageModel": "recurrent_language_model",
    "RestrictedBoltzmannMachine": "restricted_boltzmann_machine",
    "TiedLSTM": "tied_lstm",
    "VariationalAutoencoder": "variational_autoencoder",
    "VariationalAutoencoderGAN": "variational_autoencoder_gan",
}

__all__ = sorted(PUBLIC_NAMES)


def __getattr__(name):
    if name in PUBLIC_NAMES:
        return getattr(import_module(f"{__name__}.{PUBLIC_NAMES[name]}"), name)
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"genai_course.models has no name {name!r}. It offers: {', '.join(__all__)}.") from None


def __dir__():
    return sorted({*globals(), *__all__})
