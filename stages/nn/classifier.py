"""The network of the verification classifier."""

import keras
from keras import layers


def classifier(shape: tuple[int, int, int], classes: int) -> keras.Model:
    """Convolutional classifier [B, H, W, C] in [0, 1] -> logits [B, classes]."""
    x = keras.Input(shape)
    h = x
    for filters, kernel, stride in ((24, 5, 2), (48, 3, 1), (96, 3, 2), (96, 3, 1)):
        h = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(h)
        h = layers.Activation("relu")(layers.BatchNormalization(momentum=0.95)(h))
    h = layers.Dense(192, use_bias=False)(layers.Flatten()(h))
    h = layers.Activation("relu")(layers.BatchNormalization(momentum=0.95)(h))
    return keras.Model(x, layers.Dense(classes)(h), name="classifier")
