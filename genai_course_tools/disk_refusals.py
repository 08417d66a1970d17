"""A disk that is full, read-only or somebody else's: what commands answer."""

import errno
from contextlib import contextmanager

import click

# What a disk says that is full, read-only or somebody else's.
REFUSALS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST}


@contextmanager
def refused_in_one_sentence(folder, mend):
    """Answer a disk that is full or must not be written to with one sentence, a click.ClickException.

    folder: what is written to. mend: what to do, after "free some space or".
    """
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        raise click.ClickException(
            f"{folder} cannot be written to ({error.strerror}): free some space or {mend}."
        ) from None
