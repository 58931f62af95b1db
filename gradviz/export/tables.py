"""Numbers to files: CSV, JSON, and the raw arrays as NPZ."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from gradviz.core.frame import Frame
from gradviz.core.simulate import Trace
from gradviz.export.files import whole_file, write_whole


def csv_text(frame: Frame) -> str:
    """Return one row per layer and one column per measure, headed by the measures' names."""
    columns = frame.columns()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def write_csv(frame: Frame, path: str | Path) -> None:
    """Write the measures as CSV. Raises FileError."""
    write_whole(path, csv_text(frame).encode())


def write_json(frame: Frame, path: str | Path) -> None:
    """Write experiment, verdict and measures as JSON. Raises FileError."""
    write_whole(path, frame.to_json().encode())


def write_arrays(trace: Trace, path: str | Path) -> None:
    """Write the arrays of a pass as an uncompressed NPZ file; bfloat16, which NumPy cannot read, as float32. Raises FileError."""
    arrays = {name: array.astype(np.float32) if array.dtype.kind == "V" else array for name, array in trace.arrays.items()}
    with whole_file(path) as file:
        np.savez(file, allow_pickle=False, **arrays)
