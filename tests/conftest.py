"""What every test starts from: no display, settings in a temporary folder, English."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from gradviz import system
from gradviz.i18n import use_language


def pytest_configure(config):
    try:
        system.require_drawing()
    except system.SystemLacksError as error:
        pytest.exit(str(error), returncode=3)


@pytest.fixture(autouse=True)
def english():
    """Texts under test are English unless the test says otherwise."""
    use_language("en")
    yield
    use_language("en")


@pytest.fixture(scope="session")
def qapp():
    """The application as the program makes it."""
    from gradviz.app.parts.qt_setup import make_application

    return make_application()
