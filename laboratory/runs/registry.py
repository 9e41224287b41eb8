"""The course's recorded trainings, by name."""

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
ZFNET_RECIPE = {
    "architecture": "zfnet_cifar10",
    "epochs": 16,
    "batch_size": 128,
    "learning_rate": 0.02,
    "nesterov": True,
    "schedule": "cosine",
    "weight_decay": 0.005,
    "augmentation": {"flip": "random", "shift": 4},
}

EXPERIMENTS = {
    "lecture_cifar10": Experiment(
        architecture="lecture_cifar10",
        decay=0.01 / 25,
        published="70.85 % (2017) and 71.82 % (2016), machinelearningmastery.com",
    ),
    "lecture_cifar10_large": Experiment(
        architecture="lecture_cifar10_large",
        batch_size=64,
        decay=0.01 / 25,
        published="80.18 % (2017), machinelearningmastery.com",
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
    "zfnet_cifar10": Experiment(snapshot_epochs=(1, 2, 4, 6, 8, 10, 12), **ZFNET_RECIPE),
    "zfnet_cifar10_coarse": Experiment(options={"first_kernel_size": 9, "first_strides": 4}, **ZFNET_RECIPE),
}
