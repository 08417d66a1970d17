"""How the flows of the benchmarks learn."""

import keras
import numpy as np
import pytest

from benchmarks.flow_optimizer import ConstantThenFalling, flow_optimizer
from genai_course import session


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def test_the_learning_rate_stays_and_then_falls():
    rate = ConstantThenFalling(0.1, 100)
    np.testing.assert_allclose(
        [rate(step) for step in (0, 50, 75, 100, 200)], [0.1, 0.1, 0.05, 0.001, 0.001], rtol=1e-5
    )


def test_the_flows_optimizer_ends_on_an_average_of_its_weights():
    weight, optimizer = keras.Variable([0.0]), flow_optimizer(100, 0.1)
    for _ in range(30):
        optimizer.apply([keras.ops.ones(1)], [weight])  # each step goes down
    last = float(weight[0])
    optimizer.finalize_variable_values([weight])
    assert last < float(weight[0]) < 0
