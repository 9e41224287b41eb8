"""The speedrun in Keras against the recipe of its source in PyTorch, on the same cores.

    python tests/benchmarks/bench_speedrun_pytorch.py [--torch REQUIREMENT] [--environment FOLDER]

PyTorch is no dependency of the course: it is installed into an environment of its own, in a temporary
folder, or in FOLDER if that is given, where the next run finds it. On a machine without a graphics
card, a build for processors alone is enough: `--torch "torch==2.13.0+cpu"`.

Both sides are ready before the first step is timed, and take turns, so that whatever else the machine
does meets both. PyTorch runs the source's batch of 1,024, ours and a small one; the fastest counts. Both
sides compute in mixed bfloat16 where the processor multiplies it, else in float32. Images are random
and already in memory: the steps alone are compared, those of the first epochs, in which the bias of the
first layer learns, and the others. What a whole training takes of them is then counted: the source's
recipe needs 476 steps of 1,024 images for its 94 %, ours the epochs of `RECIPE`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from laboratory.speedrun import build_and_compile
from laboratory.speedrun.grids import RECIPE
from laboratory.speedrun.training import freeze_whitening_bias

import numpy as np
import tensorflow as tf
from results import keep

PROGRAM = Path(__file__).parent / "speedrun_pytorch.py"
SOURCE_BATCH = 1_024
PYTORCH_BATCHES = (250, RECIPE.batch_size, SOURCE_BATCH)
DTYPE = RECIPE.dtype_policy.removeprefix("mixed_")
# Images that the source's recipe passes on the way to 94 %: 476 batches, 9.9 epochs; the bias learns for 3.
SOURCE_PASSES, SOURCE_SHARE = 476 * SOURCE_BATCH, 3 / 9.9
PASSES, SHARE = RECIPE.epochs * RECIPE.num_images, RECIPE.early_epochs / RECIPE.epochs
KINDS = ("all", "resting")


def make_environment(folder: Path, requirement: str) -> Path:
    """Return the Python of an environment with PyTorch in `folder`, made if it is not there."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", requirement, "numpy"], check=True)
    return python


class PyTorch:
    """The other side, in a process of its own."""

    def __init__(self, python: Path, activation: str, batch_size: int):
        command = [python, PROGRAM, activation, str(batch_size), DTYPE]
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.batch_size = batch_size
        self.about = self._answer()

    def seconds(self, kind: str, num_images: int) -> tuple[float, float]:
        """Train on so many images; return wall and processor seconds per image."""
        num_steps = max(1, num_images // self.batch_size)
        return tuple(second / self.batch_size for second in self.part(kind, num_steps))

    def part(self, name: str, num_steps: int) -> tuple[float, float]:
        """Run a part of the network, or all of it, so many times; return the seconds of one time."""
        self.process.stdin.write(f"{name} {num_steps}\n")
        self.process.stdin.flush()
        return tuple(second / num_steps for second in self._answer())

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"PyTorch ended with status {self.process.wait()}; its message is above.")
        return json.loads(line)

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Keras:
    """Our side: the compiled model's own training function, one batch at a time."""

    def __init__(self, activation: str, batch_size: int):
        setting = RECIPE.replace(
            activation=activation, batch_size=batch_size, num_images=batch_size, average_images=batch_size
        )
        images = np.random.default_rng(0).integers(0, 256, (batch_size, 32, 32, 3), np.uint8)
        model = build_and_compile(setting, 0, images)
        batch = (tf.constant(images / np.float32(255)), tf.one_hot(tf.range(batch_size) % 10, 10))
        self.batches = iter(tf.data.Dataset.from_tensors(batch).repeat())
        self.batch_size = batch_size
        self.steps = {}
        for kind in KINDS:
            if kind == "resting":
                freeze_whitening_bias(model, setting)
            model.make_train_function()
            self.steps[kind] = model.train_function
            self.steps[kind](self.batches)

    def seconds(self, kind: str, num_images: int) -> tuple[float, float]:
        """As `PyTorch.seconds`."""
        num_steps = max(1, num_images // self.batch_size)
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(num_steps):
            self.steps[kind](self.batches)
        measured = time.perf_counter() - wall, time.process_time() - processor
        return tuple(second / num_steps / self.batch_size for second in measured)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--torch", default="torch", metavar="REQUIREMENT", help="what pip installs")
    parser.add_argument("--environment", type=Path, metavar="FOLDER", help="keep the environment there")
    parser.add_argument("--activation", default=RECIPE.activation, help="the same on both sides")
    parser.add_argument("--images", type=int, default=4_096, help="of one turn of one side")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each side")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        python = make_environment(options.environment or Path(temporary), options.torch)
        sides = {"Keras": Keras(options.activation, RECIPE.batch_size)}
        for size in PYTORCH_BATCHES:
            sides[f"PyTorch, batch {size}"] = PyTorch(python, options.activation, size)
        try:
            measured = compare(sides, options.images, options.rounds)
        finally:
            for side in list(sides.values())[1:]:
                side.stop()
    report(measured, sides, options.activation)


def compare(sides: dict, num_images: int, num_rounds: int) -> dict[str, dict[str, np.ndarray]]:
    """Return name of a side and kind of step to wall and processor seconds per image, the least of all."""
    times = {name: {kind: [] for kind in KINDS} for name in sides}
    for _ in range(num_rounds):
        for kind in KINDS:
            for name, side in sides.items():
                times[name][kind].append(side.seconds(kind, num_images))
    return {
        name: {kind: np.min(found, axis=0) for kind, found in side.items()} for name, side in times.items()
    }


def whole_training(measured: dict[str, np.ndarray], num_images: int, share: float) -> np.ndarray:
    """Return wall and processor seconds of a training whose first layer's bias learns in a share of it."""
    return num_images * (share * measured["all"] + (1 - share) * measured["resting"])


def report(measured: dict[str, dict[str, np.ndarray]], sides: dict, activation: str) -> None:
    for name, kinds in measured.items():
        rates = ", ".join(f"{1 / wall:5.0f} images/s ({kind})" for kind, (wall, _) in kinds.items())
        print(f"{name:22} {rates}")
    ours = whole_training(measured.pop("Keras"), PASSES, SHARE)
    others = {name: whole_training(side, SOURCE_PASSES, SOURCE_SHARE) for name, side in measured.items()}
    fastest = min(others, key=lambda name: others[name][0])
    theirs, pytorch = others[fastest], sides[fastest]
    keep(
        "speedrun_pytorch",
        {
            "activation": activation,
            "dtype": DTYPE,
            "optimizer": RECIPE.optimizer,
            "batch_size": RECIPE.batch_size,
            "pytorch_batch_size": pytorch.batch_size,
            "keras_images_per_second": round(PASSES / ours[0]),
            "pytorch_images_per_second": round(SOURCE_PASSES / theirs[0]),
            "wall_ratio_per_image": round(ours[0] / PASSES / (theirs[0] / SOURCE_PASSES), 3),
            # What both trainings take to their end: the recipes differ in passes as well.
            "keras_minutes": round(ours[0] / 60, 2),
            "pytorch_minutes": round(theirs[0] / 60, 2),
            "wall_ratio": round(ours[0] / theirs[0], 3),
            "processor_ratio": round(ours[1] / theirs[1], 3),
            "torch": pytorch.about["torch"],
            "torch_threads": pytorch.about["threads"],
        },
    )


if __name__ == "__main__":
    main()
