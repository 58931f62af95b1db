"""Starting points: six networks that behave as differently as networks can, one click away each."""

from __future__ import annotations

from dataclasses import dataclass

from gradviz.core.spec import Spec
from gradviz.experiment import OPENING_EXPERIMENT
from gradviz.i18n import N_


@dataclass(frozen=True)
class StartingPoint:
    """An experiment to start from."""

    key: str
    title: str
    help: str
    spec: Spec


STARTING_POINTS: dict[str, StartingPoint] = {
    entry.key: entry
    for entry in (
        StartingPoint(
            "vanishing",
            N_("Vanishing"),
            N_("Sigmoid with Glorot's initializer: the gradient vanishes on its way to layer 1."),
            OPENING_EXPERIMENT,
        ),
        StartingPoint(
            "exploding",
            N_("Exploding"),
            N_("ReLU with weights 1.6 times as large as He's: signal and gradient explode."),
            Spec(activation="relu", initializer="he_normal", gain=1.6),
        ),
        StartingPoint(
            "healthy",
            N_("Healthy"),
            N_("ReLU with He's initializer: signal and gradient hold."),
            Spec(activation="relu", initializer="he_normal"),
        ),
        StartingPoint(
            "residual",
            N_("Residual"),
            N_("50 layers of ReLU with a connection past every second one, and layer normalization."),
            Spec(depth=50, activation="relu", initializer="he_normal", residual=2, normalization="layer"),
        ),
        StartingPoint(
            "selu",
            N_("SELU"),
            N_("50 layers of SELU, which draws mean and variance to 0 and 1 by itself."),
            Spec(depth=50, activation="selu", initializer="lecun_normal"),
        ),
        StartingPoint(
            "recurrent",
            N_("Recurrent"),
            N_("The same matrix 50 times: a recurrent network unrolled in time."),
            Spec(depth=50, activation="tanh", initializer="orthogonal", shared_weights=True),
        ),
    )
}
"""Key → StartingPoint, in the order in which they are offered."""
