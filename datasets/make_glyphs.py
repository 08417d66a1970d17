"""Make ``glyphs.npz``: signed distance fields of letters and digits in the plain typefaces that matplotlib ships.

    python datasets/make_glyphs.py

Takes about a minute on one core.  Each character is drawn large, turned into the signed distance from its outline
(positive inside), and reduced.  ``genai_course.data.draw_glyphs`` samples these fields at any size, slant or thickness.
The licences of the typefaces are written beside it, to ``glyphs-font-licences.txt``.
"""

import re
import string
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import distance_transform_edt

from genai_course.data.files import record_checksum
from genai_course.data.glyphs import FIELD_RANGE, FIELD_SIZE, FRAME
from genai_course.paths import atomic_write

# Typeface -> bold or not.  Left out: LastResort (draws placeholders), the STIX fonts of symbols and size variants,
# cmsy10 and cmex10 (symbols), cmmi10 (old-style digits, most of it mathematics).
TYPEFACES = {
    "DejaVuSans": 0,
    "DejaVuSans-Bold": 1,
    "DejaVuSans-Oblique": 0,
    "DejaVuSans-BoldOblique": 1,
    "DejaVuSansMono": 0,
    "DejaVuSansMono-Bold": 1,
    "DejaVuSansMono-Oblique": 0,
    "DejaVuSansMono-BoldOblique": 1,
    "DejaVuSerif": 0,
    "DejaVuSerif-Bold": 1,
    "DejaVuSerif-Italic": 0,
    "DejaVuSerif-BoldItalic": 1,
    "STIXGeneral": 0,
    "STIXGeneralBol": 1,
    "STIXGeneralItalic": 0,
    "STIXGeneralBolIta": 1,
    "cmr10": 0,
    "cmb10": 1,
    "cmti10": 0,
    "cmss10": 0,
    "cmtt10": 0,
}
CHARACTERS = string.ascii_uppercase + string.digits + string.ascii_lowercase
OVERSAMPLING = 16  # pixels drawn for each cell of the field, along each axis
MAX_WIDTH = 1.05  # in cap heights; wider characters (M, W) are squeezed to this


def main():
    fields = np.stack([[distance_field(font, character) for character in CHARACTERS] for font in map(load, TYPEFACES)])
    target = Path(__file__).with_name("glyphs.npz")
    with atomic_write(target) as temporary:
        np.savez_compressed(
            temporary,
            fields=fields,  # (typefaces, characters, FIELD_SIZE, FIELD_SIZE) uint8
            characters=np.array(list(CHARACTERS)),
            typefaces=np.array(list(TYPEFACES)),
            bold=np.array(list(TYPEFACES.values()), np.uint8),
        )
    record_checksum(target.name)
    with atomic_write(target.with_name("glyphs-font-licences.txt")) as temporary:
        temporary.write_text(font_licences(), encoding="utf-8")
    megabytes = target.stat().st_size / 1e6
    print(f"{target.name}: {len(TYPEFACES)} typefaces x {len(CHARACTERS)} characters, {megabytes:.2f} MB")


def font_licences():
    """The licences that matplotlib ships with the three families."""
    folder = Path(get_data_path(), "fonts", "ttf")
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("LICENSE_DEJAVU", "LICENSE_STIX")]
    everything = distribution("matplotlib").read_text("LICENSE")
    texts.append(re.search(r"^Name: BaKoMa Fonts$.*?(?=^Name: )", everything, re.DOTALL | re.MULTILINE).group())
    titles = ("DejaVu", "STIX", "Computer Modern (cm*)")
    lines = "\n\n".join(f"==== {title} ====\n\n{text.strip()}" for title, text in zip(titles, texts, strict=True))
    return "\n".join(line.rstrip() for line in lines.splitlines()) + "\n"


def load(typeface):
    """The font, at the size where a capital H is one cap height tall in the large drawing."""
    path = Path(get_data_path(), "fonts", "ttf", f"{typeface}.ttf")
    _, top, _, bottom = ImageFont.truetype(path, 1000).getbbox("H")
    cap_height = FIELD_SIZE * OVERSAMPLING / FRAME
    return ImageFont.truetype(path, 1000 * cap_height / (bottom - top), layout_engine=ImageFont.Layout.BASIC)


def distance_field(font, character):
    """Field of one character: (FIELD_SIZE, FIELD_SIZE) uint8, 0 is -FIELD_RANGE cap heights, 255 is +FIELD_RANGE."""
    large = FIELD_SIZE * OVERSAMPLING
    cap_height = large / FRAME
    # Vertically the capital H stands in the middle, so that small letters keep their place on the line.
    _, cap_top, _, baseline = font.getbbox("H")
    left, _, right, _ = font.getbbox(character)
    canvas = Image.new("L", (large, large))
    origin = (large / 2 - (left + right) / 2, large / 2 - (cap_top + baseline) / 2)
    ImageDraw.Draw(canvas).text(origin, character, font=font, fill=255)
    squeeze = max(1.0, (right - left) / (MAX_WIDTH * cap_height))
    if squeeze > 1:
        canvas = canvas.transform(
            (large, large),
            Image.Transform.AFFINE,
            (squeeze, 0, large / 2 * (1 - squeeze), 0, 1, 0),
            Image.Resampling.BILINEAR,
        )
    ink = np.asarray(canvas) > 127
    distance = (distance_transform_edt(ink) - distance_transform_edt(~ink)) / cap_height
    cells = distance.reshape(FIELD_SIZE, OVERSAMPLING, FIELD_SIZE, OVERSAMPLING).mean(axis=(1, 3))
    return np.round((np.clip(cells / FIELD_RANGE, -1, 1) + 1) * 127.5).astype(np.uint8)


if __name__ == "__main__":
    main()
