"""The keys of all panels that lessons may name.

Some are not in `PANELS` yet; when all are, use `PANELS` itself.
"""

PANEL_KEYS = (
    "network",
    "activations",
    "heatmap",
    "pre_activations",
    "gradient",
    "gradient_histograms",
    "weights",
    "weight_histograms",
    "spread",
    "jacobian",
    "correlation",
    "ratio",
    "neuron",
    "gains",
    "numbers",
)
