"""Contestant: float32 matrix products of 2048 x 2048, the ceiling of the processor. python -m benchmarks.ceiling"""

from benchmarks.turns import Turns

SIZE, PRODUCTS = 2048, 10
OPERATIONS = 2 * SIZE**3


def main() -> None:
    """Multiply forever, ten products a turn."""
    turns = Turns()
    from digitforge.nn.backend import tf

    a, b = tf.random.normal((SIZE, SIZE)), tf.random.normal((SIZE, SIZE))
    turns.start(operations=OPERATIONS)
    while True:
        for _ in range(PRODUCTS):
            tf.matmul(a, b)
        turns.done(PRODUCTS)


if __name__ == "__main__":
    main()
