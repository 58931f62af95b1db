"""Digests of every Frame at birth: `uv run python tests/oracle/digests.py FILE`, and later `--against FILE`.

A change of structure must not change a byte of what is computed. Digests belong to one machine (its BLAS decides the last bits),
so they are written before a change and compared after it, and never committed.
"""

import argparse
import hashlib
import json
import sys

import numpy as np
from experiments import experiments

from gradviz import Spec, simulate
from gradviz.core.simulate import trace
from gradviz.report.verdict import text as verdict_text

EXTRA = [
    "",
    "initializer=glorot_normal",
    "depth=1",
    "depth=1&width=1&batch=1",
    "depth=50&width=256&batch=256&activation=tanh&initializer=lecun_normal",
    "depth=152&width=512&batch=64&activation=relu&initializer=he_normal&residual=2",
    "depth=152&activation=linear&initializer=identity&gain=0.5",
    "depth=152&activation=linear&initializer=identity&gain=1.5&dtype=float16",
    "depth=60&activation=relu&initializer=normal&gain=4",
    "depth=60&activation=relu&initializer=normal&gain=0.001&dtype=bfloat16",
    "depth=30&initializer=lsuv&activation=tanh&shared_weights=true",
    "depth=30&initializer=lsuv&activation=relu&width_profile=funnel",
    "depth=12&jacobian=true&activation=tanh&initializer=glorot_normal",
    "depth=12&jacobian=true&activation=relu&initializer=he_normal&residual=3",
    "depth=20&data=digits&loss=cross_entropy&output_units=10&activation=relu&initializer=he_normal",
    "depth=20&data=digits&part=test&normalize=none&activation=relu&initializer=he_normal",
    "depth=20&data=unlike&normalize=none&activation=tanh&initializer=glorot_uniform",
    "depth=20&data=ones&activation=tanh&initializer=orthogonal&bias_std=0.3",
    "depth=20&activation=gelu&initializer=he_normal&normalization=batch",
    "depth=20&activation=sigmoid&initializer=zeros",
    "depth=20&activation=selu&initializer=lecun_truncated&width_profile=hourglass&output_units=7&input_units=3",
    "depth=300&width=20&activation=tanh&initializer=normal&gain=10",
]


def digest(value):
    if isinstance(value, np.ndarray):
        counted = value.astype(np.int64) if value.dtype.kind in "iu" else value
        return hashlib.sha256(str(counted.shape).encode() + str(counted.dtype).encode() + counted.tobytes()).hexdigest()[:16]
    return repr(value)


def digests_of(line):
    spec = Spec.from_text(line)
    frame = simulate(spec)
    found = {}
    for name in ("edges", "counts", "series", "theory", "bands"):
        found |= {f"{name}.{key}": digest(np.asarray(array)) for key, array in getattr(frame, name).items()}
    found |= {"loss": repr(frame.loss), "verdict": verdict_text(frame.verdict), "json": digest_text(frame)}
    if spec.depth * spec.width < 3000:
        found |= {f"trace.{key}": digest(array) for key, array in trace(spec).arrays.items()}
    return found


def digest_text(frame):
    """Everything that leaves the program as text, but for the experiment itself, which grows with new fields."""
    content = json.loads(as_json(frame))
    content.pop("experiment", None)
    content.pop("spec", None)
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def as_json(frame):
    try:
        from gradviz.report.formats import json_text
    except ImportError:
        return frame.to_json()
    return json_text(frame)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--against", action="store_true")
    asked = parser.parse_args()
    lines = list(dict.fromkeys([*EXTRA, *(line for _group, line in experiments())]))
    found = {line: digests_of(line) for line in lines}
    if not asked.against:
        with open(asked.file, "w") as file:
            json.dump(found, file)
        print(f"{len(found)} experiments")
        return 0
    with open(asked.file) as file:
        known = json.load(file)
    wrong = 0
    for line, before in known.items():
        now = found.get(line, {})
        different = [key for key in before if now.get(key) != before[key]]
        if different:
            wrong += 1
            print(f"{line or '(opening)'}: {len(different)} differ: {' '.join(different[:6])}")
    print(f"{len(known) - wrong} of {len(known)} experiments are the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
