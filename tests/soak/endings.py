"""Two hundred starts of the window, each used at random and ended by a signal at a random moment; all have to end well.

``uv run python tests/soak/endings.py [COUNT] [FIRST]``
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ending import ended

numbers = [int(word) for word in sys.argv[1:]]
count, first = [*numbers, *(200, 0)[len(numbers) :]]
bad, slowest = [], 0.0
with tempfile.TemporaryDirectory() as folder:
    for seed in range(first, first + count):
        ending = ended(seed, folder)
        slowest = max(slowest, ending.seconds)
        if not ending.is_good:
            bad.append(seed)
            print(seed, ending, flush=True)
print(f"{count} endings, {len(bad)} bad: {bad}; the slowest took {slowest:.1f} s")
sys.exit(bool(bad))
