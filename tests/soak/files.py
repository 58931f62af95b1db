"""Five hundred generated files of each kind, half of them damaged: refused or read right, within two seconds and 600 MB each.

``uv run python tests/soak/files.py [COUNT] [FIRST]``. The memory is a limit of the system's: what takes more fails.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from generated_files import KINDS, answers_within

LONGEST, MOST = 2.0, 600

numbers = [int(word) for word in sys.argv[1:]]
count, first = [*numbers, *(500, 0)[len(numbers) :]]
is_bad = False
for kind in KINDS:
    found, used = answers_within(MOST, kind, range(first, first + count))
    wrong = [answer for answer in found if answer.fault or answer.seconds > LONGEST]
    for answer in wrong:
        print(kind, answer)
    slowest = max(answer.seconds for answer in found)
    print(f"{kind}: {len(found)} files, {len(wrong)} wrong; the slowest took {slowest:.2f} s; at most {used} MiB in use")
    is_bad |= bool(wrong) or used > MOST
sys.exit(is_bad)
