"""Cards: published experiments that can be run again, with the figures that were printed.

A card is one entry in the table `CARDS`. The random draws of a published run are not known, so a figure counts as reproduced when
it lies within a tolerance, and each card gives the reason for its tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gradviz.core.frame import Frame
from gradviz.core.measures import MEASURES
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.i18n import N_, _
from gradviz.lessons.wording import Wording


@dataclass(frozen=True)
class Said:
    """A text of a card, marked for translation; its numbers are computed (see `Wording`). `str` gives it in the language in use."""

    message: str

    def __str__(self) -> str:
        return self.wording.text

    @property
    def wording(self) -> Wording:
        """The text in the language in use."""
        return Wording.of_text(_(self.message))


class Draws(NamedTuple):
    """By how much the figures of a random network may differ from those that were published.

    Attributes
    ----------
    share : float
        Of a figure, for each layer before it.
    deviation : float
        One standard deviation of the same over `seeds` seeds, measured, to one digit.
    seeds : int
    """

    share: float
    deviation: float
    seeds: int

    def at(self, layer: int) -> float:
        """Return by which share a layer's figures may differ."""
        return self.share * layer

    def __str__(self) -> str:
        return _(
            "Rounding of the last digit, and {share} per layer: over {seeds} seeds the figures differ by about {deviation} per "
            "layer (one standard deviation), and two draws are compared."
        ).format(share=f"{100 * self.share:g} %", seeds=self.seeds, deviation=f"{100 * self.deviation:g} %")


class PublishedFigure(NamedTuple):
    """One published figure.

    Attributes
    ----------
    measure : str
        A measure by its key.
    layer : int
    published : str or Said
        The printed figure, or a description in words.
    low, high : float
        The range in which the measured value counts as reproduced, both ends included.
    exact : float or None
        The value that follows from the definition, for measures that the theory does not predict.
    """

    measure: str
    layer: int
    published: str | Said
    low: float
    high: float
    exact: float | None = None


@dataclass(frozen=True)
class Card:
    """A published experiment."""

    name: str
    title: Said
    source: Said
    experiment: str
    tolerance: Said | Draws
    figures: tuple[PublishedFigure, ...]

    @property
    def spec(self) -> Spec:
        """The experiment."""
        return Spec.from_text(self.experiment)

    @property
    def wordings(self) -> Iterator[Wording]:
        """Every text whose numbers are computed, in the language in use."""
        texts = (self.title, self.source, self.tolerance, *(figure.published for figure in self.figures))
        yield from (text.wording for text in dict.fromkeys(texts) if isinstance(text, Said))


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
    faults: tuple[str, ...]
    """What its texts say that is not so."""

    @property
    def holds(self) -> bool:
        """Whether all figures lie within the tolerance, and its texts are right."""
        return all(figure.holds for figure in self.figures) and not self.faults


def reproduce(card: Card) -> Reproduction:
    """Run the experiment of a card."""
    return reproduction(card, simulate(card.spec))


def reproduction(card: Card, frame: Frame) -> Reproduction:
    """Compare a card with the Frame of its experiment."""
    faults = (f"{what}: {reason}" for wording in card.wordings for what, reason in wording.findings(frame) if reason)
    return Reproduction(card, tuple(_reproduced(figure, frame) for figure in card.figures), tuple(faults))


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


_COURSE = Said(N_("A widely used university course on neural networks, lecture on initialization, printed output of the slides"))
_NOTES = Said(N_("The lecture on vanishing and exploding gradients: W = c·I in {152 = L} linear layers"))
_SCRIPT = Said(
    N_(
        "A widely read textbook's script: {1,000 = batch} examples of {100 = width} features through {5 = L} layers of "
        "{100 = width} units, shown as histograms"
    )
)
_ROUNDED = Said(N_("Rounding of the last digit: every activation is c^l, whatever is drawn."))
_EXACT = Said(N_("None: where the number format ends is exact."))
_HISTOGRAM = Said(N_("The source shows histograms and no figures; what can be read from them is put as limits."))
_TANH_DRAWS = Draws(share=0.005, deviation=0.001, seeds=8)
_RELU_DRAWS = Draws(share=0.03, deviation=0.01, seeds=12)

_POWERS = "depth=152&width=10&batch=4&data=ones&activation=linear&initializer=identity&dtype=float64&gain="
_SCRIPTED = "depth=5&width=100&batch=1000&activation="

_PILED = Said(N_("most values next to {0 = 0} and {1 = 1}"))
_PILED_TANH = Said(N_("most values next to {−1 = -1} and {1 = 1}"))
_SPREAD = Said(N_("spread out between {0 = 0} and {1 = 1}"))
_SPREAD_TANH = Said(N_("spread out around {0 = 0}"))
_NARROW = Said(N_("all values close to {0.5 = activation_mean[1]}"))

CARDS: dict[str, Card] = {
    card.name: card
    for card in (
        Card("1.5^152", Said(N_("{1.5 = gain} to the power of {152 = L}")), _NOTES, f"{_POWERS}1.5", _ROUNDED, (_power(1.5, "5.833e26"),)),
        Card("0.5^152", Said(N_("{0.5 = gain} to the power of {152 = L}")), _NOTES, f"{_POWERS}0.5", _ROUNDED, (_power(0.5, "1.752e-46"),)),
        Card("0.9^152", Said(N_("{0.9 = gain} to the power of {152 = L}")), _NOTES, f"{_POWERS}0.9", _ROUNDED, (_power(0.9, "1.109e-7"),)),
        Card(
            "float32-zero",
            Said(N_("Where float32 ends below")),
            Said(N_("The number format (IEEE {754 = 754}): its smallest number is {2⁻¹⁴⁹ = 2**-149}, so {0.5 = gain}^l is exactly {0 = activation_rms[150]} from l = {150 = L * (1 - mean(activation_zero)) + 1} on")),
            "depth=152&width=10&batch=4&data=ones&activation=linear&initializer=identity&gain=0.5",
            _EXACT,
            _share("activation_zero", {149: 0, 150: 1, 152: 1}),
        ),
        Card(
            "float16-infinity",
            Said(N_("Where float16 ends above")),
            Said(N_("The number format (IEEE {754 = 754}): its largest number is {65,504 = 65504}, so {1.5 = gain}^l is infinite from l = {28 = L - 2} on")),
            "depth=30&width=10&batch=4&data=ones&activation=linear&initializer=identity&gain=1.5&dtype=float16",
            _EXACT,
            _share("activation_infinite", {27: 0, 28: 1}),
        ),
        Card(
            "tanh-small",
            Said(N_("Tanh with small weights, {0.01 = gain}·N(0, 1): the activations collapse")),
            _COURSE,
            "depth=10&width=500&batch=1000&activation=tanh&initializer=normal&gain=0.01",
            _TANH_DRAWS,
            _printed(
                "activation_std",
                [".213081", ".047551", ".010630", ".002378", ".000532", ".000119", ".000026", ".000006", ".000001", ".000000"],
                _TANH_DRAWS.at,
            ),
        ),
        Card(
            "relu-he",
            Said(N_("ReLU with He's initialization: the activations hold")),
            _COURSE,
            "depth=10&width=500&batch=1000&activation=relu&initializer=he_normal",
            _RELU_DRAWS,
            (
                *_printed("activation_mean", [".562488", ".553614", ".545867", ".565396", ".547678", ".587103", ".596867", ".623214", ".567498", ".552531"], _RELU_DRAWS.at),
                *_printed("activation_std", [".825232", ".827835", ".813855", ".826902", ".834092", ".860035", ".870610", ".889348", ".845357", ".844523"], _RELU_DRAWS.at),
            ),
        ),
        Card(
            "sigmoid-classroom",
            Said(N_("Sigmoid with N(0, 1): piles at both ends")),
            _SCRIPT,
            f"{_SCRIPTED}sigmoid&initializer=normal",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _PILED, 0.4, 0.5) for layer in range(1, 6)),
        ),
        Card(
            "sigmoid-classroom-small",
            Said(N_("Sigmoid with {0.01 = gain}·N(0, 1): a single value")),
            _SCRIPT,
            f"{_SCRIPTED}sigmoid&initializer=normal&gain=0.01",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _NARROW, 0.0, 0.05) for layer in range(1, 6)),
        ),
        Card(
            "sigmoid-classroom-xavier",
            Said(N_("Sigmoid with {1 = 1}/√n: spread out")),
            _SCRIPT,
            f"{_SCRIPTED}sigmoid&initializer=lecun_normal",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _SPREAD, 0.1, 0.25) for layer in range(1, 6)),
        ),
        Card(
            "tanh-classroom",
            Said(N_("Tanh with N(0, 1): piles at both ends")),
            _SCRIPT,
            f"{_SCRIPTED}tanh&initializer=normal",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _PILED_TANH, 0.9, 1.0) for layer in range(1, 6)),
        ),
        Card(
            "tanh-classroom-xavier",
            Said(N_("Tanh with {1 = 1}/√n: spread out")),
            _SCRIPT,
            f"{_SCRIPTED}tanh&initializer=lecun_normal",
            _HISTOGRAM,
            tuple(PublishedFigure("activation_std", layer, _SPREAD_TANH, 0.25, 0.7) for layer in range(1, 6)),
        ),
    )
}  # fmt: skip
"""Name → Card."""
