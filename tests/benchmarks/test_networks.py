from benchmarks.jobs import jobs
from benchmarks.networks import step_operations
from digitforge.models import build


def operations(name):
    job = jobs()[name]
    return step_operations(build(job["family"], tuple(job["shape"]), job["model"], seed=1))


def test_operations_of_a_dense_network_by_hand():
    # 784-512-512-(2 x 20), 20-512-512-784; the first layer needs no gradient of its input.
    encoder = [784 * 512, 512 * 512, 512 * 40]
    decoder = [20 * 512, 512 * 512, 512 * 784]
    assert operations("leave_one_out") == 2 * (3 * sum(encoder + decoder) - encoder[0])


def test_operations_of_the_convolutional_network_by_hand():
    encoder = [14 * 14 * 9 * 32, 7 * 7 * 9 * 32 * 64, 7 * 7 * 9 * 64 * 16, 784 * 500, 500 * 20]
    decoder = [7 * 7 * 5 * 64, 7 * 7 * 9 * 64 * 64, 14 * 14 * 9 * 64 * 32, 28 * 28 * 25 * 32, 784 * 1000, 1000 * 784]
    assert operations("vae_tril") == 2 * (3 * sum(encoder + decoder) - encoder[0])
