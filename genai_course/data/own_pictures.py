"""A learner's own pictures, in the form of the course's picture sets."""

import warnings

import numpy as np

from genai_course.checks import check_choice, check_whole_number
from genai_course.data import own_files
from genai_course.data.own_files import UnusableFileError
from genai_course.data.pictures import Pictures

# None of these starts another program, as PostScript would.
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
MOST_PIXELS = 50_000_000  # a file of some kilobytes can unfold into gigabytes
ORIENTATION = 0x0112  # the number of this note in EXIF 2.3, table 4; the turns below undo what it says
TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
LEAST_SIDE = 8  # pixels; what is smaller is a dot of some page


def pictures_from(folder, size=32, *, channels=3, seed=0, limit=5_000):
    """Your own pictures, cut to squares of one size.

    folder: holds the pictures, in any of JPEG, PNG, GIF, WebP, TIFF, BMP, PPM and AVIF; where they lie in sub-folders, each of
        these is a class.
    size: pixels along each side, 8 to 256. channels: 3 for colour, 1 for grey.
    seed: whole number that decides which pictures are kept for the test.
    limit: the largest number of pictures, 40 or more; where there are more, they are chosen by chance.

    Returns :class:`Pictures` with train (n, size, size, channels) and test, a fifth of each class, float32 in [0, 1] in steps of
    1/255. Labels are positions in ``class_names``, the sub-folders in alphabetical order; without any, all are 0. ``factors``
    are empty. The same files and seed give the same order and split on every machine.

    The middle square of each picture is kept, turned upright as the camera noted; what is transparent becomes white; of a
    moving picture the first frame counts. Files that cannot be used are named in one printed line.
    Raises ValueError where fewer than 40 pictures, or fewer than 5 of a class, can be used, and for settings out of range.
    """
    check_whole_number("size", size, 8, 256)
    check_choice("channels", channels, (3, 1))
    check_whole_number("seed", seed, 0)
    check_whole_number("limit", limit, own_files.LEAST)
    files = own_files.find_files(folder, seed, only_folders=True)
    pictures = own_files.read_files(files, lambda path: read_picture(path, size, channels), limit)
    labels, class_names = own_files.classes(pictures, folder)
    own_files.check_enough(len(pictures), folder, "pictures")
    own_files.check_classes(labels, class_names, "pictures")
    pixels, labels = np.stack([*pictures.values()]), np.array(labels, np.int64)
    for_test = own_files.split(labels)
    parts = [pixels[part] / np.float32(255) for part in (~for_test, for_test)]
    return Pictures(*parts, labels[~for_test], labels[for_test], class_names)


def read_picture(path, size=32, channels=3):
    """The middle square of a picture file.  -> (size, size, channels) whole numbers from 0 to 255

    Raises UnusableFileError for what is no picture, or too small or too large, and whatever Pillow raises for a damaged one.
    """
    import logging

    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.init()
    if not (log := logging.getLogger("PIL")).handlers:
        log.addHandler(logging.NullHandler())  # else Python prints what Pillow notes about a damaged file
    with warnings.catch_warnings(action="ignore"):  # of odd metadata, and of many pixels, which are counted below
        try:
            opened = Image.open(path, formats=[name for name in FORMATS if name in Image.OPEN])
        except UnidentifiedImageError:
            raise UnusableFileError(_what_it_is(path)) from None
        except Image.DecompressionBombError:
            raise UnusableFileError(f"more than {MOST_PIXELS // 10**6} million pixels") from None
        with opened as picture:
            if min(picture.size) < LEAST_SIDE:
                raise UnusableFileError(f"smaller than {LEAST_SIDE} pixels")
            picture.draft("RGB", (2 * size, 2 * size))  # a JPEG is decoded at a fraction of its size, which is faster
            if picture.width * picture.height > MOST_PIXELS:
                raise UnusableFileError(f"more than {MOST_PIXELS // 10**6} million pixels")
            picture.load()
            upright = _upright(picture)
            flat = _without_transparency(_eight_bits(upright)).convert("RGB" if channels == 3 else "L")
            square = ImageOps.fit(flat, (size, size), Image.Resampling.LANCZOS)
            return np.asarray(square).reshape(size, size, channels)


def _upright(picture):
    """Turned as the camera noted; a note that cannot be read is no reason to leave a picture out.

    Pillow's own ``exif_transpose`` writes all other notes anew and fails where one of them is damaged.
    """
    from PIL import Image

    try:
        turn = TURNS.get(picture.getexif().get(ORIENTATION))
    except Exception:  # as many kinds as there are cameras
        turn = None
    return picture.transpose(Image.Transpose[turn]) if turn else picture


def _eight_bits(picture):
    """A picture with more than 8 bits a pixel, as from a scanner or a scientific camera, with 8; others as they are."""
    from PIL import Image

    if not picture.mode.startswith(("I", "F")):
        return picture
    values = np.nan_to_num(np.asarray(picture, np.float64)).clip(min=0)
    white = 65_535 if picture.mode.startswith("I") else 1.0
    if values.max() > white:  # 32 bits, whose white nobody notes
        white = values.max()
    return Image.fromarray(np.round(values / white * 255).astype(np.uint8))


def _without_transparency(picture):
    """Laid on white."""
    from PIL import Image

    if not picture.has_transparency_data:
        return picture
    picture = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)


def _what_it_is(path):
    with open(path, "rb") as file:
        start = file.read(12)
    is_heic = start[4:8] == b"ftyp" and start[8:12] in (b"heic", b"heix", b"mif1", b"msf1")
    return "HEIC, to be converted to JPEG" if is_heic else "not a picture"
