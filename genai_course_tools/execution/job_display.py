"""The progress of jobs: a live table on a terminal, a line at each start and end elsewhere."""

from rich.live import Live
from rich.markup import escape
from rich.table import Table

STYLES = {"passed": "green", "failed": "bold red", "running": "cyan", "stopped": "yellow", "waiting": "dim"}


class Progress:
    """Shows ``jobs`` on ``console`` for the length of a ``with`` block."""

    def __init__(self, jobs, console):
        self.jobs, self.console = jobs, console
        self.live = Live(console=console, auto_refresh=False) if console.is_terminal else None

    def __enter__(self):
        if self.live:
            self.live.start()
        return self

    def __exit__(self, exception, *_):
        self.update()
        if self.live:
            self.live.stop()
        if exception is KeyboardInterrupt:
            finished = [job.name for job in self.jobs if job.state in ("passed", "failed")]
            others = [job.name for job in self.jobs if job.name not in finished]
            self.console.print(f"Stopped; nothing is left running. Finished: {', '.join(finished) or 'none'}.")
            self.console.print(f"Not finished: {', '.join(others)}.")

    def started(self, job):
        if not self.live:
            self.console.print(f"started {job.name}", highlight=False)

    def finished(self, job):
        if not self.live:
            self.console.print(
                f"{job.state:7} {job.name}  {measures(job)}  {job.message}".rstrip(), highlight=False, markup=False
            )

    def update(self):
        if self.live:
            self.live.update(jobs_table(self.jobs), refresh=True)


def measures(job):
    """``cell 5 of 17, 12.3 s, 650 MiB``."""
    return f"cell {job.cell} of {job.cells}, {job.seconds:.1f} s, {job.memory / 2**20:.0f} MiB"


def jobs_table(jobs):
    """A rich table with one row a job."""
    table = Table("lesson", "state", "cell", "seconds", "peak MiB", "", box=None, pad_edge=False, header_style="bold")
    for column in table.columns[2:5]:
        column.justify = "right"
    for job in jobs:
        style = STYLES[job.state]
        figures = (f"{job.cell} of {job.cells}", f"{job.seconds:.1f}", f"{job.memory / 2**20:.0f}")
        figures = ("", "", "") if job.state == "waiting" else figures
        table.add_row(job.name, f"[{style}]{job.state}[/]", *figures, escape(job.message))
    return table
