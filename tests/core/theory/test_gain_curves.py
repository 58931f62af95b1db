"""The curve of χ against σ_w, against fixed points found by root search; σ_w against the weights themselves."""

from math import sqrt

import numpy as np
import pytest

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec
from gradviz.core.theory.gain_curves import against_critical, known_gains, settled_chi
from gradviz.core.theory.gains import gains
from gradviz.core.theory.limits import chi, fixed_point

EVERY = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))


@EVERY
@pytest.mark.parametrize("k", [0.01, 1.0])
def test_the_curve_is_where_the_depth_settles(activation, k):
    """Each of its points is the fixed point that the recursion's root search finds."""
    curve = settled_chi(activation, k)
    assert np.isfinite(curve).all() and (np.diff(curve.sigma_w) > 0).all()
    for s, value in list(zip(curve.sigma_w, curve.chi, strict=True))[5::15]:
        point = fixed_point(activation, k, s**2)
        if point is not None:
            assert value == pytest.approx(point.chi, rel=1e-6)


@EVERY
def test_the_curve_crosses_1_at_the_critical_gain(activation):
    curve, critical = settled_chi(activation, 0.2), gains(activation, 0.2).critical
    if critical is not None and curve.sigma_w[-1] >= critical:
        at = np.exp(np.interp(np.log(critical), np.log(curve.sigma_w), np.log(curve.chi)))
        assert at == pytest.approx(1, abs=2e-2)


@EVERY
def test_where_the_signal_dies_chi_is_that_at_0(activation):
    """With f(0) = 0 and σ_w f′(0) < 1, q falls to 0, and χ = σ_w² f′(0)²."""
    curve = settled_chi(activation, 0.5)
    if activation.f(np.zeros(1), 0.5)[0] == 0:
        assert curve.chi[0] == pytest.approx(chi(activation, 0.5, curve.sigma_w[0] ** 2, 1e-200), rel=1e-6)


@pytest.mark.parametrize("initializer", ["normal", "he_normal", "glorot_normal", "orthogonal", "identity", "constant", "lsuv"])
def test_sigma_w_is_that_of_the_weights(initializer):
    """σ_w² = fan_in E W², to what 60 × 45 draws scatter."""
    spec = Spec(depth=3, width=60, width_profile="funnel", initializer=initializer, gain=0.7)
    frame, arrays = simulate(spec), trace(spec).arrays
    for layer in (1, 2, 3):
        W = arrays[f"W{layer}"].astype(np.float64)
        assert frame.sigma_w(layer) == pytest.approx(sqrt(W.shape[1] * (W**2).mean()), rel=0.08)


def test_below_at_and_above_critical():
    relu = known_gains(ACTIVATIONS["relu"], 0.0)
    words = [against_critical(value, relu) for value in (1.0, sqrt(2), 1.43, 1.5, np.inf, np.nan)]
    assert words == ["below", "at", "at", "above", "above", ""]
    assert against_critical(1.0, known_gains(ACTIVATIONS["gelu"], 0.0)) == ""
