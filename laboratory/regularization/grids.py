"""The grids of chapter 09, as data: their settings and numbers of seeds."""

from laboratory.grids.grid import Grid
from laboratory.regularization.cell import train_cell
from laboratory.regularization.network import POOLINGS, Setting

BASE = Setting()

# Which methods go well together? The one with the highest validation accuracy, over two seeds, is BEST.
COMBINATIONS = Grid(
    name="combinations",
    settings={
        "flip and shift, dropout": BASE.replace(augmentation="flip and shift", dropout=0.2),
        "flip and shift, normalization": BASE.replace(
            augmentation="flip and shift", batch_normalization=True
        ),
        "flip and shift, normalization, dropout": BASE.replace(
            augmentation="flip and shift", batch_normalization=True, dropout=0.2
        ),
        "flip and shift, normalization, label smoothing": BASE.replace(
            augmentation="flip and shift", batch_normalization=True, label_smoothing=0.1
        ),
        "flip, shift, cutout, normalization": BASE.replace(
            augmentation="flip, shift, cutout", batch_normalization=True
        ),
    },
    num_seeds=2,
    train=train_cell,
)
BEST = COMBINATIONS.settings["flip and shift, normalization"]

# One method per row, with everything else as in the first row.
REGULARIZATION = Grid(
    name="regularization",
    settings={
        "none": BASE,
        "dropout 0.2": BASE.replace(dropout=0.2),
        "dropout 0.4": BASE.replace(dropout=0.4),
        "dropout 0.6": BASE.replace(dropout=0.6),
        "spatial dropout 0.1": BASE.replace(spatial_dropout=0.1),
        "batch normalization": BASE.replace(batch_normalization=True),
        "flip and shift": BASE.replace(augmentation="flip and shift"),
        "flip, shift, color": BASE.replace(augmentation="flip, shift, color"),
        "flip, shift, cutout": BASE.replace(augmentation="flip, shift, cutout"),
        "early stopping": BASE.replace(patience=3),
        "max-norm 1": BASE.replace(max_norm=1.0),
        "max-norm 1, axis 0": BASE.replace(max_norm=1.0, max_norm_axis=0),
        "L1": BASE.replace(l1=1e-4),
        "L2": BASE.replace(l2=1e-3),
        "label smoothing": BASE.replace(label_smoothing=0.1),
        "best combination": BEST,
    },
    num_seeds=5,
    train=train_cell,
)

# One factor at a time around the base network, which has the middle value of each.
HYPERPARAMETERS = Grid(
    name="hyperparameters",
    settings={
        "base": BASE,
        "filters 8, 16, 32": BASE.replace(filters=(8, 16, 32)),
        "filters 32, 64, 128": BASE.replace(filters=(32, 64, 128)),
        "kernel 1x1": BASE.replace(kernel_size=1),
        "kernel 5x5": BASE.replace(kernel_size=5),
        **{f"pooling {kind}": BASE.replace(pooling=kind) for kind in POOLINGS if kind != BASE.pooling},
    },
    num_seeds=3,
    train=train_cell,
)

# With equal numbers of steps, so that of fewer images each is seen more often.
DATA_SIZE = Grid(
    name="data_size",
    settings={
        f"{num_images:,} images, {name}": setting.replace(num_images=num_images)
        for num_images in (500, 2_000, 10_000, 45_000)
        for name, setting in {"none": BASE, "best combination": BEST}.items()
    },
    num_seeds=3,
    train=train_cell,
)

# All images, a network twice as wide, and three times as many steps: do the signs stay?
_LARGE = {"num_images": 45_000, "filters": (32, 64, 128), "num_steps": 2_880, "round_steps": 240}
SPOT_CHECKS = Grid(
    name="spot_checks",
    settings={
        name: REGULARIZATION.settings[name].replace(**_LARGE)
        for name in ("none", "flip and shift", "dropout 0.4", "best combination")
    },
    num_seeds=1,
    train=train_cell,
)

GRIDS = {grid.name: grid for grid in (COMBINATIONS, REGULARIZATION, HYPERPARAMETERS, DATA_SIZE, SPOT_CHECKS)}
