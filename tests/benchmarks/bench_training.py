"""Seconds per epoch of the lecture's network: written naively, and as the recorded runs train it.

    python tests/benchmarks/bench_training.py [IMAGES [ROUNDS]]

Naively: all images as float32 in memory, `fit` on arrays, float32 arithmetic. Ours: uint8 images
fed by `shuffled_batches`, and the fastest precision of this machine. Both take turns, so that
whatever else the machine does meets both; compare the minima of one run. Both make the same number
of steps; the accuracy of both on the test images at the end says whether what is faster also learns.
"""

import sys
import time

from utils.architectures import lecture_cifar10
from utils.data import as_float, load_cifar10
from utils.training import fastest_dtype_policy, inverse_time_decay, share_correct, shuffled_batches

import keras
from results import keep

BATCH_SIZE = 32


def compiled_model(policy: str) -> keras.Model:
    keras.config.set_dtype_policy(policy)
    model = lecture_cifar10()
    keras.config.set_dtype_policy("float32")
    model.compile(
        optimizer=keras.optimizers.SGD(inverse_time_decay(0.01, 0.01 / 25), momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main(num_images: int = 50_000, num_rounds: int = 3) -> None:
    dataset = load_cifar10(strict=True, verbose=False)
    labels = dataset.y_train[:num_images]
    images, floats = dataset.x_train[:num_images], as_float(dataset.x_train[:num_images])
    naive, ours = compiled_model("float32"), compiled_model(fastest_dtype_policy())

    def naive_epoch(epoch):
        naive.fit(floats, labels, batch_size=BATCH_SIZE, verbose=0)

    def our_epoch(epoch):
        batches, _ = shuffled_batches(images, labels, batch_size=BATCH_SIZE, seed=7, epochs=[epoch])
        ours.fit(batches, shuffle=False, verbose=0)

    seconds = {"naive": [], "ours": []}
    for epoch in range(num_rounds + 1):
        for run_epoch, times in zip((naive_epoch, our_epoch), seconds.values(), strict=True):
            start = time.perf_counter()
            run_epoch(epoch)
            if epoch:  # the first one also compiles
                times.append(time.perf_counter() - start)
    test_images = as_float(dataset.x_test)
    measured = {"images": num_images, "epochs": num_rounds + 1, "policy": fastest_dtype_policy()}
    for (name, times), model in zip(seconds.items(), (naive, ours), strict=True):
        scores = model.predict(test_images, batch_size=500, verbose=0)
        measured[f"{name}_seconds"] = round(min(times), 2)
        measured[f"{name}_accuracy"] = share_correct(scores, dataset.y_test)
    keep("training", measured | {"ratio": round(min(seconds["naive"]) / min(seconds["ours"]), 2)})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
