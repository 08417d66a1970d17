"""A made folder takes its place whole, and only where nothing of the user's is lost."""

import importlib.util
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import click

MARK = ".made-by-genai-course"


def refuse_without_extra():
    """Raise click.UsageError where the packages of the extra ``site`` are missing."""
    if any(
        importlib.util.find_spec(name) is None for name in ("sphinx", "myst_nb", "furo", "sphinx_revealjs", "mathjax")
    ):
        raise click.UsageError('Pages and slides need a few more packages: pip install "genai-course[site]".')


@contextmanager
def whole_folder(output):
    """Yield an empty folder beside ``output`` to work in; on success its subfolder ``html`` becomes ``output``.

    Raises click.UsageError where ``output`` is something that this function did not make, or cannot be written.
    """
    output = Path(output).resolve()
    _refuse_foreign(output)
    work = output.with_name(f".{output.name}-{os.getpid()}")
    try:
        work.mkdir(parents=True)
        yield work
        (work / "html" / MARK).write_text("Made by genai-course, which replaces this folder when it is made again.\n")
        _replace(output, work / "html", work / "before")
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written ({error.strerror or error}).") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _replace(output, made, before):
    """Put the folder ``made`` where ``output`` is; where that fails, ``output`` stays as it was."""
    if not output.exists():
        made.rename(output)
        return
    output.rename(before)
    try:
        made.rename(output)
    except OSError:
        before.rename(output)
        raise


def _refuse_foreign(output):
    if output.is_dir() and any(output.iterdir()) and not (output / MARK).is_file():
        raise click.UsageError(
            f"{output} holds files that genai-course did not make: give --output a new or an empty folder."
        )
    if output.exists() and not output.is_dir():
        raise click.UsageError(f"{output} is a file: give --output the name of a folder.")
