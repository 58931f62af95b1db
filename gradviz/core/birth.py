"""A network at step 0: batch, architecture and parameters, built from the Spec before the pass."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gradviz.blas import limited_blas
from gradviz.core.architecture import Architecture
from gradviz.core.batch import Batch
from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.choices.losses import LOSSES, Loss
from gradviz.core.choices.weight_files import read_parameters
from gradviz.core.network import forward
from gradviz.core.parameters import Drawn, Parameters, Stored
from gradviz.core.spec import Spec


@dataclass(frozen=True, eq=False)
class Birth:
    """The arguments of `propagate` at step 0.

    Attributes
    ----------
    net : Architecture
    parameters : Parameters
    batch : Batch
    loss : Loss
    """

    net: Architecture
    parameters: Parameters
    batch: Batch
    loss: Loss

    @classmethod
    def of(cls, spec: Spec) -> Birth:
        """Return the network, parameters, batch and loss of an experiment at birth.

        Raises
        ------
        ExperimentError
            When its data or weights cannot be read, or do not fit the network.
        """
        batch = Batch.of(spec)
        net = Architecture.of(spec, batch.features)
        return cls(net, _parameters(spec, net, batch), batch, LOSSES[spec.loss])


def _parameters(spec: Spec, net: Architecture, batch: Batch) -> Parameters:
    initializer = INITIALIZERS[spec.initializer]
    if initializer.is_loaded:
        return Stored(*read_parameters(spec.weights_file, net.units, net.precision))
    drawn = Drawn(net, spec.seed, initializer, spec.gain, spec.fan_mode, spec.bias_std)
    return with_unit_variance(drawn, batch) if initializer.fits_the_data else drawn


def with_unit_variance(drawn: Drawn, batch: Batch) -> Drawn:
    """Return parameters rescaled so that W·a has variance gain² on the batch in every layer (LSUV).

    Mishkin and Matas, "All you need is a good init" (2015). Shared weights are rescaled once, in the first layer that has them.
    """
    net, fitted = drawn.net, dict[int, float]()
    with limited_blas(), np.errstate(all="ignore"):
        a = {0: net.precision.round(batch.a0.astype(net.precision.computes_in))}
        for l in net.layers:
            drawn_as = net.drawn_as[l - 1]
            if drawn_as not in fitted:
                std = float(net.precision.round(a[l - 1] @ drawn.weight(l).T).std(dtype=np.float64))
                fitted[drawn_as] = drawn.gain / std if std > 0 else 1.0
            a[l] = forward(net, replace(drawn, fitted=fitted), l, a)[0].a
    return replace(drawn, fitted=fitted)
