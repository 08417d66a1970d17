"""A real JupyterLab, started by the learner's own command, in headless Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from notebook_page import SCREENSHOTS, TOKEN, WAIT, NotebookPage

from genai_course.paths import course_root


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium. Without one, the tests are skipped for a learner and fail where ``CI`` is set."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        missing = f"The browser tests need one of {', '.join(names)}."
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as play:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        chromium = play.chromium.launch(executable_path=path, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Address of a JupyterLab on a fresh copy of the course, started with ``genai-course lab``; and the copy's folder."""
    work = tmp_path_factory.mktemp("a learner's folder")  # with a space and an apostrophe, as folders have
    settings = {"LabApp": {"expose_app_in_browser": True}, "ServerApp": {"allow_root": True}}
    (work / "config").mkdir()
    (work / "config" / "jupyter_server_config.json").write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(work / "config"),
        "JUPYTER_TOKEN": TOKEN,
        "GENAI_COURSE_HOME": str(work / "home"),
        "GENAI_COURSE_RECORD": "1",
    }
    command = [
        sys.executable,
        "-m",
        "genai_course_tools.cli",
        "lab",
        str(work / "my-course"),
        "--no-browser",
        "--port",
        str(port),
    ]
    with (work / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, cwd=work, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(address, server, work / "lab.log")
        yield address, work / "my-course"
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:  # seen when it was told to stop while a kernel was starting
            server.kill()


def wait_until_ready(address, server, log, seconds=WAIT):
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab was not ready after {seconds} s:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def open_notebook(browser, lab):
    """Function: lesson, such as "02_models/03_autoencoders" -> its open :class:`NotebookPage`, fresh, on the smoke profile.

    Who opens a notebook closes it.
    """
    address, folder = lab
    window = browser.new_context(viewport={"width": 1280, "height": 900})  # one, so that JupyterLab is fetched once
    window.set_default_timeout(WAIT * 1000)

    def open_one(lesson):
        fresh = (course_root() / "notebooks" / f"{lesson}.ipynb").read_text(encoding="utf-8")
        (folder / f"{lesson}.ipynb").write_text(fresh.replace('PROFILE = \\"laptop\\"', 'PROFILE = \\"smoke\\"'))
        page = window.new_page()
        page.goto(f"{address}/doc/tree/{lesson}.ipynb?token={TOKEN}")
        return NotebookPage(page, SCREENSHOTS)

    yield open_one
    window.close()
