"""The numbers that a run has noted with ``genai_course.recording``."""

import json
from pathlib import Path


def recorded(path):
    """What a run has added to the file ``path``: name -> {"value": a float, or None for no number, "label", "tolerance"}."""
    path = Path(path)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    notes = map(json.loads, lines)
    return {note.pop("name"): note for note in notes}
