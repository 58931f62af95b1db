"""A Frame as text: a table per layer and the verdict."""

from gradviz.core.frame import Frame
from gradviz.i18n import _
from gradviz.numbers import signed_text
from gradviz.report.columns import COLUMNS
from gradviz.report.verdict import lines, output_text, scale_text
from gradviz.report.words import caption


def report(frame: Frame) -> str:
    """Return a table with one row per layer, and the verdict on signal and gradient."""
    columns = [column for column in COLUMNS if column.in_report and column.is_in(frame)]
    rows = [["layer", *(column.heading for column in columns)]]
    rows += [[str(layer), *(column.text(frame, layer) for column in columns)] for layer in range(1, frame.depth + 1)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(columns) + 1)]
    table = "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    note = _("grad: root mean square of the gradient; loss {loss}").format(loss=signed_text(frame.loss))
    sentences = [*lines(frame.verdict), output_text(frame.verdict), scale_text(), settled_text(frame)]
    return "\n".join([f"{caption(frame.spec)}\n\n{table}\n\n{note}", *filter(None, sentences)])


def settled_text(frame: Frame) -> str:
    """Return sentences on the fixed point that a deep plain network approaches, or "" if it has none."""
    settled = frame.settled
    if settled is None:
        return ""
    values = {
        "q": f"{settled.q:.4g}",
        "chi": f"{settled.chi:.4g}",
        "scale": f"{settled.depth_scale:.3g}",
        "c": f"{settled.c:.3g}",
        "c_scale": f"{settled.c_depth_scale:.3g}",
    }
    return _(
        "Theory: deep down E z² settles at {q}; there the squared gradient changes by χ = {chi} per layer, by e in {scale} layers. "
        "The correlation of two inputs tends to {c}, by e in {c_scale} layers."
    ).format(**values)
