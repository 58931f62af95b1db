"""Layouts: which panels stand where, on the board and in a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from gradviz.i18n import N_
from gradviz.panels import PANELS, panel_key

MOST_ROWS, MOST_IN_A_ROW = 10, 5


@dataclass(frozen=True)
class Row:
    """Panels beside one another.

    Attributes
    ----------
    panels : tuple of str
        Keys of `PANELS`, at least one.
    height : float
        Its share of the height, among those of the other rows.
    widths : tuple of float
        Each panel's share of the width; empty for equal ones.
    is_column : bool
        Whether it stands beside all other rows, as a column: its panels below one another, `widths` their shares of the height,
        and `height` its share of the width, the other rows' being 1. Only the last row of several can.
    """

    panels: tuple[str, ...]
    height: float = 1.0
    widths: tuple[float, ...] = ()
    is_column: bool = False

    @property
    def shares(self) -> tuple[float, ...]:
        """Each panel's share of the width; in a column, of the height."""
        return self.widths or (1.0,) * len(self.panels)


Layout = tuple[Row, ...]
"""From the top down."""


def row_of(*panels: str) -> Row:
    """Return a row as high as the highest of its panels wishes."""
    return Row(panels, max(PANELS[key].height for key in panels))


def rows_of(layout: Layout) -> Layout:
    """Return the rows of a layout without its column."""
    return tuple(row for row in layout if not row.is_column)


def column_of(layout: Layout) -> Row | None:
    """Return the column beside the rows, or None."""
    return next((row for row in layout if row.is_column), None)


def stacked(panels: Sequence[str]) -> Layout:
    """Return panels below one another, their layer axes aligned."""
    return tuple(row_of(key) for key in panels)


def panels_in(layout: Layout) -> list[str]:
    """Return the keys, in reading order."""
    return [key for row in layout for key in row.panels]


def with_panel(layout: Layout, key: str) -> Layout:
    """Return a layout with one more panel: in the last row while it has room, else in a new one."""
    if key in panels_in(layout):
        return layout
    rows, column = rows_of(layout), column_of(layout)
    last = rows[-1] if rows else None
    if last is not None and len(rows) > 1 and len(last.panels) < 2 and PANELS[key].height == 1.0:
        rows = (*rows[:-1], replace(last, panels=(*last.panels, key), widths=()))
    else:
        rows = (*rows, row_of(key))
    return rows if column is None else (*rows, column)


def without_panel(layout: Layout, key: str) -> Layout:
    """Return a layout without a panel; a row that is then empty goes too. The last panel stays."""
    if panels_in(layout) == [key]:
        return layout
    rows = (
        replace(row, panels=tuple(other for other in row.panels if other != key), widths=()) if key in row.panels else row
        for row in layout
    )
    left = tuple(row for row in rows if row.panels)
    return left if rows_of(left) else tuple(row_of(panel) for panel in panels_in(left))


def exchanged(layout: Layout, key: str, other: str) -> Layout:
    """Return a layout in which one panel stands at another's place."""
    return tuple(replace(row, panels=tuple(other if panel == key else panel for panel in row.panels)) for row in layout)


def swapped(layout: Layout, key: str, other: str) -> Layout:
    """Return a layout in which two panels have changed places."""
    places = {key: other, other: key}
    return tuple(replace(row, panels=tuple(places.get(panel, panel) for panel in row.panels)) for row in layout)


def to_text(layout: Layout) -> str:
    """Return a layout as JSON, for the settings."""
    return json.dumps(
        [
            {"panels": row.panels, "height": row.height, "widths": row.widths} | ({"column": True} if row.is_column else {})
            for row in layout
        ]
    )


def from_text(text: str) -> Layout | None:
    """Return the layout in a text, or None where it is none, or one of another version's panels."""
    try:
        rows = tuple(_row(content) for content in json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    keys = panels_in(rows)
    columns = [place for place, row in enumerate(rows) if row.is_column]
    stands = columns in ([], [len(rows) - 1]) and rows_of(rows)
    return rows if stands and len(keys) == len(set(keys)) and len(rows) <= MOST_ROWS else None


def _row(content: dict[str, object]) -> Row:
    panels, height, widths = (content[name] for name in ("panels", "height", "widths"))
    if not (isinstance(panels, list) and isinstance(widths, list)):
        raise TypeError
    row = Row(
        tuple(panel_key(str(key)) for key in panels),
        float(str(height)),
        tuple(float(str(width)) for width in widths),
        bool(content.get("column", False)),
    )
    sizes = (row.height, *row.widths)
    if not (1 <= len(row.panels) <= MOST_IN_A_ROW and set(row.panels) <= PANELS.keys()):
        raise ValueError
    if len(row.shares) != len(row.panels) or not all(isfinite(size) and 0 < size < 1e6 for size in sizes):
        raise ValueError
    return row


@dataclass(frozen=True)
class NamedLayout:
    """A layout that can be chosen."""

    key: str
    title: str
    rows: Layout


LAYOUTS: dict[str, NamedLayout] = {
    entry.key: entry
    for entry in (
        NamedLayout(
            "score",
            N_("Score and lens"),
            (
                Row(("network",), 0.6),
                Row(("activations",), 1.0),
                Row(("gradient",), 1.1),
                Row(("pre_activations", "why", "layer"), 0.4, (1.0, 0.85, 0.85), is_column=True),
            ),
        ),
        NamedLayout(
            "lecture",
            N_("Lecture"),
            (Row(("network",), 0.55), Row(("activations",), 0.9), Row(("sizes",), 0.9), Row(("gradient",), 1.1)),
        ),
        NamedLayout("large", N_("Two large panels"), (row_of("activations"), row_of("gradient"))),
        NamedLayout(
            "compare",
            N_("Compare"),
            (
                Row(("network",), 0.8),
                Row(("gradient",), 1.1),
                Row(("ratio",), 0.9),
                Row(("pre_activations", "layer"), 0.4, (1.0, 1.0), is_column=True),
            ),
        ),
        NamedLayout(
            "learning",
            N_("How fast each layer learns"),
            (
                Row(("network",), 0.6),
                Row(("gradient",), 1.0),
                Row(("weights",), 1.1),
                Row(("weight_histograms", "why", "layer"), 0.4, (1.0, 0.85, 0.85), is_column=True),
            ),
        ),
        NamedLayout(
            "inside",
            N_("One layer from inside"),
            (
                Row(("network",), 0.6),
                row_of("pre_activations", "matrix"),
                row_of("neuron"),
                Row(("why", "layer"), 0.4, (1.0, 1.2), is_column=True),
            ),
        ),
        NamedLayout(
            "everything",
            N_("Everything"),
            (
                Row(("network",), 0.7),
                row_of("activations", "gradient"),
                row_of("heatmap", "gradient_histograms"),
                row_of("sizes", "correlation"),
                row_of("pre_activations", "matrix"),
                row_of("neuron", "helps"),
                row_of("weights", "weight_histograms"),
                row_of("jacobian", "ratio"),
                row_of("gains", "why"),
                row_of("layer", "numbers"),
            ),
        ),
    )
}
"""Key → NamedLayout, in menu order."""

OPENING = LAYOUTS["score"]
"""What the program opens with."""


def layout_of(board: str | Sequence[Sequence[str]]) -> Layout | None:
    """Return the layout that a board's value names: a key of `LAYOUTS`, or rows of panel keys; None where there are no rows."""
    if isinstance(board, str):
        return LAYOUTS[board].rows
    return tuple(row_of(*row) for row in board) or None
