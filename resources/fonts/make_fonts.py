"""Makes the typeface of the window and of exported figures from the files of Pretendard 1.3.9 (https://github.com/orioncactus/pretendard).

    uv run --with fonttools==4.63.0 python resources/fonts/make_fonts.py FOLDER

FOLDER holds ``Pretendard-Regular.otf`` and the other weights. Each is cut down to Latin, Greek, the 2,350 syllables of KS X 1001, the
signs of mathematics and what the program's own texts contain. Its licence (OFL 1.1) reserves the name for the original, so what is
made here has a name of its own.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Gradviz Sans"
WEIGHTS = {"Regular": 400, "Medium": 500, "SemiBold": 600, "Bold": 700}
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RANGES = [
    (0x20, 0x17F),
    (0x300, 0x30F),
    (0x370, 0x3FF),
    (0x2000, 0x20CF),
    (0x2100, 0x22FF),
    (0x2460, 0x247F),
    (0x25A0, 0x27BF),
    (0x3000, 0x303F),
    (0x3130, 0x318F),
]
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "pnum"]


def wanted() -> set[int]:
    """Return the code points that are kept."""
    codes = {code for first, last in RANGES for code in range(first, last + 1)}
    codes |= {ord(bytes([high, low]).decode("euc-kr")) for high in range(0xB0, 0xC9) for low in range(0xA1, 0xFF)}
    texts = [*ROOT.glob("gradviz/**/*.py"), *ROOT.glob("resources/**/*.toml"), *ROOT.glob("resources/**/*.po")]
    return codes | {ord(char) for path in texts for char in path.read_text(encoding="utf-8")}


def made(source: Path, style: str, weight: int) -> TTFont:
    """Return one weight, cut down and renamed."""
    options = subset.Options(
        layout_features=FEATURES,
        name_IDs=["*"],
        hinting=False,
        desubroutinize=False,
        drop_tables=[*subset.Options().drop_tables, "DSIG"],
    )
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted())
    cutter.subset(font)
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 13, 14)]  # copyright and licence stay
    is_linked = style in ("Regular", "Bold")
    for number, text in {
        1: FAMILY if is_linked else f"{FAMILY} {style}",
        2: style if is_linked else "Regular",
        3: f"{FAMILY} {style} 1",
        4: f"{FAMILY} {style}",
        5: "Version 1.0; made from version 1.3.9 of the typeface named in the copyright",
        6: f"GradvizSans-{style}",
        16: FAMILY,
        17: style,
    }.items():
        names.setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames[0] = f"GradvizSans-{style}"
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName, top.Weight = f"{FAMILY} {style}", FAMILY, style
    font["OS/2"].usWeightClass = weight
    return font


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for style, weight in WEIGHTS.items():
        path = HERE / f"GradvizSans-{style}.otf"
        made(folder / f"Pretendard-{style}.otf", style, weight).save(path)
        print(path.name, path.stat().st_size)
