"""Papermill executes every solution on the smoke profile, too: a cell that only small sizes break would be found here.

Checks and claims do not raise on it: trained so little, a right answer may miss its target. In these runs every function that
an exercise asks for returns lists, and at their end every other right answer takes its place (authoring/carry.py).
"""

import pytest
from smoke_runs import ROOT, execute, lessons

from genai_course_tools.authoring.carry import carrying
from genai_course_tools.authoring.notebook import dumps, read_notebook


@pytest.mark.parametrize("name", lessons("solutions"))
def test_every_right_answer_carries_it_to_its_end(name, tmp_path):
    copy = tmp_path / "solutions" / f"{name}.ipynb"
    copy.parent.mkdir(parents=True)
    solution = read_notebook(ROOT / "solutions" / f"{name}.ipynb")
    copy.write_text(dumps(carrying(solution, ROOT / "lessons" / name / "lesson.py")), encoding="utf-8")
    execute(name, "solutions", tmp_path)
