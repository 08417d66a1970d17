"""Make the picture in each data set's datasheet: ``digits.png``, ``glyphs.png``, ``faces.png``, ``points2d.png``.

    python datasets/make_pictures.py

Takes a few seconds.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from genai_course import data
from genai_course.data.points2d import NAMES
from genai_course.paths import whole_file

HERE = Path(__file__).parent


def main():
    digits, glyphs, faces = data.digits(), data.glyphs(n_train=96, n_test=1), data.faces(n_train=1, n_test=1)
    save("digits", grid(digits.train[:96], columns=24), enlarge=4, colours=17)
    save("glyphs", grid(glyphs.train, columns=16), enlarge=3, colours=32)
    # Each row of faces varies one factor from its lowest to its highest value.
    rows = [data.draw_faces({name: np.linspace(*data.FACE_RANGES[name], 10)}) for name in faces.train_factors]
    save("faces", grid(np.concatenate(rows), columns=10), enlarge=2, colours=128)
    save("points2d", np.concatenate([density(name) for name in NAMES], axis=1), enlarge=1, colours=64)


def grid(pictures, columns):
    """(n, height, width, channels) -> one picture (.., .., channels) with a line of one pixel between them."""
    framed = np.pad(pictures, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=0.5)
    rows = framed.reshape(-1, columns, *framed.shape[1:]).transpose(0, 2, 1, 3, 4)
    return rows.reshape(-1, columns * framed.shape[2], framed.shape[3])


def density(name, side=180):
    """The logarithm of the density over [-4, 4]², dark where high, and 400 of the points in orange; (side, side, 3)."""
    points = data.points2d(name, n_train=400, n_test=1)
    places = (np.arange(side) + 0.5) * 8 / side - 4
    x, y = np.meshgrid(places, places[::-1])
    log_density = points.log_density(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(side, side)
    grey = 0.97 - 0.75 * np.clip(np.nan_to_num(log_density, neginf=-9) + 6, 0, 5) / 5
    picture = np.repeat(grey[..., None], 3, axis=-1)
    column, row = ((points.train * (1, -1) + 4) * side / 8).astype(int).clip(0, side - 1).T
    picture[row, column] = (0.90, 0.45, 0.05)
    picture[:, -1] = 1
    return picture


def save(name, picture, enlarge, colours):
    """Write a palette PNG with every pixel drawn ``enlarge`` times as wide and high."""
    values = np.round(np.broadcast_to(picture, (*picture.shape[:2], 3)) * 255).astype(np.uint8)
    image = Image.fromarray(values.repeat(enlarge, axis=0).repeat(enlarge, axis=1))
    with whole_file(HERE / f"{name}.png") as temporary:
        image.quantize(colours, dither=Image.Dither.NONE).save(temporary, optimize=True)
    print(f"{name}.png: {image.width} x {image.height}, {(HERE / f'{name}.png').stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
