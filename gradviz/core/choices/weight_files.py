"""Reads weights and biases from an NPZ or safetensors file. Everything in it is checked; nothing in it is run.

What a file holds is listed first: names, shapes and number types. Only arrays that fit the network are then read, so that a file
cannot ask for more memory than the network does.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.archives import Entry, entry_of
from gradviz.core.choices.arrays import FloatArray
from gradviz.core.choices.errors import ExperimentError, shown
from gradviz.core.choices.precisions import Precision
from gradviz.core.choices.regular_files import faults_named, opened, path_shown, refusal, state_of
from gradviz.i18n import _

FIELD = "weights_file"

LARGEST_FILE = 4 * 2**30
"""Bytes. 100 layers of 2048 units are 1.6 GiB in float32; what `--arrays` writes beside the weights is not read."""

LARGEST_HEADER = 4 * 2**20
"""Bytes of a safetensors header: 1,000 layers need some 200 KiB."""

PICKLED = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle")
"""Endings of files that hold a program to run, which is not done here."""

Layers = tuple[list[FloatArray], list[FloatArray | None]]


@dataclass(frozen=True)
class Listing:
    """What a file has for the layers of a network.

    Attributes
    ----------
    weights, biases : mapping of int to Entry
        By layer, from 1.
    twice : sequence of str
        Names that it has more than once.
    zero_is_none : bool
        Whether a bias of nothing but zeros stands for none.
    """

    weights: Mapping[int, Entry]
    biases: Mapping[int, Entry]
    twice: Sequence[str]
    zero_is_none: bool = False

    def problems(self, units: Sequence[int]) -> Iterator[str]:
        """Say everything that does not fit a network of n_0 … n_L units."""
        layers = range(1, len(units))
        for name in self.twice:
            yield _("{name} is there twice").format(name=shown(name))
        for layer in layers:
            if layer not in self.weights:
                yield _("W{layer} is missing: the network has {count} layers").format(layer=layer, count=len(layers))
        for entries in (self.weights, self.biases):
            for layer, entry in entries.items():
                if layer not in layers:
                    message = _("{name} belongs to layer {layer}: the network has {count} layers")
                    yield message.format(name=shown(entry.name), layer=layer, count=len(layers))
        for layer in layers:
            if layer in self.weights:
                yield from self.weights[layer].problems((units[layer], units[layer - 1]))
            if layer in self.biases:
                yield from self.biases[layer].problems((units[layer],))


def read_parameters(path: str, units: tuple[int, ...], precision: Precision) -> Layers:
    """Return the weights and biases of a file.

    An NPZ file holds ``W1`` … ``WL``, (n_l, n_{l-1}), and where there are biases ``b1`` … ``bL``, (n_l,); whatever else it holds
    is ignored. A bias of nothing but zeros is none there: `--arrays` writes it for a network without biases.

    The matrices of a safetensors file, (n_l, n_{l-1}) as in torch.nn.Linear, are layers 1 … L in the only order that fits the
    network. The order in the file says nothing: the library that writes such files sorts the tensors by number type, then by
    name, whatever order they are saved in. Names that differ in their numbers only are in the order of these, 2 before 10. A file
    that fits in several orders is refused. The vector of the same name with ``bias`` for ``weight`` is the layer's bias; other
    tensors are ignored.

    Parameters
    ----------
    path : str
    units : tuple of int
        n_0 … n_L.
    precision : Precision
        The numbers are rounded to it; what it cannot hold becomes 0 or infinite, as with drawn weights, and the measures of the
        weights show it. 64-bit integers lose digits: float64 is exact up to 2⁵³ only.

    Returns
    -------
    weights : list of ndarray
        W[1] … W[L], read-only.
    biases : list of ndarray or None
        b[1] … b[L], read-only; None where a layer has no bias.

    Raises
    ------
    ExperimentError
        With the field `weights_file`: the file cannot be read, does not fit the network, or fits it in several orders.
    """
    with faults_named(path, FIELD):
        state = state_of(path, FIELD, LARGEST_FILE)
        if Path(path).suffix.lower() in PICKLED:
            raise _pickled()
        return _read(path, *state, units, precision)


@remembered
def _read(path: str, changed: int, size: int, units: tuple[int, ...], precision: Precision) -> Layers:
    """Read a file once for each time that it has changed."""
    with opened(path, FIELD, LARGEST_FILE) as file:
        is_archive = file.read(2) == b"PK"
    with _npz(path) if is_archive else _safetensors(path, units) as listing:
        if problems := list(listing.problems(units)):
            raise refusal(FIELD, *problems)
        layers = range(1, len(units))
        weights = [_rounded(listing.weights[l], precision, problems) for l in layers]
        biases = [_rounded(listing.biases[l], precision, problems) if l in listing.biases else None for l in layers]
        if problems:
            raise refusal(FIELD, *problems)
        if listing.zero_is_none:
            biases = [None if b is None or not b.any() else b for b in biases]
    return weights, biases


def _rounded(entry: Entry, precision: Precision, problems: list[str]) -> FloatArray:
    """Read an array, and add to the problems where it is not finite."""
    array = entry.read()
    places = np.argwhere(~np.isfinite(array))
    if len(places):
        place = tuple(map(int, places[0]))
        message = _("{name} is {value} at {place}; parameters are finite numbers")
        problems.append(message.format(name=shown(entry.name), value=float(array[place]), place=list(place)))
    with np.errstate(all="ignore"):
        rounded = precision.round(array.astype(precision.computes_in, order="C"))
    rounded.flags.writeable = False
    return rounded


def _pickled() -> ExperimentError:
    message = _("pickled files are not read, because reading one runs what is in it; write it anew with {how}")
    return refusal(FIELD, message.format(how="safetensors.torch.save_file(model.state_dict(), …)"))


# --- NPZ ---


@contextmanager
def _npz(path: str) -> Iterator[Listing]:
    """List the arrays of an archive."""
    with opened(path, FIELD, LARGEST_FILE) as file, zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.filename.endswith(".pkl") for member in members):  # what torch.save writes is an archive too
            raise _pickled()
        found: dict[str, dict[int, Entry]] = {"W": {}, "b": {}}
        for member in members:
            if named := re.fullmatch(r"([Wb])(0|[1-9][0-9]{0,5})\.npy", member.filename):
                found[named[1]][int(named[2])] = entry_of(archive, member, FIELD)
        twice = [name for name, count in Counter(entry.filename for entry in members).items() if count > 1]
        yield Listing(found["W"], found["b"], twice, zero_is_none=True)


# --- safetensors ---

_REAL_TYPES = frozenset(["F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"])

_BIAS_OF = (("weight", "bias"), ("kernel", "bias"), ("W", "b"))
"""What stands in the last part of a matrix's name, and in its place in the name of the bias."""


@contextmanager
def _safetensors(path: str, units: Sequence[int]) -> Iterator[Listing]:
    """List the tensors of a safetensors file, its matrices as the layers of a network of n_0 … n_L units."""
    import ml_dtypes  # noqa: F401  without it NumPy, and so the library, does not know bfloat16
    from safetensors import SafetensorError, safe_open

    header = _header(path)
    with faults_named(path, FIELD, SafetensorError), safe_open(path, framework="numpy") as file:
        entries = {name: _tensor(file, name) for name in file.offset_keys()}
        names = [name for name, _value in json.loads(header, object_pairs_hook=list)]
        twice = [name for name, count in Counter(names).items() if count > 1]
        matrices = _in_layer_order({name: entry.shape for name, entry in entries.items() if len(entry.shape) == 2}, units)
        weights = {layer: entries[name] for layer, name in enumerate(matrices, start=1)}
        biases = {layer: entries[bias] for layer, name in enumerate(matrices, start=1) if (bias := _bias_of(name)) in entries}
        yield Listing(weights, biases, twice)


def _header(path: str) -> bytes:
    """Return the header of a safetensors file, which its first 8 bytes give the length of."""
    with opened(path, FIELD, LARGEST_FILE) as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) == 8 and length <= LARGEST_HEADER:
            return file.read(length)
    if start.startswith(b"\x80"):
        raise _pickled()
    raise refusal(FIELD, _("{path} is neither an NPZ archive nor a safetensors file").format(path=path_shown(path)))


def _tensor(file: Any, name: str) -> Entry:
    part = file.get_slice(name)
    type_name = part.get_dtype()
    return Entry(name, tuple(part.get_shape()), type_name, type_name in _REAL_TYPES, lambda: file.get_tensor(name))


MOST_STATES = 20_000
"""Partial orders to look at, at most half a second; two stacks of 100 equal layers have 10,000. Beyond, an order counts as unknown."""

NAMED = 5
"""How many tensors a message names."""

Shape = tuple[int, ...]


def _in_layer_order(shapes: Mapping[str, Shape], units: Sequence[int]) -> list[str]:
    """Return the names of matrices in the only order that fits the network; where none does, by their numbers."""
    wanted = [(fan_out, fan_in) for fan_in, fan_out in pairwise(units)]
    names = by_number(list(shapes))
    if Counter(shapes.values()) != Counter(wanted):
        return names
    families = _families(names)
    orders = _fitting_orders(families, shapes, wanted)
    if len(orders) > 1:
        raise refusal(FIELD, _ambiguous(families, shapes))
    return next(iter(orders), names)


def _families(names: Sequence[str]) -> list[list[str]]:
    """Group names that differ in their numbers only, each group in the order of these; equal numbers are in separate groups."""
    families: dict[tuple[str, int], list[str]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for name in names:
        pattern, numbers = _without_numbers(name), str(_numbers(name))
        families.setdefault((pattern, seen[pattern, numbers]), []).append(name)
        seen[pattern, numbers] += 1
    return list(families.values())


def _fitting_orders(families: Sequence[Sequence[str]], shapes: Mapping[str, Shape], wanted: Sequence[Shape]) -> list[list[str]]:
    """Return up to two orders with the shapes `wanted` that keep the order in each family; two as well if there are too many to try.

    Goes through the layers. A state is how many names of each family are used up; with it goes one order that leads there, as
    nested pairs, and whether there are more.
    """
    states: dict[tuple[int, ...], tuple[Any, bool]] = {(0,) * len(families): (None, False)}
    seen = 0
    for shape in wanted:
        following: dict[tuple[int, ...], tuple[Any, bool]] = {}
        for used, (order, has_more) in states.items():
            for place, family in enumerate(families):
                count = used[place]
                if count < len(family) and shapes[family[count]] == shape:
                    state = (*used[:place], count + 1, *used[place + 1 :])
                    following[state] = ((order, family[count]), has_more or state in following)
                    if seen + len(following) > MOST_STATES:
                        return [[], []]
        seen += len(following)
        states = following
    return [_unrolled(order) for order, has_more in states.values() for _each in range(1 + has_more)]


def _unrolled(order: Any) -> list[str]:
    names = []
    while order is not None:
        order, name = order
        names.append(name)
    return names[::-1]


def _ambiguous(families: Sequence[Sequence[str]], shapes: Mapping[str, Shape]) -> str:
    """Say which matrices have a shape that occurs in several families, so that they could change places."""
    shared = Counter(shape for family in families for shape in {shapes[name] for name in family})
    names = [name for name in shapes if shared[shapes[name]] > 1]
    return _(
        "{names}: several orders of these matrices fit the network, and which is right cannot be known, because safetensors files "
        "do not keep the order; rename them with numbers (0.weight, 1.weight, …), or use an NPZ file with W1 … WL"
    ).format(names=", ".join([*map(shown, names[:NAMED]), *["…"] * (len(names) > NAMED)]))


def by_number(names: Sequence[str]) -> list[str]:
    """Return names in their order, those that differ in their numbers only by these: 2 before 10."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(_without_numbers(name), []).append(name)
    ordered = {pattern: iter(sorted(group, key=_numbers)) for pattern, group in alike.items()}
    return [next(ordered[_without_numbers(name)]) for name in names]


def _without_numbers(name: str) -> str:
    return re.sub("[0-9]+", "0", name)


def _numbers(name: str) -> list[tuple[int, str]]:
    digits = (number.lstrip("0") for number in re.findall("[0-9]+", name))
    return [(len(each), each) for each in digits]


def _bias_of(matrix: str) -> str:
    """Return the name of the bias that belongs to a matrix, or "" where its name has no word for weights."""
    prefix, dot, last = matrix.rpartition(".")
    for of_weights, of_bias in _BIAS_OF:
        if of_weights in last:
            return f"{prefix}{dot}{last.replace(of_weights, of_bias)}"
    return ""
