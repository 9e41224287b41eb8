"""The course's recorded trainings, by name."""

from dataclasses import replace

from laboratory.runs.recipe import Experiment

# One recipe for the six small networks of chapter 08, so that only the network differs.
SMALL_NETWORKS = (
    "small_lenet",
    "small_alexnet",
    "small_vgg",
    "small_inception",
    "small_xception",
    "small_resnet",
)
SMALL_RECIPE = {
    "epochs": 12,
    "batch_size": 128,
    "learning_rate": 0.05,
    "nesterov": True,
    "schedule": "cosine",
    "weight_decay": 0.01,
    "augmentation": {"flip": "alternating", "shift": 2},
    "label_smoothing": 0.1,
}
# Chapter 11 looks into the first; the second differs only in layer 1.
ZFNET_OPTIONS = {"dropout": 0.25}
ZFNET_RECIPE = {
    "architecture": "zfnet_cifar10",
    "epochs": 24,
    "batch_size": 128,
    "learning_rate": 0.05,
    "nesterov": True,
    "schedule": "cosine",
    # Of a weight's random start exp(-0.015 · the sum of the rates) remains: 3 %.
    "weight_decay": 0.015,
    "augmentation": {"flip": "random", "shift": 4},
}
# Both networks of the lecture's page, from today's first weights and from those of its time.
LECTURE = {
    "architecture": "lecture_cifar10",
    "decay": 0.01 / 25,
    "published": "70.85 % (2017) and 71.82 % (2016), machinelearningmastery.com",
}
LECTURE_LARGE = {
    "architecture": "lecture_cifar10_large",
    "batch_size": 64,
    "decay": 0.01 / 25,
    "published": "80.18 % (2017), machinelearningmastery.com",
}
OTHER_SEEDS = (8, 9)


def _from_first_weights(name: str, recipe: dict) -> dict[str, Experiment]:
    """Return a network's runs, from today's first weights and from those of the page's time, by seed."""
    today = Experiment(**recipe)
    starts = {name: today, f"{name}_keras_1": replace(today, options={"keras_1_weights": True})}
    others = {
        f"{start}_seed_{seed}": replace(experiment, seed=seed, keep_weights=False)
        for start, experiment in starts.items()
        for seed in OTHER_SEEDS
    }
    return starts | others


EXPERIMENTS = {
    **_from_first_weights("lecture_cifar10", LECTURE),
    **_from_first_weights("lecture_cifar10_large", LECTURE_LARGE),
    "lecture_cifar10_large_keras_1_float32": Experiment(
        options={"keras_1_weights": True}, bfloat16=False, keep_weights=False, **LECTURE_LARGE
    ),
    # What today's Keras makes of the page's code, as it ignores `decay=`.
    "lecture_cifar10_without_decay": Experiment(
        architecture="lecture_cifar10", decay=0.0, keep_weights=False
    ),
    # The lecture's network in fewer, larger steps: the fastest training of it in this course.
    "lecture_cifar10_batch_128": Experiment(
        architecture="lecture_cifar10",
        batch_size=128,
        learning_rate=0.05,
        schedule="cosine",
        keep_weights=False,
    ),
    **{name: Experiment(architecture=name, **SMALL_RECIPE) for name in SMALL_NETWORKS},
    "zfnet_cifar10": Experiment(options=ZFNET_OPTIONS, snapshot_epochs=(1, 3, 8), **ZFNET_RECIPE),
    "zfnet_cifar10_coarse": Experiment(
        options={**ZFNET_OPTIONS, "first_kernel_size": 9, "first_strides": 4}, **ZFNET_RECIPE
    ),
}
