import numpy as np
import pytest
import tensorflow as tf

from genai_course.labs.overfitting import CHECK_EVERY, OverfittingLab, Recipe, binary


@pytest.fixture(scope="module")
def lab():
    return OverfittingLab(width=24, batch=20)


@pytest.fixture(scope="module")
def trained(lab):
    recipes = {"plain": Recipe(pictures=30), "decay": Recipe(pictures=30, weight_decay=0.05), "l1": Recipe(l1=0.01)}
    return lab.train(recipes, [3, 4], 41, keep=True)


def digits_of_noise(n, seed=0):
    return np.float32(np.random.default_rng(seed).random((1, n, 64)) < 0.4)


def test_a_pixel_is_predicted_from_those_before_it_only(lab):
    weights, pictures = [each[None] for each in lab.new_weights(0)], digits_of_noise(30)
    before = np.asarray(lab.logits(weights, pictures))
    for place in (0, 9, 22):  # the last of 24 units sees 24 pixels
        changed = pictures.copy()
        changed[..., place] = 1 - changed[..., place]
        moved = np.abs(np.asarray(lab.logits(weights, changed)) - before).max(axis=(0, 1))
        assert not moved[: place + 1].any()
        assert moved[place + 1 :].any()


def test_samples_follow_the_probabilities(lab):
    weights = [0 * each[None] for each in lab.new_weights(0)]
    weights[3] = np.linspace(-2, 2, 64, dtype="float32")[None, None]
    drawn = lab.sample(weights, 4000, seed=1)
    assert drawn.shape == (1, 4000, 64)
    assert set(np.unique(drawn)) == {0, 1}
    np.testing.assert_allclose(drawn[0].mean(axis=0), 1 / (1 + np.exp(-weights[3][0, 0])), atol=0.04)
    np.testing.assert_array_equal(drawn, lab.sample(weights, 4000, seed=1))


def test_bits_of_a_coin_are_one(lab):
    assert lab.bits([0 * each[None] for each in lab.new_weights(0)], digits_of_noise(5)) == pytest.approx([1.0])


def test_every_check_is_kept_and_each_seed_has_its_own_pictures(lab, trained):
    assert list(trained.steps) == [0, CHECK_EVERY, 2 * CHECK_EVERY, 41]
    assert trained.curve("plain").shape == (2, 4)
    assert np.all(trained.at_end("plain", "training") < trained.curve("plain", "training")[:, 0] - 0.1)
    pools, parts = lab.pictures_of({"plain": Recipe()}, [3, 4])
    assert not np.array_equal(pools[0], pools[1])
    again = lab.bits(trained.weights_of("plain", at=[1, 3]), parts["held out"])
    np.testing.assert_allclose(again, [trained.curve("plain")[0, 1], trained.at_end("plain")[1]], rtol=1e-5)


def test_no_picture_is_both_trained_on_and_used_for_validation(lab):
    pools, parts = lab.pictures_of({"plain": Recipe()}, [0])
    known = {each.tobytes() for each in binary(pools[0])}
    assert np.mean([each.tobytes() in known for each in parts["validation"].numpy()[0]]) < 0.05  # few digits are twins


def test_a_recipe_trains_alike_alone_and_beside_others(lab, trained):
    alone = lab.train({"decay": Recipe(pictures=30, weight_decay=0.05)}, [3, 4], 41)
    np.testing.assert_allclose(alone.at_end("decay"), trained.at_end("decay"), rtol=1e-4)
    assert np.abs(alone.at_end("decay") - trained.at_end("plain")).min() > 1e-3


def test_l1_makes_exact_zeros_and_decay_small_weights(lab, trained):
    allowed = lab.masks[0].astype(bool)
    size = {name: np.abs(trained.weights_of(name)[0][:, allowed]) for name in ("plain", "decay", "l1")}
    assert np.mean(size["l1"] == 0) > 0.3
    assert np.mean(size["plain"] == 0) == 0
    assert size["decay"].mean() < 0.5 * size["plain"].mean()


def test_l2_pulls_at_weights_that_no_picture_moves(lab):
    ends = lab.train({"plain": Recipe(), "l2": Recipe(l2=1e-3)}, [0], 30)
    pools, _ = lab.pictures_of({"plain": Recipe()}, [0])
    never = ~binary(pools[0, :200]).any(axis=0)
    start = np.abs(lab.new_weights(0)[0][never]).mean()
    assert np.abs(ends.weights_of("plain")[0][0, never]).mean() == pytest.approx(start, rel=1e-5)
    assert np.abs(ends.weights_of("l2")[0][0, never]).mean() < 0.5 * start


def test_dropout_silences_in_training_with_the_function_it_was_given():
    rates = []

    def silent(activations, dice, rate):
        rates.append(rate)
        return 0 * activations

    lab = OverfittingLab(dropout=silent, width=16, batch=10)
    trained = lab.train({"silent": Recipe(dropout=0.5)}, [0], 5)
    assert rates
    np.testing.assert_array_equal(trained.weights[0][0], lab.new_weights(0)[0])  # no gradient passes silent units


def test_mirrored_and_shifted_batches(lab):
    pools, _ = lab.pictures_of({"plain": Recipe()}, [0])
    strengths = np.array([[0, 0, 0, 0, 0, 0, 10], [0, 0, 0, 0, 0, 1, 10], [0, 0, 0, 0, 1, 0, 10]], "float64")
    plain, mirrored, shifted = lab.draw(pools, strengths, [np.random.default_rng(0)])[0].numpy()
    np.testing.assert_array_equal(mirrored.reshape(-1, 8, 8), plain.reshape(-1, 8, 8)[..., ::-1])
    assert np.mean(shifted != plain) > 0.02
    known = {each.tobytes() for each in binary(pools[0, :10])}
    assert {each.tobytes() for each in plain} <= known


def test_batch_normalisation_uses_the_company_or_fixed_moments():
    lab = OverfittingLab(normalise=True, width=16, batch=10)
    weights = [tf.constant(each[None]) for each in lab.new_weights(0)]
    pictures = digits_of_noise(12)
    alone = lab.bits(weights, pictures[:, :1])
    fixed = lab.moments(weights, tf.constant(digits_of_noise(50, seed=1)))
    both = [lab.logits(weights, tf.constant(part), moments=fixed)[0, 0] for part in (pictures, pictures[:, :1])]
    np.testing.assert_allclose(*both, atol=1e-5)
    assert abs(alone - lab.bits(weights, pictures[:, :1], moments=fixed)) > 1e-3
    with pytest.raises(ValueError, match="normalises its batches"):
        lab.sample(weights, 2, 0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"dropout": 1.0}, "dropout is 1.0; give a number from 0 to 0.99"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1; give a number from 0 to 1"),
        ({"shift": 2}, "shift is 2; give a number from 0 to 1"),
        ({"pictures": 2000}, "pictures is 2000; give a whole number from 1 to 1000"),
        ({"pictures": 1.5}, "pictures is 1.5; give a whole number from 1 to 1000"),
    ],
)
def test_a_wrong_recipe_is_refused(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        Recipe(**wrong)


def test_wrong_trainings_are_refused(lab):
    with pytest.raises(ValueError, match="0 recipes, 1 seeds and 10 steps"):
        lab.train({}, [0], 10)
    with pytest.raises(ValueError, match="1 recipes, 1 seeds and 0 steps"):
        lab.train({"plain": Recipe()}, [0], 0)
    with pytest.raises(ValueError, match="batch is 0"):
        OverfittingLab(batch=0)
    with pytest.raises(ValueError, match="n is 0"):
        lab.sample([each[None] for each in lab.new_weights(0)], 0, 0)
