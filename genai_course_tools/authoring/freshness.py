"""Whether a stored solution's outputs still belong to the course's code: a hash of the modules a lesson rests on."""

import ast
import hashlib

from genai_course.imports import COURSE, dump, imported, module_file, reachable

SHOWS_SOURCE = "show_source("
CHECKING = f"{COURSE}.exercises"


def modules_hash(lesson):
    """Hash of the course's modules that ``lesson`` imports, directly or through others, and of its exercises' definitions.

    Docstrings and comments do not count, unless the lesson shows source code to the reader. The machinery that judges
    answers does not count either: what it prints is compared whenever a solution runs again.
    """
    code = "\n".join(cell.source for cell in lesson.cells if cell.kind == "code")
    definitions = lesson.exercises_path.read_text(encoding="utf-8") if lesson.exercises_path.is_file() else ""
    digest = hashlib.sha256(dump(ast.parse(definitions)).encode())
    for name in sorted(reachable([*imported(ast.parse(code)), *imported(ast.parse(definitions))])):
        if f"{name}.".startswith(f"{CHECKING}."):
            continue
        source = module_file(name).read_text(encoding="utf-8")
        content = source if SHOWS_SOURCE in code else dump(ast.parse(source))
        digest.update(f"{name}\n{content}\n".encode())
    return digest.hexdigest()
