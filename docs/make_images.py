"""Makes the pictures of the README with the program's own command."""

import sys
from pathlib import Path

from gradviz.cli import run

IMAGES = Path(__file__).parent / "images"

PICTURES = {
    "vanishing.png": ["activation=sigmoid&initializer=glorot_normal", "--theme", "light", "--lang", "en"],
    "exploding.png": ["activation=relu&initializer=he_normal&gain=1.5&depth=50", "--theme", "dark", "--lang", "en"],
    "saturated-ko.png": ["depth=20", "--theme", "light", "--lang", "ko"],
    "gains.png": ["activation=gelu&initializer=he_normal&depth=30", "--panel", "gains", "pre_activations", "--lang", "en"],
}

if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    sys.exit(max(run(["export", *words, "--size", "1280x720", "-o", str(IMAGES / name)]) for name, words in PICTURES.items()))
