"""Options that several commands of the command line share."""

import click

from genai_course.session import PROFILES

LESSONS = click.argument("lessons", nargs=-1, metavar="[LESSON]…")


def profile_option(command):
    """``--profile NAME``: how long and large the training is."""
    return click.option(
        "--profile",
        type=click.Choice(PROFILES),
        default="laptop",
        show_default=True,
        help="How long and large the training is.",
    )(command)


def workers_option(command):
    """``--workers N``: how many notebooks run at a time."""
    return click.option(
        "--workers",
        type=click.IntRange(1),
        metavar="N",
        help="Notebooks at a time; by default one for each core with 1.5 GiB.",
    )(command)


def cell_timeout_option(default):
    """``--cell-timeout S``: seconds one cell may take."""
    return click.option(
        "--cell-timeout",
        type=click.FloatRange(1),
        metavar="S",
        default=default,
        show_default=True,
        help="Seconds a cell may take before it is stopped.",
    )
