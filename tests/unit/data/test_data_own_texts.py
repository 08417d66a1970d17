import numpy as np
import pytest

from genai_course import data
from genai_course.data.own_files import UnusableFileError
from genai_course.data.own_texts import decode, read_text

WORDS = "Zoë paid 5 € for a café crème; “naïve”, said Jürgen.\nThen she left – without a word.\n"
RUSSIAN = "Мороз и солнце; день чудесный!\nЕщё ты дремлешь, друг прелестный.\n"
CHINESE = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n"


def paragraphs(count, seed=0, length=40):
    """Different paragraphs, about ``6 * length`` characters each."""
    random = np.random.default_rng(seed)
    words = ["".join(random.choice(list("abcdefghijklmnop"), 5)) for _ in range(200)]
    return [" ".join(random.choice(words, length)) + "." for _ in range(count)]


def test_one_file_is_split_at_the_ends_of_its_paragraphs(tmp_path):
    path = tmp_path / "novel.txt"
    path.write_text("\n\n".join(paragraphs(400)), encoding="utf-8")
    own = data.text_from(path)
    total = len(own.train_text) + len(own.test_text)
    assert len(own.test_text) == pytest.approx(0.2 * total, rel=0.15)
    assert all(text.endswith(".\n\n") for text in own.train + own.test)
    assert sorted("".join(own.train + own.test).split("\n\n")) == sorted([*paragraphs(400), ""])
    assert own.train_names[0].startswith("novel.txt, part ")
    parts = [int(name.split("part ")[1].split()[0]) for name in own.train_names]
    assert parts == sorted(parts)


def test_joined_parts_are_the_text(tmp_path):
    text = "x" * 30_000 + "\n" + "word " * 3_000 + "\n\n".join(paragraphs(50))
    (tmp_path / "odd.md").write_text(text)
    own = data.text_from(tmp_path / "odd.md")
    named = dict(zip(own.train_names + own.test_names, own.train + own.test, strict=True))
    ordered = sorted(named, key=lambda name: int(name.split("part ")[1].split()[0]))
    assert "".join(named[name] for name in ordered) == text + "\n\n"
    assert max(map(len, named.values())) <= 1.5 * len(text) / 20 + 2


def test_many_files_are_split_whole_and_keep_the_order_of_their_names(tmp_path):
    for number in range(50):
        folder = tmp_path / ("poems" if number % 2 else "letters")
        folder.mkdir(exist_ok=True)
        (folder / f"{number:02}.txt").write_text("\n\n".join(paragraphs(3, seed=number)))
    own = data.text_from(tmp_path)
    assert len(own.train) + len(own.test) == 50
    assert 8 <= len(own.test) <= 12
    assert list(own.train_names) == sorted(own.train_names)
    assert own.train_names[0].startswith("letters/")
    assert data.shared_runs(own.train_text, own.test_text) == 0
    assert data.text_from(tmp_path).test == own.test
    assert data.text_from(tmp_path, seed=1).test != own.test


@pytest.mark.parametrize("text", [WORDS, RUSSIAN, CHINESE, "only ASCII here\n"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "mark and utf-16-be"]
)
def test_encodings_are_told_apart(text, encoding):
    mark, encoding = (b"\xfe\xff", encoding[-9:]) if encoding.startswith("mark") else (b"", encoding)
    raw = mark + text.encode(encoding)
    assert decode(raw).lstrip("\ufeff") == text


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_what_is_neither_utf_8_nor_utf_16_is_read_as_windows_1252(encoding):
    text = WORDS if encoding == "cp1252" else "Zoë drank a café crème; naïve Jürgen paid.\n"
    assert decode(text.encode(encoding)) == text


def test_line_breaks_and_accents_have_one_spelling(tmp_path):
    (tmp_path / "old.txt").write_bytes("one\r\ntwo\rcafe\u0301\r\n\x1a".encode())
    assert read_text(tmp_path / "old.txt") == "one\ntwo\ncafé\n\n"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"%PDF-1.7 ...", "a PDF, to be saved as plain text"),
        (b"PK\x03\x04" + bytes(100), "a zipped document, as Word's, to be saved as plain text"),
        (b"{\\rtf1\\ansi Hello}", "rich text, to be saved as plain text"),
        (bytes(range(256)) * 4, "not text"),
        (np.random.default_rng(0).bytes(5_000), "not text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40), "not text"),
        (np.float32(np.linspace(0, 1, 100)).tobytes(), "not text"),
        ("half a character".encode("utf-16")[:-1], "not text, or damaged"),
    ],
)
def test_what_is_no_text_is_told_why(tmp_path, raw, reason):
    (tmp_path / "file").write_bytes(raw)
    with pytest.raises(UnusableFileError) as error:
        read_text(tmp_path / "file")
    assert str(error.value).startswith(reason)


def test_files_that_are_no_text_are_named_and_the_others_read(tmp_path, capsys):
    for number in range(30):
        (tmp_path / f"märz {number}.txt").write_text("\n\n".join(paragraphs(4, seed=number)), encoding="utf-16")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40))
    (tmp_path / "märz 3 (1).txt").write_bytes((tmp_path / "märz 3.txt").read_bytes())
    own = data.text_from(tmp_path)
    assert len(own.train) + len(own.test) == 30
    said = capsys.readouterr().out
    assert said.startswith("Left out 2 of 32 files: a copy of another (märz 3")
    assert said.endswith("(picture.png).\n")
    assert said.count("\n") == 1


def test_the_limit_ends_the_reading(tmp_path, capsys):
    for number in range(40):
        (tmp_path / f"{number}.txt").write_text(paragraphs(1, seed=number, length=200)[0])
    own = data.text_from(tmp_path, limit=25_000)
    assert 25_000 <= len(own.train_text) + len(own.test_text) < 27_000
    assert "where the limit of 25,000 was reached" in capsys.readouterr().out


def test_too_little_and_nothing_are_answered_in_one_sentence(tmp_path):
    (tmp_path / "note.txt").write_text("Hello.")
    with pytest.raises(
        ValueError, match=r"note.txt' holds 8 characters .* too few to learn from; it takes at least 20,000\.$"
    ):
        data.text_from(tmp_path / "note.txt")
    with pytest.raises(ValueError, match=r"^There is nothing at '.*nowhere.txt'; give a path that exists"):
        data.text_from(tmp_path / "nowhere.txt")
    with pytest.raises(ValueError, match=r"^seed is 'a'; give a whole number, 0 or more\.$"):
        data.text_from(tmp_path, seed="a")
    with pytest.raises(ValueError, match=r"^limit is 5; give a whole number, 20000 or more\.$"):
        data.text_from(tmp_path, limit=5)
