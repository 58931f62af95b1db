"""The input batches."""

import hashlib

import numpy as np
import pytest

from gradviz.core.batch import Batch
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.data.sources import digits
from gradviz.core.spec import Spec


def batch_of(spec):
    return Batch.of(spec).a0


def test_the_digits_are_the_published_set():
    """1,797 images of 8 × 8, values 0 … 16; class counts as the set's own description gives them."""
    images, labels = digits().examples, digits().labels
    assert images.shape == (1797, 64)
    assert (images.min(), images.max()) == (0, 16)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert images.sum() == 561718
    assert hashlib.sha256(images.astype(np.uint8).tobytes()).hexdigest()[:16] == "8f26b2bd9d135c25"


def test_raw_digits_go_in_as_they_are():
    batch = batch_of(Spec(data="digits", normalize="none", batch=50))
    stored = {image.tobytes() for image in digits().examples}
    assert all(row.tobytes() in stored for row in batch)
    assert len({row.tobytes() for row in batch}) == 50


def test_standardized_digits_have_mean_0_and_std_1():
    """Over the training part each pixel that varies has mean 0 and standard deviation 1; one that never varies is 0."""
    batch = batch_of(Spec(data="digits", batch=1438))
    varies = digits().examples[:1438].std(axis=0) > 0
    np.testing.assert_allclose(batch.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(batch.std(axis=0)[varies], 1, rtol=1e-12)
    assert (batch[:, ~varies] == 0).all()


def test_a_batch_larger_than_the_set_goes_round_again():
    batch = batch_of(Spec(data="digits", batch=2000))
    np.testing.assert_array_equal(batch[:562], batch[1438:])


def test_the_test_part_is_normalized_with_the_training_part_s_figures():
    """(x − mean of the training part) / its standard deviation; nothing of the test part's own."""
    images = digits().examples
    mean, std = images[:1438].mean(axis=0), images[:1438].std(axis=0)
    batch = batch_of(Spec(data="digits", part="test", batch=359))
    expected = (images[1438:] - mean) / np.where(std > 0, std, 1)
    np.testing.assert_allclose(np.sort(batch, axis=0), np.sort(expected, axis=0), atol=1e-12)
    assert abs(batch.mean(axis=0)).max() > 0.05  # its own mean is not 0


@pytest.mark.parametrize(
    ("normalize", "means", "stds"),
    [("none", (500, 0.5), (288, 0.288)), ("centre", (0, 0), (288, 0.288)), ("standardize", (0, 0), (1, 1))],
)
def test_features_of_unlike_scale(normalize, means, stds):
    """1 … 1000 beside 0 … 1, uniform: mean in the middle, standard deviation range/√12."""
    batch = batch_of(Spec(data="unlike", normalize=normalize, batch=1600))
    np.testing.assert_allclose(batch.mean(axis=0) / stds, np.array(means) / stds, atol=0.05)
    np.testing.assert_allclose(batch.std(axis=0), stds, rtol=0.05)


def test_cross_entropy_takes_the_digits_own_labels():
    images, classes = digits().examples, digits().labels
    spec = Spec(data="digits", normalize="none", batch=20, loss="cross_entropy", output_units=10)
    own = {image.tobytes(): label for image, label in zip(images, classes, strict=True)}
    batch = Batch.of(spec)
    assert [own[row.tobytes()] for row in batch.a0] == batch.target.tolist()


def test_gaussian_and_ones():
    gaussian = batch_of(Spec(batch=4096, width=50))
    assert abs(gaussian.mean()) < 0.01
    assert gaussian.std() == pytest.approx(1, rel=0.01)
    assert (batch_of(Spec(data="ones")) == 1).all()


def test_the_batch_depends_on_the_seed():
    one, other = (batch_of(Spec(seed=seed)) for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_a_test_part_is_never_the_training_part(tmp_path):
    """Two rows are one for each; of one there is no test part, which is said."""
    path = tmp_path / "x.csv"
    path.write_text("1,2\n3,4\n")
    spec = Spec(data="file", data_file=str(path), normalize="none", batch=3)
    assert (batch_of(spec) == [1, 2]).all() and (batch_of(spec.replace(part="test")) == [3, 4]).all()
    path.write_text("1,2,3\n")
    assert (batch_of(spec) == [1, 2, 3]).all()
    with pytest.raises(ExperimentError, match="part"):
        batch_of(spec.replace(part="test"))
