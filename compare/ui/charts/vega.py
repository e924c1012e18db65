"""Colours, scales, the square of actors, and figures as SVG, for all charts."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import altair as alt

from compare.errors import ExportError, not_installed

Spec = dict[str, Any]  # in Vega-Lite; untrusted text is data in it, never an expression
Colours = Mapping[str, str]

# In light and in dark, as in cards.css. Agree and oppose differ in every form of colour blindness.
_COLOURS = {
    "agree": ("#0a5c9e", "#7fbcf2"),
    "oppose": ("#a83e07", "#f2a077"),
    "even": ("#efece4", "#26282c"),
    "ink": ("#24211d", "#e9e5dc"),
    "paper": ("#fbfaf6", "#16171a"),
}
COLOURS: Mapping[str, Colours] = {
    theme: {name: both[n] for name, both in _COLOURS.items()}
    for n, theme in enumerate(("light", "dark"))
}
AGREE, OPPOSE, EVEN, INK, PAPER = COLOURS["light"].values()

NO_RENDERER = not_installed("SVG files are drawn by vl-convert, which", "charts")

# The width includes axes and legend; the height is that of the plot alone.
FIT_WIDTH = alt.AutoSizeParams(type="fit-x", contains="padding")
_FONT = "Helvetica, Arial, sans-serif"
_WIDTH = 720


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in the colours of the light theme, its title, and what its numbers are based on."""

    drawn: alt.TopLevelMixin
    title: str
    notes: tuple[str, ...]

    def spec(self, colours: Colours) -> Spec:
        """Return the chart in the colours of a theme."""
        with alt.data_transformers.enable(consolidate_datasets=False):  # values stay in place
            spec: Spec = self.drawn.to_dict(validate=False)
        del spec["$schema"]
        ink = {"labelColor": INK, "titleColor": INK}  # Streamlit's is pale
        others = {light: colours[name] for name, light in COLOURS["light"].items()}
        config = {"axis": ink, "legend": ink}
        recoloured: Spec = _recoloured({**spec, "config": config}, others)
        return recoloured

    def figure(self) -> Spec:
        """Return the chart for a paper: its title above, and below the title its notes."""
        note = " ".join((*self.notes, "Chosen and labelled by a model; no random sample."))
        heading = {
            "text": textwrap.wrap(self.title, 90) or [""],
            "subtitle": textwrap.wrap(note, 125),
            "anchor": "start",
            "frame": "bounds",
            "fontSize": 15,
            "subtitleFontSize": 11,
            "offset": 12,
        }
        spec = self.spec(COLOURS["light"])
        size = {} if "concat" in spec else {"width": _WIDTH}
        config = {**spec["config"], "font": _FONT}
        return {**spec, **size, "title": heading, "padding": 10, "config": config}

    def vega_lite(self) -> bytes:
        """Return the figure as Vega-Lite."""
        return json.dumps(self.figure()).encode()

    def svg(self) -> bytes:
        """Return the figure as SVG; ExportError if the extra `charts` is not installed."""
        try:
            import vl_convert
        except ImportError as error:
            raise ExportError(NO_RENDERER) from error
        return vl_convert.vegalite_to_svg(self.figure()).encode()


def _recoloured(part: Any, others: Colours) -> Any:
    """Return a part of a specification in other colours; data stay as they are."""
    if isinstance(part, dict):
        return {
            key: value if key == "data" else _recoloured(value, others)
            for key, value in part.items()
        }
    if isinstance(part, list):
        return [_recoloured(entry, others) for entry in part]
    return others.get(part, part) if isinstance(part, str) else part


def can_draw_svg() -> bool:
    """Tell whether the extra that draws SVG files is installed."""
    return find_spec("vl_convert") is not None


def shade(field: str, colours: Sequence[str], middle: float, **legend: Any) -> alt.Color:
    """Return a colour scale up to 1 whose middle colour is at `middle`, with a legend above."""
    scale = alt.Scale(domain=[2 * middle - 1, middle, 1], range=list(colours), interpolate="rgb")
    return alt.Color(f"{field}:Q", scale=scale, legend=alt.Legend(orient="top", **legend))


def square(
    cells: Sequence[Spec],
    actors: Sequence[str],
    fill: alt.Color,
    lines: Sequence[tuple[Spec, alt.Text]],
    tooltip: Sequence[alt.Tooltip],
) -> alt.LayerChart:
    """Return a square in which each pair of `actors` has two cells, one either way.

    A cell has the keys `one` and `other`, its two actors, the share that `fill` shows, and what the
    `lines` of text in it and the `tooltip` show.
    """
    values = [
        turned
        for cell in cells
        if {cell["one"], cell["other"]} <= set(actors)
        for turned in (cell, {**cell, "one": cell["other"], "other": cell["one"]})
    ]
    field = f"datum.{fill.shorthand.removesuffix(':Q')}"
    is_dark = f"isValid({field}) && abs({field} - 0.5) > 0.35"
    ink = alt.when(is_dark).then(alt.value(PAPER)).otherwise(alt.value(INK))
    # Streamlit's theme moves the outer labels inwards unless labelFlush is off.
    beside = alt.Axis(labelLimit=110, labelFlush=False)
    below = alt.Axis(labelAngle=-40, labelLimit=110, labelOverlap=False, labelFlush=False)
    base = alt.Chart().encode(
        x=alt.X("one:N", sort=list(actors), title=None, axis=below),
        y=alt.Y("other:N", sort=list(actors), title=None, axis=beside),
        tooltip=[
            alt.Tooltip("other:N", title="Between"),
            alt.Tooltip("one:N", title="and"),
            *tooltip,
        ],
    )
    texts = (base.mark_text(**mark).encode(text=text, color=ink) for mark, text in lines)
    return alt.LayerChart(
        data=alt.InlineData(values=values),
        layer=[base.mark_rect().encode(color=fill), *texts],
        height=42 * len(actors),
        autosize=FIT_WIDTH,
    )


def panels(charts: Mapping[str, alt.LayerChart], columns: int = 3) -> alt.ConcatChart:
    """Return several charts as small multiples under their names."""
    width = _WIDTH // columns - 55
    named = [
        chart.properties(width=width, title=alt.Title(name, fontSize=12))
        for name, chart in charts.items()
    ]
    return alt.concat(*named, columns=columns)
