"""The course's models, one file a family. Names are loaded when first used, and TensorFlow with them."""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {
    "Autoencoder": "autoencoder",
    "BinaryVariationalAutoencoder": "binary_variational_autoencoder",
    "ComponentVariationalAutoencoder": "component_variational_autoencoder",
    "CopyingGPT": "copying_gpt",
    "DiffusionModel": "diffusion",
    "EncoderDecoder": "encoder_decoder",
    "GPT": "gpt",
    "GenerativeAdversarialNetwork": "generative_adversarial_network",
    "LoRALayer": "low_rank",
    "LowRankModel": "low_rank",
    "MaskedLanguageModel": "masked_language_model",
    "NgramModel": "ngram",
    "NormalizingFlow": "normalizing_flow",
    "PixelCNN": "pixelcnn",
    "PixelRNN": "pixelcnn",
    "RecurrentLanguageModel": "recurrent_language_model",
    "RestrictedBoltzmannMachine": "restricted_boltzmann_machine",
    "VariationalAutoencoder": "variational_autoencoder",
    "VariationalAutoencoderGAN": "variational_autoencoder_gan",
}

__all__ = sorted(PUBLIC_NAMES)
__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
