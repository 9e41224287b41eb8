"""The network and the training step of airbench94 in PyTorch, timed on demand.

    python speedrun_pytorch.py ACTIVATION BATCH_SIZE DTYPE     such as gelu 1024 bfloat16

Runs in an environment that has PyTorch; `bench_speedrun_pytorch.py` makes one and asks. A line `all 7`
asks for seven training steps, `resting 7` for seven in which the first layer's bias rests, as it does in
most epochs of the recipe; `convolution 15 64 256 7` for that layer, on maps of 15 x 15, forward and
backward. Wall and processor seconds go out.

Source of the recipe: K. Jordan 2024 (arXiv:2404.00498): channels last, mixed bfloat16, normalization
without a scale, a frozen first kernel, Nesterov's momentum.
"""

import functools
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional

ACTIVATIONS = {"gelu": nn.GELU, "relu": nn.ReLU}
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY, SHIFT_FACTOR = 11.5, 0.85, 0.0153, 64.0


class Scale(nn.Module):
    """Multiply the inputs of the softmax by 1/9."""

    def forward(self, x):
        return x / 9


def convolution(num_inputs: int, num_filters: int) -> nn.Conv2d:
    layer = nn.Conv2d(num_inputs, num_filters, 3, padding="same", bias=False)
    nn.init.dirac_(layer.weight.data[:num_inputs])
    return layer


def normalization(num_maps: int) -> nn.BatchNorm2d:
    layer = nn.BatchNorm2d(num_maps, eps=1e-12, momentum=0.4)
    layer.weight.requires_grad = False
    return layer


def network(activation: str) -> nn.Sequential:
    make = ACTIVATIONS[activation]
    layers, width = [nn.Conv2d(3, 24, 2), make()], 24
    layers[0].weight.requires_grad = False
    for filters in (64, 256, 256):
        layers += [convolution(width, filters), nn.MaxPool2d(2), normalization(filters), make()]
        layers += [convolution(filters, filters), normalization(filters), make()]
        width = filters
    layers += [nn.MaxPool2d(3), nn.Flatten(), nn.Linear(width, 10, bias=False), Scale()]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def mixed_precision(dtype: str) -> torch.autocast:
    """Return a context that computes in bfloat16, or in float32 as the weights are."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bfloat16")


def make_step(activation: str, batch_size: int, dtype: str):
    """Return a function that makes one training step on random images; its argument: does the bias learn?"""
    model = network(activation).train()
    # The source counts the parameters without the scales, which are always one.
    frozen_scales = sum(m.num_features for m in model if isinstance(m, nn.BatchNorm2d))
    assert sum(p.numel() for p in model.parameters()) - frozen_scales == 1_971_640
    shifts = [layer.bias for layer in model if isinstance(layer, nn.BatchNorm2d)]
    others = [p for p in model.parameters() if p.requires_grad and not any(p is s for s in shifts)]
    kilostep = 1024 * (1 + 1 / (1 - MOMENTUM))
    rate, decay = LEARNING_RATE / kilostep, WEIGHT_DECAY * batch_size / kilostep
    groups = [
        {"params": shifts, "lr": rate * SHIFT_FACTOR, "weight_decay": decay / (rate * SHIFT_FACTOR)},
        {"params": others, "lr": rate, "weight_decay": decay / rate},
    ]
    optimizer = torch.optim.SGD(groups, momentum=MOMENTUM, nesterov=True)
    images = torch.randn(batch_size, 3, 32, 32).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (batch_size,))

    def step(bias_learns: bool):
        model[0].bias.requires_grad = bias_learns
        optimizer.zero_grad(set_to_none=True)
        with mixed_precision(dtype):
            logits = model(images)
        loss = functional.cross_entropy(logits.float(), labels, label_smoothing=0.2, reduction="sum")
        loss.backward()
        optimizer.step()

    return step


def make_part(
    kind: str, side: int, num_inputs: int, num_filters: int, activation: str, batch_size: int, dtype: str
):
    """Return a function that runs one layer of the network forward and backward."""
    layer = {
        "convolution": lambda: nn.Conv2d(num_inputs, num_filters, 3, padding="same", bias=False),
        "normalization": lambda: normalization(num_inputs),
        "activation": ACTIVATIONS[activation],
        "pooling": lambda: nn.MaxPool2d(2),
    }[kind]().to(memory_format=torch.channels_last)
    maps = torch.randn(batch_size, num_inputs, side, side).to(memory_format=torch.channels_last)
    maps = maps.to(getattr(torch, dtype)).requires_grad_()

    def step():
        with mixed_precision(dtype):
            outputs = layer(maps)
        outputs.backward(outputs.detach())

    return step


def main(activation: str, batch_size: str, dtype: str) -> None:
    whole = make_step(activation, int(batch_size), dtype)
    wholes = {"all": functools.partial(whole, True), "resting": functools.partial(whole, False)}
    for step in wholes.values():
        step()
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        kind, *shape, num_steps = line.split()
        if shape:
            step = make_part(kind, *map(int, shape), activation, int(batch_size), dtype)
            step()
        else:
            step = wholes[kind]
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(int(num_steps)):
            step()
        print(json.dumps([time.perf_counter() - wall, time.process_time() - processor]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
