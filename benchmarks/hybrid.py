"""The rows of the VAE-GAN in ``benchmarks.quality``."""

from benchmarks.timing import timed, train

EPOCHS, COMPONENTS = 7, 200  # with as many components as the variational autoencoder of 60 s


def hybrid_models(train_pictures, n, seed):
    """Yield (name, seconds, pictures) of the course's VAE-GAN, drawing from N(0, I) and from a mixture fitted to its codes."""
    import keras

    from genai_course.models import VariationalAutoencoderGAN

    keras.utils.set_random_seed(seed)
    model = VariationalAutoencoderGAN(16, train_pictures.shape[1:])
    falling = keras.optimizers.schedules.CosineDecay(1.5e-3, EPOCHS * -(-len(train_pictures) // 64))
    model.compile(keras.optimizers.Adam(falling, beta_1=0.5, beta_2=0.99), steps_per_execution=16)
    seconds = train(model, train_pictures, None, EPOCHS, batch_size=64)
    yield "VAE-GAN, N(0, I)", seconds, model.sample(n, seed)
    prior = timed(lambda: model.fit_prior(train_pictures, COMPONENTS, seed))["seconds"]
    seconds = {key: value + prior for key, value in seconds.items()}
    yield f"VAE-GAN, mixture of {COMPONENTS} on codes", seconds, model.sample(n, seed)
