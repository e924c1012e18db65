"""Colours, and charts with a title and notes, for the page and as files."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
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
WIDTH = 720  # of a figure


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
        size = {} if "concat" in spec else {"width": WIDTH}
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
