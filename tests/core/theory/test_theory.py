"""The recursions against a brute-force simulation of its own, closed forms and published figures."""

from math import inf, log, log10, nan, sqrt

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.theory import gaussian
from gradviz.core.theory.limits import chi, depth_scale, fixed_point
from gradviz.core.theory.mean_field import LayerMoments, MeanField, backward, correlation, forward

DEPTH, WIDTH = 4, 1000
EVEN = (WIDTH,) * (DEPTH + 1)
UNEVEN = (400, 1000, 700, 1000, 500)
SEEDS = 20


def make(name, gain2=1.0, depth=DEPTH, width=WIDTH, *, units=None, k=0.1, **more):
    units = units or (width,) * (depth + 1)
    return MeanField(ACTIVATIONS[name], k, tuple(gain2 / n for n in units[:-1]), units, **more)


# --- the simulation: plain NumPy, no gradviz ---------------------------------------------------------------------------

F = {
    "linear": (lambda z: z, np.ones_like),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
}


def normalize(kind, v, epsilon):
    axis = 0 if kind == "batch" else 1
    mean = 0 if kind == "rms" else v.mean(axis, keepdims=True)
    root = np.sqrt(((v - mean) ** 2).mean(axis, keepdims=True) + epsilon)
    return (v - mean) / root, root


def normalize_back(kind, g, y, root):
    axis = 0 if kind == "batch" else 1
    mean = 0 if kind == "rms" else g.mean(axis, keepdims=True)
    return (g - mean - y * (g * y).mean(axis, keepdims=True)) / root


def simulate(net, name, draws, batch, rng):
    """Return measure → (L,) of one network."""
    f, f_prime = F[name]
    kind, before = net.normalization, net.normalization_place == "before"
    L = net.depth
    std = [sqrt(v) for v in net.weight_variance]
    W = [draw[: net.units[l + 1], : net.units[l]] for l, draw in enumerate(draws)]
    a, kept, seen = (
        [rng.standard_normal((batch, net.units[0]), np.float32)],
        [],
        {key: np.zeros(L) for key in ["q", "mean", "ms", "a", "z", "W", "b"]},
    )
    for l in range(L):
        z = std[l] * (a[l] @ W[l].T) + np.float32(sqrt(net.bias_variance)) * rng.standard_normal(net.units[l + 1], np.float32)
        y, root = normalize(kind, z, net.normalization_epsilon) if kind != "none" and before else (z, None)
        h = f(y)
        h, root_after = normalize(kind, h, net.normalization_epsilon) if kind != "none" and not before else (h, None)
        r = net.residual
        skip = r > 0 and (l + 1) % r == 0 and net.units[l + 1] == net.units[l + 1 - r]
        a.append(a[l + 1 - r] + net.residual_scale * h if skip else h)
        kept.append((y, root, h, root_after, skip))
        seen["q"][l], seen["mean"][l], seen["ms"][l] = (z * z).mean(), a[-1].mean(), (a[-1] ** 2).mean()
    g = {L: rng.standard_normal((batch, net.units[L]), np.float32)}
    for l in reversed(range(L)):
        y, root, h, root_after, skip = kept[l]
        grad = g[l + 1] * net.residual_scale if skip else g[l + 1]
        grad = grad if root_after is None else normalize_back(kind, grad, h, root_after)
        grad = grad * f_prime(y)
        grad = grad if root is None else normalize_back(kind, grad, y, root)
        seen["a"][l], seen["z"][l] = (g[l + 1] ** 2).mean(), (grad**2).mean()
        seen["W"][l] = ((grad @ grad.T) * (a[l] @ a[l].T)).sum() / W[l].size  # the mean square of grad.T @ a
        seen["b"][l] = (grad.sum(axis=0) ** 2).mean()
        if skip:
            g[l + 1 - net.residual] = g.get(l + 1 - net.residual, 0) + g[l + 1]
        g[l] = g.get(l, 0) + std[l] * (grad @ W[l])
    return seen


NETS = {
    "tanh, bias": ("tanh", 16, make("tanh", 1.5, bias_variance=0.05)),
    "relu, uneven": ("relu", 16, make("relu", 2.0, units=UNEVEN)),
    "sigmoid": ("sigmoid", 16, make("sigmoid")),
    "relu, residual": ("relu", 16, make("relu", 2.0, residual=1)),
    "relu, residual by 2": ("relu", 16, make("relu", 1.5, residual=2, residual_scale=0.5, bias_variance=0.1)),
    "relu, layer": ("relu", 16, make("relu", 2.0, normalization="layer")),
    "relu, layer after, uneven": (
        "relu",
        16,
        make("relu", 2.0, units=UNEVEN, normalization="layer", normalization_place="after"),
    ),
    "sigmoid, rms": ("sigmoid", 16, make("sigmoid", bias_variance=0.2, normalization="rms", normalization_epsilon=0.1)),
    "sigmoid, rms after": ("sigmoid", 16, make("sigmoid", normalization="rms", normalization_place="after")),
    "relu, layer, residual": ("relu", 16, make("relu", 2.0, normalization="layer", residual=1)),
    "tanh, rms after, residual": ("tanh", 16, make("tanh", 2.0, normalization="rms", normalization_place="after", residual=2)),
    "relu, batch": ("relu", 200, make("relu", 2.0, normalization="batch")),
    "tanh, batch, bias": ("tanh", 200, make("tanh", 2.0, normalization="batch", bias_variance=0.3)),
    "relu, batch after": ("relu", 200, make("relu", 2.0, normalization="batch", normalization_place="after")),
    "relu, batch, residual": ("relu", 200, make("relu", 2.0, normalization="batch", residual=1)),
}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Thin matrices gain nothing from threads, and lose much where the cores are shared."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def simulated():
    """Name → measure → (seeds, L). Every network of a seed uses the same draws."""
    runs = {name: [] for name in NETS}
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        draws = [rng.standard_normal((WIDTH, WIDTH), np.float32) for _ in range(DEPTH)]
        for name, (f, batch, net) in NETS.items():
            if seed < (SEEDS if net.normalization == "none" else 3 if batch > 16 else 6):  # normalization and batches average
                runs[name].append(simulate(net, f, draws, batch, rng))
    return {name: {key: np.array([run[key] for run in seeds]) for key in seeds[0]} for name, seeds in runs.items()}


@pytest.mark.parametrize("name", NETS)
def test_recursions_agree_with_brute_force(simulated, name):
    """Within 5 standard errors of the mean over the seeds, plus what theory leaves out.

    That is 1 % for width 1,000 (terms of 1/n in each of 4 layers), and under batch normalization 2/B = 1 % more per layer, which
    the projection takes from the gradient.
    """
    _, batch, net = NETS[name]
    f = forward(net, 1.0)
    b = {key: 10 ** (2 * value) for key, value in backward(net, f, batch).items()}
    theory = {"q": f["q"], "mean": f["activation_mean"], "ms": f["activation_mean_square"]}
    theory |= {key: b[f"log10_grad_{key}_rms"] for key in "azWb"}
    for key, expected in theory.items():
        runs = simulated[name][key]
        error = runs.std(axis=0, ddof=1) / sqrt(len(runs))
        left_out = 0.01 + (2 * DEPTH / batch if net.normalization == "batch" else 0)
        scale = np.sqrt(f["activation_mean_square"]) if key == "mean" else expected
        known = ~np.isnan(expected)
        gap = np.abs(runs.mean(axis=0) - expected)[known]
        assert (gap <= (5 * error + left_out * scale + 1e-6)[known]).all(), (key, expected, runs.mean(axis=0), error)


def test_batch_normalization_says_nothing_of_what_it_does_not_know():
    """The biases under it get no gradient at all; after the activation the sum over the batch has no theory here."""
    before, after = (NETS[name][2] for name in ("relu, batch", "relu, batch after"))
    assert (backward(before, forward(before, 1.0))["log10_grad_b_rms"] == -inf).all()
    assert np.isnan(backward(after, forward(after, 1.0))["log10_grad_b_rms"]).all()


def test_batch_normalized_relu_explodes_as_published():
    """Yang et al. (2019): the gradient's norm grows by √(π/(π - 1)) ≈ 1.21 per layer."""
    net = make("relu", 2.0, depth=50, normalization="batch")
    grad_a = backward(net, forward(net, 1.0))["log10_grad_a_rms"]
    assert 10 ** (grad_a[9] - grad_a[10]) == pytest.approx(sqrt(np.pi / (np.pi - 1)), rel=1e-12)


# --- known answers -----------------------------------------------------------------------------------------------------


def test_relu_and_he_hold_the_mean_square():
    """He: q = 2 E a² stays and the gradient too; the mean and std of the lecture's printout, .5642 and .8256 in every layer."""
    net = make("relu", 2.0, depth=1000)
    f = forward(net, 1.0)
    assert f["q"] == pytest.approx(2.0, rel=1e-12)
    assert f["activation_mean"] == pytest.approx(0.5642, abs=5e-5) and f["activation_std"] == pytest.approx(0.8256, abs=5e-5)
    assert backward(net, f)["log10_grad_a_rms"] == pytest.approx(0, abs=1e-10)


def test_lecture_printout_of_tanh():
    """Stanford's 10 layers of 500 with W = 0.01 N(0, 1): std .213081 .047551 … at width 500, by theory within 1 %."""
    net = make("tanh", 1.0, units=(500,) * 11)
    net = MeanField(net.activation, 0.0, (1e-4,) * 10, net.units)
    expected = [0.213081, 0.047551, 0.010630, 0.002378, 0.000532, 0.000119, 0.000026, 0.000006, 0.000001, 0.0]
    assert forward(net, 1.0)["activation_std"] == pytest.approx(expected, rel=0.01, abs=1e-6)


def test_tanh_at_the_edge_falls_like_1_over_2l():
    """With 1/fan_in, 1/q grows by 2 per layer, up to a logarithm; nothing settles."""
    q = forward(make("tanh", depth=4000), 1.0)["q"]
    assert 1 / q[3999] - 1 / q[1999] == pytest.approx(2 * 2000, rel=2e-3)
    assert fixed_point(ACTIVATIONS["tanh"], 0, 1.0) is None


def test_width_ratios():
    """A linear net with Var(W) = 1/fan_in loses n_l/n_{l-1} of the squared gradient per layer, whatever it does forward."""
    net = make("linear", units=(10, 20, 40, 30))
    f = forward(net, 3.0)
    b = backward(net, f, batch=8)
    assert f["q"] == pytest.approx(3.0) and 10 ** (2 * b["log10_grad_a_rms"]) == pytest.approx([3.0 * 0.5, 0.75, 1.0])
    assert 10 ** (2 * b["log10_grad_W_rms"]) == pytest.approx([36.0, 18.0, 24.0])
    assert 10 ** (2 * b["log10_grad_b_rms"]) == pytest.approx([12.0, 6.0, 8.0])


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("gain2", [1e-3, 100.0])
def test_1000_layers_neither_underflow_nor_overflow(name, gain2):
    """The logarithms go on, by the same step, where float64 ends; the plain numbers read 0 or infinity."""
    net = make(name, gain2, depth=1000)
    f = forward(net, 1.0)
    b = backward(net, f)
    assert np.isfinite(f["log10_q"]).all() and all(np.isfinite(values).all() for values in b.values())
    assert not any(np.isnan(values).any() for values in f.values())
    assert np.diff(f["log10_q"], 2)[100:] == pytest.approx(0, abs=1e-3)
    if f["log10_q"][-1] > 309:
        assert f["q"][-1] == inf


def test_carried_exponents_agree_with_plain_numbers():
    """An ELU that explodes meets its own recursion in float64, beyond the size at which decades are split off."""
    net = make("elu", 1e6, depth=45, k=1.0)
    q, activation = 1e6, net.activation
    for expected in forward(net, 1.0)["q"]:
        assert expected == pytest.approx(q, rel=1e-11)
        q = 1e6 * gaussian.gaussian_moments(activation, 1.0, q).mean_square


def test_enormous_and_tiny_inputs():
    """A sigmoid's slope falls like 1/√q also where q = 1e60; biases take over from an input of 1e-200; 0 stays 0."""
    big = forward(make("sigmoid", depth=1), 1e60)
    assert big["log10_slope_square"][0] == pytest.approx(log10(1 / 6 / sqrt(2 * np.pi)) - 30, abs=1e-9)
    assert forward(make("tanh", bias_variance=0.1), 1e-200)["q"][0] == pytest.approx(0.1)
    zero = forward(make("tanh"), 0.0)
    assert (zero["activation_mean_square"] == 0).all() and (zero["log10_q"] == -inf).all()
    assert np.isnan(correlation(make("tanh"), zero, 0.5)).all()


def test_normalizing_nothing_gives_nothing():
    f = forward(make("tanh", normalization="rms"), 0.0)
    assert (f["activation_rms"] == 0).all()


def test_zero_weights_stop_the_gradient():
    net = make("tanh", 0.0, bias_variance=1.0, residual=2, units=(10, 10, 20, 10, 10))
    assert (backward(net, forward(net, 1.0))["log10_grad_a_rms"] == [-inf, -inf, -inf, 0]).all()


def test_residual_variance_doubles_where_the_branch_is_unrelated():
    """x + f(x) with a linear branch of gain 1 doubles the mean square and the squared gradient per block."""
    net = make("linear", depth=5, residual=1)
    f = forward(net, 1.0)
    assert f["activation_mean_square"] == pytest.approx(2.0 ** np.arange(1, 6))
    assert 10 ** (2 * backward(net, f)["log10_grad_a_rms"]) == pytest.approx(2.0 ** np.arange(4, -1, -1))


@pytest.mark.parametrize(
    "more",
    [{"residual": 1, "residual_order": "post"}, {"normalization": "batch", "normalization_place": "after", "bias_variance": 0.1}],
)
def test_silence_where_there_is_no_theory(more):
    net = make("relu", 2.0, **more)
    assert forward(net, 1.0) is None and not net.has_theory


@pytest.mark.parametrize("size", [-1.0, inf, nan])
def test_what_is_no_mean_square_is_refused(size):
    with pytest.raises(ValueError, match="a mean square is finite"):
        forward(make("tanh"), size)


def test_signal_range():
    """A mantissa comes back to plain numbers when the size does."""
    tiny = LayerMoments(1e-30, 1e-60).in_range()
    assert tiny.decades == -30 and (tiny.mean, tiny.variance) == pytest.approx((1, 1))
    assert tiny.plus(LayerMoments(0.0, 4.0)) == LayerMoments(1e-30, 4.0)
    assert LayerMoments(3.0, 1.0, 5).in_range() == LayerMoments(3e5, 1e10)


# --- correlation and fixed points --------------------------------------------------------------------------------------


CORRELATED = [make("relu", 2.0), make("tanh", 2.0, bias_variance=0.1), make("sigmoid", 4.0)]


def test_correlation_agrees_with_brute_force():
    """Two inputs with a cosine of 0.5 through 4 layers of 1,000, 10 draws: within 5 standard errors and 0.002."""
    runs = np.zeros((10, len(CORRELATED), DEPTH))
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x = np.linalg.qr(rng.standard_normal((WIDTH, 2)))[0].T * sqrt(WIDTH)
        inputs = np.array([x[0], 0.5 * x[0] + sqrt(0.75) * x[1]], np.float32)
        draws = [rng.standard_normal((WIDTH, WIDTH), np.float32) for _ in range(DEPTH)]
        for i, net in enumerate(CORRELATED):
            a = inputs
            for l in range(DEPTH):
                bias = sqrt(net.bias_variance) * rng.standard_normal(WIDTH, np.float32)
                z = sqrt(net.weight_variance[l]) * (a @ draws[l].T) + bias
                runs[seed, i, l] = z[0] @ z[1] / np.linalg.norm(z[0]) / np.linalg.norm(z[1])
                a = F[net.activation.name][0](z)
    expected = [correlation(net, forward(net, 1.0), 0.5) for net in CORRELATED]
    assert (np.abs(runs.mean(axis=0) - expected) < 5 * runs.std(axis=0) / sqrt(10) + 0.002).all()


def test_correlation_only_of_plain_networks():
    net = make("relu", 2.0, residual=1)
    assert correlation(net, forward(net, 1.0), 0.5) is None


def test_the_same_input_stays_the_same():
    net = make("tanh", 2.0)
    assert (correlation(net, forward(net, 1.0), 1.0) == 1).all()


def test_fixed_point_of_chaotic_tanh():
    """σ_w = 1.5 without bias: q* solves its equation, χ > 1, and unrelated inputs stay unrelated."""
    point = fixed_point(ACTIVATIONS["tanh"], 0, 2.25)
    assert 2.25 * gaussian.gaussian_moments(ACTIVATIONS["tanh"], 0, point.q).mean_square == pytest.approx(point.q, rel=1e-12)
    assert point.chi > 1 and point.c == 0 and point.c_slope < 1
    assert point.depth_scale == pytest.approx(1 / log(point.chi))
    q = forward(make("tanh", 2.25, depth=200), 1.0)["q"]
    assert q[-1] == pytest.approx(point.q, rel=1e-12)


def test_fixed_point_with_bias():
    """The correlation that two inputs come to is the one that the recursion comes to, at the pace the depth scale tells."""
    activation, point = ACTIVATIONS["tanh"], fixed_point(ACTIVATIONS["tanh"], 0, 4.0, 0.05, start=1e-6)
    net = make("tanh", 4.0, depth=150, bias_variance=0.05)
    c = correlation(net, forward(net, 1.0), 0.9)
    assert 0 < point.c < 1 and c[-1] == pytest.approx(point.c, abs=1e-6)
    assert (c[42] - point.c) / (c[40] - point.c) == pytest.approx(np.exp(-2 / point.c_depth_scale), rel=1e-2)
    ordered = fixed_point(activation, 0, 1.0, 0.05)
    assert ordered.c == 1 and ordered.c_slope == ordered.chi < 1


def test_a_little_chaos_is_order_as_far_as_can_be_told():
    """Where χ exceeds 1 by less than the search can tell from 1, c* is 1."""
    assert fixed_point(ACTIVATIONS["sigmoid"], 0, gain2_of_sigmoid() * (1 + 1e-9)).c == 1


def gain2_of_sigmoid():
    from gradviz.core.theory.gains import critical_gain

    return critical_gain(ACTIVATIONS["sigmoid"], 0) ** 2


@pytest.mark.parametrize(
    ("name", "sigma_w2"), [("relu", 2.0), ("relu", 3.0), ("linear", 1.0), ("elu", 3.0), ("tanh", 0.9), ("gelu", 1.0)]
)
def test_no_fixed_point(name, sigma_w2):
    """Where q runs away, dies out, or stays wherever it is."""
    assert fixed_point(ACTIVATIONS[name], 1.0 if name == "elu" else 0.0, sigma_w2) is None


def test_known_fixed_points():
    """SELU: q* = 1 and χ = 1.0716. ReLU with σ_w² = 1 and σ_b² = 0.1: q* = 0.2, χ = 1/2."""
    selu = fixed_point(ACTIVATIONS["selu"], 0, 1.0)
    assert (selu.q, selu.chi) == pytest.approx((1.0, 1.0716), rel=1e-4)
    relu = fixed_point(ACTIVATIONS["relu"], 0, 1.0, 0.1)
    assert (relu.q, relu.chi, relu.c) == pytest.approx((0.2, 0.5, 1.0))
    assert chi(ACTIVATIONS["relu"], 0, 2.0, 7.0) == 1.0


def test_depth_scale():
    assert depth_scale(np.exp(-0.1)) == pytest.approx(10) == depth_scale(np.exp(0.1))
    assert depth_scale(1.0) == inf and depth_scale(0.0) == 0
