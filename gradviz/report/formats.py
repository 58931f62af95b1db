"""A Frame as CSV and as JSON: every measure, with its theoretical prediction."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np

from gradviz.core.frame import Frame
from gradviz.core.measures import MEASURES
from gradviz.core.verdict import Judgement
from gradviz.numbers import decimal_text
from gradviz.report.verdict import backward_text, forward_text, scale_text


def columns_of(frame: Frame) -> dict[str, list[Any]]:
    """Return the measures as a table: column name → list with one entry per layer.

    A measure stored as log10 has two columns: the quantity as text in e-notation, at any exponent, and the logarithm as a number.
    Predictions have the measure's name with the suffix ``_theory``, and the ends of the 68 % interval over weight draws at this
    width the suffixes ``_theory_low`` and ``_theory_high``.
    """
    table: dict[str, list[Any]] = {"layer": list(frame.net.layers)}
    for key, values in frame.series.items():
        measure = MEASURES[key]
        if measure.is_log10:
            table[measure.plain_key] = [decimal_text(value, digits=15) for value in values]
        table[key] = values.tolist()
        if key in frame.theory:
            table[f"{key}_theory"] = frame.theory[key].tolist()
        if key in frame.bands:
            table |= {f"{key}_theory_{end}": frame.bands[key][:, place].tolist() for place, end in enumerate(("low", "high"))}
    return table


def csv_text(frame: Frame) -> str:
    """Return the table of `columns_of` as CSV: a header of column names, then one row per layer.

    Every row ends with the words of the verdict on the whole network, so that tables of several networks can be put together.
    """
    columns = columns_of(frame)
    for name, judged in (("signal", frame.verdict.signal), ("size", frame.verdict.size), ("gradient", frame.verdict.gradient)):
        columns[f"{name}_verdict"] = [_word(judged) or ""] * len(columns["layer"])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def json_text(frame: Frame, *, only_ascii: bool = False) -> str:
    """Return experiment, verdict and measures as JSON; infinities and NaN, which JSON does not have, are strings."""
    verdict, settled = frame.verdict, frame.settled
    content = {
        "experiment": frame.spec.to_text(full=True),
        "spec": frame.spec.written_fields(),
        "step": frame.step,
        "loss": _jsonable(frame.loss),
        "verdict": {
            "forward": {"of": "size" if verdict.signal is None else "signal", **_judged(verdict.forward)},
            "size": _judged(verdict.size),
            "backward": _judged(verdict.backward),
            "sentences": {"forward": forward_text(verdict), "backward": backward_text(verdict)},
            "last_layer": verdict.depth,
            "noise_from_layer": verdict.noise_layer,
        },
        "scale": scale_text(),
        "settles_at": settled
        and {
            "q": settled.q,
            "chi": settled.chi,
            "depth_scale": _jsonable(settled.depth_scale),
            "correlation": settled.c,
            "correlation_depth_scale": _jsonable(settled.c_depth_scale),
        },
        "layers": {key: [_jsonable(value) for value in column] for key, column in columns_of(frame).items()},
    }
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=only_ascii) + "\n"


def _judged(judged: Judgement) -> dict[str, Any]:
    far, zero, under, over, lost = judged.farthest, judged.zero, judged.underflow, judged.overflow, judged.lost
    return {
        "kind": _word(judged),
        "log10_total": _jsonable(judged.log10_total),
        "log10_factor_per_layer": _jsonable(judged.log10_factor),
        "layers_to_threshold": judged.layers_to_threshold,
        "farthest_layer": far and far.layer,
        "farthest_log10_total": far and _jsonable(far.log10_total),
        "exactly_zero_from_layer": zero and zero.layer,
        "not_finite_from_layer": judged.nonfinite_layer,
        "underflows_at_layer": under and under.layer,
        "overflows_at_layer": over and over.layer,
        "lost_from_layer": lost and lost.layer,
    }


def _word(judged: Judgement | None) -> str | None:
    return None if judged is None or judged.state is None else judged.state.value


def _jsonable(value: Any) -> Any:
    return value if not isinstance(value, float) or np.isfinite(value) else str(value)
