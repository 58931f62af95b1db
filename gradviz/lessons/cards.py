"""Cards: published experiments that can be run again, with the figures that were printed.

A card is one entry in the table `CARDS`. The random draws of a published run are not known, so a figure counts as reproduced when
it lies within a tolerance, and each card gives the reason for its tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gradviz.core.frame import Frame
from gradviz.core.measures import MEASURES
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.i18n import N_


class PublishedFigure(NamedTuple):
    """One published figure.

    Attributes
    ----------
    measure : str
        A measure by its key.
    layer : int
    published : str
        The printed figure, or a description in words that is marked for translation.
    low, high : float
        The range in which the measured value counts as reproduced, both ends included.
    exact : float or None
        The value that follows from the definition, for measures that the theory does not predict.
    """

    measure: str
    layer: int
    published: str
    low: float
    high: float
    exact: float | None = None


@dataclass(frozen=True)
class Card:
    """A published experiment; `title`, `source` and `tolerance` are marked for translation."""

    name: str
    title: str
    source: str
    experiment: str
    tolerance: str
    figures: tuple[PublishedFigure, ...]

    @property
    def spec(self) -> Spec:
        """The experiment."""
        return Spec.from_text(self.experiment)


class Reproduced(NamedTuple):
    """A published figure with the value measured here and the expected one (None where theory and definition give none)."""

    figure: PublishedFigure
    measured: float
    expected: float | None

    @property
    def holds(self) -> bool:
        """Whether it lies within the tolerance."""
        return self.figure.low <= self.measured <= self.figure.high


@dataclass(frozen=True)
class Reproduction:
    """A card that was run."""

    card: Card
    figures: tuple[Reproduced, ...]

    @property
    def holds(self) -> bool:
        """Whether all figures lie within the tolerance."""
        return all(figure.holds for figure in self.figures)


def reproduce(card: Card) -> Reproduction:
    """Run the experiment of a card."""
    return reproduction(card, simulate(card.spec))


def reproduction(card: Card, frame: Frame) -> Reproduction:
    """Compare a card with the Frame of its experiment."""
    return Reproduction(card, tuple(_reproduced(figure, frame) for figure in card.figures))


def _reproduced(figure: PublishedFigure, frame: Frame) -> Reproduced:
    assert figure.measure in MEASURES
    measured = float(frame.series[figure.measure][figure.layer - 1])
    predicted = frame.theory.get(figure.measure)
    expected = figure.exact if predicted is None or figure.exact is not None else float(predicted[figure.layer - 1])
    return Reproduced(figure, measured, expected)


def _printed(measure: str, figures: Sequence[str], spread: Callable[[int], float]) -> tuple[PublishedFigure, ...]:
    """Return the figures printed for layers 1, 2, …; each may be off by half a unit of its last digit plus a relative spread."""
    return tuple(_within(measure, layer, text, spread(layer)) for layer, text in enumerate(figures, start=1))


def _within(measure: str, layer: int, text: str, spread: float = 0.0, exact: float | None = None) -> PublishedFigure:
    value, half = float(text), _half_a_unit(text)
    return PublishedFigure(measure, layer, text, value * (1 - spread) - half, value * (1 + spread) + half, exact)


def _half_a_unit(text: str) -> float:
    mantissa, _e, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)


def _power(base: float, text: str, layer: int = 152) -> PublishedFigure:
    """Return the figure of a linear network c·I, in which every activation is base^layer."""
    return _within("activation_rms", layer, text, exact=base**layer)


def _share(measure: str, shares: Mapping[int, int]) -> tuple[PublishedFigure, ...]:
    """Return shares, by layer, that have to be exactly 0 or 1."""
    return tuple(PublishedFigure(measure, layer, str(share), share, share, float(share)) for layer, share in shares.items())


_COURSE = N_("A widely used university course on neural networks, lecture on initialization, printed output of the slides")
_NOTES = N_("The lecture on vanishing and exploding gradients: W = c·I in 152 linear layers")
_SCRIPT = N_(
    "A widely read textbook's script: 1,000 examples of 100 features through five layers of 100 units, shown as histograms"
)
_ROUNDED = N_("Half a unit of the last digit: every activation is c^l, whatever is drawn.")
_EXACT = N_("None: where the number format ends is exact.")
_HISTOGRAM = N_("The source shows histograms and no figures; what can be read from them is put as limits.")

_POWERS = "depth=152&width=10&batch=4&data=ones&activation=linear&initializer=identity&dtype=float64&gain="
_SCRIPTED = "depth=5&width=100&batch=1000&activation="

_PILED = N_("most values next to 0 and 1")
_PILED_TANH = N_("most values next to −1 and 1")
_SPREAD = N_("spread out between 0 and 1")
_SPREAD_TANH = N_("spread out around 0")
_NARROW = N_("all values close to 0.5")

CARDS: dict[str, Card] = {
    card.name: card
    for card in (
        Card("1.5^152", N_("1.5 to the power of 152"), _NOTES, f"{_POWERS}1.5", _ROUNDED, (_power(1.5, "5.833e26"),)),
        Card("0.5^152", N_("0.5 to the power of 152"), _NOTES, f"{_POWERS}0.5", _ROUNDED, (_power(0.5, "1.752e-46"),)),
        Card("0.9^152", N_("0.9 to the power of 152"), _NOTES, f"{_POWERS}0.9", _ROUNDED, (_power(0.9, "1.109e-7"),)),
        Card(
            "float32-zero",
            N_("Where float32 ends below"),
            N_("The number format (IEEE 754): its smallest number is 2⁻¹⁴⁹, so 0.5^l is exactly 0 from l = 150 on"),
            "depth=152&width=10&batch=4&data=ones&activation=linear&initializer=identity&gain=0.5",
            _EXACT,
            _share("activation_zero", {149: 0, 150: 1, 152: 1}),
        ),
        Card(
            "float16-infinity",
            N_("Where float16 ends above"),
            N_("The number format (IEEE 754): its largest number is 65,504, so 1.5^l is infinite from l = 28 on"),
            "depth=30&width=10&batch=4&data=ones&activation=linear&initializer=identity&gain=1.5&dtype=float16",
            _EXACT,
            _share("activation_infinite", {27: 0, 28: 1}),
        ),
        Card(
            "tanh-small",
            N_("Tanh with small weights, 0.01·N(0, 1): the activations collapse"),
            _COURSE,
            "depth=10&width=500&batch=1000&activation=tanh&initializer=normal&gain=0.01",
            N_("Half a unit of the last digit, and 0.5 % per layer: over eight seeds the figures differ by 0.1 % per layer (one standard deviation), and two draws are compared."),
            _printed(
                "activation_std",
                [".213081", ".047551", ".010630", ".002378", ".000532", ".000119", ".000026", ".000006", ".000001", ".000000"],
                lambda layer: 0.005 * layer,
            ),
        ),
        Card(
            "relu-he",
            N_("ReLU with He's initialization: the activations hold"),
            _COURSE,
            "depth=10&width=500&batch=1000&activation=relu&initializer=he_normal",
            N_("Half a unit of the last digit, and 3 % per layer: over twelve seeds the figures differ by 1.1 % per layer (one standard deviation), and two draws are compared."),
            (
                *_printed("activation_mean", [".562488", ".553614", ".545867", ".565396", ".547678", ".587103", ".596867", ".623214", ".567498", ".552531"], lambda layer: 0.03 * layer),
                *_printed("activation_std", [".825232", ".827835", ".813855", ".826902", ".834092", ".860035", ".870610", ".889348", ".845357", ".844523"], lambda layer: 0.03 * layer),
            ),
        ),
        Card(
            "sigmoid-classroom",
            N_("Sigmoid with N(0, 1): two piles"),
            _SCRIPT,
            f"{_SCRIPTED}sigmoid&initializer=normal",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _PILED, 0.4, 0.5) for layer in range(1, 6)),
        ),
        Card(
            "sigmoid-classroom-small",
            N_("Sigmoid with 0.01·N(0, 1): one value"),
            _SCRIPT,
            f"{_SCRIPTED}sigmoid&initializer=normal&gain=0.01",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _NARROW, 0.0, 0.05) for layer in range(1, 6)),
        ),
        Card(
            "sigmoid-classroom-xavier",
            N_("Sigmoid with 1/√n: spread out"),
            _SCRIPT,
            f"{_SCRIPTED}sigmoid&initializer=lecun_normal",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _SPREAD, 0.1, 0.25) for layer in range(1, 6)),
        ),
        Card(
            "tanh-classroom",
            N_("Tanh with N(0, 1): two piles"),
            _SCRIPT,
            f"{_SCRIPTED}tanh&initializer=normal",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _PILED_TANH, 0.9, 1.0) for layer in range(1, 6)),
        ),
        Card(
            "tanh-classroom-xavier",
            N_("Tanh with 1/√n: spread out"),
            _SCRIPT,
            f"{_SCRIPTED}tanh&initializer=lecun_normal",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _SPREAD_TANH, 0.25, 0.7) for layer in range(1, 6)),
        ),
    )
}  # fmt: skip
"""Name → Card."""
