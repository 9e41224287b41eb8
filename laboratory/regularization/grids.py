"""The grids of chapters 09 and 10, as data: their settings and numbers of seeds."""

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

# Each method at four strengths, with everything else as in the base network.
STRENGTHS = Grid(
    name="strengths",
    settings={
        "none": BASE,
        **{f"dropout {rate}": BASE.replace(dropout=rate) for rate in (0.1, 0.2, 0.4, 0.6)},
        **{f"spatial dropout {rate}": BASE.replace(spatial_dropout=rate) for rate in (0.05, 0.1, 0.2, 0.4)},
        "flip": BASE.replace(augmentation="flip"),
        **{f"flip, shift {pixels}": BASE.replace(augmentation=f"flip, shift {pixels}") for pixels in (1, 2)},
        "flip, shift 4": BASE.replace(augmentation="flip and shift"),
        "flip, shift 8": BASE.replace(augmentation="flip, shift 8"),
        **{
            f"flip, shift 4, cutout {side}": BASE.replace(augmentation=f"flip, shift, cutout {side}")
            for side in (4, 8, 16)
        },
        "flip, shift 4, cutout 12": BASE.replace(augmentation="flip, shift, cutout"),
        **{f"early stopping {patience}": BASE.replace(patience=patience) for patience in (1, 2, 3, 5)},
        **{f"max-norm {bound}": BASE.replace(max_norm=bound) for bound in (0.5, 1.0, 2.0, 4.0)},
        **{f"L1 {factor}": BASE.replace(l1=factor) for factor in (1e-5, 3e-5, 1e-4, 3e-4)},
        **{f"L2 {factor}": BASE.replace(l2=factor) for factor in (1e-4, 3e-4, 1e-3, 3e-3)},
        **{f"label smoothing {e}": BASE.replace(label_smoothing=e) for e in (0.05, 0.1, 0.2, 0.4)},
    },
    num_seeds=3,
    train=train_cell,
)

FOUR = {
    "none": BASE,
    "flip, shift 4": BASE.replace(augmentation="flip and shift"),
    "normalization": BASE.replace(batch_normalization=True),
    "flip, shift 4, normalization": BEST,
}

# Does dropout still help beside augmentation and normalization?
INTERACTIONS = Grid(
    name="interactions",
    settings={
        f"{name}, dropout {rate}": setting.replace(dropout=rate)
        for name, setting in FOUR.items()
        for rate in (0.0, 0.2, 0.4)
    },
    num_seeds=3,
    train=train_cell,
)

# Is a verdict one on the method, or on the 5,000 images?
DRAWS = Grid(
    name="draws",
    settings={
        f"{name}, draw {draw}": setting.replace(draw=draw)
        for name, setting in {**FOUR, "dropout 0.4": BASE.replace(dropout=0.4)}.items()
        for draw in (1, 2, 3)
    },
    num_seeds=3,
    train=train_cell,
)

# One factor at a time: the network's shape, and its training. Batches of other sizes see as many images in as
# many rounds.
SHAPES = {
    "base": {},
    "filters 8, 16, 32": {"filters": (8, 16, 32)},
    "filters 32, 64, 128": {"filters": (32, 64, 128)},
    "kernel 1x1": {"kernel_size": 1},
    "kernel 5x5": {"kernel_size": 5},
    "2 convolutions": {"convolutions": 2},
    **{f"pooling {kind}": {"pooling": kind} for kind in POOLINGS if kind != BASE.pooling},
}
TRAININGS = {
    **{f"learning rate {rate}": {"learning_rate": rate} for rate in (0.0005, 0.001, 0.004, 0.008)},
    **{
        f"batch size {size}": {
            "batch_size": size,
            "num_steps": BASE.num_steps * BASE.batch_size // size,
            "round_steps": BASE.round_steps * BASE.batch_size // size,
        }
        for size in (50, 250, 500)
    },
}
# Is the law of the plain networks one of regularized networks, too? Without pooling a training takes six
# times as long, and is asked of the plain one alone.
REGULARIZED = [name for name in SHAPES if name != "pooling none"]
SWEEP = Grid(
    name="sweep",
    settings={
        **{f"{name}, plain": BASE.replace(**changes) for name, changes in (SHAPES | TRAININGS).items()},
        **{f"{name}, regularized": BEST.replace(**SHAPES[name]) for name in REGULARIZED},
    },
    num_seeds=3,
    train=train_cell,
)

GRIDS = {
    grid.name: grid
    for grid in (
        COMBINATIONS,
        REGULARIZATION,
        HYPERPARAMETERS,
        DATA_SIZE,
        SPOT_CHECKS,
        STRENGTHS,
        INTERACTIONS,
        DRAWS,
        SWEEP,
    )
}
