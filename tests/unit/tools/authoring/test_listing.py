"""What README and CHANGELOG say about the lessons."""

import json

import pytest

from genai_course_tools.authoring import listing

LESSON = """# %% [markdown]
# # Can you | count?
#
# | | |
# |---|---|
# | **You will** | count to two · stop |

# %% tags=["exercise"] id="one-a" points=1 solution="1"
a = ...

# %% tags=["exercise", "make"] id="one-make" points=4
def make(): ...
"""
README = """# Course
<!-- lessons.count: begin --><!-- lessons.count: end --> lessons of
<!-- lessons.minutes: begin -->?<!-- lessons.minutes: end --> min, <!-- lessons.seconds: begin --><!-- lessons.seconds: end --> s.

<!-- lessons.table: begin -->
old
<!-- lessons.table: end -->
The end.
"""
CHANGELOG = (
    "<!-- lessons.count: begin --><!-- lessons.count: end -->\n<!-- lessons.list: begin --><!-- lessons.list: end -->\n"
)


@pytest.fixture
def course(tmp_path):
    for name in ("00_start_here/01_one", "01_data/01_two_words", "01_data/02_three"):
        (tmp_path / "lessons" / name).mkdir(parents=True)
        (tmp_path / "lessons" / name / "lesson.py").write_text(LESSON)
    for name, seconds in (("00_start_here/01_one", 5), ("01_data/01_two_words", 40)):
        path = tmp_path / "solutions" / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"metadata": {"genai_course": {"seconds": seconds}}}))
    (tmp_path / "README.md").write_text(README)
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    return tmp_path


def test_counts_table_and_list_are_written_and_nothing_else_is(course):
    assert {path.name for path in listing.write(course)} == {"README.md", "CHANGELOG.md"}
    readme, changelog = ((course / name).read_text() for name in ("README.md", "CHANGELOG.md"))
    assert "begin -->three<!-- lessons.count: end --> lessons of\n" in readme
    assert "begin -->15<!-- lessons.minutes" in readme
    assert "begin -->5 to 40<!-- lessons.seconds" in readme
    link = r"[Can you \| count?](solutions/00_start_here/01_one.ipynb)"
    assert f"\n| 00 | {link} | count to two · stop | 1 and an open task | 15 | 5 s |\n" in readme
    assert readme.count("\n| 01 | ") == 2
    assert readme.count("| 15 | – |") == 1  # never built
    assert readme.startswith("# Course\n")
    assert readme.endswith("<!-- lessons.table: end -->\nThe end.\n")
    assert "\n  - Start here: *One*\n  - Data: *Two words*, *Three*\n" in changelog
    assert listing.outdated(course) == {}
    assert listing.write(course) == []


def test_another_lesson_makes_the_files_outdated(course):
    listing.write(course)
    (course / "lessons/01_data/03_four").mkdir()
    (course / "lessons/01_data/03_four/lesson.py").write_text(LESSON)
    assert len(listing.outdated(course)) == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "lessons.table: begin",
            "lessons.tables: begin",
            r"README\.md:5: unknown part 'lessons.tables': use lessons.count",
        ),
        (
            "<!-- lessons.table: end -->",
            "",
            r"README\.md:\d: part 'lessons.table' has no end: write <!-- lessons.table: end -->",
        ),
        ("<!-- lessons.table: begin -->", "", r"README\.md:7: .* does not fit"),
        ("<!-- lessons.minutes: end -->", "", r"README\.md:3: .* does not fit"),
        (
            "<!-- lessons.table: begin -->\nold\n<!-- lessons.table: end -->",
            "",
            r"README\.md:1: part 'lessons.table' is missing",
        ),
    ],
)
def test_markers_that_do_not_fit_are_refused_with_file_and_line(course, old, new, words):
    before = (course / "README.md").read_text().replace(old, new)
    (course / "README.md").write_text(before)
    with pytest.raises(ValueError, match=words):
        listing.write(course)
    assert (course / "README.md").read_text() == before
    assert (course / "CHANGELOG.md").read_text() == CHANGELOG


def test_a_lesson_that_cannot_be_read_is_named(course):
    path = course / "lessons/01_data/02_three/lesson.py"
    path.write_text("x = 1\n\n" + LESSON)
    with pytest.raises(ValueError, match=f"{path}:1: the file has 3 lines that begin with '# %%' but 4 cells"):
        listing.written(course)


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "one"), (19, "nineteen"), (30, "thirty"), (51, "fifty-one"), (99, "ninety-nine"), (100, "100")],
)
def test_numbers_in_words(number, words):
    assert listing.number_in_words(number) == words
