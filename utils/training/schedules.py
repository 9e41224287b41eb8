"""How the learning rate changes while a network is trained."""

import keras


def inverse_time_decay(learning_rate: float, decay: float) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the schedule learning_rate / (1 + decay * iteration), the `decay=` of Keras 1 and 2.

    Args:
        learning_rate: learning rate of iteration 0.
        decay: growth of the divisor per iteration (one batch), not per epoch.

    The optimizers of Keras 3 accept `decay=`, warn, and ignore it.
    """
    return keras.optimizers.schedules.InverseTimeDecay(learning_rate, decay_steps=1, decay_rate=decay)


def warm_up_and_cosine(
    learning_rate: float, num_steps: int, *, warm_up: float = 0.2
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a schedule that rises from a tenth to `learning_rate`, then falls to 0 along a cosine.

    Args:
        learning_rate: the largest learning rate.
        num_steps: number of batches in the whole training.
        warm_up: share of them in which the rate rises.

    Source: L. Smith, "Super-Convergence", 2018, in the form of SGDR's cosine (Loshchilov and
        Hutter, 2017).
    """
    num_warm_up_steps = max(1, round(warm_up * num_steps))
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=learning_rate / 10,
        warmup_target=learning_rate,
        warmup_steps=num_warm_up_steps,
        decay_steps=num_steps - num_warm_up_steps,
    )
