"""Figures of the lessons: drawn with matplotlib and seaborn, shown with a caption and alternative text.

Every function that draws returns a ``matplotlib.figure.Figure`` and shows nothing; :func:`show` shows it. So an explorer
(``genai_course.widgets``) and a static figure can be the same drawing.
"""

import io

import numpy as np
import seaborn as sns
from matplotlib import colormaps, patheffects
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

from genai_course.display import show_picture

# Okabe and Ito (2008): eight colours that stay apart for colour-blind readers. Grey replaces black, which a dark theme hides.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#8C8C8C")
THEMES = {
    "light": {"paper": "#FFFFFF", "ink": "#222222", "grid": "#DDDDDD"},
    "dark": {"paper": "#161616", "ink": "#E6E6E6", "grid": "#444444"},
}
PAPER = ("figure.facecolor", "axes.facecolor", "savefig.facecolor", "patch.edgecolor")  # what has the theme's colours
INK = ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color")
DOTS_PER_INCH = 96
WIDTH = 7.2  # inches; fits a notebook 800 pixels wide without scrolling

_theme = "light"


def set_theme(theme):
    """Choose the look of all further figures: "light" or "dark". Figures bring their own paper, so both read on any page."""
    global _theme
    colours = THEMES[theme]
    _theme = theme
    sns.set_theme(
        style="ticks",
        palette=COLOURS,
        rc={
            **dict.fromkeys(PAPER, colours["paper"]),
            **dict.fromkeys(INK, colours["ink"]),
            "grid.color": colours["grid"],
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titleweight": "bold",
            "axes.titlesize": 11,
            "figure.dpi": DOTS_PER_INCH,
            "legend.frameon": False,
        },
    )


def show(figure, caption):
    """Show a figure with its caption, which is also stored as the picture's alternative text.

    caption: one sentence that tells someone who cannot see the figure what it shows.
    """
    show_picture(to_png(figure), caption)


def to_png(figure):
    """A figure as PNG bytes with a palette of at most 256 colours, a third of the size of full colour."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight", pad_inches=0.08)
    small = io.BytesIO()
    Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return small.getvalue()


def play(clips, caption, *, frames_per_second=10, scale=6):
    """Show clips side by side as one moving picture, with its caption, which is also stored as alternative text.

    clips: (frames, height, width, 1 or 3) or (clips, frames, height, width, 1 or 3) in [0, 1]; values outside are clipped.
    frames_per_second: above 0, at most 60.
    scale: pixels on the screen for each pixel of a clip.

    It plays for about half a minute and rests on its last frame, since endless motion beside a text disturbs reading; to
    play it again, run the cell again.  The picture is an animated PNG: it moves in JupyterLab and on a page, needs no
    network, and a program that does not know the format shows the first frame.
    Raises ValueError if clips has another shape or frames_per_second is out of range.
    """
    clips = np.asarray(clips, np.float32)
    clips = clips[None] if clips.ndim == 4 else clips
    if clips.ndim != 5 or clips.shape[-1] not in (1, 3) or not clips.size:
        needed = "one clip has (frames, height, width, 1 or 3), several have (clips, frames, …)"
        raise ValueError(f"clips has shape {clips.shape}; {needed}.")
    if not 0 < frames_per_second <= 60:
        raise ValueError(f"frames_per_second is {frames_per_second!r}; give a number above 0 and at most 60.")
    show_picture(_to_moving_png(clips, frames_per_second, scale), caption, f"[clip of {clips.shape[1]} frames]")


def _to_moving_png(clips, frames_per_second, scale):
    """(clips, frames, height, width, 1 or 3) as one animated PNG, the clips in a row with a grey line between them."""
    framed = np.pad(clips, ((0, 0), (0, 0), (0, 0), (0, 1), (0, 0)), constant_values=0.5)
    row = np.concatenate(list(framed), axis=2)[:, :, :-1]  # (frames, height, clips * (width + 1) - 1, 1 or 3)
    values = np.round(np.clip(row, 0, 1) * 255).astype(np.uint8).repeat(scale, axis=1).repeat(scale, axis=2)
    first, *others = (Image.fromarray(frame.squeeze(-1) if frame.shape[-1] == 1 else frame) for frame in values)
    times = max(1, round(30 * frames_per_second / len(values)))
    buffer = io.BytesIO()
    options = {"duration": 1000 / frames_per_second, "loop": times, "optimize": True}
    first.save(buffer, format="png", save_all=True, append_images=others, **options)
    return buffer.getvalue()


def new_figure(rows=1, columns=1, *, height=3.2, width=WIDTH, **options):
    """An empty figure and its axes: ``figure, axes = new_figure(1, 2)``. Sizes in inches.

    The figure belongs to no window or notebook back end, so it never shows itself twice and needs no closing.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def pictures(images, *, title, columns=10, labels=None, row_labels=None, scale=0.62):
    """A grid of pictures.

    images: (n, height, width, 1 or 3) in [0, 1]; values outside are clipped.
    columns: pictures in a row.
    labels: n short texts above the pictures, or None.
    row_labels: one text for each row, at its left, or None.
    scale: inches a picture.
    Returns a Figure. Raises ValueError if images has another shape.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not len(images):
        raise ValueError(f"images has shape {images.shape}; pictures need (n, height, width, 1 or 3), n at least 1.")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    left = 1.3 if row_labels is not None else 0.0
    # One axis for all pictures, one unit a picture: ten times faster than an axis each, which an explorer needs.
    cell_height = 1.08 + (0.17 / scale if labels is not None else 0.0)  # a label is 0.17 inches high
    figure, axis = new_figure(width=min(WIDTH, columns * scale * 1.08 + left), height=rows * cell_height * scale + 0.35)
    for index, image in enumerate(np.clip(images, 0, 1)):
        x, y = index % columns * 1.08, -(index // columns) * cell_height
        axis.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=1, interpolation="nearest", extent=(x, x + 1, y - 1, y))
        if labels is not None:
            axis.text(x + 0.5, y + 0.04, str(labels[index]), ha="center", va="bottom", fontsize=8)
    for row, text in enumerate(row_labels if row_labels is not None else ()):
        axis.text(-0.12, -row * cell_height - 0.5, text, ha="right", va="center", fontsize=9)
    axis.set(xlim=(0, columns * 1.08 - 0.08), ylim=(-(rows - 1) * cell_height - 1, cell_height - 1.08), aspect="equal")
    axis.set_axis_off()
    axis.set_title(title, fontsize=11, fontweight="bold")
    return figure


def lines(series, *, x, title, x_label, y_label, log_x=False, log_y=False, height=3.0):
    """Curves over a common x: series maps each curve's name to its values, as long as x. Returns a Figure."""
    figure, axis = new_figure(height=height)
    for (name, values), marker, dashes in zip(series.items(), "osD^vPX*", ("-", "--", "-.", ":") * 2, strict=False):
        axis.plot(x, values, dashes, marker=marker if len(x) <= 30 else None, label=name)
    axis.set(title=title, xlabel=x_label, ylabel=y_label)
    if all(isinstance(value, int) for value in x):
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    if log_x:
        axis.set_xscale("log", base=2)
        axis.set_xticks(x, [f"{value:g}" for value in x])
    if log_y:
        axis.set_yscale("log")
    if len(series) > 1:
        axis.legend()
    return figure


def bars(values, *, title, x_label, highlight=(), height=None):
    """Horizontal bars: values maps each name to a number ≥ 0; names in highlight stand out. Returns a Figure."""
    figure, axis = new_figure(height=height or 0.8 + 0.34 * len(values))
    colours = [COLOURS[1] if name in highlight else COLOURS[0] for name in values]
    drawn = axis.barh(list(values), list(values.values()), color=colours)
    axis.bar_label(drawn, fmt="%.3g", padding=3, fontsize=9)
    axis.invert_yaxis()
    axis.margins(x=0.12)
    axis.grid(visible=False, axis="y")
    axis.set(title=title, xlabel=x_label)
    return figure


def scatter(points, *, title, x_label, y_label, labels=None, class_names=None, height=4.2):
    """Points in the plane, coloured by label, each label written where its points are.

    points: (n, 2). labels: (n,) whole numbers or None. class_names: what to write for each label. Returns a Figure.
    """
    points = np.asarray(points)
    figure, axis = new_figure(height=height)
    labels = np.zeros(len(points), int) if labels is None else np.asarray(labels)
    groups = np.unique(labels)
    colours = COLOURS if len(groups) <= len(COLOURS) else sns.color_palette("husl", len(groups))
    for group, colour in zip(groups, colours, strict=False):
        chosen = points[labels == group]
        axis.scatter(*chosen.T, s=9, alpha=0.7, color=colour, linewidths=0)
        if len(groups) > 1:  # the name stands in the middle of its points, so nothing depends on telling colours apart
            name = str(class_names[group] if class_names is not None else group)
            halo = [patheffects.withStroke(linewidth=3, foreground=THEMES[_theme]["paper"])]
            axis.text(*np.median(chosen, axis=0), name, ha="center", va="center", weight="bold", path_effects=halo)
    axis.set(title=title, xlabel=x_label, ylabel=y_label)
    return figure


def spectrograms(panels, *, rate, hop, title, top=None, mel_window=None, columns=2):
    """Spectrograms side by side, time to the right and frequency upwards, on one scale of decibels. Returns a Figure.

    panels: what to write above each -> magnitudes (frames, bins). rate: samples a second. hop: samples between frames.
    top: the highest frequency shown, in hertz. mel_window: where the rows are mel bands, the frames' length in samples.
    """
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = new_figure(rows, columns, height=0.7 + 1.9 * rows, squeeze=False, sharex=True, sharey=True)
    loudest = max(np.max(magnitudes) for magnitudes in panels.values())
    for axis, (name, magnitudes) in zip(axes.flat, panels.items(), strict=False):
        frames, bins = magnitudes.shape
        start = (hop / 2 - (mel_window or 2 * (bins - 1)) / 2) / rate  # half a hop before the first frame's middle
        decibels = 20 * np.log10(np.maximum(magnitudes.T / loudest, 1e-3))
        extent = (start, start + frames * hop / rate, 0, bins if mel_window else rate / 2)
        colours = {"cmap": colormaps["magma"].resampled(30), "vmin": -60, "vmax": 0}  # 2 decibels each: a smaller file
        between = {"interpolation": "antialiased", "interpolation_stage": "data"}
        shown = axis.imshow(decibels, extent=extent, origin="lower", aspect="auto", **colours, **between)
        axis.set_title(name if len(panels) > 1 else title, fontsize=10 if len(panels) > 1 else 11)
        axis.grid(visible=False)
    axes[0, 0].set(xlim=(0, None), ylim=(0, top))
    for axis in axes.flat[len(panels) :]:
        axis.set_axis_off()
    for axis in axes[-1]:
        axis.set_xlabel("seconds")
    for axis in axes[:, 0]:
        axis.set_ylabel("mel band" if mel_window else "hertz")
    if len(panels) > 1:
        figure.suptitle(title, fontsize=11, fontweight="bold")
    figure.colorbar(shown, ax=axes, label="decibels (0: the loudest)")
    return figure
