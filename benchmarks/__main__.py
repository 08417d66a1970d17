"""All benchmarks, one after the other: ``python -m benchmarks``."""

from importlib import import_module
from pathlib import Path

import click


@click.command()
def main():
    """Measure everything in benchmarks/ and write benchmarks/results/."""
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        module = import_module(f"benchmarks.{path.stem}")
        if hasattr(module, "main"):  # some files hold parts of another
            click.echo(f"== {path.stem}")
            module.main([], standalone_mode=False)


if __name__ == "__main__":
    main()
