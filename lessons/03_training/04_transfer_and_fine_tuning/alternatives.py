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
    return ops.dot(inputs, kernel) + ops.einsum("...i,ir,ro->...o", inputs, down, scale * up)


def product_of_rows(inputs, kernel, down, up, scale):
    rows = ops.reshape(inputs, (-1, ops.shape(inputs)[-1]))
    answers = ops.matmul(rows, kernel) + ops.matmul(ops.matmul(rows, down), up) * scale
    return ops.reshape(answers, (*ops.shape(inputs)[:-1], ops.shape(kernel)[-1]))


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


def merged_place_by_place(kernel, down, up, scale):
    *places, inputs, outputs = kernel.shape
    flat, merged = np.asarray(down).reshape(-1, inputs, up.shape[0]), []
    for kept, first in zip(np.asarray(kernel).reshape(-1, inputs, outputs), flat, strict=True):
        merged.append((kept + scale * first @ np.asarray(up)).tolist())
    return np.reshape(merged, (*places, inputs, outputs)).tolist()


def merged_in_numpy(kernel, down, up, scale):
    return np.asarray(kernel) + scale * (np.asarray(down) @ np.asarray(up))


ALTERNATIVES = {
    "low_rank_product": [product_with_tensorflow, product_merged_first, product_with_einsum, product_of_rows],
    "adapter_size": [size_by_parts, size_with_numpy, size_from_the_kernel],
    "merged_kernel": [merged_with_tensordot, merged_with_einsum, merged_in_numpy, merged_place_by_place],
}
