import math
import random
import shutil
import subprocess
import sys

import numpy as np
import pytest

from genai_course import data, session, zoo
from genai_course.recipes import picture_models
from genai_course.recipes.budget import Epochs

SMOKE = session.Run("smoke", seed=0)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path))
    session.setup("smoke", 0)
    return tmp_path / "zoo"


@pytest.fixture
def trainings(monkeypatch):
    """Two recipes train in no time; how often they ran."""
    names = []

    def tiny(run, progress):
        names.append(run.profile)
        pictures = data.digits().train[:64]
        return picture_models.vae(pictures, Epochs(1, run.compile_options), 2, batch=64, width=8, depth=1)

    for name in ("vae_digits", "autoencoder_glyphs"):
        monkeypatch.setitem(zoo.RECIPES, name, tiny)
    return names


def kept(home):
    (path,) = home.glob("*.keras")
    return path


def test_a_model_is_trained_once_and_then_read(home, trainings, capsys):
    first, printed = zoo.load("vae_digits", SMOKE).sample(5), capsys.readouterr().out
    second, printed_again = zoo.load("vae_digits", SMOKE).sample(5), capsys.readouterr().out
    assert trainings == ["smoke"]
    np.testing.assert_array_equal(first, second)
    # Printed lines are stored with a notebook, so they must not tell which of the two happened.
    assert printed == printed_again == "vae_digits: trained once on this machine (some seconds), then kept.\n"


@pytest.mark.parametrize("harm", ["cut", "foreign", "no checksum", "checksum is nonsense"])
def test_a_damaged_or_foreign_file_is_noticed_and_made_again(home, trainings, capsys, harm):
    samples = zoo.load("vae_digits", SMOKE).sample(3)
    path = kept(home)
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    elif harm == "foreign":
        zoo.load("autoencoder_glyphs", SMOKE)
        (other,) = home.glob("autoencoder_glyphs*.keras")
        shutil.copy(other, path)
        shutil.copy(other.with_suffix(".sha256"), path.with_suffix(".sha256"))
        other.unlink()
    elif harm == "no checksum":
        path.with_suffix(".sha256").unlink()
    else:
        path.with_suffix(".sha256").write_bytes(b"\xff\x00")
    capsys.readouterr()
    np.testing.assert_array_equal(zoo.load("vae_digits", SMOKE).sample(3), samples)
    assert f"The kept model {path.name} is damaged or incomplete, so it is made again.\n" in capsys.readouterr().out
    assert len(trainings) == (3 if harm == "foreign" else 2)


def test_the_key_follows_code_profile_and_versions(home, monkeypatch):
    key = zoo.content_key("vae_digits", "smoke")
    assert key == zoo.content_key("vae_digits", "smoke")
    others = [zoo.content_key("vae_glyphs", "smoke"), zoo.content_key("vae_digits", "laptop")]
    monkeypatch.setattr("keras.__version__", "0.0")
    others.append(zoo.content_key("vae_digits", "smoke"))
    monkeypatch.undo()
    monkeypatch.setattr(zoo, "PACKAGE", shutil.copytree(zoo.PACKAGE, home / "genai_course"))
    assert zoo.content_key("vae_digits", "smoke") == key
    for folder in ("data", "models", "recipes", "training"):
        with (home / "genai_course" / folder / "__init__.py").open("a") as file:
            file.write("# changed")
        others.append(zoo.content_key("vae_digits", "smoke"))
    assert len({key, *others}) == 1 + len(others)


def test_loading_does_not_disturb_random_numbers(home, trainings):
    import keras

    draws = []
    for _ in range(2):  # trained, then read
        random.seed(5)
        np.random.seed(5)  # noqa: NPY002
        keras.utils.set_random_seed(5)
        random.random()
        zoo.load("vae_digits", SMOKE)
        draws.append((random.random(), np.random.random(), float(keras.random.normal(()))))  # noqa: NPY002
    assert draws[0] == draws[1]
    random.seed(5)
    random.random()
    assert random.random() == draws[0][0]


def test_an_interrupted_training_leaves_nothing_half_done(home, trainings, monkeypatch):
    def interrupted(run, progress):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(zoo.RECIPES, "vae_digits", interrupted)
        patch.setattr(zoo, "content_key", lambda name, profile: "0" * 64)
        with pytest.raises(KeyboardInterrupt):
            zoo.load("vae_digits", SMOKE)
    assert not list(home.glob("*.keras"))
    assert zoo.load("vae_digits", SMOKE).sample(1).shape == (1, 8, 8, 1)


def test_two_processes_at_once_train_once(home):
    program = (
        "from genai_course import session, zoo; run = session.setup('smoke', 0); zoo.load('autoencoder_glyphs', run)"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=600)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert "damaged" not in "".join(outputs)
    assert len(list(home.glob("*.keras"))) == 1


def test_unknown_names_and_runs_are_answered_in_one_sentence(home):
    with pytest.raises(ValueError, match="The zoo has no model 'vae_digit'; it has autoencoder_glyphs, "):
        zoo.load("vae_digit", SMOKE)
    with pytest.raises(ValueError, match=r"run is 'smoke'; give what setup returned: zoo.load\('vae_digits', run\)"):
        zoo.load("vae_digits", "smoke")


@pytest.mark.parametrize("name", sorted(zoo.RECIPES))
def test_every_recipe_works(home, name):
    model = zoo.load(name, SMOKE)
    shape = (8, 8, 1) if name.endswith("digits") else (16, 16, 1)
    can_sample = hasattr(model, "sample")
    drawn = model.sample(1) if can_sample else model.decode(np.zeros((1, model.latent_dim), "float32"))
    assert drawn.shape in ((1, *shape), (1, math.prod(shape)))  # a flow's pictures are rows


@pytest.mark.parametrize("name", ["vae_glyphs", "diffusion_glyphs"])
def test_on_a_gpu_networks_are_convolutional(name, monkeypatch):
    """Their full size, on a few pictures and without the GPU."""
    glyphs = data.glyphs(160, 1)
    monkeypatch.setattr(picture_models, "glyphs", lambda run: glyphs)
    run = session.Run("gpu", seed=0)
    model = getattr(picture_models, name)(run, Epochs(1, {}))
    assert type(model).__name__ in ("ConvolutionalVariationalAutoencoder", "UNetDiffusion")
    drawn = model.sample(2, seed=1)
    assert drawn.shape == (2, 16, 16, 1)
    assert np.isfinite(drawn).all()
