import struct
import unicodedata
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

from genai_course import data
from genai_course.data import own_files
from genai_course.data.own_pictures import read_picture

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def numbered(number, size=(40, 30), mode="RGB"):
    """A picture of one colour, another for each number."""
    return Image.new("RGB", size, (number * 7 % 256, number * 31 % 256, 255 - number)).convert(mode)


def fill(folder, count=40, start=0, ending="png"):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(start, start + count):
        numbered(number).save(folder / f"{number:03}.{ending}")
    return folder


def corners(size=(64, 64)):
    """Red above left, green above right, blue below; upright."""
    picture = Image.new("RGB", size, BLUE)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=RED)
    draw.rectangle((size[0] // 2, 0, size[0], size[1] // 2 - 1), fill=GREEN)
    return picture


def test_shapes_types_and_ranges(tmp_path):
    own = data.pictures_from(fill(tmp_path / "holiday", 50), size=24)
    assert own.train.shape == (40, 24, 24, 3)
    assert own.test.shape == (10, 24, 24, 3)
    assert own.train.dtype == own.test.dtype == np.float32
    assert 0 <= own.train.min() < own.train.max() <= 1
    assert own.class_names == ("holiday",)
    assert own.train_labels.dtype == np.int64
    assert set(own.train_labels) == set(own.test_labels) == {0}
    assert own.train_factors == own.test_factors == {}


def test_grey_on_demand(tmp_path):
    folder = fill(tmp_path)
    own, grey = data.pictures_from(folder), data.pictures_from(folder, channels=1)
    assert grey.train.shape == (32, 32, 32, 1)
    luma = own.train @ np.array([0.299, 0.587, 0.114])  # ITU-R 601
    assert grey.train[..., 0] == pytest.approx(luma, abs=0.01)


def test_sub_folders_are_classes_in_alphabetical_order_and_each_gives_a_fifth(tmp_path, capsys):
    fill(tmp_path / "zebra", 30)
    fill(tmp_path / "ant" / "nested" / "deeper", 20, start=100)
    (tmp_path / "empty").mkdir()
    own = data.pictures_from(tmp_path)
    assert own.class_names == ("ant", "zebra")
    assert np.bincount(own.train_labels).tolist() == [16, 24]
    assert np.bincount(own.test_labels).tolist() == [4, 6]
    blue = np.rint(own.train[:, 0, 0, 2] * 255)
    assert ((blue <= 155) == (own.train_labels == 0)).all()  # the ants have numbers from 100
    assert capsys.readouterr().out == ""


def test_files_beside_sub_folders_have_no_class_and_are_named(tmp_path, capsys):
    fill(tmp_path / "a", 40)
    numbered(200).save(tmp_path / "loose.png")
    assert len(data.pictures_from(tmp_path).train) == 32
    said = capsys.readouterr().out
    assert said == "Left out 1 of 41 files: beside the sub-folders, so of no class (loose.png).\n"


def test_the_names_decide_order_and_split_however_the_disk_lists_them(tmp_path):
    for name, numbers in (("one", range(45)), ("two", reversed(range(45)))):
        (tmp_path / name).mkdir()
        for number in numbers:
            form = unicodedata.normalize("NFC" if name == "one" else "NFD", f"été {number}.png")
            numbered(number).save(tmp_path / name / form)
    first, second = (data.pictures_from(tmp_path / name) for name in ("one", "two"))
    assert first.train.tobytes() == second.train.tobytes()
    assert first.test.tobytes() == second.test.tobytes()
    assert data.pictures_from(tmp_path / "one", seed=1).test.tobytes() != first.test.tobytes()


def test_a_few_more_pictures_leave_most_of_the_split_as_it_was(tmp_path):
    before = {each.tobytes() for each in data.pictures_from(fill(tmp_path, 100)).test}
    after = {each.tobytes() for each in data.pictures_from(fill(tmp_path, 5, start=100)).test}
    assert len(before & after) >= 15  # of 20


def test_the_limit_chooses_by_chance_and_says_so(tmp_path, capsys):
    own = data.pictures_from(fill(tmp_path, 60), limit=45)
    assert len(own.train) + len(own.test) == 45
    assert capsys.readouterr().out == "Stopped at 45 of 60 files, where the limit of 45 was reached.\n"
    numbers = 255 - np.rint(np.concatenate([own.train, own.test])[:, 0, 0, 2] * 255)
    assert set(numbers) & set(range(45, 60))


@pytest.mark.parametrize("ending", ["png", "tiff", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright_as_the_camera_noted(tmp_path, orientation, ending):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # of Image.Transpose: what the camera did to the upright picture
    picture = corners()
    if orientation > 1:
        picture = picture.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(tmp_path / f"photo.{ending}", exif=exif, lossless=True)
    assert np.array_equal(read_picture(tmp_path / f"photo.{ending}", 64), corners())


def test_a_photograph_with_a_broken_note_beside_its_orientation_is_turned_all_the_same(tmp_path):
    """Pillow's exif_transpose divides by zero here: a fraction of 0 / 0 in the thumbnail's notes."""
    exif = Image.Exif()
    exif[0x0112] = 3
    exif[0x011A] = IFDRational(0, 0)
    corners().transpose(Image.Transpose.ROTATE_180).save(tmp_path / "photo.jpg", exif=exif)
    assert np.abs(read_picture(tmp_path / "photo.jpg", 8)[6, 4].astype(int) - BLUE).max() < 6


def test_a_broken_note_of_the_camera_is_no_reason_to_leave_a_picture_out(tmp_path):
    corners().save(tmp_path / "photo.jpg", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\x01" * 9)
    assert np.abs(read_picture(tmp_path / "photo.jpg", 8)[6, 4].astype(int) - BLUE).max() < 6


def test_the_middle_square_is_kept(tmp_path):
    picture = Image.new("RGB", (300, 100), RED)
    picture.paste(GREEN, (100, 0, 200, 100))
    picture.save(tmp_path / "wide.png")
    assert (read_picture(tmp_path / "wide.png", 100) == GREEN).all()


@pytest.mark.parametrize(
    ("mode", "ending", "tolerance"),
    [
        ("CMYK", "jpg", 12),
        ("CMYK", "tiff", 3),
        ("P", "png", 3),
        ("P", "gif", 3),
        ("RGB", "webp", 20),
        ("RGB", "bmp", 3),
    ],
)
def test_colours_survive_every_kind_of_file(tmp_path, mode, ending, tolerance):
    picture = corners().convert(mode)
    picture.save(tmp_path / f"picture.{ending}")
    read = read_picture(tmp_path / f"picture.{ending}", 8).astype(int)
    for place, colour in (((1, 1), RED), ((1, 6), GREEN), ((6, 3), BLUE)):
        assert np.abs(read[place] - colour).max() <= tolerance


@pytest.mark.parametrize("ending", ["png", "tiff"])
def test_sixteen_bits_a_pixel_are_scaled_not_cut(tmp_path, ending):
    values = np.linspace(0, 65_535, 32).astype(np.uint16)
    Image.fromarray(np.tile(values, (32, 1))).save(tmp_path / f"scan.{ending}")
    read = read_picture(tmp_path / f"scan.{ending}", 32, channels=1)[0, :, 0]
    assert read.tolist() == pytest.approx((values / 257).tolist(), abs=1)


def test_floats_and_one_bit_are_read(tmp_path):
    Image.fromarray(np.full((16, 16), 0.5, np.float32)).save(tmp_path / "float.tiff")
    assert (read_picture(tmp_path / "float.tiff", 8) == 128).all()
    Image.new("1", (16, 16), 1).save(tmp_path / "fax.png")
    assert (read_picture(tmp_path / "fax.png", 8) == 255).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_white(tmp_path, mode):
    picture = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 8, 16))
    if mode == "P":
        indices = Image.fromarray(np.repeat([[0, 1]], 8, axis=1).repeat(16, axis=0).astype(np.uint8), "P")
        indices.putpalette([0, 0, 0, 0, 0, 0])
        indices.save(tmp_path / "sticker.png", transparency=1)
    else:
        picture.convert(mode).save(tmp_path / "sticker.png")
    read = read_picture(tmp_path / "sticker.png", 16)
    assert (read[:, :8] == 0).all()
    assert (read[:, 8:] == 255).all()


@pytest.mark.parametrize("ending", ["gif", "png", "webp", "tiff"])
def test_of_a_moving_picture_the_first_frame_counts(tmp_path, ending):
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
    frames[0].save(tmp_path / f"clip.{ending}", save_all=True, append_images=frames[1:])
    assert np.abs(read_picture(tmp_path / f"clip.{ending}", 8).astype(int) - RED).max() < 5


def bomb(path, side):
    """A PNG file of some bytes that says it has side x side pixels."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1_000))) + chunk(b"IEND", b""))


def test_files_that_cannot_be_used_are_named_in_one_line_with_the_reason(tmp_path, capsys, recwarn):
    fill(tmp_path, 41)
    (tmp_path / "007.png").rename(tmp_path / "Ärger 7.png")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "nothing.jpg").write_bytes(b"")
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(50))
    (tmp_path / "page.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 40\n")
    numbered(200, (600, 600)).effect_spread(99).save(tmp_path / "half.jpg", quality=95)
    whole = (tmp_path / "half.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    numbered(1, (1, 1)).save(tmp_path / "dot.gif")
    bomb(tmp_path / "bomb.png", 8_000)
    bomb(tmp_path / "larger bomb.png", 60_000)
    (tmp_path / "copy.png").write_bytes((tmp_path / "003.png").read_bytes())
    (tmp_path / ".DS_Store").write_bytes(b"hidden")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "x.png").write_bytes(b"hidden")
    own = data.pictures_from(tmp_path)
    said = capsys.readouterr()
    assert len(own.train) + len(own.test) == 41
    assert said.err == ""
    assert said.out.count("\n") == 1
    assert said.out.startswith("Left out 9 of 50 files: ")
    for words in (
        "damaged or cut off (half.jpg)",
        "not a picture (notes.txt, nothing.jpg, page.eps)",
        "HEIC, to be converted to JPEG (phone.heic)",
        "smaller than 8 pixels (dot.gif)",
        "more than 50 million pixels (bomb.png, larger bomb.png)",
        "a copy of another (",
    ):
        assert words in said.out
    assert not recwarn.list


def test_a_line_about_many_files_stays_short(capsys):
    own_files.say_left_out({f"{number}.txt": "not a picture" for number in range(2_000)}, 2_050)
    said = capsys.readouterr().out
    assert said == "Left out 2,000 of 2,050 files: not a picture (0.txt, 1.txt, 10.txt and 1,997 more).\n"


def test_a_large_photograph_is_read_at_a_fraction_of_its_size(tmp_path):
    corners((9_000, 6_000)).save(tmp_path / "photo.jpg")  # 54 million pixels, more than other kinds of files may have
    read = read_picture(tmp_path / "photo.jpg", 16).astype(int)
    for place, colour in (((2, 2), RED), ((2, 13), GREEN), ((13, 8), BLUE)):
        assert np.abs(read[place] - colour).max() < 8


def test_long_reading_shows_how_far_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(own_files, "SECONDS_BEFORE_LINE", 0)
    data.pictures_from(fill(tmp_path))
    assert capsys.readouterr().out == "Reading 40 files.\n"  # where no line can be replaced


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": 7}, "size is 7; give a whole number from 8 to 256"),
        ({"channels": 4}, "channels is 4; choose one of 3, 1"),
        ({"seed": -1}, "seed is -1"),
        ({"limit": 10}, "limit is 10; give a whole number, 40 or more"),
    ],
)
def test_bad_settings_are_answered_in_one_sentence(tmp_path, settings, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        data.pictures_from(tmp_path, **settings)
    assert words in str(error.value)


@pytest.mark.parametrize("path", [None, 3, "", "~nobody-of-this-name/photos"])
def test_a_path_that_is_none_is_answered_in_one_sentence(path):
    with pytest.raises(ValueError, match=r"^The path is .*; give the path of a folder, such as 'photos'\.$"):
        data.pictures_from(path)


def test_missing_empty_and_wrong_places_are_answered_in_one_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"^There is nothing at '.*photos'; give a path that exists, seen from '"):
        data.pictures_from(tmp_path / "photos")
    with pytest.raises(ValueError, match=r"^There is nothing at 'a"):
        data.pictures_from("a\0b")
    with pytest.raises(ValueError, match=r"holds 0 pictures that can be used, too few .* it takes at least 40\.$"):
        data.pictures_from(tmp_path)
    numbered(200).save(tmp_path / "one.png")
    with pytest.raises(ValueError, match=r"one.png' is a file; give the folder that it lies in\.$"):
        data.pictures_from(tmp_path / "one.png")
    fill(tmp_path, 38)
    with pytest.raises(ValueError, match=r"holds 39 pictures that can be used, too few to learn from"):
        data.pictures_from(tmp_path)
    fill(tmp_path / "a", 40)
    fill(tmp_path / "b", 4, start=100)
    with pytest.raises(
        ValueError, match=r"^The sub-folder 'b' holds 4 pictures .*; give it 5 or more, or move it away\.$"
    ):
        data.pictures_from(tmp_path)


def test_folders_that_are_a_split_are_no_classes(tmp_path):
    fill(tmp_path / "train" / "a", 40)
    fill(tmp_path / "Test" / "a", 10, start=100)
    with pytest.raises(ValueError, match=r"are Test, train; the split is made here, so give one of them\.$"):
        data.pictures_from(tmp_path)
    assert data.pictures_from(tmp_path / "train").class_names == ("a",)
