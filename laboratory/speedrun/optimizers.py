"""The schedule of the speedrun, and its two optimizers.

Source: K. Jordan 2024 (arXiv:2404.00498), section 3.4 and appendix A; Muon: K. Jordan et al., "Muon:
an optimizer for hidden layers in neural networks", 2024.
"""

import keras
from keras import ops

# Coefficients of Newton and Schulz's iteration that soon bring all singular values to 0.7 to 1.2.
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


@keras.saving.register_keras_serializable(package="course")
class RiseAndFall(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises along a line to its peak, then falls along a line.

    Args:
        peak: the largest learning rate.
        num_steps: number of batches in the whole training.
        start, end: the rate at step 0 and at step `num_steps`, as shares of the peak.
        rise: share of the steps in which it rises.
    """

    def __init__(
        self, peak: float, num_steps: int, start: float = 0.2, end: float = 0.07, rise: float = 0.23
    ):
        self.peak, self.num_steps = peak, num_steps
        self.start, self.end, self.rise = start, end, rise

    def __call__(self, step):
        step = ops.cast(step, "float32")
        # The peak is at a whole step, but not at step 0.
        top = max(1, int(self.rise * self.num_steps))
        rising = self.start + (1 - self.start) * step / top
        falling = 1 + (self.end - 1) * (step - top) / max(1, self.num_steps - top)
        return self.peak * ops.where(step < top, rising, falling)

    def get_config(self):
        return {name: getattr(self, name) for name in ("peak", "num_steps", "start", "end", "rise")}


@keras.saving.register_keras_serializable(package="course")
class ScaledSGD(keras.optimizers.SGD):
    """Stochastic gradient descent with a larger learning rate for the shifts of the normalization.

    It takes the arguments of `SGD`, and `shift_factor`, by which the learning rate of each `beta` is
    multiplied. Weight decay ignores this factor: each step shrinks every weight by the share
    learning_rate * weight_decay.
    """

    def __init__(self, learning_rate=0.01, shift_factor: float = 64.0, **options):
        super().__init__(learning_rate, **options)
        self.shift_factor = shift_factor

    def build(self, variables):
        super().build(variables)
        self._factors = [self.shift_factor if variable.name == "beta" else 1.0 for variable in variables]

    def update_step(self, gradient, variable, learning_rate):
        """Take one step; `variable` is one of those that the optimizer was built for."""
        factor = self._factors[self._get_variable_index(variable)]
        super().update_step(gradient, variable, learning_rate * factor)

    def get_config(self):
        return super().get_config() | {"shift_factor": self.shift_factor}


@keras.saving.register_keras_serializable(package="course")
class ConvolutionMuon(ScaledSGD):
    """Muon for the kernels of convolutions, `ScaledSGD` for everything else.

    Muon makes the step of a weight matrix orthogonal: all its singular values become about one, so
    that no direction dominates. `keras.optimizers.Muon` does this only for matrices and uses Adam for
    everything else, convolutions included; here a kernel (H, W, C, filters) is a matrix
    (H * W * C, filters).

    Args:
        learning_rate: of everything but the kernels.
        muon_factor: learning rate of the kernels, as a multiple of `learning_rate`.
        muon_momentum: of the kernels.
        num_iterations: of Newton and Schulz's iteration.
        options: of `ScaledSGD`.
    """

    def __init__(
        self,
        learning_rate=0.01,
        muon_factor: float = 1.0,
        muon_momentum: float = 0.6,
        num_iterations: int = 3,
        **options,
    ):
        super().__init__(learning_rate, **options)
        self.muon_factor, self.muon_momentum = muon_factor, muon_momentum
        self.num_iterations = num_iterations

    def update_step(self, gradient, variable, learning_rate):
        """Take one step, and keep the norm of a kernel at the root of its number of filters."""
        if len(variable.shape) != 4:
            super().update_step(gradient, variable, learning_rate)
            return
        momentum = self.momentums[self._get_variable_index(variable)]
        self.assign(momentum, self.muon_momentum * momentum + gradient)
        step = orthogonalize(gradient + self.muon_momentum * momentum, self.num_iterations)
        norm = ops.sqrt(ops.sum(ops.square(variable)))
        kernel = variable * (variable.shape[-1] ** 0.5 / norm)
        self.assign(variable, kernel - self.muon_factor * learning_rate * step)

    def get_config(self):
        names = ("muon_factor", "muon_momentum", "num_iterations")
        return super().get_config() | {name: getattr(self, name) for name in names}


def orthogonalize(kernel, num_iterations: int):
    """Return a kernel (..., filters) with the singular vectors of `kernel` and singular values near one.

    As a matrix X, `kernel` has one column per filter. Each iteration of Newton and Schulz is
    X = a X + b X X'X + c X X'X X'X, which keeps the singular vectors and moves each value towards one.
    """
    a, b, c = NEWTON_SCHULZ
    matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
    matrix = matrix / (ops.sqrt(ops.sum(ops.square(matrix))) + 1e-7)
    for _ in range(num_iterations):
        products = ops.matmul(ops.transpose(matrix), matrix)
        matrix = a * matrix + ops.matmul(matrix, b * products + c * ops.matmul(products, products))
    return ops.reshape(matrix, kernel.shape)
