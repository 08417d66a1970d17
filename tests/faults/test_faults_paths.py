"""A folder with a space, accents, braces and an apostrophe in its name: everything works there."""

import nbformat
from provoked import AWKWARD, genai_course

TINY = "01_data/01_tiny"


def test_lessons_are_built_run_and_validated_there(course):
    assert AWKWARD in str(course)
    solution = nbformat.read(course / f"solutions/{TINY}.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in solution.cells)
    assert genai_course(course, "build", "--check").returncode == 0
    output = course.parent / f"out {AWKWARD}"
    ran = genai_course(course, "run", "--profile", "smoke", "--output", output)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (output / f"{TINY}.html").is_file()
    assert nbformat.read(output / f"{TINY}.ipynb", as_version=4).metadata.papermill.parameters == {"PROFILE": "smoke"}
    validated = genai_course(course, "validate", cwd=course.parent)
    assert validated.returncode == 0, validated.stdout + validated.stderr


def test_a_learners_copy_is_reset_there(course, tmp_path):
    copy = tmp_path / AWKWARD
    (copy / "01_data").mkdir(parents=True)
    (copy / f"{TINY}.ipynb").write_text("my work")
    ended = genai_course(course, "reset", f"{copy}/{TINY}.ipynb", copy)
    assert ended.returncode == 0, ended.stderr
    [kept] = copy.glob("01_data/01_tiny.2*.ipynb")
    assert kept.read_text() == "my work"
    assert (copy / f"{TINY}.ipynb").read_bytes() == (course / f"notebooks/{TINY}.ipynb").read_bytes()
