"""A Frame as CSV and as JSON: every measure, with its theoretical prediction."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np

from gradviz.core.frame import Frame
from gradviz.core.measures import MEASURES
from gradviz.numbers import decimal_text


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
    """Return the table of `columns_of` as CSV: a header of column names, then one row per layer."""
    columns = columns_of(frame)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def json_text(frame: Frame) -> str:
    """Return experiment, verdict and measures as JSON; infinities and NaN, which JSON does not have, are strings."""
    verdict, settled = frame.verdict, frame.settled
    ways = {"forward": (verdict.forward, verdict.forward_text()), "backward": (verdict.backward, verdict.backward_text())}
    content = {
        "experiment": frame.spec.to_text(full=True),
        "spec": frame.spec.written_fields(),
        "step": frame.step,
        "loss": _jsonable(frame.loss),
        "verdict": {
            way: {
                "kind": signal.kind.value,
                "sentence": sentence,
                "log10_total": _jsonable(signal.log10_total),
                "log10_factor_per_layer": _jsonable(signal.log10_factor),
                "exactly_zero_from_layer": signal.zero_layer,
                "not_finite_from_layer": signal.nonfinite_layer,
                "underflows_from_layer": signal.underflow_layer,
                "overflows_from_layer": signal.overflow_layer,
                "all_equal_from_layer": signal.equal_layer,
            }
            for way, (signal, sentence) in ways.items()
        },
        "threshold": verdict.threshold_text(),
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
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _jsonable(value: Any) -> Any:
    return value if not isinstance(value, float) or np.isfinite(value) else str(value)
