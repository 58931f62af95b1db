"""The Frame: everything a panel may draw, and nothing it may not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from gradviz.core.choices.arrays import Float64Array, IntArray
from gradviz.core.measures import MEASURES
from gradviz.core.spec import Spec
from gradviz.core.theory.predictions import limit
from gradviz.core.verdict import Verdict
from gradviz.numbers import decimal_text


@dataclass(frozen=True, eq=False)
class Frame:
    """The answer to a Spec. The arrays are read-only; row l − 1 belongs to layer l.

    Attributes
    ----------
    spec : Spec
        What was asked for.
    step : int
        The training step; 0 at initialization.
    edges : mapping of str to ndarray
        The edges of the histograms' bins. ``activation``, ``pre_activation`` and ``weight`` (bins + 1,), shared by all layers,
        and with ``_own`` behind the name (L, bins + 1), each layer on its own axis. ``grad_a`` and ``grad_W`` (bins + 1,), in
        units of each layer's own RMS. All five with ``_log10`` behind the name (L, bins + 1): log10 of the magnitude, each layer
        in its own place, which for all but the weights is a number of whole bins from that of every other.
    counts : mapping of str to ndarray
        The histograms, (L, bins).
    series : mapping of str to ndarray
        The measures, (L,), float64; keys as in `MEASURES`.
    theory : mapping of str to ndarray
        What mean-field theory predicts for the measures of the same names, (L,); empty where no theory holds.
    bands : mapping of str to ndarray
        Between what a measure lies in two thirds of all draws of the weights, by the theory of finite width, (L, 2); for one
        input, and empty where there is none.
    verdict : Verdict
        Vanishing, stable or exploding, both ways.
    loss : float
        The value of the loss.
    """

    spec: Spec
    step: int
    edges: Mapping[str, Float64Array]
    counts: Mapping[str, IntArray]
    series: Mapping[str, Float64Array]
    theory: Mapping[str, Float64Array]
    bands: Mapping[str, Float64Array]
    verdict: Verdict
    loss: float

    def __post_init__(self) -> None:
        for name in ("edges", "counts", "series", "theory", "bands"):
            arrays: Mapping[str, np.ndarray] = getattr(self, name)
            for array in arrays.values():
                array.flags.writeable = False
            object.__setattr__(self, name, MappingProxyType(dict(arrays)))

    @property
    def depth(self) -> int:
        """L."""
        return self.spec.depth

    def columns(self) -> dict[str, list[Any]]:
        """Return the numbers as a table, one list per column, one entry per layer.

        A measure that is kept as a logarithm has two columns: itself as text, in decimal notation at any exponent, and the
        logarithm as a number. What theory predicts stands beside it, with ``_theory`` behind the name, and between what it may
        lie at this width, with ``_theory_low`` and ``_theory_high``.
        """
        table: dict[str, list[Any]] = {"layer": list(range(1, self.depth + 1))}
        for key, values in self.series.items():
            measure = MEASURES[key]
            if measure.is_log10:
                table[measure.plain_key] = [decimal_text(value, digits=15) for value in values]
            table[key] = values.tolist()
            if key in self.theory:
                table[f"{key}_theory"] = self.theory[key].tolist()
            if key in self.bands:
                table |= {f"{key}_theory_{end}": self.bands[key][:, place].tolist() for place, end in enumerate(("low", "high"))}
        return table

    def to_json(self) -> str:
        """Return spec, verdict and measures as JSON; infinities and NaN, which JSON has no numbers for, as text."""
        verdict, settled = self.verdict, limit(self.spec)
        ways = {"forward": (verdict.forward, verdict.forward_text()), "backward": (verdict.backward, verdict.backward_text())}
        content = {
            "experiment": self.spec.to_text(full=True),
            "spec": self.spec.model_dump(),
            "step": self.step,
            "loss": _jsonable(self.loss),
            "verdict": {
                way: {
                    "kind": signal.kind.value,
                    "sentence": sentence,
                    "log10_total": _jsonable(signal.log10_total),
                    "log10_factor_per_layer": _jsonable(signal.log10_factor),
                    "exactly_zero_from_layer": signal.zero_layer,
                    "not_finite_from_layer": signal.unfinite_layer,
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
            "layers": {key: [_jsonable(value) for value in column] for key, column in self.columns().items()},
        }
        return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _jsonable(value: Any) -> Any:
    return value if not isinstance(value, float) or np.isfinite(value) else str(value)
