"""The grids of chapter 08, as data.

A cell of `compared_rates` takes 1 to 5 minutes on two processor cores that multiply bfloat16.
"""

from dataclasses import replace

from laboratory.comparison.cell import Setting, train_cell
from laboratory.grids.grid import Grid

# Networks of 10.1 to 11.1 million multiply-adds an image. Those whose names begin alike differ in one thing.
NETWORKS = {
    "lenet": ("small_lenet", {"filters": (40, 80)}),
    "alexnet": ("small_alexnet", {"filters": (24, 48, 64, 64, 48), "units": 128}),
    "alexnet, batch normalization": (
        "small_alexnet",
        {"filters": (24, 48, 64, 64, 48), "units": 128, "normalization": "batch"},
    ),
    "vgg": ("small_vgg", {"filters": (16, 32, 64, 64)}),
    "vgg without normalization": ("small_vgg", {"filters": (16, 32, 64, 64), "normalization": False}),
    "inception": ("small_inception", {"stem": 32, "widths": (16, 24, 32)}),
    "xception": ("small_xception", {"stem": 18, "filters": (38, 76, 152)}),
    "resnet": ("small_resnet", {"filters": (10, 20, 40)}),
    "resnet without shortcuts": ("small_resnet", {"filters": (10, 20, 40), "shortcuts": False}),
}
RATES = (0.01, 0.03, 0.1)
RECIPE = Setting(
    architecture="",
    epochs=5,
    batch_size=128,
    nesterov=True,
    schedule="cosine",
    weight_decay=0.005,
    augmentation={"flip": "random", "shift": 4},
)


def _setting(name: str, **changes) -> Setting:
    architecture, options = NETWORKS[name]
    return replace(RECIPE, architecture=architecture, options=options, **changes)


# To choose each network's rate; the test images are not asked.
COMPARED_RATES = Grid(
    name="compared_rates",
    settings={
        f"{name}, rate {rate}": _setting(name, learning_rate=rate, ask_test=False)
        for name in NETWORKS
        for rate in RATES
    },
    num_seeds=1,
    train=train_cell,
)

# The paper's networks of 20 and 56 layers at half its width, on 10,000 images.
DEPTH = Grid(
    name="depth",
    settings={
        f"{kind}, {depth} layers": replace(
            RECIPE,
            architecture="cifar_resnet",
            options={"depth": depth, "width": 8, "shortcuts": kind == "residual"},
            num_images=10_000,
            epochs=10,
            learning_rate=0.1,
            augmentation={},
        )
        for depth in (20, 56)
        for kind in ("plain", "residual")
    },
    num_seeds=3,
    train=train_cell,
)

GRIDS = {grid.name: grid for grid in (COMPARED_RATES, DEPTH)}
