"""nbgrader's settings for the course: ``solutions/`` is its source, and a release looks like the learner's notebook.

In ``nbgrader_config.py``::

    from genai_course_tools.classroom.assignment import configure
    configure(get_config())
"""

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor


class OpenExercises(NbGraderPreprocessor):
    """Do what nbgrader's own ClearSolutions cannot: remove instructor cells, and open exercises that ask for a value.

    Works on notebooks made by ``genai-course build``, which keeps such a cell's open form in its metadata.
    """

    def preprocess(self, nb, resources):
        """Change the notebook ``nb`` and return it with ``resources``, as nbconvert asks of a preprocessor."""
        nb.cells = [cell for cell in nb.cells if "instructor" not in cell.metadata.get("tags", [])]
        for cell in nb.cells:
            if "open" in (stored := cell.metadata.pop("genai_course", {})):
                cell.source = stored["open"]
        return nb, resources


def configure(config):
    """Set what the course needs in nbgrader's ``config`` and return it."""
    steps = list(GenerateAssignment.preprocessors.default_args[0])
    steps.insert(steps.index(ClearSolutions) + 1, OpenExercises)
    config.GenerateAssignment.preprocessors = steps
    config.ClearSolutions.code_stub = {"python": "return ..."}
    return config
