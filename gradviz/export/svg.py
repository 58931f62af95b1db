"""Mends what Qt writes as SVG.

Qt draws a plot's curves in the plot's own coordinates under a transformation, with pens that are not to be transformed
(`vector-effect="non-scaling-stroke"`). Browsers honour that; librsvg 2.54 and several drawing programs do not, and draw bars
for lines. So the transformation is carried out here, point by point, and nothing is left to honour.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

NAMESPACE = "http://www.w3.org/2000/svg"

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_PAIR = re.compile(rf"({_NUMBER.pattern})[ ,]({_NUMBER.pattern})")

Matrix = tuple[float, float, float, float, float, float]


def flattened(content: bytes, millimetres_per_pixel: float | None = None) -> bytes:
    """Return an SVG of Qt's with all lines in the picture's own coordinates and without empty groups.

    Its size is in pixels, or in millimetres where it is known what a pixel is. (Qt rounds both ways at once.)
    """
    ET.register_namespace("", NAMESPACE)
    root = ET.fromstring(content)
    for name, side in zip(("width", "height"), root.get("viewBox", "0 0 0 0").split()[2:], strict=True):
        root.set(name, side if millimetres_per_pixel is None else f"{float(side) * millimetres_per_pixel:.3f}mm")
    for parent in root.iter(f"{{{NAMESPACE}}}g"):
        for group in list(parent):
            matrix = _matrix(group.get("transform", ""))
            if group.tag != f"{{{NAMESPACE}}}g":
                continue
            if len(group) == 0:
                parent.remove(group)
            elif matrix and any("vector-effect" in shape.attrib for shape in group):
                del group.attrib["transform"]
                for shape in group:
                    _carry_out(shape, matrix)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _matrix(text: str) -> Matrix | None:
    numbers = [float(number) for number in _NUMBER.findall(text)]
    if not text.startswith("matrix(") or len(numbers) != 6:
        return None
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _carry_out(shape: ET.Element, matrix: Matrix) -> None:
    shape.attrib.pop("vector-effect", None)
    kind = shape.tag.removeprefix(f"{{{NAMESPACE}}}")
    if kind == "rect":
        x, y, width, height = (float(shape.attrib.pop(name)) for name in ("x", "y", "width", "height"))
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        shape.tag = f"{{{NAMESPACE}}}polygon"
        shape.set("points", " ".join(_moved(matrix, *corner) for corner in corners))
    elif kind in ("path", "polyline", "polygon"):
        name = "d" if kind == "path" else "points"
        shape.set(name, _PAIR.sub(lambda pair: _moved(matrix, float(pair[1]), float(pair[2])), shape.attrib[name]))
    else:  # pragma: no cover - Qt writes no other shape with such a pen
        raise ValueError(f"cannot transform <{kind}>")


def _moved(matrix: Matrix, x: float, y: float) -> str:
    a, b, c, d, e, f = matrix
    return f"{a * x + c * y + e:.3f},{b * x + d * y + f:.3f}"


def inlined(root: ET.Element, label: str, suffix: str = "") -> str:
    """Return an SVG as it may stand in a page of HTML: with a label for those who do not see it, and with names of its own."""
    root.set("role", "img")
    root.set("aria-label", label)
    ET.register_namespace("", NAMESPACE)
    text = ET.tostring(root, encoding="unicode")
    return _NAME.sub(lambda found: f"{found[1]}{found[2]}{suffix}{found[3]}", text)


_NAME = re.compile(r'(\bid="|url\(#)([\w-]+)("|\))')
