"""How fast a simulation is: `uv run python tests/bench/simulate.py`.

Against the bare matrix products that the pass must do (the floor, on as many threads as there are cores), and, where PyTorch is
installed, against PyTorch on the CPU, eager, with the same statistics and histograms. All three take turns in one run, so that
what the machine does besides strikes all of them; the ratios are of medians. float32, batch 256, draws already made.
"""

import os

# Idle threads of one library must not spin while another one is timed.
os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}

import statistics
import sys
import time

import numpy as np

from gradviz.core.birth import Birth
from gradviz.core.simulate import simulate
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
    print(f"{os.cpu_count()} cores, NumPy {np.__version__}" + (f", PyTorch {torch.__version__}" if torch else ", no PyTorch"))
    print("| depth × width | floor | gradviz | × floor | PyTorch | PyTorch / gradviz |")
    print("|---|---|---|---|---|---|")
    for depth, width in SIZES:
        spec = spec_of(depth, width)
        calls = {"floor": floor(spec), "gradviz": lambda spec=spec: simulate(spec)}
        if torch:
            calls["torch"] = in_torch(spec)
        times = {name: [] for name in calls}
        for call in calls.values():
            call()
        for _round in range(ROUNDS[depth]):
            for name, call in calls.items():
                time.sleep(PAUSE)
                call()  # what ran before has left the caches to its own
                times[name] += [timed(call) for _repeat in range(REPEATS)]
        median = {name: statistics.median(values) for name, values in times.items()}
        row = [
            f"{depth} × {width}",
            f"{1e3 * median['floor']:.1f} ms",
            f"{1e3 * median['gradviz']:.1f} ms",
            f"{median['gradviz'] / median['floor']:.2f}",
        ]
        row += [f"{1e3 * median['torch']:.0f} ms", f"{median['torch'] / median['gradviz']:.2f}"] if torch else ["—", "—"]
        print("| " + " | ".join(row) + " |")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
