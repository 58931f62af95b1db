"""Histograms: nothing raises, nothing is lost, and each count is the one np.histogram gives where it works."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradviz.core import histograms
from gradviz.core.histograms import AT_ONCE, DECADES, OWN_BINS, PER_DECADE, STANDARD_EDGES, Tally, on_one_axis

AWKWARD = [
    [0.0] * 5,
    [np.nan] * 3,
    [np.inf, -np.inf, 1.0],
    [1e300, 1e300, np.nextafter(1e300, 0)],
    [1.0, np.nextafter(1.0, 0)],
    [5e-324, 1e-310, 0.0],
    [-1.7976931348623157e308, 1.7976931348623157e308],
    [1e-300, 1e300],
    [-0.0, 0.0, np.nan, 3e38],
]
DTYPES = [np.float32, np.float64]


@pytest.fixture(params=[1, 10**9], ids=["by bucket", "sorted"], scope="module", autouse=True)
def way(request):
    """Both ways of counting float32 have to pass every test, at any size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(histograms, "FEWEST_FOR_BUCKETS", request.param)
        yield


def expected(x, edges):
    """Return the histogram of the finite values by NumPy, what lies outside put into the end bins."""
    x = x[np.isfinite(x)].astype(np.float64).ravel()
    return np.histogram(np.clip(x, edges[0], edges[-1]), edges)[0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("values", AWKWARD, ids=str)
def test_awkward_arrays_are_counted_whole(values, dtype):
    """Every finite value stands in one bin; edges rise strictly and are finite."""
    with np.errstate(all="ignore"):
        x = np.array(values).astype(dtype)
        ordered, finite = Tally(x), x[np.isfinite(x)]
        own, magnitudes = ordered.on_own_axis(), ordered.by_magnitude()
        shared = on_one_axis([ordered.on_own_axis(), Tally(np.ones(3, dtype)).on_own_axis()])
        for edges in (own.edges, magnitudes.edges, shared.axis.edges):
            assert np.isfinite(edges).all() and (np.diff(edges) > 0).all()
        assert len(own.counts) == OWN_BINS and len(magnitudes.counts) == DECADES * PER_DECADE
        assert own.counts.sum() == shared.counts[0].sum() == ordered.in_units_of(1.0).sum() == finite.size
        assert magnitudes.counts.sum() == np.count_nonzero(finite)
        assert ordered.zeros == (x == 0).sum()
        if finite.size == x.size:
            assert ordered.ends == (x.min(), x.max())
        else:
            assert not np.isfinite(ordered.ends).all()


@given(st.sampled_from(DTYPES), st.data())
def test_every_count_is_numpys(dtype, data):
    """On any axis, also at the edges: values are drawn so that many of them lie on one."""
    bits = np.finfo(dtype).bits
    on_edges = st.builds(lambda n, j: n / 128 * 2.0**j, st.integers(-128, 128), st.integers(-30, 30))
    elements = st.one_of(on_edges, st.floats(-(2.0**99), 2.0**99, width=bits), st.sampled_from([10.0**k for k in range(-5, 6)]))
    x = data.draw(hnp.arrays(dtype, st.integers(1, 40), elements=elements.map(lambda value: float(dtype(value)))))
    with np.errstate(all="ignore"):
        ordered = Tally(x)
        own = ordered.on_own_axis()
        np.testing.assert_array_equal(own.counts, expected(x, own.edges))
        np.testing.assert_array_equal(ordered.in_units_of(0.3), expected(x, STANDARD_EDGES * 0.3))
        magnitudes = ordered.by_magnitude()
        sizes = np.abs(x[x != 0]).astype(np.float64)
        limits = 10.0**magnitudes.edges
        below = np.array([np.count_nonzero(sizes < limit) for limit in limits[1:-1]])
        np.testing.assert_array_equal(np.cumsum(magnitudes.counts)[:-1], below)
        tiny = np.finfo(dtype).smallest_normal
        for limit in (1.0, float(tiny)):
            assert ordered.share_between_zero_and(limit) == np.mean((np.abs(x) < limit) & (x != 0))


@given(st.lists(hnp.arrays(np.float64, st.integers(1, 20), elements=st.floats(-1e300, 1e300)), min_size=1, max_size=5))
def test_one_axis_for_all_layers_holds_what_numpy_counts_there(layers):
    with np.errstate(all="ignore"):
        axis, counts = on_one_axis([Tally(x).on_own_axis() for x in layers])
        edges = axis.edges
        assert edges[0] <= min(x.min() for x in layers) or edges[0] == 0
        assert 32 <= len(edges) - 1 <= 128
        if edges[-1] > 1e-290:
            for x, row in zip(layers, counts, strict=True):
                ordinary = x[(np.abs(x) > 1e-280) | (x == 0)]  # below, NumPy's own differences underflow
                if len(ordinary) == len(x):
                    np.testing.assert_array_equal(row, expected(x, edges))


def test_magnitudes_beyond_what_float64_holds():
    """An exponent that was taken out moves the axis and nothing else."""
    x = 10 ** np.random.default_rng(0).uniform(-9, 3, 50_000)
    magnitudes = Tally(x).by_magnitude(exponent=-5000)
    edges, got = magnitudes.edges, magnitudes.counts
    shift = 5000 * np.log10(2)
    assert np.abs(np.cumsum(got) - np.cumsum(np.histogram(np.log10(x), edges + shift)[0])).max() <= 1
    assert edges[-1] + shift == pytest.approx(3, abs=0.2)


def test_bins_by_magnitude_of_two_layers_are_whole_bins_apart():
    one, other = (Tally(np.array([x])).by_magnitude(e).edges for x, e in ((3.7, 0), (5e-9, -77)))
    apart = (one[0] - other[0]) * PER_DECADE
    assert apart == pytest.approx(round(apart), abs=1e-9)


def test_values_outside_go_into_the_end_bins():
    got = Tally(np.array([-5.0, 0.5, 7.0, 8.0])).counts(np.linspace(0, 1, 11))
    assert (got[0], got[5], got[-1]) == (1, 1, 2)


@pytest.mark.parametrize("size", [0.0, np.inf, np.nan])
def test_a_layer_of_no_size_stands_in_the_middle(size):
    got = Tally(np.zeros(7)).in_units_of(size)
    assert got[len(got) // 2] == 7 == got.sum()


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([-3.1, 4.2], [-5.0, 5.0]),
        ([-3.9, 4.9], [-5.0, 5.0]),
        ([-0.04, 4.2], [-1.0, 5.0]),  # one side that is much longer is no symmetry: a leaky ReLU
        ([0.0, 11.0], [0.0, 12.0]),
        ([0.0], [-1.0, 1.0]),
        ([np.nan], [-1.0, 1.0]),
    ],
)
def test_the_shared_axis_moves_in_eighths(values, ends):
    """Limits are round, symmetric for what is symmetric, and stay when the data changes a little."""
    edges = on_one_axis([Tally(np.array(values)).on_own_axis()]).axis.edges
    assert edges[[0, -1]].tolist() == ends


def test_a_finer_layer_keeps_its_shape_on_its_own_axis():
    """A layer a thousand times as small is one spike on the axis of all, and a histogram of its own."""
    x = np.random.default_rng(0).standard_normal(10_000)
    both = [Tally(x).on_own_axis(), Tally(x / 1024).on_own_axis()]
    np.testing.assert_array_equal(both[0].counts, both[1].counts)
    assert np.count_nonzero(on_one_axis(both).counts[1]) <= 2


def bit_pattern(bits):
    return np.array(bits, np.uint32).view(np.float32)[()]


ANY_FLOAT32 = st.one_of(
    st.integers(0, 2**32 - 1).map(bit_pattern),  # infinities and NaN of all kinds too
    st.builds(lambda bucket, off: bit_pattern(((bucket << 17) + off) % 2**32), st.integers(0, 2**15 - 1), st.integers(-2, 2)),
    st.builds(
        lambda bucket, low: bit_pattern((bucket << 17) + low),
        st.sampled_from([0, 8127, 8128, 16384, 24512]),
        st.integers(0, 2**17 - 1),
    ),
    st.floats(width=16).map(np.float32),
    st.sampled_from([0.0, -0.0, 1e-45, -1e-45, np.inf, -np.inf, np.nan, 3.4e38, -3.4e38]).map(np.float32),
)


@pytest.mark.parametrize("at_once", [AT_ONCE, 3])
@given(st.lists(ANY_FLOAT32, min_size=1, max_size=40), st.lists(ANY_FLOAT32, max_size=20))
@example([bit_pattern(0xFFFFFFFF), np.float32(-0.0), np.float32(1)], [np.float32(0)])
def test_as_many_lie_below_a_limit_as_comparing_says(at_once, values, limits):
    """For all bit patterns, also where several limits divide a bucket, and where an array is counted in parts."""
    x = np.array(values, np.float32)
    limits = np.array([*limits, *values, 0.0, np.inf, -np.inf], np.float32)
    limits = np.sort(np.concatenate([limits, np.nextafter(limits, np.float32(np.inf))]))
    limits = limits[~np.isnan(limits)]
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        patch.setattr(histograms, "AT_ONCE", at_once)
        tally, finite = Tally(x), x[np.isfinite(x)]
        np.testing.assert_array_equal(tally.below(limits), [np.count_nonzero(finite < limit) for limit in limits])
        assert (tally.size, tally.finite, tally.zeros) == (x.size, finite.size, np.count_nonzero(x == 0))
        assert tally.peak == np.abs(finite).max(initial=0)


Z = np.random.default_rng(0).standard_normal(2 * AT_ONCE + 1000, np.float32)

LAYERS = {
    "pre-activations": Z,
    "tanh": np.tanh(Z),
    "saturated": np.tanh(8 * Z),
    "sigmoid": 1 / (1 + np.exp(-Z)),
    "relu": np.maximum(Z, 0),
    "negative zeros": np.where(Z > 0, np.float32(-0.0), Z),
    "gradient": Z * Z[::-1] * np.float32(1e-7),
    "subnormal": Z * np.float32(1e-39),
    "sixteen bits": Z.astype(np.float16).astype(np.float32),
    "lattice": np.round(2 * Z) / 128,
    "all equal but one": np.where(np.arange(Z.size), np.float32(0.3), np.float32(-0.3)),
    "infinite": np.where(Z > 1, np.float32(np.inf), Z),
}


def histograms_of(tally):
    own, magnitudes = tally.on_own_axis(), tally.by_magnitude(-7)
    bounded = [tally.counts(np.linspace(low, 1, 102)) for low in (-1, 0)]
    shares = [f(limit) for f in (tally.share_between_zero_and, tally.share_beyond) for limit in (2.0**-126, 1e-3, 1.0)]
    return [
        own.j,
        own.counts,
        magnitudes.top,
        magnitudes.counts,
        *bounded,
        tally.in_units_of(0.7),
        tally.ends,
        tally.zeros,
        shares,
    ]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("size", [AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, Z.size])
def test_float32_is_counted_as_the_same_numbers_in_float64_are(layer, size):
    """At the sizes at which an array is counted in one part more; float64 is always sorted."""
    with np.errstate(all="ignore"):
        x = LAYERS[layer][:size]
        # rounding a limit up to float32 and comparing in float32 is comparing with it in float64
        for got, expected in zip(histograms_of(Tally(x)), histograms_of(Tally(x.astype(np.float64))), strict=True):
            np.testing.assert_array_equal(got, expected)


def test_arrays_that_are_counted_in_turns_or_in_threads_keep_apart():
    """The buffers belong to a thread and describe one array at a time."""
    arrays = [Z[:5000], np.tanh(Z[5000:9000]), Z[: 80 * 90].reshape(80, 90).T, Z[:9000:3]]
    alone = [histograms_of(Tally(x)) for x in arrays]
    together = [Tally(x) for x in arrays]
    with ThreadPoolExecutor(2) as pool:
        for done in (map(histograms_of, together), pool.map(histograms_of, together * 5)):
            for got, expected in zip(done, alone * 5, strict=False):
                for one, other in zip(got, expected, strict=True):
                    np.testing.assert_array_equal(one, other)
