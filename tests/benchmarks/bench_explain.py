"""How long the top patches of a network take, and how much memory.

    pytest tests/benchmarks/bench_explain.py -n0 --benchmark-enable

All five layers of the network of chapter 11 are searched over 10,000 images, 16 maps a layer and
nine patches a map, in a process of its own, so that its peak of memory is not that of others. Weights
and images are random: neither time nor memory depends on what they are.
"""

import json
import subprocess
import sys

import pytest
from results import keep

MEASURE = """
import json, time
from utils.architectures import zfnet_cifar10
from utils.explain import network, top_patches
from laboratory.machine import peak_memory
import numpy as np

model = zfnet_cifar10()
images = np.random.default_rng(0).random((NUM_IMAGES, 32, 32, 3), dtype="float32")
runs, run = [], network.Network.run
network.Network.run = lambda *args: (runs.append(1), run(*args))[1]
seconds = []
for layer in ("conv1", "conv2", "conv3", "conv4", "conv5"):
    start = time.perf_counter()
    top = top_patches(model, images, layer, range(16))
    seconds.append(time.perf_counter() - start)
    assert top.projections.shape == (16, 9, 32, 32, 3)
print(json.dumps({"seconds": seconds, "peak": peak_memory(), "traces": len(runs)}))
"""


def measure(num_images: int) -> dict:
    """Search the five layers in a new process; return seconds per layer, peak memory in bytes, traces."""
    source = MEASURE.replace("NUM_IMAGES", str(num_images))
    output = subprocess.run([sys.executable, "-c", source], check=True, capture_output=True, text=True).stdout
    return json.loads(output.splitlines()[-1])


@pytest.mark.parametrize("num_images", [10_000])
def test_top_patches_of_five_layers(benchmark, num_images):
    found = benchmark.pedantic(measure, (num_images,), rounds=1)
    benchmark.extra_info.update(found, total_seconds=sum(found["seconds"]))
    total = sum(found["seconds"])
    measured = {"images": num_images, "seconds": round(total, 1), "memory_gb": round(found["peak"] / 1e9, 2)}
    keep("explain", measured, row="top patches of five layers")
    assert found["traces"] == 2 * 5, "one trace to search and one to project, per layer"
    assert found["peak"] < 2 * 2**30
