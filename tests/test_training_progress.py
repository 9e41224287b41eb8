"""A bar shows every batch of a training and is gone when it ends."""

from utils.training import ProgressBar, progress

import keras
import numpy as np
import pytest


@pytest.fixture
def bars(monkeypatch) -> list:
    shown = []

    class Bar:
        def __init__(self, total, **options):
            self.total, self.options, self.done, self.closed, self.postfix = total, options, [], False, {}
            shown.append(self)

        def update(self, number):
            self.done.append(number)

        def set_postfix(self, values):
            self.postfix = values

        def close(self):
            self.closed = True

    monkeypatch.setattr(progress, "tqdm", Bar)
    return shown


def fit(epochs: int, **options) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **options)
    x = np.ones((20, 3), np.float32)
    model.fit(x, x[:, :1], batch_size=4, epochs=epochs, verbose=0, callbacks=[ProgressBar("learning")])


@pytest.mark.parametrize("steps_per_execution", [1, 3, 5])
def test_the_bar_counts_every_batch_once(bars, steps_per_execution):
    fit(3, steps_per_execution=steps_per_execution)
    (bar,) = bars
    assert bar.total == sum(bar.done) == 15
    assert bar.closed and bar.options["desc"] == "learning" and bar.options["leave"] is False
    assert set(bar.postfix) == {"loss"}


def test_a_second_fit_gets_a_bar_of_its_own(bars):
    fit(1)
    fit(2)
    assert [bar.total for bar in bars] == [5, 10]


def test_nothing_is_printed(capsys):
    fit(1)
    assert capsys.readouterr().out == ""
