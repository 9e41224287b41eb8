"""How fast utils.convolution is.

    pytest tests/benchmarks/bench_convolution.py -n0 --benchmark-enable

A shape is (N, H, W, C) and a number of 3x3 filters. The least time of each is kept, and how many times
that of ours, the first of its group, it is. The loops are timed on one small image, beside conv2d on
the same one.
"""

from utils.convolution import conv2d, conv2d_backward, max_pool2d, max_pool2d_backward

import numpy as np
import pytest
from results import keep

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

SHAPES = {
    "32 filters on 32 channels": ((32, 32, 32, 32), 32),
    "32 filters on 3 channels": ((32, 32, 32, 3), 32),
    "8 filters on 1 channel": ((128, 28, 28, 1), 8),
}


OURS = {}


@pytest.fixture(autouse=True)
def kept(request, benchmark):
    """Add a line to the table of results behind each benchmark."""
    yield
    if benchmark.stats:
        milliseconds = 1e3 * benchmark.stats.stats.min
        ratio = milliseconds / OURS.setdefault(benchmark.group, milliseconds)
        measured = {"group": benchmark.group, "ms": round(milliseconds, 3), "times_ours": round(ratio, 2)}
        keep("convolution", measured, row=request.node.name)


@pytest.fixture(params=SHAPES, ids=SHAPES)
def arrays(request, benchmark):
    """Return images, kernel and the gradient of the output, and group the benchmark by shape."""
    shape, filters = SHAPES[request.param]
    benchmark.group = f"{request.node.originalname.split('_')[1]}: {request.param}"
    rng = np.random.default_rng(0)
    images = rng.normal(size=shape).astype("float32")
    kernel = rng.normal(size=(3, 3, shape[-1], filters)).astype("float32")
    return images, kernel, rng.normal(size=conv2d(images, kernel).shape).astype("float32")


def loops(image, kernel):
    """Convolve one image (H, W, C) by the definition."""
    kernel_height, kernel_width, channels, filters = kernel.shape
    height, width = image.shape[0] - kernel_height + 1, image.shape[1] - kernel_width + 1
    output = np.zeros((height, width, filters), image.dtype)
    for row, column, f, i, j, c in np.ndindex(*output.shape, kernel_height, kernel_width, channels):
        output[row, column, f] += image[row + i, column + j, c] * kernel[i, j, c, f]
    return output


def shifted_products(images, kernel):
    """Convolve by one matrix product per weight, without a copy of all windows."""
    kernel_height, kernel_width, channels, filters = kernel.shape
    height, width = images.shape[1] - kernel_height + 1, images.shape[2] - kernel_width + 1
    output = np.zeros((len(images) * height * width, filters), images.dtype)
    for i, j in np.ndindex(kernel_height, kernel_width):
        pixels = images[:, i : i + height, j : j + width].reshape(-1, channels)
        output += pixels @ kernel[i, j]
    return output.reshape(len(images), height, width, filters)


def test_loops_conv2d(benchmark):
    benchmark.group = "loops: one image of 12 x 12 x 8, 8 filters"
    rng = np.random.default_rng(0)
    benchmark(conv2d, rng.normal(size=(1, 12, 12, 8)), rng.normal(size=(3, 3, 8, 8)))


def test_loops_one_image(benchmark):
    benchmark.group = "loops: one image of 12 x 12 x 8, 8 filters"
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(12, 12, 8)), rng.normal(size=(3, 3, 8, 8))
    output = benchmark.pedantic(loops, (image, kernel), rounds=3)
    np.testing.assert_allclose(output, conv2d(image[np.newaxis], kernel)[0], atol=1e-10)


def test_forward_conv2d(benchmark, arrays):
    images, kernel, _ = arrays
    benchmark(conv2d, images, kernel)


def test_forward_shifted_products(benchmark, arrays):
    images, kernel, _ = arrays
    output = benchmark(shifted_products, images, kernel)
    np.testing.assert_allclose(output, conv2d(images, kernel), atol=1e-3)


def test_forward_keras(benchmark, arrays):
    images, kernel = map(tf.constant, arrays[:2])
    output = benchmark(lambda: keras.ops.conv(images, kernel).numpy())
    np.testing.assert_allclose(output, conv2d(*arrays[:2]), atol=1e-3)


def test_backward_conv2d(benchmark, arrays):
    images, kernel, grad_output = arrays
    benchmark(conv2d_backward, grad_output, images, kernel)


def test_backward_tensorflow(benchmark, arrays):
    images, kernel, grad_output = map(tf.constant, arrays)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([images, kernel])
        output = keras.ops.conv(images, kernel)

    def backward():
        gradients = tape.gradient(output, [images, kernel], output_gradients=grad_output)
        return [gradient.numpy() for gradient in gradients]

    benchmark(backward)


def test_pooling_max_pool2d(benchmark, arrays):
    benchmark(max_pool2d, arrays[2])


def test_pooling_max_pool2d_backward(benchmark, arrays):
    pooled, switches = max_pool2d(arrays[2])
    benchmark(max_pool2d_backward, pooled, switches, arrays[2].shape)


def test_pooling_keras(benchmark, arrays):
    images = tf.constant(arrays[2])
    benchmark(lambda: keras.ops.max_pool(images, 2).numpy())
