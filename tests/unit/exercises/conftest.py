"""Makes the sample exercises known for the length of a test."""

from pathlib import Path

import pytest

from genai_course.exercises import check_cells, registry


@pytest.fixture(autouse=True)
def _sample_exercises(monkeypatch):
    monkeypatch.setattr(registry, "roots", [*registry.roots, Path(__file__).parent / "definitions"])
    monkeypatch.setattr(check_cells, "_guesses", {})
    monkeypatch.setattr(check_cells, "_hints_shown", {})
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.delenv("GENAI_COURSE_STRICT", raising=False)


@pytest.fixture
def exercise():
    """``exercise("row_mean")`` is that sample exercise."""
    return lambda name: registry.find("exercise", f"sample-{name}")
