"""The grids of chapter 15, as data: from the lecture's network to the recipe, one change at a time."""

from laboratory.grids.grid import Grid
from laboratory.speedrun.cells import RECORDED_NAME, train_cell, train_recorded
from laboratory.speedrun.setting import Setting

RECIPE = Setting()

# Half the width, half the images and small batches: a row takes a minute and still makes 400 steps.
SMALL = RECIPE.replace(width=32, num_images=25_000, epochs=4, batch_size=250)
PLAIN = SMALL.replace(
    normalization=False,
    whitening=False,
    logits_scale=1.0,
    optimizer="sgd",
    learning_rate=0.04,
    schedule="constant",
    label_smoothing=0.0,
    flip=None,
    shift=0,
    averaging=False,
)
LECTURE = PLAIN.replace(
    network="lecture_cifar10", batch_size=50, learning_rate=0.01, momentum=0.9, schedule="inverse time"
)
# Each row keeps the steps of those above it.
STEPS = {
    "this chapter's network": {},
    "normalization": {"normalization": True, "logits_scale": SMALL.logits_scale, "learning_rate": 0.2},
    "whitening": {"whitening": True},
    "schedule": {"optimizer": "scaled sgd", "schedule": "rise and fall", "learning_rate": None},
    "label smoothing": {"label_smoothing": SMALL.label_smoothing},
    "shifts and random flips": {"flip": "random", "shift": SMALL.shift},
    "alternating flips": {"flip": "alternating"},
    "averaging": {"averaging": True},
    "Muon": {"optimizer": "muon"},
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
        "ReLU instead of GELU": SMALL.replace(activation="relu"),
        "no averaging": SMALL.replace(averaging=False),
        "float32": SMALL.replace(bfloat16=False),
    },
    num_seeds=1,
    train=train_cell,
)
# The last row with other seeds, to see how much luck matters.
LUCK = Grid(name="speedrun_luck", settings={"Muon": SMALL}, num_seeds=3, train=train_cell)
SPEEDRUN_94 = Grid(name=RECORDED_NAME, settings={"recipe": RECIPE}, num_seeds=3, train=train_recorded)

GRIDS = {grid.name: grid for grid in (ABLATION, LUCK, SPEEDRUN_94)}
