"""Make the picture in each data set's datasheet: ``digits.png``, ``mnist.png``, ``glyphs.png``, ``faces.png``, ``faces_64.png``,
``points2d.png``, ``bouncing_digits.png``, ``tones.png`` and the texts' ``stories.png``, ``python_docs.png``, ``python_code.png``.

    python datasets/make_pictures.py

Takes a few seconds.
"""

import textwrap
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from genai_course import data
from genai_course.data.points2d import NAMES
from genai_course.models.ngram import NgramModel
from genai_course.paths import atomic_write

HERE = Path(__file__).parent


def main():
    digits, glyphs, faces = data.digits(), data.glyphs(n_train=96, n_test=1), data.faces(n_train=1, n_test=1)
    save("digits", grid(digits.train[:96], columns=24), enlarge=4, colours=17)
    save("mnist", grid(data.mnist().train[:96], columns=24), enlarge=1, colours=32)
    save("glyphs", grid(glyphs.train, columns=16), enlarge=3, colours=32)
    # Each row of faces varies one factor from its lowest to its highest value.
    rows = [data.draw_faces({name: np.linspace(*data.FACE_RANGES[name], 10)}) for name in faces.train_factors]
    save("faces", grid(np.concatenate(rows), columns=10), enlarge=2, colours=128)
    save("faces_64", grid(data.faces(20, 1, size=64, seed=3).train, columns=10), enlarge=1, colours=256)
    save("points2d", np.concatenate([density(name) for name in NAMES], axis=1), enlarge=1, colours=64)
    save("tones", np.concatenate([sounds(timbre) for timbre in data.TIMBRES], axis=1), enlarge=1, colours=64)
    one, two = data.bouncing_digits(1, 4, seed=2), data.bouncing_digits(1, 1, digits=2, seed=2)
    strips = np.concatenate([one.test[:, ::2], two.test[:, ::2]])  # (5, 10, 32, 32, 1)
    save("bouncing_digits", grid(strips.reshape(-1, 32, 32, 1), columns=10), enlarge=2, colours=32)
    story, stories = data.stories(1, 1, seed=7).test_text, data.stories(1, 1)
    beginnings = [stories.log_prob_of_beginning(story[:length]) for length in range(len(story) + 1)]
    save("stories", shaded(story, -np.diff(beginnings) / np.log(2)), enlarge=1, colours=32)
    for name, texts in (("python_docs", data.python_docs()), ("python_code", data.python_code())):
        text = max(texts.test, key=len)[:900]
        bits = -NgramModel(6).fit(texts.train_text).log_prob(text) / np.log(2)
        save(name, shaded(text, bits), enlarge=1, colours=32)


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


def shaded(text, bits, columns=80, size=14):
    """Text, each character on a ground that is the darker the more bits it has; 8 and more are the darkest.  (.., .., 3)"""
    font = ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSansMono.ttf"), size)
    width, height = round(font.getlength("m")), round(1.4 * size)
    lines, bits = [], list(bits)
    for line in text.split("\n"):
        folded = textwrap.wrap(line, columns, drop_whitespace=False) or [""]
        for part in folded:
            lines.append([(character, bits.pop(0)) for character in part])
        bits[:1] = []  # of the line break
    image = Image.new("RGB", (columns * width + 8, len(lines) * height + 8), "white")
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        for column, (character, value) in enumerate(line):
            x, y, strength = 4 + column * width, 4 + row * height, min(float(value), 8) / 8
            ground = tuple(round(255 - strength * (255 - end)) for end in (240, 130, 40))
            draw.rectangle((x, y, x + width - 1, y + height - 1), fill=ground)
            draw.text((x, y), character, font=font, fill="black")
    return np.asarray(image) / 255


def sounds(timbre):
    """Four notes of an instrument: their wave, and below it their spectrogram up to 3,000 Hz; (height, width, 3)."""
    notes = np.concatenate(data.play_notes(timbre, {"pitch": [57, 61, 64, 69], "loudness": -6}))
    magnitudes = data.audio.stft(notes, window=512, hop=64)[4:-4, :192]
    levels = (
        1 + (20 * np.log10(np.maximum(np.abs(magnitudes), 1e-5))).clip(-66, -6) / 60 + 0.1
    )  # 0 to 1 over 60 decibels
    spectrogram = matplotlib.colormaps["magma"](levels.T[::-1])[..., :3]
    columns = notes[: len(magnitudes) * 64].reshape(len(magnitudes), 64)
    heights = np.linspace(0.6, -0.6, 60)[:, None]
    wave = (heights < columns.max(axis=1) + 0.02) & (heights > columns.min(axis=1) - 0.02)
    drawn = np.where(wave[..., None], (0.0, 0.45, 0.70), (1.0, 1.0, 1.0))
    return np.pad(np.concatenate([drawn, spectrogram]), ((0, 0), (0, 4), (0, 0)), constant_values=1)


def save(name, picture, enlarge, colours):
    """Write a palette PNG with every pixel drawn ``enlarge`` times as wide and high."""
    values = np.round(np.broadcast_to(picture, (*picture.shape[:2], 3)) * 255).astype(np.uint8)
    image = Image.fromarray(values.repeat(enlarge, axis=0).repeat(enlarge, axis=1))
    with atomic_write(HERE / f"{name}.png") as temporary:
        image.quantize(colours, dither=Image.Dither.NONE).save(temporary, optimize=True)
    print(f"{name}.png: {image.width} x {image.height}, {(HERE / f'{name}.png').stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
