"""The experiment lines of the golden file, by group: what is turned on decides the group."""

from __future__ import annotations

#: activation → how its weights are drawn, so that neither signal nor gradient dies or goes wild within the depth.
WEIGHTS = {
    "linear": "initializer=glorot_normal",
    "sigmoid": "initializer=glorot_uniform&gain=4",
    "tanh": "initializer=glorot_normal&gain=1.2",
    "softsign": "initializer=lecun_normal&gain=1.3",
    "hardtanh": "initializer=lecun_uniform&gain=1.2",
    "relu": "initializer=he_normal",
    "leaky_relu": "initializer=he_uniform&slope=0.2",
    "elu": "initializer=he_normal&alpha=1.5",
    "selu": "initializer=lecun_normal",
    "gelu": "initializer=he_normal&gain=1.2",
    "silu": "initializer=he_uniform&gain=1.2",
    "softplus": "initializer=he_normal",
    "mish": "initializer=he_normal&gain=1.1",
}

SHAPE = "depth=12&width=16&batch=8"
BIAS = "bias_std=0.3"
POST = "residual_order=post&residual_scale=inverse_sqrt_depth"

#: group → what it adds to every activation's plain line; {r} runs through 1, 2, 3. Half of these lines have biases.
VARIANTS = {
    "residual pre": "residual={r}&residual_order=pre&residual_scale=one",
    "residual post": f"residual={{r}}&{POST}",
    "batch before": "normalization=batch&normalization_place=before",
    "layer before": "normalization=layer&normalization_place=before",
    "rms after": "normalization=rms&normalization_place=after",
    "shared": "shared_weights=true",
    "mse": "loss=mse",
    "cross entropy": "loss=cross_entropy&output_activation=same",
    "cross entropy softmax": "loss=cross_entropy&output_activation=softmax",
}

#: Interactions no single variant shows: places and orders together, odd shapes, output layers of their own.
MIXED = [
    "activation=relu&initializer=he_normal&residual=2&residual_order=pre&normalization=batch&normalization_place=before",
    "activation=relu&initializer=he_normal&residual=2&residual_order=post&normalization=batch&normalization_place=before",
    "activation=gelu&initializer=he_normal&residual=3&residual_order=pre&normalization=layer&normalization_place=after",
    f"activation=tanh&initializer=glorot_normal&residual=3&{POST}&normalization=rms&normalization_place=before",
    f"activation=silu&initializer=he_normal&residual=2&{POST}&normalization=layer&normalization_place=after",
    "activation=tanh&initializer=glorot_normal&normalization=batch&normalization_place=after",
    "activation=linear&initializer=orthogonal&normalization=rms&normalization_place=before",
    "activation=linear&initializer=orthogonal&residual=1&residual_order=post&residual_scale=one",
    "activation=relu&initializer=he_normal&residual=5&residual_order=pre",
    "activation=relu&initializer=he_normal&residual=2&residual_order=pre&output_units=5",
    "activation=relu&initializer=he_normal&residual=2&residual_order=pre&data=digits",
    "activation=tanh&initializer=glorot_normal&residual=1&residual_order=pre&shared_weights=true&data=digits",
    "activation=tanh&initializer=glorot_normal&shared_weights=true&output_units=5&loss=mse",
    "activation=tanh&initializer=glorot_normal&residual=2&normalization=layer&output_activation=linear&loss=mse",
    "activation=linear&initializer=orthogonal&residual=1&normalization=layer&output_activation=linear&output_units=16",
    "activation=relu&initializer=he_normal&residual=1&normalization=batch&output_activation=sigmoid&output_units=3&loss=mse",
    "activation=relu&initializer=he_normal&output_activation=linear&output_units=10&data=digits&loss=cross_entropy",
    "activation=relu&initializer=he_normal&output_activation=softmax&output_units=10&loss=cotangent",
    "activation=relu&initializer=he_normal&output_activation=softmax&output_units=10&loss=mse",
    "activation=relu&initializer=he_normal&fan_mode=fan_out&output_units=40",
    "activation=relu&initializer=he_normal&residual=1&residual_order=pre&output_activation=tanh",
    "activation=relu&initializer=he_normal&residual=1&residual_order=post&input_units=7&width_profile=hourglass",
    "activation=selu&initializer=glorot_normal&width_profile=funnel&residual=1&residual_order=pre",
    "activation=tanh&initializer=glorot_normal&width_profile=bottleneck&normalization=layer",
    "activation=relu&initializer=he_normal&data=unlike&loss=cross_entropy&output_units=2",
    "activation=relu&initializer=lsuv&loss=mse",
    "activation=tanh&initializer=constant&gain=0.05",
    "activation=tanh&initializer=pytorch_default&gain=1.7",
    "activation=selu&initializer=lecun_truncated",
]

#: Every unit sits exactly on the kink of f: the slope there must be the one PyTorch takes. The last sits at z = 20.5,
#: just past the threshold from which F.softplus is the identity: the exact one has not got there yet.
KINKS = [
    "activation=relu&initializer=identity&gain=0",
    "activation=leaky_relu&slope=0.2&initializer=identity&gain=0",
    "activation=elu&alpha=1.5&initializer=identity&gain=0",
    "activation=selu&initializer=identity&gain=0",
    "activation=softsign&initializer=identity&gain=0",
    "activation=hardtanh&initializer=identity&gain=1&data=ones",
    "activation=softplus&initializer=identity&gain=20.5&data=ones",
]

#: Deep, but not chaotic: the error of one rounding must not grow past the tolerance.
DEEP = [
    "activation=tanh&initializer=glorot_normal",
    "activation=relu&initializer=he_normal",
    "activation=selu&initializer=lecun_normal",
    "activation=linear&initializer=orthogonal",
    "activation=tanh&initializer=glorot_normal&bias_std=0.3",
    "activation=relu&initializer=he_normal&residual=2&residual_order=pre&residual_scale=inverse_sqrt_depth&bias_std=0.3",
    f"activation=tanh&initializer=glorot_normal&residual=1&{POST}",
    "activation=linear&initializer=orthogonal&bias_std=0.3",
]


def finish(*parts: str) -> str:
    """Return one line, always in float64."""
    return "&".join([*parts, "dtype=float64"])


def variant_lines(group: str, number: int) -> list[str]:
    """Return one line for every activation; biases alternate like a chessboard over activations and groups."""
    lines = []
    for i, (activation, weights) in enumerate(WEIGHTS.items()):
        bias = [BIAS] if (i + number) % 2 else []
        lines.append(finish(SHAPE, f"activation={activation}", weights, VARIANTS[group].format(r=1 + i % 3), *bias))
    return lines


def experiments() -> list[tuple[str, str]]:
    """Return (group, line) of every experiment of the golden file."""
    plain = [f"activation={activation}&{weights}" for activation, weights in WEIGHTS.items()]
    groups = {
        "plain": [finish(SHAPE, line) for line in plain],
        "plain biased": [finish(SHAPE, line, BIAS) for line in plain],
        **{group: variant_lines(group, number) for number, group in enumerate(VARIANTS)},
        "mixed": [finish(SHAPE, line, *([BIAS] if i % 2 else [])) for i, line in enumerate(MIXED)],
        "kinks": [finish(SHAPE, line) for line in KINKS],
        "depth 50": [finish("depth=50&width=12&batch=8", line) for line in DEEP],
        "depth 152": [finish("depth=152&width=12&batch=8", line) for line in DEEP],
    }
    return [(group, line) for group, lines in groups.items() for line in lines]
