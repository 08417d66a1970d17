"""Does a model repeat its training pictures? Compare it with real pictures that it cannot have repeated.

The comparison of distances with those of held-out pictures is Meehan, Chaudhuri and Dasgupta (2020), "A non-parametric test to
detect data-copying in generative models", section 2. Their statistic compares all distances; a share of very small ones also
shows a few copies among many new pictures.
"""

import numpy as np

from genai_course.evaluation.neighbours import nearest_distances


def copied_share(generated, training, held_out, allowed=0.01, distances=nearest_distances):
    """Share of samples that lie nearer to a training picture than all but ``allowed`` of the held-out pictures do.

    generated, training, held_out: (n, ...), (m, ...) and (k, ...) arrays of pictures, or of features, of one shape; held-out
        pictures must be of the training pictures' kind, or every sample seems near.
    allowed: share of the held-out pictures that count as copied by accident, between 0 and 1.
    distances: function of pictures and training pictures that returns a distance for each picture.
    Returns a float from 0 to 1; for a model that copies nothing it is about ``allowed``.

    Raises ValueError for pictures of several shapes and for a share out of range.
    """
    if not 0 < allowed < 1:
        raise ValueError(f"allowed is {allowed!r}; give a share between 0 and 1, such as 0.01.")
    limit = np.quantile(distances(held_out, training), allowed)
    return float(np.mean(distances(generated, training) < limit))
