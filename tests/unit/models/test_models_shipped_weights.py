"""The weights that travel with the course are whole, small, and as good as their model cards say."""

import re
import shutil

import numpy as np
import pytest

from genai_course import data, evaluation, paths, pretrained, session
from genai_course.data.faces import FACE_RANGES
from genai_course.models import shipped_weights
from genai_course.models.language_model import pad

DATASETS = paths.course_root() / "datasets"
MOST_BYTES = 8_000_000  # of all weights together
SHIPPED = [name for name in shipped_weights.NAMES if (DATASETS / f"{name}.npz").exists()]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture(scope="module")
def loaded():
    return {name: shipped_weights.load(name) for name in SHIPPED}


def on_card(name, row):
    """The first number of a row of the card's table of scores."""
    card = (DATASETS / f"{name}.md").read_text(encoding="utf-8")
    [found] = re.findall(rf"^\| {row} \| ([\d.]+)", card, re.MULTILINE)
    return float(found)


def test_all_have_weights_a_card_a_picture_and_a_script():
    assert set(SHIPPED) == set(shipped_weights.NAMES)
    for name in shipped_weights.NAMES:
        card = (DATASETS / f"{name}.md").read_text(encoding="utf-8")
        assert f"make_{name}.py" in card
        assert (DATASETS / f"make_{name}.py").exists()
        assert f"({name}.png)" in card
        assert (DATASETS / f"{name}.png").exists()


def test_there_is_one_way_to_load_them():
    assert pretrained.SHIPPED == shipped_weights.NAMES
    assert all(map(pretrained.is_there, shipped_weights.NAMES))
    assert pretrained.load("gpt_stories").encoder.size == shipped_weights.VOCABULARY
    with pytest.raises(ValueError, match="name is 'gan_faces'; .*smollm2.*unet_faces"):
        pretrained.load("gan_faces")


def test_all_together_are_small():
    assert sum((DATASETS / f"{name}.npz").stat().st_size for name in SHIPPED) < MOST_BYTES


@pytest.mark.parametrize("name", SHIPPED)
def test_a_model_is_loaded_whole_and_draws_the_same_from_the_same_seed(name, loaded):
    first, second = loaded[name], shipped_weights.load(name)
    for one, other in zip(shipped_weights.parts_of(first), shipped_weights.parts_of(second), strict=True):
        np.testing.assert_array_equal(one, other)
    options = {"length": 20} if name == "gpt_stories" else {"steps": 2} if name.startswith("unet") else {}
    drawn = [np.asarray(model.sample(2, seed=5, **options)) for model in (first, second)]
    np.testing.assert_array_equal(*drawn)
    assert np.isfinite(drawn[0]).all()


@pytest.mark.parametrize("name", SHIPPED)
def test_half_precision_is_what_lies_in_the_file(name):
    with np.load(DATASETS / f"{name}.npz") as parts:
        kinds = {parts[part].dtype.name for part in parts.files if parts[part].ndim}
    assert "float32" not in kinds
    assert "float16" in kinds


def test_glyphs_are_read_as_asked(loaded):
    labels = np.arange(180) % len(data.CHARACTERS)
    drawn = loaded["unet_glyphs"].sample(180, seed=11, labels=labels, **shipped_weights.DRAWING["unet_glyphs"])
    assert drawn.shape == (180, 28, 28, 1)
    share = on_card("unet_glyphs", "read as asked")
    assert evaluation.recognised_share(drawn, labels) == pytest.approx(share, abs=0.08)


def test_faces_have_the_factors_that_were_asked_for(loaded):
    asked = np.random.default_rng(3).random((60, len(FACE_RANGES)))
    asked[:, 1:3] = np.round(asked[:, 1:3])  # glasses and hat: with or without
    drawn = loaded["unet_faces"].sample(60, seed=11, labels=asked, **shipped_weights.DRAWING["unet_faces"])
    read = evaluation.read_faces(drawn)
    for column, (name, (low, high)) in zip(asked.T, FACE_RANGES.items(), strict=True):
        as_asked = np.abs((read[name] - low) / (high - low) - column) <= 0.1
        assert as_asked.mean() == pytest.approx(on_card("unet_faces", name), abs=0.1), name


def test_faces_are_drawn_back(loaded):
    faces = data.faces(1, 60, size=64).test
    model = loaded["vae_faces"]
    drawn_back = np.asarray(model.decode(model.encode(faces)[0]))
    error = np.sqrt(np.mean(np.square(faces - drawn_back)))
    assert error == pytest.approx(on_card("vae_faces", "reconstruction error"), rel=0.15)
    assert model.sample(3, seed=0).shape == (3, 64, 64, 3)
    assert len(model.prior.weights) > 1


def test_stories_are_predicted(loaded):
    stories, model = data.stories(1, 40), loaded["gpt_stories"]
    log_probs = model.log_prob(pad([model.encoder.encode(text) for text in stories.test]))
    bits = evaluation.bits_per_character(log_probs, sum(map(len, stories.test)))
    assert bits == pytest.approx(on_card("gpt_stories", "bits per character"), abs=0.01)
    assert model.encoder.decode(model.encoder.encode("Once there was a fox. – Ω")) == "Once there was a fox. – Ω"


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="No model 'unet_face' travels with the course; there are gpt_stories, unet_f"):
        shipped_weights.load("unet_face")


def test_damaged_weights_are_answered_with_one_sentence(tmp_path, monkeypatch):
    shutil.copytree(DATASETS, tmp_path / "datasets", ignore=shutil.ignore_patterns("*.png", "*.py"))
    weights = tmp_path / "datasets" / "vae_faces.npz"
    weights.write_bytes(weights.read_bytes()[:-100])
    monkeypatch.setattr("genai_course.data.files.course_root", lambda: tmp_path)
    with pytest.raises(ValueError, match=r"vae_faces\.npz is damaged"):
        shipped_weights.load("vae_faces")


def test_a_loaded_model_learns_on(loaded):
    model = shipped_weights.load("vae_faces")
    faces = data.faces(16, 1, size=64).train
    model.compile("adam", run_eagerly=True)
    before = model.encoder.get_weights()[0].copy()
    model.fit(faces, verbose=0)
    assert not np.array_equal(before, model.encoder.get_weights()[0])
