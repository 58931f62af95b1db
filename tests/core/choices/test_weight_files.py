"""Weights from a file: the same network as the one that was written, or refused with the array and the reason."""

import io
import json
import os
import struct
import subprocess
import sys
import warnings
import zipfile
from functools import partial
from itertools import permutations

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from gradviz import cli
from gradviz.core.birth import Birth
from gradviz.core.budget import needed_bytes
from gradviz.core.choices import weight_files
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.choices.precisions import PRECISIONS
from gradviz.core.choices.weight_files import by_number, read_parameters
from gradviz.core.network import BackwardStep, ForwardStep, propagate
from gradviz.core.parameters import Stored
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.report.verdict import forward_text

SINGLE, DOUBLE = PRECISIONS["float32"], PRECISIONS["float64"]
UNITS = (4, 3, 2)

SCALED_FROM_A_DRAW = ("weight_std", "log10_weight_rms", "log10_grad_W_ratio")
"""Drawn weights are not measured themselves: the moments of the remembered draw are scaled."""

NETWORKS = {
    "plain": "depth=5&width=9&activation=tanh",
    "biases": "depth=4&width=7&activation=relu&initializer=he_normal&bias_std=0.3",
    "residual": "depth=6&width=8&activation=tanh&residual=2&residual_scale=inverse_sqrt_depth&initializer=orthogonal",
    "normalization": "depth=4&width=8&activation=relu&normalization=batch&bias_std=0.1&normalization_place=after",
    "widths": "widths=12-5-8-1&input_units=6&activation=selu&bias_std=0.2&initializer=glorot_uniform",
    "identity": "depth=3&width=5&activation=linear&initializer=identity&gain=0.5",
    "zeros": "depth=3&width=5&activation=tanh&initializer=zeros",
    "shared": "depth=4&width=6&shared_weights=true&loss=mse",
    "fitted": "depth=4&width=6&initializer=lsuv&activation=relu",
    "narrow": "depth=3&width=40&width_profile=funnel&data=digits&loss=cross_entropy&output_activation=softmax&output_units=10",
    "threaded": "depth=3&width=160&activation=tanh",
}


def spec_of(text, **changes):
    return Spec.from_text(text).replace(**{"batch": 32, **changes})


def loaded(spec, path):
    return spec.replace(initializer="file", weights_file=str(path))


def write_arrays(spec, path):
    """Write the arrays as a user does."""
    assert cli.run(["run", spec.to_text(), "--arrays", str(path)]) == 0
    return path


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("text", NETWORKS.values(), ids=list(NETWORKS))
def test_what_arrays_writes_is_the_same_network(tmp_path, text, dtype):
    """Every measure and histogram of the network that is read again, bit for bit; what theory said of the draws is gone."""
    spec = spec_of(text, dtype=dtype, batch=256 if "160" in text else 32)
    path = write_arrays(spec, tmp_path / "F.npz")
    drawn, read = simulate(spec), simulate(loaded(spec, path))
    assert read.series.keys() == drawn.series.keys() and read.counts.keys() == drawn.counts.keys()
    for key, series in drawn.series.items():
        if key in SCALED_FROM_A_DRAW:
            tolerance = 1e-13 if dtype == "float64" else 1e-6
            np.testing.assert_allclose(read.series[key], series, rtol=tolerance, atol=tolerance, err_msg=key)
        else:
            assert read.series[key].tobytes() == series.tobytes(), key
    for key, counts in drawn.counts.items():
        assert read.counts[key].tobytes() == counts.tobytes(), key
        assert read.edges[key].tobytes() == drawn.edges[key].tobytes(), key
    assert (read.loss, read.verdict, read.input_rms) == (drawn.loss, drawn.verdict, drawn.input_rms)
    assert not read.theory and not read.bands and read.mean_field is None and np.isnan(read.weight_variance).all()


def steps(birth):
    with np.errstate(all="ignore"):
        return list(propagate(birth.net, birth.parameters, birth.batch, birth.loss))


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("text", NETWORKS.values(), ids=list(NETWORKS))
def test_a_pass_with_stored_arrays_is_that_of_the_draws(text, dtype):
    """Both ways, every array of every layer, bit for bit."""
    birth = Birth.of(spec_of(text, dtype=dtype))
    stored = Birth(birth.net, Stored.of(birth.parameters, birth.net.layers), birth.batch, birth.loss)
    names = {
        ForwardStep: ("a_before", "W", "b", "z", "a", "v"),
        BackwardStep: ("grad_a", "grad_z", "grad_W", "grad_b", "a_before"),
    }
    pairs = list(zip(steps(birth), steps(stored), strict=True))
    assert len(pairs) == 2 * birth.net.depth
    for one, other in pairs:
        assert type(one) is type(other) and one.layer == other.layer
        for name in names[type(one)]:
            left, right = getattr(one, name), getattr(other, name)
            assert (left is None and right is None) or left.tobytes() == right.tobytes(), (one.layer, name)
        assert isinstance(one, ForwardStep) or one.exponent == other.exponent


@pytest.fixture
def network():
    """W and b of UNITS, of no particular size."""
    rng = np.random.default_rng(1)
    shapes = {"W1": (3, 4), "b1": (3,), "W2": (2, 3), "b2": (2,)}
    return {name: rng.normal(0.3, 2.0, shape) for name, shape in shapes.items()}


def npz(arrays, save=np.savez):
    content = io.BytesIO()
    save(content, **arrays)
    return content.getvalue()


def read(tmp_path, content, units=UNITS, precision=DOUBLE):
    path = tmp_path / "weights of mine 가중치"
    path.write_bytes(content)
    return read_parameters(str(path), units, precision)


def small(path, **changes):
    """An experiment of UNITS."""
    values = {"widths": "3-2", "input_units": 4, "batch": 8, "activation": "tanh", "dtype": "float64"}
    return Spec(initializer="file", weights_file=str(path), **{**values, **changes})


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_stored_weights_are_measured_themselves(tmp_path, network, dtype):
    """Mean square and spread are NumPy's of the very arrays."""
    path = tmp_path / "F.npz"
    path.write_bytes(npz(network))
    frame = simulate(small(path, dtype=dtype))
    for l in (1, 2):
        weights = network[f"W{l}"].astype(dtype).astype(np.float64)
        assert frame.series["weight_std"][l - 1] == pytest.approx(weights.std(), rel=1e-12)
        assert frame.series["log10_weight_rms"][l - 1] == pytest.approx(np.log10(np.sqrt(np.mean(weights**2))), abs=1e-12)
        np.testing.assert_array_equal(frame.samples[l - 1].weights, weights)
        assert frame.counts["weight_own"][l - 1].sum() == weights.size


def test_weights_changed_by_hand_are_the_new_ones(tmp_path):
    """Twice the weights and one more: their spread doubles, their size follows, no theory speaks of them."""
    spec = spec_of("depth=4&width=20&initializer=lecun_normal", dtype="float64")
    path = write_arrays(spec, tmp_path / "F.npz")
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez(path, **{name: 2 * array + 1 if name.startswith("W") else array for name, array in arrays.items()})
    before, after = simulate(spec), simulate(loaded(spec, path))
    np.testing.assert_allclose(after.series["weight_std"], 2 * before.series["weight_std"], rtol=1e-12)
    for l in range(1, 5):
        rms = np.sqrt(np.mean((2 * arrays[f"W{l}"] + 1) ** 2))
        assert after.sigma_w(l) == pytest.approx(np.sqrt(20) * rms, rel=1e-12)
    assert before.theory and not after.theory


@pytest.mark.parametrize("ignored", [{}, {"bias_std": 3.0}, {"gain": 7.0}, {"fan_mode": "fan_out"}])
def test_a_bias_that_is_there_is_added_as_it_is(tmp_path, network, ignored):
    """z = a W.T + b with the file's own numbers, whatever a draw would be told."""
    path = tmp_path / "F.npz"
    path.write_bytes(npz(network))
    birth = Birth.of(small(path, **ignored))
    first, second = steps(birth)[:2]
    np.testing.assert_allclose(first.z, birth.batch.a0 @ network["W1"].T + network["b1"], rtol=1e-13)
    np.testing.assert_allclose(second.z, np.tanh(first.z) @ network["W2"].T + network["b2"], rtol=1e-13)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_is_read_as_it_is(tmp_path, network, save):
    """With or without biases, packed or not, with whatever else is in it; the arrays cannot be written to."""
    others = {"a0": np.zeros((3, 3)), "grad_W1": np.zeros(2), "W": np.zeros(1), "W1a": np.array(["x"]), "b01": np.zeros(9)}
    weights, biases = read(tmp_path, npz(network | others, save))
    for l in (1, 2):
        for array, name in ((weights[l - 1], f"W{l}"), (biases[l - 1], f"b{l}")):
            np.testing.assert_array_equal(array, network[name])
            assert array.dtype == np.float64 and array.flags.c_contiguous and not array.flags.writeable
    del network["b1"]
    _weights, (first, second) = read(tmp_path, npz(network, save))
    assert first is None and second.shape == (2,)


def test_a_bias_of_zeros_in_an_archive_is_none(tmp_path, network):
    """--arrays writes zeros for a network without biases; z + 0 would turn −0 into 0, and a bias learns."""
    zeros = {"b1": np.array([0.0, -0.0, 0.0]), "b2": np.zeros(2)}
    assert read(tmp_path, npz(network | zeros))[1] == [None, None]


@pytest.mark.parametrize("kind", ["<f2", "<f4", "<f8", ">f8", ">f4", "i1", "<i8", "u1", "?", "g"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_any_real_numbers_are_converted(tmp_path, kind, order):
    """To the type that the network computes in, and in one order in memory, so that products have the same last bits."""
    W = np.asarray(np.arange(12).reshape(3, 4) % 2, dtype=kind, order=order)
    ((weights,), _biases) = read(tmp_path, npz({"W1": W}), (4, 3), SINGLE)
    assert weights.dtype == np.float32 and weights.flags.c_contiguous
    np.testing.assert_array_equal(weights, W.astype(np.float32))


def test_numbers_are_rounded_to_the_precision(tmp_path):
    """What it cannot hold becomes 0 or infinite, as with weights that are drawn; with no warning."""
    content = npz({"W1": np.array([[1e300, 0.1, 1e-300, 70000.0]])})
    for name, expected in {
        "float64": [1e300, 0.1, 1e-300, 70000.0],
        "float32": [np.inf, np.float32(0.1), 0.0, 70000.0],
        "float16": [np.inf, np.float16(0.1), 0.0, np.inf],
        "bfloat16": [np.inf, float(ml_dtypes.bfloat16(0.1)), 0.0, float(ml_dtypes.bfloat16(70000))],
    }.items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ((weights,), _biases) = read(tmp_path, content, (4, 1), PRECISIONS[name])
        assert weights.dtype == PRECISIONS[name].computes_in
        np.testing.assert_array_equal(weights, np.array([expected], weights.dtype))


def test_a_weight_that_became_infinite_is_seen(tmp_path, network):
    """The size of the layer's weights is infinite, and the verdict names the layer whose signal it reaches."""
    path = tmp_path / "F.npz"
    network["W1"][0, 0] = 1e300
    path.write_bytes(npz(network))
    frame = simulate(small(path, dtype="float32", activation="relu"))
    assert frame.series["log10_weight_rms"][0] == np.inf and np.isfinite(frame.series["log10_weight_rms"][1])
    assert "from layer 1 on it is infinite in float32" in forward_text(frame.verdict)


def test_64_bit_integers_lose_digits(tmp_path):
    """They are rounded to float64 and not refused."""
    ((weights,), _biases) = read(tmp_path, npz({"W1": np.array([[2**53 + 1, 2**53 - 1]])}), (2, 1))
    assert weights.tolist() == [[2.0**53, 2.0**53 - 1]]


# --- safetensors ---


def safetensors(tmp_path, arrays):
    save_file(arrays, tmp_path / "written.safetensors")
    return (tmp_path / "written.safetensors").read_bytes()


def by_hand(header, data=b""):
    """A safetensors file, byte by byte: the header's length, the header, the numbers."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(kind, shape, start, end):
    return {"dtype": kind, "shape": shape, "data_offsets": [start, end]}


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16", "int8", "uint64"])
@pytest.mark.parametrize(
    "names",
    [
        ("0.weight", "0.bias", "2.weight", "2.bias"),
        ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"),
        ("W1", "b1", "W2", "b2"),
        ("a.weight_0", "a.bias_0", "b.kernel", "b.bias"),
    ],
)
def test_a_safetensors_file_is_a_network(tmp_path, network, names, dtype):
    """Matrices are layers, in the layout of torch.nn.Linear; a vector of the same name is the bias."""
    arrays = {
        name: array.astype(np.dtype(getattr(ml_dtypes, dtype, dtype)))
        for name, array in zip(names, map(np.abs, network.values()), strict=True)
    }
    weights, biases = read(tmp_path, safetensors(tmp_path, arrays))
    for found, name in zip((weights[0], biases[0], weights[1], biases[1]), names, strict=True):
        np.testing.assert_array_equal(found, arrays[name].astype(np.float64))
        assert found.dtype == np.float64 and not found.flags.writeable


PROGRAM = """
import sys
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.choices.precisions import PRECISIONS
from gradviz.core.choices.weight_files import read_parameters
try:
    weights, biases = read_parameters(sys.argv[1], (2, 1), PRECISIONS["float64"])
    print(weights[0].tolist())
except ExperimentError as error:
    print(error)
"""


def run_alone(path):
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def test_bfloat16_is_known_without_being_asked_for(tmp_path):
    """NumPy knows it only when ml_dtypes has been loaded, which nothing has done yet in a program of its own."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(by_hand({"w": tensor("BF16", [1, 2], 0, 4)}, b"\x80\x3f\x20\xc0"))
    assert run_alone(path) == "[[1.0, -2.5]]\n"


def test_a_safetensors_file_written_by_hand(tmp_path):
    """In the order of the numbers' places and not of the names; biases only where there are any; zeros are biases too."""
    W1, W2, b2 = np.arange(12, dtype="<f4").reshape(3, 4), np.arange(6, dtype="<f8").reshape(2, 3), np.zeros(2, "<f4")
    header = {
        "__metadata__": {"format": "pt"},
        "a.weight": tensor("F64", [2, 3], 48, 96),
        "z.weight": tensor("F32", [3, 4], 0, 48),
        "a.bias": tensor("F32", [2], 96, 104),
        "count": tensor("I64", [], 104, 112),
    }
    weights, biases = read(tmp_path, by_hand(header, W1.tobytes() + W2.tobytes() + b2.tobytes() + bytes(8)))
    np.testing.assert_array_equal(weights[0], W1)
    np.testing.assert_array_equal(weights[1], W2)
    assert biases[0] is None
    np.testing.assert_array_equal(biases[1], b2)


def test_layer_10_comes_after_layer_2(tmp_path):
    """The library writes the tensors in the order of the alphabet: 10.weight before 2.weight, both of one shape."""
    arrays = {f"layers.{l}.weight": np.full((2, 2), l, np.float32) for l in range(12)}
    weights, _biases = read(tmp_path, safetensors(tmp_path, arrays), (2,) * 13)
    assert [weight[0, 0] for weight in weights] == list(range(12))


@pytest.mark.parametrize(
    ("names", "ordered"),
    [
        ("z a m", "z a m"),
        ("0 10 2", "0 2 10"),
        ("in l.0 l.1 l.10 l.2 out", "in l.0 l.1 l.2 l.10 out"),
        ("b10 a2 b9 a1", "b9 a1 b10 a2"),
        ("s.1.b.0 s.0.b.10 s.0.b.9 s.1.b.1", "s.0.b.9 s.0.b.10 s.1.b.0 s.1.b.1"),
        ("010 9 08", "08 9 010"),
        ("x" + "9" * 5000 + " x1", "x1 x" + "9" * 5000),
    ],
)
def test_names_that_differ_in_numbers_are_in_their_order(names, ordered):
    assert by_number(names.split()) == ordered.split()


def square(*names, size=4, **arrays):
    """Matrices of one shape, told apart by the number in each, and arrays of other shapes."""
    return {name: np.full((size, size), place, np.float32) for place, name in enumerate(names)} | arrays


BODY, HEAD = np.ones((3, 4), np.float32), np.full((2, 3), 2, np.float32)
WIDE = square("enc.2", "dec.0", size=4) | {"enc.0": np.ones((4, 5), np.float32), "dec.2": np.ones((5, 4), np.float32)}
BOTTLENECK = square("enc.2", "dec.2") | {
    "enc.0": np.full((4, 6), 10, np.float32),
    "enc.4": np.full((2, 4), 11, np.float32),
    "dec.0": np.full((4, 2), 12, np.float32),
    "dec.4": np.full((6, 4), 13, np.float32),
}


@pytest.mark.parametrize(
    ("arrays", "units", "ordered"),
    [
        (square("fc1") | {"body": BODY, "head": HEAD}, (4, 4, 3, 2), "fc1 body head"),
        (square("z.weight") | {"a.weight": BODY.astype(np.float64), "m.weight": HEAD}, (4, 4, 3, 2), "z.weight a.weight m.weight"),
        (square(*(f"z.{l}" for l in range(12))) | {"a": BODY}, (4,) * 13 + (3,), " ".join([*(f"z.{l}" for l in range(12)), "a"])),
        (BOTTLENECK, (6, 4, 4, 2, 4, 4, 6), "enc.0 enc.2 enc.4 dec.0 dec.2 dec.4"),
        (square("1", size=3) | {"10": np.ones((3, 4), np.int64)}, (4, 3, 3), None),
    ],
)  # fmt: skip
def test_the_only_order_that_fits_is_the_layers(tmp_path, arrays, units, ordered):
    """Whatever order the tensors are in; numbers decide among names that differ in nothing else, and are never overruled."""
    content = safetensors(tmp_path, arrays)
    if ordered is None:
        assert len(refused(tmp_path, content, units)) == 2
        return
    weights, _biases = read(tmp_path, content, units)
    assert len(weights) == len(ordered.split())
    for weight, name in zip(weights, ordered.split(), strict=True):
        np.testing.assert_array_equal(weight, arrays[name])


def test_a_bias_goes_with_its_matrix(tmp_path):
    arrays = {"hidden.weight": BODY, "hidden.bias": BODY[:, 0], "head.weight": HEAD}
    (first, second), (bias, none) = read(tmp_path, safetensors(tmp_path, arrays))
    np.testing.assert_array_equal(first, BODY)
    np.testing.assert_array_equal(second, HEAD)
    assert none is None and bias.shape == (3,)


@pytest.mark.parametrize(
    ("arrays", "units", "named"),
    [
        (square("encoder.weight", "decoder.weight"), (4, 4, 4), "decoder.weight, encoder.weight"),
        (square("a.weight") | {"b.weight": np.eye(4)}, (4, 4, 4), "b.weight, a.weight"),
        (square("hidden.weight", "head.weight") | {"hidden.bias": BODY[0]}, (4, 4, 4), "head.weight, hidden.weight"),
        (square("stem", "l.0", "l.1") | {"head": BODY}, (4, 4, 4, 4, 3), "l.0, l.1, stem"),
        (WIDE, (5, 4, 4, 4, 5), "dec.0, enc.2"),
        (square("l.1", "l.01"), (4, 4, 4), "l.01, l.1"),
        (square(*(chr(97 + l) for l in range(26))), (4,) * 27, "a, b, c, d, e, …"),
        (square(*("x" * l for l in range(1, 1001)), size=1), (1,) * 1001, "x, xx, xxx, xxxx, xxxxx, …"),
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_known_is_not_guessed(tmp_path, arrays, units, named):
    """The file is refused with the tensors that could change places, and with what to do about it; at once, however many."""
    (message,) = refused(tmp_path, safetensors(tmp_path, arrays), units)
    assert message.startswith(f"{named}: ") and "0.weight, 1.weight, …" in message and "NPZ" in message


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_orders_are_counted_as_by_trying_all(data):
    """One order is taken, several are refused; the oracle goes through the permutations."""
    units = data.draw(st.lists(st.sampled_from([2, 3]), min_size=2, max_size=6))
    wanted = list(zip(units[1:], units, strict=False))
    names = data.draw(st.permutations([f"{family}.{l}" for family in "ab" for l in (2, 3, 10)]))[: len(wanted)]
    shapes = dict(zip(sorted(names), data.draw(st.permutations(wanted)), strict=True))
    fitting = [
        list(order)
        for order in permutations(names)
        if [shapes[name] for name in order] == wanted
        and all(
            numbers == sorted(numbers) for family in "ab" for numbers in [[int(name[2:]) for name in order if name[0] == family]]
        )
    ]
    try:
        found = [weight_files._in_layer_order(shapes, units)]
    except ExperimentError:
        assert len(fitting) > 1
    else:
        assert len(fitting) <= 1 and (fitting or found) == found


def test_what_a_writer_leaves_in_the_header_is_not_relied_on(tmp_path):
    """The order of the names in a header's metadata is nothing that the format promises."""
    path = tmp_path / "written.safetensors"
    save_file(square("encoder", "decoder"), path, metadata={"encoder": "0", "decoder": "1"})
    assert "cannot be known" in refused(tmp_path, path.read_bytes(), (4, 4, 4))[0]


def test_the_library_is_loaded_for_such_a_file_only():
    """Nor does the command line pay for it."""
    code = "import sys; from gradviz import cli; cli.run(['run', 'depth=2&width=3']); sys.exit('safetensors' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, timeout=60, check=False).returncode == 0


# --- what is refused ---


def archive(members):
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        with zipfile.ZipFile(content, "w") as opened:
            for name, member in members:
                opened.writestr(name, member)
    return content.getvalue()


def npy(array, shape=None):
    """An array as a file, which may say that it has another shape."""
    content = io.BytesIO()
    header = {"descr": array.dtype.str, "fortran_order": False, "shape": shape or array.shape}
    np.lib.format.write_array_header_1_0(content, header)
    return content.getvalue() + array.tobytes()


def refused(tmp_path, content, units=UNITS, precision=DOUBLE):
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, content, units, precision)
    problems = caught.value.problems
    assert {problem.field for problem in problems} == {"weights_file"} and len(caught.value.lines()) <= 11
    assert all(str(problem).isprintable() and len(str(problem)) < 700 for problem in problems)
    return [problem.message for problem in problems]


def nonfinite(shape, place, value):
    array = np.ones(shape)
    array[place] = value
    return array


W1, W2 = np.ones((3, 4)), np.ones((2, 3))


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({}, ["W1 is missing: the network has 2 layers", "W2 is missing: the network has 2 layers"]),
        ({"W1": W1}, ["W2 is missing: the network has 2 layers"]),
        ({"W2": W2, "b1": np.ones(3)}, ["W1 is missing: the network has 2 layers"]),
        ({"W0": W1, "W1": W1, "W2": W2}, ["W0 belongs to layer 0: the network has 2 layers"]),
        (
            {"W1": W1, "W2": W2, "W3": W2, "b3": np.ones(2)},
            ["W3 belongs to layer 3: the network has 2 layers", "b3 belongs to layer 3: the network has 2 layers"],
        ),
        ({"W1": W1.T, "W2": W2}, ["W1 has the shape (4, 3); (3, 4) is needed"]),
        (
            {"W1": W1, "W2": W2.ravel(), "b1": np.ones((3, 1)), "b2": np.ones(3)},
            [
                "b1 has the shape (3, 1); (3,) is needed",
                "W2 has the shape (6,); (2, 3) is needed",
                "b2 has the shape (3,); (2,) is needed",
            ],
        ),
        (
            {"W1": W1.astype(complex), "W2": W2.astype(str), "b1": W1[:, 0].astype("S3"), "b2": np.ones(2, "M8[s]")},
            [f"{name} is of the type {kind}, which cannot be read as real numbers" for name, kind in (("W1", "complex128"), ("b1", "bytes24"), ("W2", "str1024"), ("b2", "datetime64[s]"))],
        ),
        (
            {"W1": nonfinite((3, 4), (2, 1), np.nan), "b1": nonfinite(3, 2, -np.inf), "W2": nonfinite((2, 3), (0, 2), np.inf)},
            [
                "W1 is nan at [2, 1]; parameters are finite numbers",
                "W2 is inf at [0, 2]; parameters are finite numbers",
                "b1 is -inf at [2]; parameters are finite numbers",
            ],
        ),
        ({"W1": W1.astype(ml_dtypes.bfloat16), "W2": W2}, ["W1 is of the type void16, which cannot be read as real numbers"]),
        ({"W1": W1.astype(complex).T, "W3": W2}, [
            "W2 is missing: the network has 2 layers",
            "W3 belongs to layer 3: the network has 2 layers",
            "W1 has the shape (4, 3); (3, 4) is needed",
            "W1 is of the type complex128, which cannot be read as real numbers",
        ]),
    ],
)  # fmt: skip
def test_everything_that_does_not_fit_is_said_at_once(tmp_path, arrays, says):
    assert refused(tmp_path, npz(arrays)) == says


def test_ten_problems_are_told_and_the_others_counted(tmp_path):
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, npz({"x": W1}), (4,) * 31)
    lines = caught.value.lines()
    assert [line.split()[1] for line in lines[:10]] == [f"W{number}" for number in range(1, 11)]
    assert lines[10:] == ["and 20 more"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "neither an NPZ archive nor a safetensors file"),
        (b"W1", "neither"),
        (b"1,2\n3,4\n" * 9, "neither"),
        (b"\xff" * 64, "neither"),
        (npy(W1), "neither"),
        (b"\x80\x02}q\x00(X\x01\x00\x00", "safetensors.torch.save_file"),
        (archive([("model/data.pkl", b"\x80\x02}."), ("model/data/0", bytes(96))]), "safetensors.torch.save_file"),
        (b"PK\x03\x04 no archive", "cannot read"),
        (npz({"W1": W1, "W2": W2})[:-30], "cannot read"),
        (npz({"W1": W1, "W2": W2})[:60] + npz({"W1": W1, "W2": W2})[90:], "cannot read"),
        (archive([("W1.npy", npy(W1)), ("W1.npy", npy(W1)), ("W2.npy", npy(W2))]), "W1.npy is there twice"),
        (archive([("W1.npy", b""), ("W2.npy", npy(W2))]), "cannot read"),
        (archive([("W1.npy", b"1,2,3"), ("W2.npy", npy(W2))]), "cannot read"),
        (archive([("W1.npy", b"\x93NUMPY\x09\x00"), ("W2.npy", npy(W2))]), "W1 is in version (9, 0)"),
        (archive([("W1.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': ((((("), ("W2.npy", npy(W2))]), "cannot read"),
        (archive([("W1.npy", b"\x93NUMPY\x01\x00\x08\x00'''(\n  \n"), ("W2.npy", npy(W2))]), "cannot read"),
        (archive([("W1.npy", npy(W1)[:-8]), ("W2.npy", npy(W2))]), "W1 has 216 bytes; its header promises 224"),
        (archive([("W1.npy", npy(W1) + bytes(10**6)), ("W2.npy", npy(W2))]), "W1 has 1000224 bytes; its header promises 224"),
        (archive([("W1.npy", npy(W1, (10**12, 10**9))), ("W2.npy", npy(W2))]), "shape (1000000000000, 1000000000)"),
        (archive([("W1.npy", npy(W1, (-1, 4))), ("W2.npy", npy(W2))]), "shape (-1, 4)"),
        (npz({"W1": np.array([[None, 1]], dtype=object)}), "W1 is of the type object"),
        (by_hand({}), "W1 is missing"),
        (by_hand({"w": tensor("F32", [3, 4], 0, 48)}, bytes(40)), "cannot read"),
        (by_hand({"w": tensor("F32", [3, 4], 0, 48)}, bytes(60)), "cannot read"),
        (by_hand({"w": tensor("F32", [2**40, 2**40], 0, 48)}, bytes(48)), "cannot read"),
        (by_hand({"w": tensor("F32", [-3, -4], 0, 48)}, bytes(48)), "cannot read"),
        (by_hand({"w": tensor("F32", [3, 4], 0, 48), "v": tensor("F32", [3, 4], 0, 48)}, bytes(48)), "cannot read"),
        (by_hand({"w": tensor("X9", [3, 4], 0, 48)}, bytes(48)), "cannot read"),
        (by_hand(b"[" * 10**6), "cannot read"),
        (by_hand(b'{"w":' + json.dumps(tensor("F32", [3, 4], 0, 48)).encode() + b',"w":' + json.dumps(tensor("F32", [3, 4], 0, 48)).encode() + b"}", bytes(48)), "w is there twice"),
        (struct.pack("<Q", 10**6) + b"{}", "cannot read"),
        (struct.pack("<Q", weight_files.LARGEST_HEADER + 1) + b" " * (weight_files.LARGEST_HEADER + 1), "neither"),
        (by_hand({"w": tensor("F8_E4M3", [3, 4], 0, 12)}, bytes(12)), "w is of the type F8_E4M3, which cannot be read"),
        (by_hand({"w": tensor("C64", [3, 4], 0, 96)}, bytes(96)), "w is of the type C64, which cannot be read"),
        (by_hand({"w": tensor("BF16", [3, 4], 0, 24), "v": tensor("F32", [2, 3], 24, 48)}, bytes(12) + b"\xc0\x7f" + bytes(34)), "w is nan at [1, 2]"),
        (by_hand({"weight": tensor("F32", [3, 4], 0, 48), "bias": tensor("F32", [4], 48, 64)}, bytes(64)), "bias has the shape (4,); (3,) is needed"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_the_reason(tmp_path, content, says):
    assert any(says in message for message in refused(tmp_path, content))


def test_matrices_are_counted(tmp_path):
    """The third of three is the one too many for two layers; one is too few."""
    three = {f"{l}.weight": np.ones((2, 2), np.float32) for l in range(3)}
    assert refused(tmp_path, safetensors(tmp_path, three), (2, 2, 2)) == ["2.weight belongs to layer 3: the network has 2 layers"]
    assert refused(tmp_path, safetensors(tmp_path, three), (2,) * 5) == ["W4 is missing: the network has 4 layers"]


@pytest.mark.parametrize("is_locked", [False, True])
def test_an_archive_that_is_locked_or_packed_in_an_unknown_way_is_refused(tmp_path, network, is_locked):
    """The general purpose flag's first bit says encrypted, the method 99 is none that Python knows."""
    content = bytearray(npz(network))
    for start, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(start) + place
        content[at : at + 4] = b"\x01\x00\x08\x00" if is_locked else b"\x00\x00\x63\x00"
    assert "cannot read" in refused(tmp_path, bytes(content))[0]


@pytest.mark.parametrize("ending", [".pt", ".pth", ".bin", ".PT"])
def test_a_pickle_is_not_even_opened(tmp_path, monkeypatch, ending):
    path = tmp_path / f"model{ending}"
    path.write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    monkeypatch.setattr(weight_files, "_read", lambda *_: pytest.fail("was opened"))
    with pytest.raises(ExperimentError, match=r"save_file\(model.state_dict"):
        read_parameters(str(path), UNITS, DOUBLE)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
def test_a_pipe_or_a_device_is_not_waited_for(tmp_path):
    """Nobody writes to the pipe and /dev/zero never ends; both are refused without being opened."""
    os.mkfifo(tmp_path / "pipe")
    for path, says in ((tmp_path / "pipe", "is a pipe"), ("/dev/zero", "is a device")):
        assert run_alone(path).startswith(f"weights_file: {path} {says}, and no file")


@pytest.mark.parametrize(
    ("path", "says"), [("", "which file"), ("/no/such/file", "No such file"), (".", "is a folder"), ("a\0b", "null")]
)
def test_no_file(path, says):
    with pytest.raises(ExperimentError, match=says):
        read_parameters(path, UNITS, DOUBLE)


def test_too_large_a_file_is_not_opened(tmp_path):
    path = tmp_path / "large.npz"
    with path.open("wb") as file:
        file.truncate(weight_files.LARGEST_FILE + 1)
    with pytest.raises(ExperimentError, match="larger than 4096 MiB"):
        read_parameters(str(path), UNITS, DOUBLE)


def test_no_more_is_unpacked_than_the_network_needs(tmp_path, monkeypatch, network):
    """An archive may hold anything besides, and one array too large is refused before any is read."""
    monkeypatch.setattr(np.lib.format, "read_array", partial(counted, reads := []))
    beside = npz(network | {"a1": np.zeros((1000, 1000))}, np.savez_compressed)
    read(tmp_path, beside)
    assert len(reads) == 4
    refused(tmp_path, npz(network | {"W2": np.zeros((1000, 1000))}, np.savez_compressed))
    assert len(reads) == 4


def counted(reads, stream, real=np.lib.format.read_array, **options):
    reads.append(stream)
    return real(stream, **options)


def test_a_file_is_read_once_for_each_change(tmp_path, monkeypatch, network):
    """A Spec that asks for the same file again opens it no more; a file that was written anew is read anew."""
    path = tmp_path / "F.npz"
    path.write_bytes(npz(network))
    first = simulate(small(path))
    with monkeypatch.context() as without:
        without.setattr(weight_files, "_npz", lambda path: pytest.fail("was opened again"))
        assert simulate(small(path, activation="relu")).series["weight_std"].tobytes() == first.series["weight_std"].tobytes()
    path.write_bytes(npz({name: 2 * array for name, array in network.items()}))
    os.utime(path, ns=(1, 1))
    np.testing.assert_allclose(simulate(small(path)).series["weight_std"], 2 * first.series["weight_std"], rtol=1e-14)
    path.unlink()
    with pytest.raises(ExperimentError, match="No such file"):
        simulate(small(path))
    assert first.samples[0].weights.shape == (3, 4)


def test_the_command_line_says_everything_and_leaves_with_2(tmp_path, network, capsys, monkeypatch):
    monkeypatch.setattr(cli, "system_language", lambda: "en")
    path = tmp_path / "F.npz"
    path.write_bytes(npz({"W1": network["W1"].T}))
    assert cli.run(["run", small(path).to_text()]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.splitlines() == [
        "gradviz: weights_file: W2 is missing: the network has 2 layers",
        "gradviz: weights_file: W1 has the shape (4, 3); (3, 4) is needed",
    ]


def test_all_loaded_weights_count_as_memory():
    """Draws beyond what is remembered are made again; weights from a file are all there at once."""
    drawn = Spec(depth=1000, width=2048, batch=1)
    assert needed_bytes(drawn.replace(initializer="file")) - needed_bytes(drawn) > 15 * 2**30


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_are_weights_or_an_experiment_error(tmp_path, data):
    """Files with bytes changed, cut or put in: nothing else ever comes of them, no warning either."""
    kinds = (
        npz({"W1": W1, "W2": W2, "b1": W1[:, 0]}),
        npz({"W1": W1, "W2": W2}, np.savez_compressed),
        by_hand({"w": tensor("F32", [3, 4], 0, 48), "v": tensor("F32", [2, 3], 48, 72)}, bytes(72)),
    )
    content = bytearray(data.draw(st.sampled_from(kinds)))
    for _change in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        weights, _biases = read(tmp_path, bytes(content))
    except ExperimentError as error:
        assert all(problem.field == "weights_file" for problem in error.problems)
    else:
        assert [weight.shape for weight in weights] == [(3, 4), (2, 3)]
