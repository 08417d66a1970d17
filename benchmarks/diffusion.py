"""The rows of the diffusion model in ``benchmarks.quality``."""

import numpy as np

from benchmarks.timing import train

EPOCHS = 16
# name -> whether it learns the characters, and what is drawn: name -> options of ``sample``
RECIPES = {
    "diffusion, characters given": (
        True,
        {
            "10 steps": {},
            "50 steps": {"steps": 50},
            "10 steps of DDPM": {"sampler": "ddpm"},
            "10 steps, guidance 1.5": {"guidance_scale": 1.5},
            "10 steps, guidance 3": {"guidance_scale": 3.0},
        },
    ),
    "diffusion": (False, {"10 steps": {}}),
}


def diffusion_models(glyphs, n, seed):
    """Yield (name, seconds, pictures), and labels where it was asked for characters, of each recipe and way to draw."""
    import keras

    from genai_course.models import DiffusionModel

    classes = len(glyphs.class_names)
    for name, (told, ways) in RECIPES.items():
        keras.utils.set_random_seed(seed)
        model = DiffusionModel(glyphs.train.shape[1:], classes if told else None)
        falling = keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * -(-len(glyphs.train) // 128))
        model.compile(keras.optimizers.Adam(falling, beta_2=0.99), steps_per_execution=16)
        seconds = train(model, glyphs.train, glyphs.train_labels if told else None, EPOCHS, batch_size=128)
        labels = [np.arange(n) % classes] if told else []
        for way, options in ways.items():
            yield f"{name}, {way}", seconds, model.sample(n, seed, *labels, **options), *labels
