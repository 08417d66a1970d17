"""Other right answers to the exercises of ``03_training/04_transfer_and_fine_tuning``: the checks must let them pass."""

import math

import numpy as np
import tensorflow as tf
from keras import ops


def product_with_tensorflow(inputs, kernel, down, up, scale):
    return inputs @ kernel + tf.matmul(tf.matmul(inputs, down), up) * scale


def product_merged_first(inputs, kernel, down, up, scale):
    return ops.matmul(inputs, kernel + scale * ops.matmul(down, up))


def product_with_einsum(inputs, kernel, down, up, scale):
    return ops.dot(inputs, kernel) + ops.einsum("ni,ir,ro->no", inputs, down, scale * up)


def size_by_parts(kernel_shape, rank):
    down = 1
    for size in kernel_shape[:-1]:
        down *= size
    return down * rank + rank * kernel_shape[-1]


def size_with_numpy(kernel_shape, rank):
    return np.zeros((*kernel_shape[:-1], rank)).size + np.zeros((rank, kernel_shape[-1])).size


def size_from_the_kernel(kernel_shape, rank):
    return rank * (math.prod(kernel_shape) // kernel_shape[-1] + kernel_shape[-1])


def merged_with_tensordot(kernel, down, up, scale):
    return kernel + np.tensordot(scale * np.asarray(down), np.asarray(up), 1)


def merged_with_einsum(kernel, down, up, scale):
    return kernel + scale * ops.einsum("...ir,ro->...io", down, up)


def merged_in_numpy(kernel, down, up, scale):
    return np.asarray(kernel) + scale * (np.asarray(down) @ np.asarray(up))


ALTERNATIVES = {
    "low_rank_product": [product_with_tensorflow, product_merged_first, product_with_einsum],
    "adapter_size": [size_by_parts, size_with_numpy, size_from_the_kernel],
    "merged_kernel": [merged_with_tensordot, merged_with_einsum, merged_in_numpy],
}
