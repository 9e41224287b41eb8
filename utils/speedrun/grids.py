"""The grids of chapter 08, as data: from the lecture's network to the recipe, one change at a time."""

from utils.experiments.grid import Grid
from utils.speedrun.cells import RECORDED_NAME, train_cell, train_recorded
from utils.speedrun.setting import Setting

RECIPE = Setting()

# Half the width and a tenth of the images, in float32, so that a row takes two minutes on any laptop.
SMALL = RECIPE.replace(
    width=32, num_images=5_000, epochs=8, batch_size=125, average_images=1_000, bfloat16=False
)
PLAIN = SMALL.replace(
    normalization=False,
    whitening=False,
    logits_scale=1.0,
    optimizer="sgd",
    learning_rate=0.02,
    schedule="constant",
    label_smoothing=0.0,
    flip=None,
    shift=0,
    averaging=False,
)
LECTURE = PLAIN.replace(
    network="lecture_cifar10", batch_size=40, learning_rate=0.01, momentum=0.9, schedule="inverse time"
)
# Each step is kept in all rows below it.
STEPS = {
    "this chapter's network": {},
    "normalization": {"normalization": True, "logits_scale": SMALL.logits_scale, "learning_rate": 0.1},
    "whitening": {"whitening": True},
    "schedule": {"optimizer": "scaled sgd", "schedule": "rise and fall", "learning_rate": None},
    "label smoothing": {"label_smoothing": SMALL.label_smoothing},
    "shifts and random flips": {"flip": "random", "shift": SMALL.shift},
    "alternating flips": {"flip": "alternating"},
    "averaging": {"averaging": True},
}


def one_at_a_time(start: Setting, steps: dict[str, dict]) -> dict[str, Setting]:
    """Return name of a step to the setting with it and all before it."""
    settings = {}
    for name, options in steps.items():
        settings[name] = start = start.replace(**options)
    return settings


ABLATION = Grid(
    name="speedrun",
    settings={
        "lecture's network": LECTURE,
        **one_at_a_time(PLAIN, STEPS),
        "GELU by the error function": SMALL.replace(activation="gelu"),
        "ReLU instead of GELU": SMALL.replace(activation="relu"),
        "Muon instead of SGD": SMALL.replace(optimizer="muon"),
    },
    num_seeds=1,
    train=train_cell,
)
# How far luck reaches: the last row, with other seeds.
LUCK = Grid(name="speedrun_luck", settings={"averaging": SMALL}, num_seeds=3, train=train_cell)
# For a processor that multiplies bfloat16; on another, both rows compute in float32.
PRECISION = Grid(
    name="speedrun_precision",
    settings={"float32": SMALL, "mixed bfloat16": SMALL.replace(bfloat16=True)},
    num_seeds=1,
    train=train_cell,
)
SPEEDRUN_94 = Grid(name=RECORDED_NAME, settings={"recipe": RECIPE}, num_seeds=3, train=train_recorded)

GRIDS = {grid.name: grid for grid in (ABLATION, LUCK, PRECISION, SPEEDRUN_94)}
