"""The location of the `resources/` folder: inside an installed wheel, or beside the package in a checkout."""

from functools import cache
from pathlib import Path


@cache
def resources() -> Path:
    """Return the folder that holds `data/`, `i18n/` and the rest.

    Raises
    ------
    FileNotFoundError
        When the folder is in neither place.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "resources", package.parent / "resources"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no resources folder in {package} nor beside it; install gradviz again")
