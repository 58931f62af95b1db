"""A sample of what tests/soak/files.py reads: sound and damaged files of each kind, in a process with little memory."""

import sys

import pytest
from generated_files import KINDS, answers_within


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory and the memory in use are told by Linux")
@pytest.mark.parametrize("kind", KINDS)
def test_a_generated_file_is_refused_or_read_right(kind):
    found, used = answers_within(600, kind, range(40))
    assert [answer for answer in found if answer.fault] == []
    assert used <= 600
