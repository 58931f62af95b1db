"""Judges measures that no network has made."""

import numpy as np

from gradviz.core.verdict import Likeness, Verdict


def judged(series, precision, *, lost=(), equal=(), inputs_are_alike=False, noise_layer=None, has_own_output=False, causes=None):
    """Return the Verdict on measures, by the keys of `MEASURES`; `lost` and `equal` are the layers whose examples are alike."""
    with np.errstate(all="ignore"):
        size, spread = (np.log10(np.abs(series[f"activation_{name}"])) for name in ("rms", "spread"))
    layers = np.arange(1, len(size) + 1)
    likeness = Likeness(inputs_are_alike, np.isin(layers, [*lost, *equal]), np.isin(layers, [*equal]), noise_layer)
    forward, backward = causes or ("", "")
    why = (lambda layer: (forward, layer)), (lambda layer: (backward, layer + 1))
    return Verdict.of(spread, size, series["log10_grad_a_rms"], likeness, precision, why, has_own_output=has_own_output)
