"""The singular values of the derivative of each layer by the input, against a derivative taken by central differences."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec


def output(arrays, spec, x, layer):
    """Run one example through the first layers, in a few lines of textbook."""
    f, a = ACTIVATIONS[spec.activation].f, {0: x}
    scale = 1 / np.sqrt(spec.depth) if spec.residual_scale == "inverse_sqrt_depth" else 1.0
    for l in range(1, layer + 1):
        z = arrays[f"W{l}"] @ a[l - 1] + arrays[f"b{l}"]
        skip = a[l - spec.residual] if spec.residual and l % spec.residual == 0 else None
        if skip is None:
            a[l] = f(z, 0.0)
        else:
            a[l] = skip + scale * f(z, 0.0) if spec.residual_order == "pre" else f(skip + scale * z, 0.0)
    return a[layer]


@pytest.mark.parametrize("activation", ["tanh", "linear", "silu"])
@pytest.mark.parametrize(
    "architecture",
    ["bias_std=0.3", "residual=1", "residual=2&residual_scale=inverse_sqrt_depth", "residual=2&residual_order=post"],
)
def test_singular_values_agree_with_central_differences(activation, architecture):
    spec = Spec.from_text(f"{architecture}&initializer=lecun_normal&dtype=float64&jacobian=true&depth=6&width=7&batch=3")
    spec = spec.replace(activation=activation)
    series, arrays, h = simulate(spec).series, trace(spec).arrays, 1e-6
    x = arrays["a0"][0]
    for layer in (1, 4, 6):
        columns = [(output(arrays, spec, x + h * e, layer) - output(arrays, spec, x - h * e, layer)) / (2 * h) for e in np.eye(7)]
        singular = np.linalg.svd(np.array(columns).T, compute_uv=False)
        assert 10 ** series["log10_jacobian_largest"][layer - 1] == pytest.approx(singular[0], rel=1e-7)
        assert 10 ** series["log10_jacobian_smallest"][layer - 1] == pytest.approx(singular[-1], rel=1e-5, abs=1e-8)


def test_a_thousand_layers_of_c_times_identity():
    """Both singular values are c^l, far beyond float64."""
    spec = Spec(
        activation="linear", initializer="identity", gain=1e-3, depth=1000, width=3, batch=2, jacobian=True, dtype="float64"
    )
    series = simulate(spec).series
    for key in ("log10_jacobian_largest", "log10_jacobian_smallest"):
        np.testing.assert_allclose(series[key], -3.0 * np.arange(1, 1001), rtol=1e-9)


def test_a_direction_that_is_lost_is_an_exact_zero():
    """ReLU turns units off, and what they saw of the input is gone."""
    series = simulate(Spec(activation="relu", initializer="he_normal", depth=5, width=20, batch=2, jacobian=True)).series
    assert (series["log10_jacobian_smallest"] == -np.inf).all()
    assert np.isfinite(series["log10_jacobian_largest"]).all()


@pytest.mark.parametrize("text", ["", "jacobian=true&normalization=batch", "jacobian=true&output_activation=softmax"])
def test_it_is_silent_where_it_was_not_asked_for_or_is_not_defined(text):
    series = simulate(Spec.from_text(text).replace(depth=3, width=5, batch=4)).series
    assert np.isnan(series["log10_jacobian_largest"]).all()


def test_a_network_that_overflows_has_none_from_there_on():
    spec = Spec(activation="relu", initializer="constant", gain=1e6, depth=12, width=20, batch=2, jacobian=True, data="ones")
    largest = simulate(spec).series["log10_jacobian_largest"]
    assert np.isfinite(largest[0])
    spec = spec.replace(activation="silu", initializer="normal", dtype="float64", depth=60, gain=1e6)
    largest = simulate(spec).series["log10_jacobian_largest"]
    assert np.isfinite(largest[0]) and np.isnan(largest[-1])


def exact_extremes(weights):
    """log10 of both singular values of a product of 2 × 2 matrices, by fractions: σ₁² + σ₂² = tr JᵀJ and σ₁σ₂ = |det J|."""
    product = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    for W in weights:
        rows = [[Fraction(float(value)) for value in row] for row in W]
        product = [[sum(rows[i][k] * product[k][j] for k in range(2)) for j in range(2)] for i in range(2)]
    (a, b), (c, d) = product
    trace_, determinant = a * a + b * b + c * c + d * d, abs(a * d - b * c)
    # √(t² - 4 det²) is t where det is lost beside it; 400 digits are more than what 150 layers lose.
    with localcontext(prec=400):
        t, det = (Decimal(each.numerator) / Decimal(each.denominator) for each in (trace_, determinant))
        largest = ((t + (t * t - 4 * det * det).sqrt()) / 2).sqrt()
        return float(largest.log10()), float((det / largest).log10())


@pytest.mark.parametrize("depth", [20, 60, 150])
def test_the_smallest_singular_value_outlives_the_rounding_of_the_largest(depth):
    """In a long product it lies more than 16 digits below."""
    spec = Spec(depth=depth, width=2, batch=1, jacobian=True, dtype="float64", activation="linear", initializer="lecun_normal")
    arrays, series = trace(spec).arrays, simulate(spec).series
    largest, smallest = exact_extremes([arrays[f"W{l}"] for l in range(1, depth + 1)])
    assert series["log10_jacobian_largest"][-1] == pytest.approx(largest, abs=1e-9)
    assert series["log10_jacobian_smallest"][-1] == pytest.approx(smallest, abs=1e-9)
    assert depth == 20 or largest - smallest > 16


def test_what_cannot_be_told_from_rounding_is_not_called_zero():
    """With skip connections there is no inverse to go by."""
    spec = Spec(
        depth=150, width=3, batch=1, jacobian=True, dtype="float64", activation="linear", initializer="normal", residual=1
    )
    smallest = simulate(spec).series["log10_jacobian_smallest"]
    assert np.isfinite(smallest[0]) and np.isnan(smallest[-1])


@pytest.mark.parametrize(
    "text", ["initializer=constant", "width_profile=bottleneck&initializer=lecun_normal", "initializer=zeros"]
)
def test_what_a_lack_of_rank_takes_away_is_an_exact_zero(text):
    spec = Spec.from_text(f"{text}&activation=linear&depth=7&width=8&batch=2&jacobian=true&input_units=8&output_units=8")
    assert simulate(spec).series["log10_jacobian_smallest"][-1] == -np.inf


@pytest.mark.parametrize(
    "text",
    [
        "depth=30&width=8&activation=softplus&initializer=lecun_normal&gain=3&seed=199&width_profile=hourglass&input_units=2&output_units=3&bias_std=0.3",
        "depth=100&width=8&activation=linear&initializer=glorot_uniform&seed=457&width_profile=funnel&input_units=3&shared_weights=true",
        "depth=100&width=2&activation=softplus&initializer=glorot_uniform&gain=0.001&seed=232&input_units=3",
        "depth=60&width=4&activation=softplus&initializer=pytorch_default&gain=3&seed=497&input_units=2",
    ],
)
def test_a_smallest_singular_value_is_right_or_not_told(text):
    """Layers that are not square have no inverse, and what the rounding of a long product leaves looks like a number."""
    spec = Spec.from_text(f"{text}&batch=1&dtype=float64&jacobian=true")
    arrays, series = trace(spec).arrays, simulate(spec).series
    f, product = ACTIVATIONS[spec.activation], None
    with localcontext(prec=300), np.errstate(over="ignore"):
        for layer in range(1, spec.depth + 1):
            slopes = f.derivative_at(arrays[f"z{layer}"], 0.0)[0]
            factor = [
                [Decimal(float(s)) * Decimal(float(w)) for w in row] for s, row in zip(slopes, arrays[f"W{layer}"], strict=True)
            ]
            product = factor if product is None else matmul(factor, product)
            told = series["log10_jacobian_smallest"][layer - 1]
            if np.isfinite(told):
                assert told == pytest.approx(log10_smallest(product), abs=2e-3), layer
    assert np.isfinite(series["log10_jacobian_smallest"][0])


def test_a_smallest_singular_value_is_told_from_a_thousand_times_its_rounding_on():
    """Three digits of it are true then; what is less is left out, and nothing else is.

    The rounding is that of two products a layer, each of eps times the size of what comes out, and each stretched by the layers
    after it. The first layer is not square, so that there is no inverse to go by.
    """
    told, left_out, eps = [], [], np.finfo(np.float64).eps
    for seed in range(12):
        text = f"depth=80&width=3&input_units=2&batch=1&dtype=float64&jacobian=true&seed={seed}"
        spec = Spec.from_text(text).replace(activation="linear", initializer="lecun_normal")
        arrays, found = trace(spec).arrays, simulate(spec).series["log10_jacobian_smallest"]
        product, rounding = np.eye(2), 0.0
        for layer in range(1, 81):
            W = arrays[f"W{layer}"]
            product = W @ product
            rounding = rounding * np.linalg.norm(W) / np.sqrt(W.shape[1]) + 2 * eps * np.linalg.norm(product)
            ratio = np.linalg.svd(product, compute_uv=False)[-1] / rounding
            (told if np.isfinite(found[layer - 1]) else left_out).append(ratio)
    assert 900 < min(told) < 2000 and 500 < max(left_out) < 1100


def matmul(one, other):
    return [[sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*other, strict=True)] for row in one]


def log10_smallest(matrix):
    """By inverse iteration in decimals: on JJᵀ or JᵀJ, whichever is smaller."""
    columns = [list(column) for column in zip(*matrix, strict=True)]
    gram = matmul(matrix, columns) if len(matrix) <= len(columns) else matmul(columns, matrix)
    vector = [Decimal(1 + place) / 7 for place in range(len(gram))]
    for _step in range(60):
        vector = solved(gram, vector)
        size = sum(value * value for value in vector).sqrt()
        vector = [value / size for value in vector]
    return float(-size.log10() / 2)


def solved(matrix, right):
    """Gauss's elimination with pivots."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place in range(len(rows)):
        pivot = max(range(place, len(rows)), key=lambda row: abs(rows[row][place]))
        rows[place], rows[pivot] = rows[pivot], rows[place]
        for row in range(place + 1, len(rows)):
            ratio = rows[row][place] / rows[place][place]
            rows[row] = [a - ratio * b for a, b in zip(rows[row], rows[place], strict=True)]
    solution = [Decimal(0)] * len(rows)
    for place in reversed(range(len(rows))):
        rest = sum(rows[place][after] * solution[after] for after in range(place + 1, len(rows)))
        solution[place] = (rows[place][-1] - rest) / rows[place][place]
    return solution
