"""The columns of the tables with one row per layer: in the command line's report and in the panel of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gradviz.core.frame import Frame
from gradviz.i18n import N_
from gradviz.numbers import decimal_text


@dataclass(frozen=True)
class Column:
    """A table column: one number per layer.

    Attributes
    ----------
    heading : str
        Marked for translation.
    key : str
        The measure, a key of `MEASURES`.
    way : {"forward", "backward"}
        The pass in which the measure arises.
    rank : int
        The priority: where there is no room, the columns of the largest rank are left out first.
    is_theory : bool
        Whether it shows the theoretical prediction for the measure.
    in_report : bool
        Whether the command line's report has it.
    """

    heading: str
    key: str
    way: Literal["forward", "backward"]
    rank: int
    is_theory: bool = False
    in_report: bool = True

    def is_in(self, frame: Frame) -> bool:
        """Whether a Frame has the numbers for this column."""
        return not self.is_theory or self.key in frame.theory

    def text(self, frame: Frame, layer: int) -> str:
        """Return the number of a layer as text, with a fixed number of digits so that rows can be compared."""
        value = float((frame.theory if self.is_theory else frame.series)[self.key][layer - 1])
        if self.key.endswith("_factor") and np.isnan(value):
            return "—"  # there is no layer to compare with
        return decimal_text(value) if self.key.startswith("log10_") else plain_text(value)


COLUMNS = (
    Column(N_("a mean"), "activation_mean", "forward", 3),
    Column(N_("spread"), "activation_spread", "forward", 0),
    Column(N_("a std"), "activation_std", "forward", 2),
    Column(N_("theory"), "activation_std", "forward", 10, is_theory=True),
    Column(N_("factor"), "activation_std_factor", "forward", 7, in_report=False),
    Column(N_("z std"), "pre_activation_std", "forward", 9),
    Column(N_("saturated"), "activation_saturated", "forward", 4, in_report=False),
    Column(N_("a = 0"), "activation_zero", "forward", 5),
    Column(N_("grad a"), "log10_grad_a_rms", "backward", 1),
    Column(N_("theory"), "log10_grad_a_rms", "backward", 11, is_theory=True),
    Column(N_("factor"), "grad_a_rms_factor", "backward", 8, in_report=False),
    Column(N_("grad z"), "log10_grad_z_rms", "backward", 12),
    Column(N_("grad W"), "log10_grad_W_rms", "backward", 6),
    Column(N_("grad b"), "log10_grad_b_rms", "backward", 13),
)
"""In the order of the table: the forward pass, then the backward pass."""


def plain_text(value: float) -> str:
    """Return a number with six decimals, or in e-notation below 1e-5 and from 1e6 on."""
    return (
        f"{value:.6f}"
        if value == 0 or 1e-5 <= abs(value) < 1e6
        else f"{value:.3e}"
        if np.isfinite(value)
        else _nonfinite_text(value)
    )


def _nonfinite_text(value: float) -> str:
    return "NaN" if np.isnan(value) else "∞" if value > 0 else "-∞"
