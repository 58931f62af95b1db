"""A Frame as text: a table per layer and the verdict."""

from gradviz.core.frame import Frame
from gradviz.core.network import Network
from gradviz.core.predict import limit_text
from gradviz.core.words import caption
from gradviz.i18n import _
from gradviz.numbers import decimal_text, signed_text

THEORY = "_theory"

COLUMNS = {
    # heading: measure
    "layer": "",
    "a mean": "activation_mean",
    "a std": "activation_std",
    "theory": "activation_std_theory",
    "z std": "pre_activation_std",
    "a = 0": "activation_zero",
    "grad a": "log10_grad_a_rms",
    " theory": "log10_grad_a_rms_theory",
    "grad z": "log10_grad_z_rms",
    "grad W": "log10_grad_W_rms",
    "grad b": "log10_grad_b_rms",
}


def report(frame: Frame) -> str:
    """Return the table, one row a layer, and what becomes of signal and gradient."""
    columns = {
        heading: key for heading, key in COLUMNS.items() if not key.endswith(THEORY) or key.removesuffix(THEORY) in frame.theory
    }
    rows = [list(columns)]
    for layer in range(1, frame.depth + 1):
        row = [str(layer)]
        for key in list(columns.values())[1:]:
            values = frame.theory[key.removesuffix(THEORY)] if key.endswith(THEORY) else frame.series[key]
            value = float(values[layer - 1])
            row.append(decimal_text(value) if key.startswith("log10_") else _shown(value))
        rows.append(row)
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    table = "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    note = _("grad: root mean square of the gradient; loss {loss}").format(loss=signed_text(frame.loss))
    verdict = f"{frame.verdict.backward_text()}\n{frame.verdict.forward_text()}\n{frame.verdict.threshold_text()}"
    limit = limit_text(Network(frame.spec))
    verdict += f"\n{limit}" if limit else ""
    return f"{caption(frame.spec)}\n\n{table}\n\n{note}\n{verdict}"


def _shown(value: float) -> str:
    return f"{value:.6f}" if value == 0 or 1e-5 <= abs(value) < 1e6 else f"{value:.3e}"
