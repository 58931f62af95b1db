"""gradviz: see vanishing and exploding gradients.

``Spec`` says what is asked for, ``simulate`` answers with a ``Frame``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradviz.core.frame import Frame
    from gradviz.core.simulate import simulate
    from gradviz.core.spec import Spec

__version__ = "0.1.0"
__all__ = ["Frame", "Spec", "__version__", "simulate"]

_PLACES = {"Frame": "gradviz.core.frame", "Spec": "gradviz.core.spec", "simulate": "gradviz.core.simulate"}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the program decides itself what its start is to wait for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
