"""The forward and the backward pass against oracles that share no code with them."""

from fractions import Fraction

import numpy as np
import pytest

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.network import take_exponent
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec


def normal_cdf(z):
    """Φ by Kummer's series for erf, whose terms are all positive: as exact as the precision of z, extended too."""
    x = np.clip(z, -12, 12) / np.sqrt(z.dtype.type(2))  # beyond, Φ is 0 or 1 to 32 digits
    term = total = x * 2 / np.sqrt(z.dtype.type(np.pi)) * np.exp(-x * x)
    for n in range(1, 400):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    return (1 + total) / 2


def softplus(z):
    return np.log(1 + np.exp(z))


# f once more, as a textbook writes it; a new activation may come without, and is then its own.
TEXTBOOK = {name: entry.f for name, entry in ACTIVATIONS.items()} | {
    "linear": lambda z, k: z,
    "sigmoid": lambda z, k: 1 / (1 + np.exp(-z)),
    "tanh": lambda z, k: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "softsign": lambda z, k: z / (1 + abs(z)),
    "hardtanh": lambda z, k: np.minimum(1, np.maximum(-1, z)),
    "relu": lambda z, k: z * (z > 0),
    "leaky_relu": lambda z, k: np.where(z > 0, z, k * z),
    "elu": lambda z, k: np.where(z > 0, z, k * (np.exp(z) - 1)),
    "selu": lambda z, k: 1.0507009873554804934 * np.where(z > 0, z, 1.6732632423543772848 * (np.exp(z) - 1)),
    "gelu": lambda z, k: z * normal_cdf(z),
    "silu": lambda z, k: z / (1 + np.exp(-z)),
    "softplus": lambda z, k: softplus(z),
    "mish": lambda z, k: z * np.tanh(softplus(z)),
}
K = 0.2


def normalized(kind, x):
    """Batch, layer and RMS normalization without their trained parts, with PyTorch's ε."""
    if kind == "rms":
        return x / np.sqrt(np.mean(x**2, axis=1, keepdims=True) + 1e-5)
    axis = 0 if kind == "batch" else 1
    centred = x - x.mean(axis=axis, keepdims=True)
    return centred / np.sqrt(np.mean(centred**2, axis=axis, keepdims=True) + 1e-5)


def loss(arrays, spec):
    """The loss of a pass, recomputed from its weights alone by a few lines of textbook, in extended precision.

    (In float64 the rounding of a loss of size 1, divided by h, would hide small gradients.)
    """
    a = [arrays["a0"].astype(np.longdouble)]
    for l in range(1, spec.depth + 1):
        f = lambda z: TEXTBOOK[spec.activation](z, K)  # noqa: E731
        N = lambda z: z if spec.normalization == "none" else normalized(spec.normalization, z)  # noqa: E731
        z = np.einsum("bi,oi->bo", a[-1], arrays[f"W{l}"]) + arrays[f"b{l}"]
        block = (lambda z: f(N(z))) if spec.normalization_place == "before" else (lambda z: N(f(z)))  # noqa: B023
        if not spec.residual or l % spec.residual:
            a.append(block(z))
        elif spec.residual_order == "pre":
            a.append(a[l - spec.residual] + block(z))
        else:
            a.append(block(a[l - spec.residual] + z))
    return np.sum(a[-1] * arrays[f"grad_a{spec.depth}"])


@pytest.mark.parametrize("name", TEXTBOOK)
def test_the_table_agrees_with_the_textbook(name):
    z = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(
        ACTIVATIONS[name].f(z, K), TEXTBOOK[name](z.astype(np.longdouble), K).astype(float), rtol=1e-13, atol=1e-16
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    "text",
    [
        "initializer=glorot_normal",
        "initializer=he_uniform&data=digits",
        "initializer=normal&gain=0.7",
        "initializer=glorot_normal&residual=1&input_units=9&bias_std=0.3",
        "initializer=glorot_normal&residual=2&residual_order=post&input_units=9",
        "initializer=he_normal&normalization=batch",
        "initializer=he_normal&normalization=layer&normalization_place=after&bias_std=0.3",
        "initializer=he_normal&normalization=rms&residual=2&input_units=9",
    ],
)
def test_whole_backward_pass_agrees_with_central_differences(activation, text):
    """d loss / d(every W and b), along a random direction each, float64, relative 1e-7."""
    spec = Spec.from_text(text).replace(
        activation=activation, depth=6, width=9, batch=5, dtype="float64", slope=K, alpha=K, seed=3
    )
    arrays = trace(spec).arrays
    rng = np.random.default_rng(1)
    h = np.longdouble(1e-6)
    for l in range(1, spec.depth + 1):
        for name in (f"W{l}", f"b{l}"):
            direction = rng.standard_normal(arrays[name].shape)
            up, down = (loss(arrays | {name: arrays[name] + sign * h * direction}, spec) for sign in (1, -1))
            slope = float((up - down) / (2 * h))
            # Batch normalization takes every bias out again: its gradient is 0.
            least = 1e-9 if spec.normalization == "batch" and name.startswith("b") else 0.0
            assert np.sum(arrays[f"grad_{name}"] * direction) == pytest.approx(slope, rel=1e-7, abs=least), name


def test_gradients_with_respect_to_z_and_a_fit_together():
    """grad_z[l] = grad_a[l] ⊙ f′(z[l]) and grad_a[l-1] = grad_z[l] W[l], with f′ by central differences."""
    spec = Spec(activation="tanh", initializer="lecun_normal", depth=5, width=7, batch=4, dtype="float64")
    arrays = trace(spec).arrays
    for l in range(1, 6):
        slope = (np.tanh(arrays[f"z{l}"] + 1e-5) - np.tanh(arrays[f"z{l}"] - 1e-5)) / 2e-5
        np.testing.assert_allclose(arrays[f"grad_z{l}"], arrays[f"grad_a{l}"] * slope, rtol=1e-7)
        if l > 1:
            np.testing.assert_allclose(arrays[f"grad_a{l - 1}"], arrays[f"grad_z{l}"] @ arrays[f"W{l}"], rtol=1e-12)


def power(x: float, factor: Fraction, times: int) -> np.ndarray:
    return float(Fraction(float(x)) * factor**times)


@pytest.mark.parametrize("c", ["1.5", "0.5", "0.9"])
def test_c_times_identity_gives_x_times_c_to_the_l(c):
    """152 layers of c·I: a[l] = x·c^l and grad_a[l] = r·c^(L−l), in exact rational arithmetic.

    0.5 and 1.5 are exact in binary: 0.5^l to the last bit, 1.5^l and 0.9^l within the l roundings that float64 makes.
    """
    spec = Spec(activation="linear", initializer="identity", gain=float(c), depth=152, width=3, batch=2, dtype="float64")
    arrays = trace(spec).arrays
    factor, unit = Fraction(float(c)), 2.0**-53
    for l in (1, 2, 50, 152):
        for got, start, times in (("a", "a0", l), ("grad_a", "grad_a152", 152 - l)):
            exact = np.vectorize(lambda x, times=times: power(x, factor, times))(arrays[start])
            tolerance = 0 if c == "0.5" else (times + 1) * unit
            np.testing.assert_allclose(arrays[f"{got}{l}"], exact, rtol=tolerance, atol=0)


@pytest.mark.parametrize(("c", "published"), [(1.5, 5.833e26), (0.5, 1.752e-46), (0.9, 1.109e-7)])
def test_the_lecture_s_152_layers(c, published):
    """1.5^152 = 5.833e26, 0.5^152 = 1.752e-46, 0.9^152 = 1.109e-7, as the size of a batch of ones."""
    spec = Spec(activation="linear", initializer="identity", gain=c, depth=152, width=4, data="ones", dtype="float64")
    assert simulate(spec).series["activation_rms"][-1] == pytest.approx(published, rel=5e-4)


def test_float32_ends_at_layer_150():
    """0.5^l is exactly 0 in float32 from l = 150 on, and not before."""
    spec = Spec(activation="linear", initializer="identity", gain=0.5, depth=152, width=4, data="ones")
    zero = simulate(spec).series["activation_zero"]
    assert np.flatnonzero(zero == 1).tolist() == [149, 150, 151]
    assert (zero[:149] == 0).all()


@pytest.mark.parametrize("c", [0.5, 1.5, 1e-6, 1e6])
@pytest.mark.sampled(2)
def test_depth_1000_never_reads_a_false_zero_or_infinity(c):
    """The gradient of c·I through 1,000 layers is c^999 of what came in, whatever float32 can hold."""
    spec = Spec(activation="linear", initializer="identity", gain=c, depth=1000, width=4, batch=8)
    log10_rms = simulate(spec).series["log10_grad_a_rms"]
    weight = np.float64(np.float32(c))  # what c is in float32
    np.testing.assert_allclose(log10_rms, log10_rms[-1] + np.arange(999, -1, -1) * np.log10(weight), rtol=1e-6)


def test_the_exponent_is_exact():
    """Taking out powers of two changes no digit: a float32 pass without it gives the same gradients, where it can."""
    spec = Spec(activation="tanh", initializer="glorot_normal", gain=0.5, depth=40, width=16, batch=8)
    arrays = trace(spec).arrays
    grad_a = arrays["grad_a40"]
    for l in range(40, 0, -1):
        np.testing.assert_array_equal(arrays[f"grad_a{l}"], grad_a)
        grad_a = (grad_a * (np.float32(1) - arrays[f"a{l}"] * arrays[f"a{l}"])) @ arrays[f"W{l}"]
    assert np.abs(grad_a).max() < 2.0**-30  # far enough down that something was taken out


@pytest.mark.parametrize("peak", [1e-30, 1e30, 5e-324, 1.7e308, 1.0, 0.0, np.inf, np.nan])
def test_take_exponent_loses_nothing(peak):
    x = np.array([peak, 0.0, -peak / 2])
    array, exponent = take_exponent(x)
    np.testing.assert_array_equal(np.ldexp(array, exponent), x)
    if np.isfinite(peak) and peak:
        assert 2.0**-11 <= np.abs(array).max() <= 2.0**11


@pytest.mark.parametrize("initializer", [name for name, entry in INITIALIZERS.items() if not entry.is_loaded])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("data", ["gaussian", "ones", "digits"])
def test_shapes_and_precision_of_the_trace(initializer, dtype, data):
    """(fan_out, fan_in), (batch, units), everything in the Spec's precision."""
    spec = Spec(depth=3, width=10, batch=6, initializer=initializer, dtype=dtype, data=data)
    arrays = trace(spec).arrays
    inputs = 64 if data == "digits" else 10
    fan_in = {1: inputs, 2: 10, 3: 10}
    assert arrays["a0"].shape == (6, inputs)
    for l in (1, 2, 3):
        for prefix in ("", "grad_"):
            assert arrays[f"{prefix}W{l}"].shape == (10, fan_in[l])
            assert arrays[f"{prefix}b{l}"].shape == (10,)
            assert arrays[f"{prefix}z{l}"].shape == arrays[f"{prefix}a{l}"].shape == (6, 10)
    assert {array.dtype for array in arrays.values()} == {np.dtype(dtype)}
    assert len(arrays) == 1 + 8 * 3
