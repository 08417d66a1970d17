"""A scorecard as one figure: a panel for each number, a line for each model, the same order in all of them."""

import math

from matplotlib.lines import Line2D

from genai_course import plots

STYLES = {  # shape as well as colour tells them apart
    "model": {"linestyle": "none", "marker": "o", "color": plots.COLOURS[0], "markerfacecolor": plots.COLOURS[0]},
    "cheat": {"linestyle": "none", "marker": "D", "color": plots.COLOURS[5], "markerfacecolor": "none"},
    "real": {"linestyle": ":", "color": plots.COLOURS[2]},
}
NAMES = {"model": "model", "cheat": "cheat", "real": "real data"}


def draw(card, title):
    """The rows of a card, best at the top by its first criterion, each number with its interval.  Returns a Figure.

    Rows of real data are dotted lines, not rivals. Where a number is missing stands a dash. Raises ValueError for an empty card.
    """
    first = card.criteria[0]
    names = card.names()
    if not names:
        raise ValueError("This card has no rows yet; add a model first.")
    sign = -1 if first.higher_is_better else 1
    values = {name: card.value(name, first.name) for name in names}
    names.sort(key=lambda name: math.inf if math.isnan(values[name]) else sign * values[name])
    figure, axes = plots.new_figure(1, len(card.criteria), height=1.3 + 0.27 * len(names), sharey=True)
    for axis, criterion in zip(axes, card.criteria, strict=True):
        draw_panel(axis, card, criterion, names)
    axes[0].set_yticks(range(len(names)), [label(card, name) for name in names], fontsize=8)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    kinds = [kind for kind in NAMES if any(row.kind == kind for row in card.rows.values())]
    handles = [Line2D([], [], label=NAMES[kind], **STYLES[kind]) for kind in kinds]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=8)
    figure.suptitle(title, fontsize=11, fontweight="bold")
    return figure


def draw_panel(axis, card, criterion, names):
    """One criterion: a mark and its interval for each row, a dotted line for real data, a dash for what is missing."""
    if criterion.log:
        axis.set_xscale("log")
    for place, name in enumerate(names):
        row = card.rows[name]
        value, low, high = row.numbers[criterion.name]
        if math.isnan(value):
            axis.text(0.5, place, "–", ha="center", va="center", transform=axis.get_yaxis_transform())
            continue
        style = STYLES[row.kind]
        if not math.isnan(low):
            axis.plot([low, high], [place, place], "-", color=style["color"], linewidth=1.5)
        axis.plot([value], [place], markersize=5, **style)
    for name in card.names("real"):
        value = card.value(name, criterion.name)
        if not math.isnan(value) and criterion.group not in ("speed", "memory"):
            axis.axvline(value, linewidth=1.5, **STYLES["real"])
    if not criterion.log:
        axis.set_xlim(-0.06, max(1.06, axis.get_xlim()[1]))
    arrow = "better →" if criterion.higher_is_better else "← better"
    axis.set_title(criterion.title, fontsize=8)
    axis.set_xlabel(arrow, fontsize=8)
    axis.tick_params(axis="x", labelsize=7)
    axis.tick_params(axis="y", length=0)
    axis.minorticks_off()


def label(card, name):
    """The name, and the seconds of training where they are known."""
    seconds = card.rows[name].numbers.get("trained_seconds", (math.nan,))[0]
    return name if math.isnan(seconds) else f"{name}, {seconds:.1f} s"
