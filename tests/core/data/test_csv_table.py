"""Tables as people have them: read right, or refused with the place and what to do."""

import csv
import io
import tracemalloc
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.data import csv_table
from gradviz.core.data.csv_manners import TableOptions
from gradviz.core.data.csv_table import read_table
from gradviz.core.data.data_file import read_data
from gradviz.core.data.text_lines import TableError

FLOWERS = "width;length;kind\n5,1;3,5;setosa\n4,9;3,0;setosa\n7,0;3,2;versicolor\n6,3;3,3;virginica\n5,8;2,7;virginica\n"


@pytest.fixture
def read(tmp_path):
    """Reads a file with some content; each has its own name, because one that has not changed is not read again."""
    names = count()

    def read_content(content, **options):
        path = tmp_path / f"{next(names)}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_data(str(path), TableOptions(**options))

    return read_content


def told(read, content, **options):
    """What is told of how it was read, and the first row."""
    data = read(content, **options)
    reading = data.reading
    return data.examples.tolist(), reading.separator, reading.decimal, reading.has_header, reading.encoding


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1;2\n3;4\n", ([[1, 2], [3, 4]], "semicolon", "", False, "UTF-8")),
        ("1\t2\n3\t4\n", ([[1, 2], [3, 4]], "tab", "", False, "UTF-8")),
        ("  1.0   2.5  \n 3.0  4.0\n", ([[1, 2.5], [3, 4]], "blank", "point", False, "UTF-8")),
        ("1, 2\n3, 4\n", ([[1, 2], [3, 4]], "comma", "", False, "UTF-8")),
        ("1,5;2,5\n3,5;4\n", ([[1.5, 2.5], [3.5, 4]], "semicolon", "comma", False, "UTF-8")),
        ("1,5\t2\n3\t4\n", ([[1.5, 2], [3, 4]], "tab", "comma", False, "UTF-8")),
        ("length\n1,5\n2\n", ([[1.5], [2]], "", "comma", True, "UTF-8")),
        ("1.5\n2\n", ([[1.5], [2]], "", "point", False, "UTF-8")),
        ("a;b\n1.234,5;2\n1;3\n", ([[1234.5, 2], [1, 3]], "semicolon", "comma", True, "UTF-8")),
        ('a,b\n"1,234.5","2"\n"1,234,567",3\n', ([[1234.5, 2], [1234567, 3]], "comma", "point", True, "UTF-8")),
        ('"1,5","2,5"\n"3,5","4"\n', ([[1.5, 2.5], [3.5, 4]], "comma", "comma", False, "UTF-8")),
        ("1 234,5;3\n2\u00a0345;4\n1\u202f000;5\n", ([[1234.5, 3], [2345, 4], [1000, 5]], "semicolon", "comma", False, "UTF-8")),
        ("1'234.5;\u22123\n2;4\n", ([[1234.5, -3], [2, 4]], "semicolon", "point", False, "UTF-8")),
        ("1.234,5.678\n", ([[1.234, 5.678]], "comma", "point", False, "UTF-8")),
        ('"a ""quoted"" name",b\n1,2\n', ([[1, 2]], "comma", "", True, "UTF-8")),
        ('"a\nb",c\n1,2\n', ([[1, 2]], "comma", "", True, "UTF-8")),
        ("이름;값\n1,5;2\n".encode("cp949"), ([[1.5, 2]], "semicolon", "comma", True, "CP949")),
        ("이름,값\n1.5,2\n".encode("utf-16"), ([[1.5, 2]], "comma", "point", True, "UTF-16")),
        ("a,b\r\n1,2\r\n".encode("utf-16-le"), ([[1, 2]], "comma", "", True, "UTF-16")),
        ("a,b\r\n1,2\r\n".encode("utf-16-be"), ([[1, 2]], "comma", "", True, "UTF-16")),
        ("이름,b\n1,2\n".encode("utf-32"), ([[1, 2]], "comma", "", True, "UTF-32")),
        ("Größe;Länge\n1,5;2\n".encode("cp1252"), ([[1.5, 2]], "semicolon", "comma", True, "CP1252")),
        ("\ufeffa,b\n1,2\n", ([[1, 2]], "comma", "", True, "UTF-8")),
        ("sep=;\n1,5;2\n", ([[1.5, 2]], "semicolon", "comma", False, "UTF-8")),
        ("sep=|\n1.5|2\n", ([[1.5, 2]], "|", "point", False, "UTF-8")),
        ("# written by hand\n# a b\n1 2\n3 4\n", ([[1, 2], [3, 4]], "blank", "", False, "UTF-8")),
        ("1;2;\n3;4;\n", ([[1, 2], [3, 4]], "semicolon", "", False, "UTF-8")),
        ("a\tb\t\r\n1\t2\t\r\n", ([[1, 2]], "tab", "", True, "UTF-8")),
        ("1,2\n\n\n3,4", ([[1, 2], [3, 4]], "comma", "", False, "UTF-8")),
        ("1e-3;1E5;.5;5.\n", ([[1e-3, 1e5, 0.5, 5]], "semicolon", "point", False, "UTF-8")),
    ],
)
def test_tables_of_many_kinds(read, content, expected):
    assert told(read, content) == expected


@pytest.mark.parametrize(
    ("content", "one", "other"),
    [
        ("1,234;5,678\n2,345;6,789\n", {"decimal": "point"}, {"decimal": "comma"}),
        ("1.234;5.678\n", {"decimal": "point"}, {"decimal": "comma"}),
        ("1.234\n5.678\n", {"decimal": "point"}, {"decimal": "comma"}),
        ("1,5 200,5\n3,5 400,5\n", {"separator": "comma"}, {"separator": "blank"}),
        ("1.5;2,5\n", {"decimal": "point"}, {"decimal": "comma"}),
    ],
)
def test_two_readings_that_fit_equally_are_refused_and_either_can_be_asked_for(read, content, one, other):
    with pytest.raises(ExperimentError, match="can be read in two ways") as caught:
        read(content)
    for options in (one, other):
        [(name, value)] = options.items()
        assert f"{name}={value}" in str(caught.value)
    if "1.5" not in content:
        assert read(content, **one).examples.tolist() != read(content, **other).examples.tolist()


def test_one_number_decides_for_all(read):
    """ "1.234" alone may be 1.234 or 1234; beside "0.5" it is the former, beside "0,5" the latter."""
    assert read("1.234;5.678\n0.5;1\n").examples[0].tolist() == [1.234, 5.678]
    assert read("1.234;5.678\n0,5;1\n").examples[0].tolist() == [1234, 5678]


def test_a_header_of_numbers_is_one_if_asked_for(read):
    content = "2019,2020\n1,2\n3,4\n"
    assert read(content).examples.tolist() == [[2019, 2020], [1, 2], [3, 4]]
    data = read(content, header="yes", target="2020")
    assert data.examples.tolist() == [[1], [3]] and data.labels.tolist() == [0, 1]
    assert read("a,b\n1,2\n").examples.tolist() == [[1, 2]]
    with pytest.raises(ExperimentError, match='line 1, column 1: "a" is not a number'):
        read("a,b\n1,2\n", header="no")


@pytest.mark.parametrize("target", ["kind", "3"])
def test_the_labels_by_name_and_by_number(read, target):
    data = read(FLOWERS, target=target)
    assert data.examples.tolist() == [[5.1, 3.5], [4.9, 3.0], [7.0, 3.2], [6.3, 3.3], [5.8, 2.7]]
    assert (data.labels.tolist(), data.classes) == ([0, 0, 1, 2, 2], 3)
    assert data.reading.target == "kind" and data.reading.features == 2


def test_labels_that_are_numbers_are_in_their_order(read):
    assert read("x,y\n1,10\n2,9\n3,-1\n4,10\n", target="y").labels.tolist() == [2, 1, 0, 2]


@pytest.mark.parametrize(
    ("content", "options", "field", "says"),
    [
        (FLOWERS, {}, "data_file", ["column 3 (kind) holds no numbers; target=kind takes it for the labels"]),
        (FLOWERS, {"target": "kinds"}, "target", ['no column is called "kinds"', "1 (width), 2 (length), 3 (kind)"]),
        (FLOWERS, {"target": "4"}, "target", ['no column is called "4"']),
        ("a,a\n1,2\n", {"target": "a"}, "target", ['2 columns are called "a"']),
        ("a,b\n1,\n3,NA\n", {}, "data_file", ['line 2, column 2 (b): no value ("")', 'line 3, column 2 (b): no value ("NA")']),
        ("a,b\n1,x\n3,\n", {"target": "b"}, "data_file", ["line 3, column 2 (b): no label; missing=drop"]),
        ("a,b\n1,x\n3,\n", {"target": "b", "missing": "mean"}, "data_file", ["line 3, column 2 (b): no label"]),
        ("a,b\n1,2\n3,2024-01-05\n", {}, "data_file", ['line 3, column 2 (b): "2024-01-05" is not a number']),
        ("a,b\n1,2\n" + "x,2\n" * 30, {}, "data_file", [f"line {line}, column 1" for line in range(3, 13)]),
        ("a,b,c\n1,2\n", {}, "data_file", ["line 2 has 2 cells, not 3"]),
        ("x,y\n" + "".join(f"{n},{n}\n" for n in range(3000)), {"target": "y"}, "target", ["y has 3000 different values"]),
        ('1,"2\n3,4\n', {}, "data_file", ["cannot read"]),
        ("1;2;3\n4;5\n", {}, "data_file", ["line 2 has 2 cells, not 3"]),
    ],
)
def test_what_is_wrong_is_named_by_line_column_and_content(read, content, options, field, says):
    with pytest.raises(ExperimentError) as caught:
        read(content, **options)
    assert {problem.field for problem in caught.value.problems} == {field}
    assert all(text in str(caught.value) for text in says), str(caught.value)


def test_values_that_are_missing_are_left_out_or_filled_as_asked(read):
    content = "a;b;c\n1;;x\n2;4;y\n;6;x\n4;NA;y\n5;700;x\n"
    dropped = read(content, missing="drop", target="c")
    assert dropped.examples.tolist() == [[2, 4], [5, 700]] and dropped.labels.tolist() == [1, 0]
    assert (dropped.reading.examples, dropped.reading.dropped, dropped.reading.filled) == (2, 3, 0)
    filled = read(content, missing="mean", target="c")  # of the first four examples
    np.testing.assert_allclose(filled.examples, [[1, 5], [2, 4], [7 / 3, 6], [4, 5], [5, 700]])
    assert (filled.reading.dropped, filled.reading.filled) == (0, 3)
    no_label = read("a,b\n1,x\n3,\n4,y\n", target="b", missing="drop")
    assert no_label.examples.tolist() == [[1], [4]] and no_label.labels.tolist() == [0, 1]


@pytest.mark.parametrize("bad_at", [0, 4095, 4096, 9000])
def test_one_bad_row_among_many_is_found_in_its_line(read, bad_at):
    lines = [f"{n};{n / 8}" for n in range(10_000)]
    lines[bad_at] = "7;seven"
    with pytest.raises(ExperimentError) as caught:
        read("\n".join(["a;b", *lines]))
    assert caught.value.lines() == [caught.value.lines()[0]]
    assert f'line {bad_at + 2}, column 2 (b): "seven" is not a number' in str(caught.value)


def test_too_many_numbers_are_refused(read, monkeypatch):
    monkeypatch.setattr(csv_table, "MOST_NUMBERS", 20_000)
    with pytest.raises(ExperimentError, match="more than 20000 numbers"):
        read("1,2,3,4\n" * 5001)
    assert len(read("1,2,3,4\n" * 5000)) == 5000


@pytest.mark.whole
def test_a_wide_table_takes_little_more_memory_than_its_numbers(read):
    """Cells are many small objects: read all at once they would take twenty times as much as the numbers."""
    content = (b"123.4567," * 2047 + b"1\n") * 512
    tracemalloc.start()
    try:
        table = read(content).examples
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert table.shape == (512, 2048)
    assert peak < 2 * len(content) + 3 * table.nbytes


SIGNS = {"comma": ",", "semicolon": ";", "tab": "\t", "blank": " "}


@st.composite
def written_tables(draw):
    """A table, and its text in some way of writing: the numbers, the text's bytes, the options that describe it."""
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    separator, decimal = draw(st.sampled_from(list(SIGNS))), draw(st.sampled_from([".", ","]))
    has_groups = draw(st.booleans())
    numbers = [
        [draw(st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e12, 1e12), st.floats(-1, 1))) for _c in range(columns)]
        for _r in range(rows)
    ]

    def text_of(number):
        whole = f"{number:,}" if has_groups and abs(number) < 1e15 and (number == 0 or abs(number) > 1e-4) else repr(number)
        return whole.translate(str.maketrans(",.", ".,")) if decimal == "," else whole

    header = (
        [draw(st.sampled_from(["a", "크기", "x y", 'q"q', "길이;cm", "b,c"])) for _c in range(columns)]
        if draw(st.booleans())
        else []
    )
    stream = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(stream, delimiter=SIGNS[separator], lineterminator=draw(st.sampled_from(["\n", "\r\n"])), quoting=quoting)
    writer.writerows([*([header] if header else []), *[[text_of(number) for number in row] for row in numbers]])
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp949"]))
    options = {"separator": separator, "decimal": "point" if decimal == "." else "comma", "header": "yes" if header else "no"}
    return np.array(numbers, float), stream.getvalue().encode(encoding), options


@settings(deadline=None, max_examples=300)
@given(table=written_tables(), is_told=st.booleans())
def test_what_was_written_is_read(table, is_told):
    """Told how it is written, a table is read to the last digit; untold, that is what its reading with a name gives again."""
    numbers, content, options = table
    if is_told:
        np.testing.assert_array_equal(read_table(content, TableOptions(**options)).numbers, numbers)
        return
    try:
        found = read_table(content, TableOptions())
    except (TableError, csv.Error):
        return
    same = {"separator": found.reading.separator or "auto", "decimal": found.reading.decimal or "auto"}
    again = read_table(content, TableOptions(**same, header="yes" if found.reading.has_header else "no"))
    np.testing.assert_array_equal(again.numbers, found.numbers)
