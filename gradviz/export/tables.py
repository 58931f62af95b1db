"""Numbers to files: CSV, JSON, and the raw arrays as NPZ."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gradviz.core.frame import Frame
from gradviz.core.simulate import Trace
from gradviz.export.files import whole_file, write_whole
from gradviz.report.formats import csv_text, json_text


def write_csv(frame: Frame, path: str | Path) -> None:
    """Write the measures as CSV. Raises FileError."""
    write_whole(path, csv_text(frame).encode())


def write_json(frame: Frame, path: str | Path) -> None:
    """Write experiment, verdict and measures as JSON. Raises FileError."""
    write_whole(path, json_text(frame).encode())


def write_arrays(trace: Trace, path: str | Path) -> None:
    """Write the arrays of a pass as an uncompressed NPZ file; bfloat16, which NumPy cannot read, as float32. Raises FileError."""
    arrays = {name: array.astype(np.float32) if array.dtype.kind == "V" else array for name, array in trace.arrays.items()}
    with whole_file(path) as file:
        np.savez(file, allow_pickle=False, **arrays)
