"""The course's models, one file a family. Names are loaded when first used, and TensorFlow with them."""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {
    "autoencoder": "Autoencoder",
    "binary_variational_autoencoder": "BinaryVariationalAutoencoder",
    "component_variational_autoencoder": "ComponentVariationalAutoencoder",
    "convolutional": "ConvolutionalVariationalAutoencoder",
    "copying_gpt": "CopyingGPT",
    "diffusion": "DiffusionModel",
    "encoder_decoder": "EncoderDecoder",
    "gpt": "GPT",
    "generative_adversarial_network": "GenerativeAdversarialNetwork",
    "llama": "Llama",
    "low_rank": "LoRALayer LowRankModel",
    "masked_language_model": "MaskedLanguageModel",
    "ngram": "NgramModel",
    "normalizing_flow": "NormalizingFlow",
    "pixelcnn": "PixelCNN PixelRNN",
    "recurrent_language_model": "RecurrentLanguageModel",
    "restricted_boltzmann_machine": "RestrictedBoltzmannMachine",
    "unet": "UNetDiffusion",
    "variational_autoencoder": "VariationalAutoencoder",
    "variational_autoencoder_gan": "VariationalAutoencoderGAN",
}

__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
__all__ = __dir__()
