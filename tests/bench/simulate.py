"""How fast a simulation is: `uv run python tests/bench/simulate.py [--beside FOLDER]`.

Against the bare matrix products that the pass must do (the floor, on as many threads as there are cores); the bare pass, which is
the products with their element-wise work, on one; PULSE, which is the pass with its sizes; another version of the program in
another folder; and, where PyTorch is installed, PyTorch on the CPU, eager, with the same statistics and histograms. All take
turns in one run, so that what the machine does besides strikes all of them; the ratios are of medians. float32, draws made.
"""

import os

# Idle threads of one library must not spin while another one is timed.
os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}

import argparse
import statistics
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np

from gradviz.blas import limited_blas
from gradviz.core.birth import Birth
from gradviz.core.meter import PULSE, Meter
from gradviz.core.parameters import Stored
from gradviz.core.simulate import measured, simulate
from gradviz.core.spec import Spec

SIZES = [(20, 100), (50, 256), (152, 512)]
BATCH = 256
ROUNDS = {20: 15, 50: 7, 152: 3}
REPEATS = 3
PAUSE = 0.1  # s; the idle threads of OpenBLAS spin for some 30 ms after a product, on a core that the next one needs

try:
    import torch
except ImportError:
    torch = None


def spec_of(depth, width):
    return Spec(depth=depth, width=width, batch=BATCH, activation="tanh", initializer="lecun_normal")


def floor(spec):
    """Return a function that does the three products of every layer, and nothing else."""
    drawn = Birth.of(spec).parameters
    W = [drawn.weight(l) for l in range(1, spec.depth + 1)]
    # Two arrays, or the product for the weights' gradient would be x.T @ x, which NumPy hands to another routine, a slower one.
    a, gradient = np.random.default_rng(0).standard_normal((2, BATCH, spec.width)).astype(np.float32)

    def products():
        for w in W:
            a @ w.T
            gradient.T @ a
            gradient @ w

    return products


def bare_pass(birth):
    """Return a function that does forward and backward pass of a tanh network, and nothing else."""
    W = birth.parameters.weights
    x, cotangent = (array.astype(np.float32) for array in (birth.batch.a0, birth.batch.target))

    def run():
        with limited_blas():
            a = [x]
            for w in W:
                a.append(np.tanh(a[-1] @ w.T))
            gradient = cotangent
            for l in range(len(W), 0, -1):
                grad_z = gradient * (1 - a[l] * a[l])
                grad_z.T @ a[l - 1]
                grad_z.sum(axis=0)
                gradient = grad_z @ W[l - 1]

    return run


def pulse(birth):
    """Return a function that does the pass and measures its sizes, as a step of a training does."""
    return lambda: measured(birth, Meter(birth.net, birth.parameters, PULSE)).meter.series()


def stored(spec):
    """Return what an experiment begins with, its weights as arrays."""
    birth = Birth.of(spec)
    return replace(birth, parameters=Stored.of(birth.parameters, birth.net.layers))


OTHER = """
import sys, time
from gradviz import Spec, simulate
for line in sys.stdin:
    spec = Spec.from_text(line.strip())
    start = time.perf_counter()
    simulate(spec)
    print(time.perf_counter() - start, flush=True)
"""


class Other:
    """Another version of the program, in a process of its own."""

    def __init__(self, folder):
        python = os.path.join(folder, ".venv", "bin", "python")
        self._child = subprocess.Popen([python, "-c", OTHER], cwd=folder, stdin=-1, stdout=-1, text=True)

    def seconds(self, spec):
        self._child.stdin.write(spec.to_text() + "\n")
        self._child.stdin.flush()
        return float(self._child.stdout.readline())


def in_torch(spec):
    """Return the same simulation in PyTorch: autograd, moments in float64, histograms by histc, layer by layer."""
    drawn = Birth.of(spec).parameters
    W = [torch.tensor(drawn.weight(l)) for l in range(1, spec.depth + 1)]
    x, r = (torch.randn(BATCH, spec.width) for _ in range(2))

    def moments(t):
        d = t.double()
        return [
            d.mean().item(),
            d.std().item(),
            (d * d).mean().sqrt().item(),
            (t == 0).sum().item(),
            torch.isfinite(t).all().item(),
        ]

    def magnitudes(t):
        logs = t.abs().log10()
        top = logs.max().item()
        return torch.histc(logs, 96, top - 16, top)

    def run():
        weights = [w.clone().requires_grad_() for w in W]
        a, zs, as_ = x, [], []
        for w in weights:
            z = a @ w.T
            z.retain_grad()
            a = torch.tanh(z)
            a.retain_grad()
            zs.append(z)
            as_.append(a)
        (a * r).sum().backward()
        with torch.no_grad():
            for w, z, a in zip(weights, zs, as_, strict=True):
                for t in (w, z, a, z.grad, a.grad, w.grad, z.grad.sum(0)):
                    moments(t)
                ((1 - a * a) < 0.01).double().mean().item()
                (a == 0).all(0).double().mean().item()
                (a.abs() < 1e-38).sum().item()
                torch.nn.functional.cosine_similarity(z[0::2], z[1::2]).mean().item()
                torch.histc(a, 101, -1, 1)
                for t in (z, w):
                    top = t.abs().max().item()
                    torch.histc(t, 101, -top, top)
                for t in (a, a.grad, w.grad):
                    magnitudes(t)

    return run


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--beside", metavar="FOLDER", help="a checkout of another version, with its own .venv")
    parser.add_argument("--sizes", nargs="*", help="as 20x100")
    asked = parser.parse_args()
    sizes = [tuple(map(int, size.split("x"))) for size in asked.sizes] if asked.sizes else SIZES
    other = Other(asked.beside) if asked.beside else None
    print(f"{os.cpu_count()} cores, NumPy {np.__version__}" + (f", PyTorch {torch.__version__}" if torch else ", no PyTorch"))
    print("| depth × width | floor | bare pass | PULSE | × bare | EVERYTHING | × floor | before | × before | PyTorch | × |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for depth, width in sizes:
        spec = spec_of(depth, width)
        birth = stored(spec)
        calls = {
            "floor": floor(spec),
            "bare": bare_pass(birth),
            "pulse": pulse(birth),
            "everything": lambda spec=spec: simulate(spec),
        }
        if torch:
            calls["torch"] = in_torch(spec)
        clocks = {name: (lambda call=call: timed(call)) for name, call in calls.items()}
        if other:
            clocks["before"] = lambda spec=spec: other.seconds(spec)
        times = {name: [] for name in clocks}
        for clock in clocks.values():
            clock()
        for _round in range(ROUNDS.get(depth, 5)):
            for name, clock in clocks.items():
                time.sleep(PAUSE)
                clock()  # what ran before has left the caches to its own
                times[name] += [clock() for _repeat in range(REPEATS)]
        print(
            "| " + " | ".join(row(f"{depth} × {width}", {name: statistics.median(each) for name, each in times.items()})) + " |"
        )
        sys.stdout.flush()


def row(size, median):
    """Return the cells of one size from the medians in seconds."""

    def ms(name):
        return f"{1e3 * median[name]:.1f} ms" if name in median else "—"

    def ratio(one, other):
        return f"{median[one] / median[other]:.2f}" if one in median and other in median else "—"

    return [
        size,
        ms("floor"),
        ms("bare"),
        ms("pulse"),
        ratio("pulse", "bare"),
        ms("everything"),
        ratio("everything", "floor"),
        ms("before"),
        ratio("everything", "before"),
        ms("torch"),
        ratio("torch", "everything"),
    ]


if __name__ == "__main__":
    main()
