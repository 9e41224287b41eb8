"""How costs grow with the work: more images, more parameters, more workers.

    python tests/benchmarks/bench_growth.py

Each row of "images" and "parameters" is one process that trains the speedrun's network for an epoch
on random images, after one that does not count: seconds, images per second, peak memory. Each row
of "workers" trains the same eight cells on a Dask cluster of this machine, whose workers have one
thread each, like machines with one core: minutes, and how many times faster than with one worker.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from results import keep

IMAGES = (5_000, 10_000, 20_000, 40_000)
WIDTHS = (24, 32, 64, 96)
WORKERS = (1, 2)
NUM_CELLS = 8


def random_dataset(num_images: int):
    from utils.data import Dataset

    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (num_images, 32, 32, 3), np.uint8)
    labels = draw.integers(0, 10, num_images).astype(np.uint8)
    return Dataset("noise", "here", images, labels, images[:500], labels[:500], tuple("abcdefghij"))


def train_one(num_images: int, width: int, epochs: int = 2) -> dict[str, float]:
    """Train in this process; return the costs of the last epoch."""
    from laboratory.machine import peak_memory
    from laboratory.speedrun import train
    from laboratory.speedrun.grids import RECIPE

    setting = RECIPE.replace(width=width, num_images=num_images, epochs=epochs, batch_size=500)
    with tempfile.TemporaryDirectory() as folder:
        model, history = train(setting, 0, random_dataset(num_images), Path(folder), progress=False)
    return {
        "images": num_images,
        "parameters": model.count_params(),
        "seconds": round(history["seconds"][-1], 2),
        "images_per_second": round(num_images / history["seconds"][-1]),
        "memory_gb": round(peak_memory() / 1e9, 2),
    }


def in_a_process(num_images: int, width: int) -> dict[str, float]:
    command = [sys.executable, __file__, str(num_images), str(width)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    return json.loads(done.stdout.splitlines()[-1])


def minutes_of_workers(num_workers: int) -> float:
    """Train the cells on a cluster of so many workers; starting the cluster does not count."""
    from distributed import Client, LocalCluster

    options = {"n_workers": num_workers, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        # Every worker has imported and compiled before the clock starts.
        workers = client.scheduler_info()["workers"]
        client.gather(
            [client.submit(train_one, 5_000, 24, 1, workers=[name], pure=False) for name in workers]
        )
        start = time.perf_counter()
        client.gather([client.submit(train_one, 5_000, 24, pure=False) for _ in range(NUM_CELLS)])
        return (time.perf_counter() - start) / 60


def main() -> None:
    for num_images in IMAGES:
        keep("growth", {"of": "images", **in_a_process(num_images, 32)}, row=f"{num_images} images")
    for width in WIDTHS:
        keep("growth", {"of": "parameters", **in_a_process(5_000, width)}, row=f"width {width}")
    # Before the workers start: TensorFlow reads them when it begins.
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    alone = None
    for num_workers in WORKERS:
        minutes = minutes_of_workers(num_workers)
        alone = alone or minutes
        measured = {"workers": num_workers, "cells": NUM_CELLS, "minutes": round(minutes, 2)}
        keep(
            "growth_workers", measured | {"speedup": round(alone / minutes, 2)}, row=f"{num_workers} workers"
        )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(train_one(*map(int, sys.argv[1:]))))
    else:
        main()
