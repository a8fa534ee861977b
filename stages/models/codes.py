"""Codes of new images from a density fitted to those of training images, after the training.

Ex-post density estimation (Ghosh 2020, arXiv:1903.12436, section 4): an autoencoder's codes follow no prior, and even a
VAE's aggregate posterior differs from it.
"""

import warnings

import keras
import numpy as np
import tensorflow as tf
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from stages.nn.distributions import CouplingFlow, Flowed
from stages.nn.priors import standard_normal
from stages.training.adam import FusedAdam
from stages.training.data import batches

FIT_ON = 20_000  # training images whose codes are enough for a density
MIXTURE_STEPS = 20  # of expectation maximisation, after k-means: more made samples no better (reports/LOG.md)
FLOW_LAYERS, FLOW_HIDDEN, FLOW_STEPS, FLOW_BATCH = 8, 128, 2_000, 256


def from_mixture(codes: np.ndarray, count: int, components: int, seed: int) -> np.ndarray:
    """Fit a full-covariance Gaussian mixture to codes [N, code] and draw from it -> [count, code] float32.

    With fewer than 20 codes a component, fewer components are used.
    """
    codes = codes.astype(np.float64)
    components = max(1, min(components, len(codes) // 20))
    mixture = GaussianMixture(components, reg_covar=1e-4, max_iter=MIXTURE_STEPS, tol=1e-3, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        drawn, _ = mixture.fit(codes).sample(count)
    # `sample` orders by component; any prefix should be a fair sample too.
    return np.random.default_rng(seed).permutation(drawn).astype(np.float32)


def from_flow(codes: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Fit a coupling flow to codes [N, code] by maximum likelihood and draw from it -> [count, code] float32.

    The flow starts as a Gaussian with the codes' mean and deviations.
    """
    keras.utils.set_random_seed(seed)
    mean, scale = codes.mean(axis=0), codes.std(axis=0) + 1e-3
    flow = CouplingFlow(codes.shape[1], layers=FLOW_LAYERS, hidden=FLOW_HIDDEN)
    density = Flowed(standard_normal(codes.shape[1]), flow.bijector())
    rate = keras.optimizers.schedules.CosineDecay(2e-3, FLOW_STEPS)
    optimizer = FusedAdam(rate)
    optimizer.build(flow.trainable_variables)
    dataset = batches(((codes - mean) / scale,), batch=FLOW_BATCH, seed=seed).take(FLOW_STEPS)

    @tf.function
    def step(z: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(density.log_prob(z))
        optimizer.apply(tape.gradient(loss, flow.trainable_variables), flow.trainable_variables)

    for z in dataset:
        step(z)
    return density.sample(count, seed=[seed, 5]).numpy() * scale + mean
