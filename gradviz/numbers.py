"""Numbers as text: powers of ten with superscript exponents, factors, and numbers beyond the range of float64."""

from math import floor, inf, isnan
from math import log10 as log10_of

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def superscript(number: int) -> str:
    """Return a whole number in superscript digits."""
    return str(number).translate(_SUPERSCRIPT)


def decimal_text(log10: float, digits: int = 4) -> str:
    """Return 10**log10 in e-notation, at any exponent: ``1.234e-6156``."""
    special = _special(log10)
    if special is not None:
        return special
    mantissa, exponent = _split(log10, digits)
    return f"{mantissa}e{exponent:+03d}"


def exact_text(log10: float, digits: int = 4) -> str:
    """Return 10**log10 to a number of significant digits: ``0.8854``, ``1.020·10⁻⁵``."""
    special = _special(log10)
    if special is not None:
        return special
    if -3 <= log10 < 5:
        return f"{10.0**log10:.{max(0, digits - 1 - floor(log10))}f}"
    mantissa, exponent = _split(log10, digits)
    return f"{mantissa}·10{superscript(exponent)}"


def signed_text(value: float, digits: int = 4) -> str:
    """Return a number in the form of `exact_text`; negative ones have a real minus sign (U+2212)."""
    if value != value or value == 0:
        return "0" if value == 0 else "NaN"
    size = inf if abs(value) == inf else log10_of(abs(value))
    return ("−" if value < 0 else "") + exact_text(size, digits)


def power_text(log10: float) -> str:
    """Return 10**log10 to about two digits: ``0.41``, ``3.2·10⁻⁸``, ``25``."""
    special = _special(log10)
    if special is not None:
        return special
    if -1.02 < log10 < 0.997:
        return f"{10.0**log10:.2f}"
    if -2.5 < log10 < 4:
        return f"{10.0**log10:.2g}" if log10 < 1.997 else f"{10.0**log10:.0f}"
    mantissa, exponent = _split(log10, 2)
    return f"10{superscript(exponent)}" if mantissa == "1.0" else f"{mantissa}·10{superscript(exponent)}"


def factor_text(log10: float) -> str:
    """Return the factor 10**log10: ``×0.41``, ``×1.50``; with three decimals near 1, where they matter over a hundred layers."""
    if -0.1 < log10 < 0.1:
        return f"×{10.0**log10:.3f}"
    return f"×{power_text(log10)}"


def _special(log10: float) -> str | None:
    if isnan(log10):
        return "NaN"
    return {-inf: "0", inf: "∞"}.get(log10)


def _split(log10: float, digits: int) -> tuple[str, int]:
    exponent = floor(log10)
    mantissa = f"{10.0 ** (log10 - exponent):.{digits - 1}f}"
    if mantissa.startswith("10"):  # 9.99… rounded up
        mantissa, exponent = f"{1.0:.{digits - 1}f}", exponent + 1
    return mantissa, exponent


def percent_text(share: float) -> str:
    """Return a share with three digits: ``0.0153%``."""
    return "NaN" if share != share else f"{100 * share:.3g}%"
