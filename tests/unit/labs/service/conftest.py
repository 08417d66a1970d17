"""A tiny release, made once, and a server that serves it with NumPy alone."""

import pytest

from genai_course.labs import service
from genai_course.session import quietly_import_keras

TEXT = "One evening a fox met two geese near the old church. The fox sang, and the geese went home."
APP = """
from genai_course.labs import service, storage

def make_app(note, folder, engine="numpy", **limits):
    language_model = service.load_release(folder + "/release", engine)
    store = storage.RecordStore(folder + "/answers.db")
    rates = {"fast": (1e6, 1e6), "other": (1e6, 1e6), "slow": (0.1, 5)}
    clients = {name: service.Client(name, *rate) for name, rate in rates.items()}
    return service.create_app(language_model, store, clients, service.Limits(**limits), note=note)
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with a release of an untrained network and the app's file."""
    keras = quietly_import_keras()
    keras.utils.set_random_seed(0)
    made = tmp_path_factory.mktemp("service")
    pieces = service.pieces_of(TEXT)
    service.save_release(made / "release", service.network(len(pieces), width=8, size=4), pieces)
    (made / "app.py").write_text(APP)
    return made


@pytest.fixture(scope="session")
def served(folder, tmp_path_factory):
    """A running Server."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GENAI_COURSE_HOME", str(tmp_path_factory.mktemp("home")))
    with service.start(folder / "app.py", name="tests", folder=str(folder), body_seconds=2) as server:
        yield server
    patch.undo()
