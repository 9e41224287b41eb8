"""Seconds per epoch of the lecture's network: written naively, and as fast as this course trains it.

    python tests/benchmarks/bench_training.py [IMAGES [ROUNDS]]

Naively: all images as float32 in memory, `fit` on arrays, float32 arithmetic, the lecture's batches of
32 and its decaying rate. Ours: uint8 images fed by `shuffled_batches`, the fastest precision of this
machine, and the recipe `lecture_cifar10_batch_128`: the optimizer walks through 4.2 million weights at
each step, which at 32 images costs as much as the images do, and a rate that falls to zero makes up
for the fewer steps. Both take turns, so that whatever else the machine does meets both; compare the
minima of one run. The accuracy of both on the test images at the end says whether what is faster also
learns; `data/runs` holds both recipes after 25 epochs.
"""

import sys
import time
from dataclasses import replace

from laboratory.runs import EXPERIMENTS, Experiment
from utils.data import as_float, load_cifar10
from utils.training import fastest_dtype_policy, share_correct, shuffled_batches

import keras
from results import keep


def compiled_model(recipe: Experiment, policy: str, num_images: int) -> keras.Model:
    keras.config.set_dtype_policy(policy)
    model = recipe.build()
    keras.config.set_dtype_policy("float32")
    recipe.compile(model, -(-num_images // recipe.batch_size))
    return model


def main(num_images: int = 50_000, num_rounds: int = 3) -> None:
    dataset = load_cifar10(strict=True, verbose=False)
    labels = dataset.y_train[:num_images]
    images, floats = dataset.x_train[:num_images], as_float(dataset.x_train[:num_images])
    lecture = EXPERIMENTS["lecture_cifar10"]
    larger = replace(EXPERIMENTS["lecture_cifar10_batch_128"], epochs=num_rounds + 1)
    naive = compiled_model(lecture, "float32", num_images)
    ours = compiled_model(larger, fastest_dtype_policy(), num_images)

    def naive_epoch(epoch):
        naive.fit(floats, labels, batch_size=lecture.batch_size, verbose=0)

    def our_epoch(epoch):
        batches, _ = shuffled_batches(images, labels, batch_size=larger.batch_size, seed=7, epochs=[epoch])
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
