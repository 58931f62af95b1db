"""Parameters from a file. (Being written.)"""

from gradviz.core.choices.arrays import FloatArray
from gradviz.core.choices.precisions import Precision


def read_parameters(path: str, units: tuple[int, ...], precision: Precision) -> tuple[list[FloatArray], list[FloatArray | None]]:
    raise NotImplementedError
