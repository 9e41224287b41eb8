"""Augmentation as arithmetic on indices: a flipped or shifted image only reads other pixels.

Pixel (row, column) of the result is pixel (row + shift, column + shift) of the image, mirrored at
the borders; a flip reads the columns backwards. So one look-up makes a whole batch, and images
stay bytes until then.
"""

from dataclasses import dataclass

from utils.checks import require_integer

import tensorflow as tf


@dataclass(frozen=True)
class Augmentation:
    """How training images are varied.

    Attributes:
        flip: None; "random", left to right with probability 1/2; or "alternating", at random in epoch 0
            and then the other way in each further epoch, so that both are seen equally often.
        shift: largest shift in pixels, up, down, left and right; missing pixels are mirrored.
        cutout: side in pixels of a square that is set to mid-gray, centered anywhere; 0 for none.

    Raises:
        ValueError: there is no such flip, or a number of pixels is negative.

    Sources: alternating flips, K. Jordan, "94 % on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024,
        section 3.6; cutout, T. DeVries and G. Taylor, 2017.
    """

    flip: str | None = None
    shift: int = 0
    cutout: int = 0

    def __post_init__(self):
        if self.flip not in (None, "random", "alternating"):
            raise ValueError(f'flip is None, "random" or "alternating", not {self.flip!r}.')
        require_integer("shift", self.shift, 0)
        require_integer("cutout", self.cutout, 0)

    def draw(self, num_images: int, size: int, seed: int, epoch) -> dict[str, tf.Tensor]:
        """Draw what happens to each image in one epoch; it depends only on seed and epoch.

        Args:
            num_images: how many images there are.
            size: their height and width in pixels.
            seed: of all epochs.
            epoch: number of the epoch, from 0; an integer or a scalar tensor.

        Returns:
            name to tensor of shape (num_images,): `flip` (0 or 1), `row_shift`, `column_shift`, and
            the center of the square, `cut_row` and `cut_column`.
        """

        def integers(salt: int, low: int, high: int, at_epoch):
            # One key for each kind of number and each epoch.
            key = tf.stack([tf.constant(seed * 8 + salt, tf.int64), tf.cast(at_epoch, tf.int64)])
            return tf.random.stateless_uniform([num_images], key, low, high, tf.int32)

        alternating = self.flip == "alternating"
        flip = integers(0, 0, 2, 0 if alternating else epoch)
        if alternating:
            flip = (flip + tf.cast(epoch, tf.int32)) % 2
        return {
            "flip": flip if self.flip else tf.zeros_like(flip),
            "row_shift": integers(1, -self.shift, self.shift + 1, epoch),
            "column_shift": integers(2, -self.shift, self.shift + 1, epoch),
            "cut_row": integers(3, 0, size, epoch),
            "cut_column": integers(4, 0, size, epoch),
        }

    def apply(self, images: tf.Tensor, indices: tf.Tensor, drawn: dict[str, tf.Tensor]) -> tf.Tensor:
        """Return the images at `indices`, varied as drawn.

        Args:
            images: (N, size, size, C), all of them, uint8.
            indices: (batch,), which of them.
            drawn: what `draw` returned for these images, each (batch,).

        Returns:
            (batch, size, size, C), float32 in [0, 1].

        Raises:
            ValueError: the images are not uint8, not square, or not larger than the shift.
        """
        images = tf.convert_to_tensor(images)
        size = self._check_images(images)
        steps = tf.range(size)
        rows = _mirror(steps + drawn["row_shift"][:, None], size)
        columns = tf.where(drawn["flip"][:, None] == 1, size - 1 - steps, steps)
        columns = _mirror(columns + drawn["column_shift"][:, None], size)
        # For a batch of 128, these are about 130,000 look-ups of one pixel each.
        places = (indices[:, None, None] * size + rows[:, :, None]) * size + columns[:, None, :]
        batch = tf.gather(tf.reshape(images, (-1, images.shape[-1])), places)
        batch = tf.cast(batch, tf.float32) / 255
        return batch if not self.cutout else self._cut(batch, drawn)

    def _check_images(self, images: tf.Tensor) -> int:
        """Return height and width of the images; both axes are looked up with the same numbers."""
        shape = tuple(images.shape)
        if len(shape) != 4 or images.dtype != tf.uint8 or shape[1] is None or shape[1] != shape[2]:
            raise ValueError(
                f"images must be uint8 of shape (N, size, size, C) with a known size, got "
                f"{images.dtype.name} {shape}: they are divided by 255 here."
            )
        if self.shift >= shape[1]:
            raise ValueError(f"shift must be smaller than the images' size, {shape[1]}; got {self.shift}.")
        return shape[1]

    def _cut(self, batch: tf.Tensor, drawn: dict[str, tf.Tensor]) -> tf.Tensor:
        steps = tf.range(batch.shape[1])
        inside = [
            (steps >= drawn[name][:, None] - self.cutout // 2)
            & (steps < drawn[name][:, None] - self.cutout // 2 + self.cutout)
            for name in ("cut_row", "cut_column")
        ]
        square = inside[0][:, :, None, None] & inside[1][:, None, :, None]
        return tf.where(square, 0.5, batch)


def _mirror(positions: tf.Tensor, size: int) -> tf.Tensor:
    """Reflect positions outside 0 ... size - 1 at the border pixel, which is not repeated."""
    positions = tf.abs(positions)
    return tf.where(positions < size, positions, 2 * (size - 1) - positions)
