"""A user's file: read, or refused with the field, the line and the reason."""

import io
import os
import zipfile

import numpy as np
import pytest

from gradviz.core.batch import Batch
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.data import data_file
from gradviz.core.data.csv_manners import TableOptions
from gradviz.core.data.data_file import read_data
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

TABLE = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5], [7.0, 8.0, -9.0], [0.0, 1e-3, 1e5], [2.0, 2.0, 2.0]])


def read_examples(path, **options):
    return read_data(path, TableOptions(**options)).examples


def npz(**arrays):
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def archive(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name, member in members.items():
            opened.writestr(name, member)
    return content.getvalue()


def header(shape):
    """The beginning of an .npy file, without what it promises."""
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(content, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return content.getvalue()


def array(table):
    content = io.BytesIO()
    np.save(content, table)
    return content.getvalue()


def damaged(content):
    """The same with some bytes of what is packed turned round."""
    return content[:80] + bytes(byte ^ 0x55 for byte in content[80:110]) + content[110:]


@pytest.mark.parametrize(
    "content",
    [
        archive({"README.txt": b"about the table", "x.npy": array(TABLE)}),
        b"1,2,3\n4,5,6.5\n7,8,-9\n0,1e-3,1e5\n2,2,2\n",
        b"\xef\xbb\xbfa,b,c\r\n1,2,3\r\n4,5,6.5\r\n\r\n7,8,-9\r\n0,1e-3,1e5\r\n2,2,2",
        npz(x=TABLE, other=np.zeros((2, 2))),
        npz(table=TABLE, labels=np.arange(5)),
        npz(table=TABLE.astype(np.float32).astype(np.float64)),
    ],
)
def test_a_good_file_is_read_as_it_is(tmp_path, content):
    path = tmp_path / "데이터 파일.dat"
    path.write_bytes(content)
    np.testing.assert_allclose(read_examples(str(path)), TABLE, rtol=1e-7)
    spec = Spec(data="file", data_file=str(path), normalize="none", batch=4, depth=2, width=5)
    assert {row.tobytes() for row in Batch.of(spec).a0} <= {row.tobytes() for row in read_examples(str(path))}
    assert simulate(spec).series["activation_std"].shape == (2,)


def test_a_file_that_has_changed_is_read_again(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("1,2\n3,4\n")
    first = read_examples(str(path))
    path.write_text("5,6,7\n8,9,10\n")
    assert first.shape == (2, 2) and read_examples(str(path)).shape == (2, 3)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", ["shape"]),
        (b"a,b\n", ["shape"]),
        (b"1,2\n3,x\n4\n", ['line 2, column 2: "x" is not a number', "line 3 has 1 cells, not 2"]),
        (b"1,,3\n4,5,6\n", ['line 1, column 2: no value (""); missing=drop leaves']),
        (b"=1+1,2\n3,4\n", ['line 1, column 1: "=1+1" is not a number']),
        (b"a,b\nc,d\n1,2\n", ['line 2, column 1 (a): "c" is not a number', 'line 2, column 2 (b): "d" is not a number']),
        (b"1_000,2\n3,4\n", ['line 1, column 1: "1_000" is not a number']),
        (b"1,2,3\n,,\n4,5,6\n", ["line 2, column 1: no value", "line 2, column 2: no value", "line 2, column 3: no value"]),
        (b",\n1,2\n", ["line 1, column 1: no value"]),
        (b"1,2\n" + b"x,3\n" * 20, [f"line {line}, column 1" for line in range(2, 12)]),
        (b"a,b,c\n1,2\n", ["line 2 has 2 cells, not 3"]),
        (npz(x=np.array([[1.0, 1.0], [2.0, np.longdouble("1e400")]], np.longdouble)), ["row 2, column 2"]),
        (b"1,nan\n2,3\n", ['line 1, column 2: no value ("nan")']),
        (b"1,inf\n1e308,2\n", ['line 1, column 2: "inf" is not between', 'line 2, column 1: "1e308" is not between']),
        (
            npz(x=np.array([[1.0, np.nan], [np.inf, 1e308]])),
            ['row 1, column 2: no value ("NaN")', 'row 2, column 1: "inf" is not between', 'row 2, column 2: "1e+308"'],
        ),
        (b"\xff\xfe\x00", ["is no text in UTF-8, UTF-16 or CP949"]),
        (b"\x89PNG\r\n\x1a\n\x00\x00", ["is no text in UTF-8, UTF-16 or CP949"]),
        (archive({"xl/workbook.xml": b"<workbook/>"}), ["is an Excel workbook"]),
        (b"1," * 70_000 + b"\n", ["a line has more than 131072"]),
        (damaged(npz(x=TABLE)), ["cannot read"]),
        (archive({"x.npy": header((10**12, 1000))}), ["1000000000000 examples"]),
        (archive({"x.npy": header((4, 4))}), ["x has 128 bytes; its header promises 256"]),
        (archive({"notes.txt": b"no table"}), ["0 tables"]),
        (b"PK\x03\x04 no archive", ["cannot read"]),
        (npz(a=np.zeros((2, 2)), b=np.zeros((2, 2))), ["2 tables"]),
        (npz(a=np.zeros(3)), ["0 tables"]),
        (npz(x=np.zeros((0, 3))), ["shape (0, 3)"]),
        (npz(x=np.zeros((2, 3000))), ["3000 features"]),
        (npz(x=np.array([[None, 1]], dtype=object)), ["x is of the type object, which cannot be read as real numbers"]),
        (npz(x=TABLE.astype(str)), ["x is of the type str"]),
        (npz(x=TABLE + 0j), ["x is of the type complex128"]),
        (npz(x=TABLE.astype("datetime64[s]")), ["x is of the type datetime64"]),
        (npz(x=np.zeros((4, 3), [("a", "f8")])), ["x is of the type void64"]),
        (npz(x=np.array([[1, np.inf], [2, 3]], np.float32)), ['row 1, column 2: "inf" is not between']),
        (npz(x=np.array([[1, -np.inf], [2, 3]], np.float16)), ['row 1, column 2: "-inf" is not between']),
        (npz(x=TABLE, y=np.array(["a", "", "b", "a", ""])), ["row 2: no label; missing=drop", "row 5: no label"]),
        (b'"' + b"x" * 200_000, ["a line has more than 131072"]),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(tmp_path, content, says):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(ExperimentError) as caught:
        read_examples(str(path))
    assert {problem.field for problem in caught.value.problems} == {"data_file"}
    assert all(text in str(caught.value) for text in says), str(caught.value)


def test_a_pipe_is_not_waited_for(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(ExperimentError, match="is a pipe"):
        read_examples(str(path))


@pytest.mark.parametrize("is_locked", [False, True])
def test_an_archive_that_is_locked_or_packed_in_an_unknown_way_is_refused(tmp_path, is_locked):
    """The general purpose flag's first bit says encrypted, the method 99 is none that Python knows."""
    content = bytearray(npz(x=TABLE))
    for start, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(start) + place
        content[at : at + 4] = b"\x01\x00\x08\x00" if is_locked else b"\x00\x00\x63\x00"
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(ExperimentError, match="cannot read"):
        read_examples(str(path))


@pytest.mark.parametrize("constant", [0.1, 0.3, 1 / 3, 100.1, -2.7, 0.0])
@pytest.mark.parametrize("normalize", ["centre", "standardize"])
def test_a_feature_that_never_changes_becomes_0(tmp_path, constant, normalize):
    """And not ±1, which the last digit of its mean over the last digit of its deviation would make of it."""
    path = tmp_path / "x.csv"
    np.savetxt(path, np.stack([np.full(777, constant), np.arange(777)], axis=1), delimiter=",", fmt="%.17g")
    batch = Batch.of(Spec(data="file", data_file=str(path), batch=50, normalize=normalize)).a0
    assert (batch[:, 0] == 0).all() and (batch[:, 1] != 0).any()


@pytest.mark.parametrize("size", [1e299, 1e-290, 1.0])
def test_a_feature_of_any_size_is_standardized(tmp_path, size):
    """Its squares may be beyond float64, itself it is not."""
    path = tmp_path / "x.csv"
    values = size * np.random.default_rng(1).uniform(-1, 1, (500, 2))
    values[:, 1] = 1e15 + np.arange(500) % 2 / 8
    np.savetxt(path, values, delimiter=",", fmt="%.17g")
    batch = Batch.of(Spec(data="file", data_file=str(path), batch=400)).a0
    np.testing.assert_allclose(batch.std(axis=0), 1, rtol=1e-12)
    assert batch[:, 0].mean() == pytest.approx(0, abs=1e-13)


@pytest.mark.parametrize("path", ["", "/no/such/file", ".", "a\0b"])
def test_no_file(path):
    with pytest.raises(ExperimentError):
        read_examples(path)


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path):
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(data_file.LARGEST_DATA_FILE + 1)
    with pytest.raises(ExperimentError, match="larger than 64 MiB"):
        read_examples(str(large))


def test_a_table_is_refused_by_what_it_unpacks_to_before_it_is_unpacked(tmp_path):
    """By its header: what is packed here is not even there. What is beside the table is not unpacked at all."""
    path = tmp_path / "bomb.npz"
    path.write_bytes(archive({"x.npy": header((2**16, 2**10))}))  # 512 MiB
    with pytest.raises(ExperimentError, match="unpacks to 512 MiB; at most 128 MiB are possible"):
        read_examples(str(path))
    path.write_bytes(archive({"x.npy": array(TABLE), "other.npy": header((2**16, 2**10))}))
    np.testing.assert_array_equal(read_examples(str(path)), TABLE)


def test_pixels_stay_as_small_as_they_are(tmp_path):
    """What is computed with is the batch: an image set in 8 bits takes an eighth of what it would take in float64."""
    path = tmp_path / "images.npz"
    images = np.random.default_rng(0).integers(0, 256, (3000, 784), dtype=np.uint8)
    path.write_bytes(npz(x=images, y=np.arange(3000) % 10))
    data = read_data(str(path), TableOptions())
    assert data.examples.dtype == np.uint8 and data.nbytes < 3 * images.nbytes
    chosen = data.normalized(np.array([5, 2999]), "standardize")
    mean, std = images[:2400].mean(axis=0), images[:2400].std(axis=0)
    np.testing.assert_allclose(chosen, (images[[5, 2999]] - mean) / std, rtol=1e-9)
    assert data.labels.tolist() == list(np.arange(3000) % 10) and data.classes == 10


@pytest.mark.parametrize(
    ("target", "labels", "expected"),
    [
        ("", {"y": np.array([3, 1, 3, 1, 2])}, [2, 0, 2, 0, 1]),
        ("", {"y": np.array([[3.0], [1.0], [3.0], [1.0], [2.0]])}, [2, 0, 2, 0, 1]),
        ("", {"y": np.array([0.5, 1, 2, 3, 4])}, None),
        ("", {"y": np.zeros(4)}, None),
        ("kind", {"kind": np.array(["b", "a", "b", "a", "c"]), "y": np.zeros(5)}, [1, 0, 1, 0, 2]),
    ],
)
def test_the_labels_of_an_archive(tmp_path, target, labels, expected):
    path = tmp_path / "x.npz"
    path.write_bytes(npz(x=TABLE, **labels))
    data = read_data(str(path), TableOptions(target=target))
    assert (None if data.labels is None else data.labels.tolist()) == expected


@pytest.mark.parametrize(
    ("target", "says"),
    [("kind", 'there is no "kind"'), ("half", "half holds no labels"), ("short", "short holds no labels: one whole number")],
)
def test_labels_that_an_archive_has_not(tmp_path, target, says):
    path = tmp_path / "x.npz"
    path.write_bytes(npz(x=TABLE, half=np.full(5, 0.5), short=np.arange(4)))
    with pytest.raises(ExperimentError, match=says) as caught:
        read_data(str(path), TableOptions(target=target))
    assert caught.value.problems[0].field == "target"


def test_a_value_that_an_archive_lacks(tmp_path):
    """The mean is that of the training part, the first four examples; of the test part nothing may be known."""
    path = tmp_path / "x.npz"
    path.write_bytes(npz(x=np.array([[1.0, 1], [2, np.nan], [3, 3], [4, 8], [5, 500]])))
    np.testing.assert_array_equal(read_examples(str(path), missing="drop")[:, 0], [1, 3, 4, 5])
    np.testing.assert_array_equal(read_examples(str(path), missing="mean")[:, 1], [1, 4, 3, 8, 500])
    path.write_bytes(npz(x=np.array([[1.0, np.nan], [2, np.nan], [3, 4]])))
    with pytest.raises(ExperimentError, match="column 2 has no value in the training part"):
        read_examples(str(path), missing="mean")
    path.write_bytes(npz(x=np.array([[1.0, np.nan], [np.nan, 4]])))
    with pytest.raises(ExperimentError, match="every example lacks a value"):
        read_examples(str(path), missing="drop")
