"""The gradient's size in every layer of some networks, and nothing else about them: for small pictures of many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradviz.cache import remembered
from gradviz.core.choices.arrays import Float64Array
from gradviz.core.meter import Meter
from gradviz.core.simulate import Tick, begun, measured
from gradviz.core.spec import Spec

SIZE = "log10_grad_a_rms"


@dataclass(frozen=True)
class GradientSizes:
    """A Request for log10 of the RMS of ∂loss/∂a in layers 1 … L, one array for each experiment. They read no files."""

    specs: tuple[Spec, ...]

    def answers(self, tick: Tick) -> Iterator[tuple[Float64Array, ...]]:
        """Yield all of them at once. A tick between two networks breaks off, and what was found is remembered."""
        found = list[Float64Array]()
        for count, spec in enumerate(self.specs):
            tick(count / len(self.specs))
            found.append(_sizes(spec))
        yield tuple(found)

    def seconds(self) -> float:
        """Return 0: what is pictured small is quick, and every other wish comes before it."""
        return 0.0


@remembered
def _sizes(spec: Spec) -> Float64Array:
    birth = begun(spec)
    meter = Meter(birth.net, birth.parameters, frozenset({SIZE}))
    return measured(birth, meter).meter.series()[SIZE]
