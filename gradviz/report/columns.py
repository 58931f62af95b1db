"""The columns of numbers that people read, a row a layer: in the report of the command line and in the panel of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gradviz.core.frame import Frame
from gradviz.i18n import N_
from gradviz.numbers import decimal_text


@dataclass(frozen=True)
class Column:
    """One number a layer, as it stands in a table.

    Attributes
    ----------
    heading : str
        Marked for translation.
    key : str
        The measure, a key of `MEASURES`.
    way : {"forward", "backward"}
        The pass in which it comes about.
    rank : int
        What is left out first where there is no room: the largest.
    is_theory : bool
        Whether it is what theory predicts for the measure.
    in_report : bool
        Whether the command line prints it.
    """

    heading: str
    key: str
    way: Literal["forward", "backward"]
    rank: int
    is_theory: bool = False
    in_report: bool = True

    def is_in(self, frame: Frame) -> bool:
        """Whether a Frame has such numbers."""
        return not self.is_theory or self.key in frame.theory

    def text(self, frame: Frame, layer: int) -> str:
        """Return the number at a layer, with a fixed number of digits so that rows can be compared."""
        value = float((frame.theory if self.is_theory else frame.series)[self.key][layer - 1])
        if self.key.endswith("_factor") and np.isnan(value):
            return "—"  # there is no layer to compare with
        return decimal_text(value) if self.key.startswith("log10_") else plain_text(value)


COLUMNS = (
    Column(N_("a mean"), "activation_mean", "forward", 2),
    Column(N_("a std"), "activation_std", "forward", 0),
    Column(N_("theory"), "activation_std", "forward", 9, is_theory=True),
    Column(N_("factor"), "activation_std_factor", "forward", 6, in_report=False),
    Column(N_("z std"), "pre_activation_std", "forward", 8),
    Column(N_("saturated"), "activation_saturated", "forward", 3, in_report=False),
    Column(N_("a = 0"), "activation_zero", "forward", 4),
    Column(N_("grad a"), "log10_grad_a_rms", "backward", 1),
    Column(N_("theory"), "log10_grad_a_rms", "backward", 10, is_theory=True),
    Column(N_("factor"), "grad_a_rms_factor", "backward", 7, in_report=False),
    Column(N_("grad z"), "log10_grad_z_rms", "backward", 11),
    Column(N_("grad W"), "log10_grad_W_rms", "backward", 5),
    Column(N_("grad b"), "log10_grad_b_rms", "backward", 12),
)
"""In the order of the table: what comes about on the way forward, then what on the way back."""


def plain_text(value: float) -> str:
    """Return a number with six decimals, or in e-notation where those say too little."""
    return (
        f"{value:.6f}" if value == 0 or 1e-5 <= abs(value) < 1e6 else f"{value:.3e}" if np.isfinite(value) else _unfinite(value)
    )


def _unfinite(value: float) -> str:
    return "NaN" if np.isnan(value) else "∞" if value > 0 else "-∞"
