"""Showing things in a notebook so that they also read well without one."""

import inspect
import io
import re
import textwrap
from base64 import b64encode
from html import escape

import numpy as np
from IPython.display import display

from genai_course.paths import course_root


def show_text(markdown):
    """Show a line of Markdown; where Markdown is not rendered, the same words appear as plain text."""
    display({"text/markdown": markdown, "text/plain": markdown.replace("*", "")}, raw=True)


def show_picture(png, caption, text="[figure]", **more):
    """Show a PNG with its caption, which is also stored as alternative text.

    caption: one sentence that tells someone who cannot see the picture what it shows. text: what stands where no picture can.
    more: what else the output holds, by its type.
    """
    display({**more, "image/png": png, "text/plain": text}, raw=True, metadata={"image/png": {"alt": caption}})
    # JupyterLab ignores stored alternative text, so the sentence also stands under the picture.
    show_text(f"*{caption}*")


def show_sound(samples, rate, caption):
    """Show a player for a sound, with its caption; the sound travels inside the notebook, so no network is needed.

    samples: (samples,), numbers between -1 and 1; what is louder is turned down as a whole until it fits.
    rate: samples a second. caption: one sentence on what is heard; a screen reader says it as the player's name.

    A second at 8,000 samples takes 21 KiB of the notebook.
    Raises ValueError for samples that are not one row of finite numbers, for a rate below 1 and an empty caption.
    """
    samples = np.asarray(samples, np.float64)
    if samples.ndim != 1 or not len(samples):
        raise ValueError(f"samples has shape {samples.shape}; give one row of samples.")
    if not np.isfinite(samples).all():
        raise ValueError("samples holds a value that is not a finite number; give finite numbers.")
    if rate < 1:
        raise ValueError(f"rate is {rate!r}; give the number of samples a second, such as 8000.")
    if not caption.strip():
        raise ValueError("caption is empty; say in one sentence what is heard.")
    from scipy.io import wavfile

    buffer, loud = io.BytesIO(), max(1.0, np.abs(samples).max())
    wavfile.write(buffer, int(rate), np.round(samples / loud * 32_767).astype("<i2"))  # 16 bits
    sound = b64encode(buffer.getvalue()).decode()
    # JupyterLab takes aria-label out of a notebook it does not trust yet and leaves the title, which screen readers say, too.
    name = f'aria-label="{escape(caption)}" title="{escape(caption)}"'
    player = f'<audio controls {name} src="data:audio/wav;base64,{sound}"></audio>'
    figure = f'<figure style="margin: 0">{player}<figcaption><em>{escape(caption)}</em></figcaption></figure>'
    display({"text/html": figure, "text/plain": f"[sound: {caption}]"}, raw=True)


def show_source(thing):
    """Show the source of a function, class or module of the course, as it runs.

    thing: a Python function, class, method or module written in Python.
    Raises ValueError for anything whose source cannot be read.
    """
    thing = inspect.unwrap(thing) if callable(thing) else thing
    try:
        source = textwrap.dedent(inspect.getsource(thing)).rstrip()
    except (TypeError, OSError):
        raise ValueError(f"{thing!r} has no Python source to show; give a function, a class or a module.") from None
    module = inspect.getmodule(thing)
    where = module.__name__.replace(".", "/") + ".py" if module else ""
    display({"text/markdown": f"`{where}`\n```python\n{source}\n```", "text/plain": f"# {where}\n{source}"}, raw=True)


def show_datasheet(name):
    """Show the datasheet of a data set, ``datasets/<name>.md``, with its picture.

    Raises ValueError if there is no such datasheet.
    """
    folder = course_root() / "datasets"
    path = folder / f"{name}.md"
    if not path.is_file():
        known = ", ".join(sorted(sheet.stem for sheet in folder.glob("*.md")))
        raise ValueError(f"There is no datasheet {name!r}; there are {known}.")
    # The picture's link is relative to datasets/, which a notebook is not, so it is shown as an output of its own.
    text = path.read_text(encoding="utf-8")
    heading, _, rest = text.partition("\n")
    show_text(heading)
    for alternative_text, file in re.findall(r"!\[(.*?)\]\((.+?)\)", text):
        picture = {"image/png": (folder / file).read_bytes(), "text/plain": "[figure]"}
        display(picture, raw=True, metadata={"image/png": {"alt": alternative_text}})
    show_text(re.sub(r"!\[.*?\]\(.+?\)\n*", "", rest).strip())
