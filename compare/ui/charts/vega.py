"""What all charts share: colours, scales, the square of two actors, and the figure as SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from compare.errors import ExportError

Spec = dict[str, Any]
"""A Vega-Lite specification; untrusted text stands in it only as data, never as an expression."""

Colours = Mapping[str, str]

COLOURS: Mapping[str, Colours] = {
    "light": {
        "agree": "#0a5c9e",
        "oppose": "#a83e07",
        "even": "#efece4",
        "ink": "#24211d",
        "paper": "#fbfaf6",
    },
    "dark": {
        "agree": "#7fbcf2",
        "oppose": "#f2a077",
        "even": "#26282c",
        "ink": "#e9e5dc",
        "paper": "#16171a",
    },
}
"""Those of cards.css. Agree and oppose differ in every form of colour blindness."""

NO_RENDERER = (
    "SVG files are drawn by vl-convert, which is not installed: run `pip install "
    "'compare-statements[charts]'`, or, in the program's folder, `pip install '.[charts]'`."
)

_FONT = "Helvetica, Arial, sans-serif"
_WIDTH = 720
_DARK_CELL = 0.35
"""How far from one half a share is where its cell is dark."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, its title, and what its numbers are based on."""

    draw: Callable[[Colours], Spec]
    title: str
    notes: tuple[str, ...]

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
        spec = with_ink(self.draw(COLOURS["light"]), COLOURS["light"])
        size = {} if "concat" in spec else {"width": _WIDTH}
        config = {**spec["config"], "font": _FONT}
        return {**spec, **size, "title": heading, "padding": 10, "config": config}


def with_ink(spec: Spec, colour: Colours) -> Spec:
    """Return a chart whose words have the page's ink; Streamlit's own is pale."""
    ink = {"labelColor": colour["ink"], "titleColor": colour["ink"]}
    return {**spec, "config": {"axis": ink, "legend": ink}}


def can_draw_svg() -> bool:
    """Tell whether the extra that draws SVG files is installed."""
    return find_spec("vl_convert") is not None


def svg(spec: Spec) -> bytes:
    """Draw a chart as SVG.

    Raises:
        ExportError: The extra `charts` is not installed.
    """
    try:
        import vl_convert
    except ImportError as error:
        raise ExportError(NO_RENDERER) from error
    return vl_convert.vegalite_to_svg(spec).encode()


# -- Parts of charts -----------------------------------------------------------------------------


def shade(
    field: str, low: str, even: str, high: str, domain: Sequence[float] = (0, 0.5, 1), **legend: Any
) -> Spec:
    """Return a colour scale from `low` over `even` to `high`, with a legend above the chart."""
    scale = {"domain": list(domain), "range": [low, even, high], "interpolate": "rgb"}
    return {
        "field": field,
        "type": "quantitative",
        "scale": scale,
        "legend": {"orient": "top", **legend},
    }


def square(
    cells: Iterable[tuple[str, str, float | None, Spec]],
    actors: Sequence[str],
    colour: Colours,
    fill: Spec,
    lines: Sequence[Spec],
    tooltip: Sequence[Spec],
) -> Spec:
    """Return a square in which each pair of actors has two cells, one either way.

    Args:
        cells: Two actors, the share that `fill` shows (0 to 1), and the other values of the cell.
        actors: In the order of rows and columns; cells of other actors are left out.
        colour: Of the theme.
        fill: The colour of a cell.
        lines: The text layers in a cell.
        tooltip: What is shown of a cell beside its actors.
    """
    values = [
        {
            "one": one,
            "other": other,
            "dark": share is not None and abs(share - 0.5) > _DARK_CELL,
            **more,
        }
        for a, b, share, more in cells
        if {a, b} <= set(actors)
        for one, other in ((a, b), (b, a))
    ]
    axis = {"type": "nominal", "sort": list(actors), "title": None}
    ink = {"condition": {"test": "datum.dark", "value": colour["paper"]}, "value": colour["ink"]}
    return {
        "data": {"values": values},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": 42 * len(actors),
        "encoding": {
            "x": {
                "field": "one",
                **axis,
                "axis": {"labelAngle": -40, "labelLimit": 110, "labelOverlap": False},
            },
            "y": {"field": "other", **axis, "axis": {"labelLimit": 110}},
            "tooltip": [
                {"field": "other", "title": "Between"},
                {"field": "one", "title": "and"},
                *tooltip,
            ],
        },
        "layer": [
            {"mark": {"type": "rect"}, "encoding": {"color": fill}},
            *(
                {
                    "mark": {"type": "text", **line["mark"]},
                    "encoding": {"text": line["text"], "color": ink},
                }
                for line in lines
            ),
        ],
    }


def panels(specs: Mapping[str, Spec], columns: int = 3) -> Spec:
    """Return several charts as small multiples under their names."""
    return {
        "columns": columns,
        "concat": [
            {
                **{key: value for key, value in spec.items() if key != "autosize"},
                "width": _WIDTH // columns - 55,
                "title": {"text": name, "fontSize": 12},
            }
            for name, spec in specs.items()
        ],
    }
