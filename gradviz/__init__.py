"""gradviz: see vanishing and exploding gradients.

``Spec`` says what is asked for, ``simulate`` answers with a ``Frame``.
"""

from gradviz.core.frame import Frame
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

__version__ = "0.1.0"
__all__ = ["Frame", "Spec", "__version__", "simulate"]
