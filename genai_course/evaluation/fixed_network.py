"""What the course's rulers share: a network whose weights come from a file of the course and never change."""

import numpy as np

from genai_course.data.files import verified_path

PICTURES_AT_ONCE = 500


def with_weights(network, file):
    """The network with the weights of a file in ``datasets/``.  Raises ValueError for one that is missing or damaged."""
    with np.load(verified_path(file)) as weights:
        network.set_weights([weights[f"{number:02}"].astype(np.float32) for number in range(len(weights.files))])
    return network


def read_in_blocks(network, pictures):
    """What the network says of pictures (n, height, width, channels), n of 1 or more: its outputs as a list of (n, …) arrays."""
    blocks = [pictures[start : start + PICTURES_AT_ONCE] for start in range(0, len(pictures), PICTURES_AT_ONCE)]
    said = [network(block) for block in blocks]
    parts = [[np.asarray(part) for part in each] if isinstance(each, list) else [np.asarray(each)] for each in said]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def check_pixels(pictures):
    """Return the pictures, or raise ValueError if a value lies outside [0, 1] or is not a number."""
    low, high = pictures.min(), pictures.max()
    if not (low >= -1e-3 and high <= 1 + 1e-3):  # false for NaN too
        raise ValueError(f"The pixels run from {low:.3g} to {high:.3g}; give values from 0 to 1, none of them NaN.")
    return pictures
