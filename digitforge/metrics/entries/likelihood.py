"""What is measured of a model's likelihood of test images."""

from digitforge.metrics import intervals, likelihood
from digitforge.metrics.metric import HIGHER, LOWER, NEITHER, Metric

METRICS = (
    Metric(
        key="likelihood.elbo_nats",
        title="ELBO",
        label="ELBO",
        meaning=(
            "Evidence lower bound on log p(x), in nats an image. Thresholded, dynamically binarised and grey "
            "pixels are different data: never compare across them."
        ),
        unit="nats",
        better=HIGHER,
        best="at most log p(x)",
        worst="unbounded below",
        source="Kingma & Welling 2014, arXiv:1312.6114, eq. 3",
        checked="TensorFlow Probability's divergence and log-probability; NumPy",
        function=likelihood.elbo,
        headline=True,
    ),
    Metric(
        key="likelihood.nll_nats",
        title="Negative log-likelihood",
        label="NLL",
        meaning=(
            "-log p(x) by the importance-weighted bound, in nats an image: with few draws for every test image,"
            " with many for a part of them, whose gap corrects the mean of all (difference estimator)."
        ),
        unit="nats",
        better=LOWER,
        best="the data's own entropy; the number is an upper bound on average, tighter with every draw",
        worst="unbounded",
        source="Burda 2016, arXiv:1509.00519, eq. 8; Cochran 1977, chapter 7",
        checked="the exact log p(x) of a linear-Gaussian model; quadrature over a code of one",
        function=likelihood.corrected_mean,
        headline=True,
    ),
    Metric(
        key="likelihood.data",
        title="Pixels of the likelihood",
        label="pixels",
        meaning=(
            "What the nats are of: `dynamic` pixels drawn anew from grey ones, `threshold` black and white "
            "ones, `grey` values under a probability of black and white, or a `density` of grey ones. Nats of "
            "different pixels don't compare."
        ),
        unit="word",
        better=NEITHER,
        best="–",
        worst="–",
        source="this project",
        checked="a test of each kind",
        headline=True,
    ),
    Metric(
        key="likelihood.kl_nats",
        title="KL",
        label="KL",
        meaning="Mean divergence of an image's posterior from the prior, in nats.",
        unit="nats",
        better=NEITHER,
        best="no best value: the code's share of the ELBO",
        worst="0: the code is ignored",
        source="Kingma & Welling 2014, arXiv:1312.6114, eq. 3",
        checked="TensorFlow Probability's closed form",
        function=intervals.mean,
    ),
    Metric(
        key="likelihood.reconstruction_nats",
        title="Reconstruction term",
        label="reconstruction",
        meaning=(
            "Mean of -log p(x|z) over codes from an image's posterior, in nats: the ELBO's part that isn't the KL."
        ),
        unit="nats",
        better=LOWER,
        best="the data's own entropy",
        worst="unbounded",
        source="Kingma & Welling 2014, arXiv:1312.6114, eq. 3",
        checked="its sum with the KL is the ELBO",
        function=intervals.mean,
    ),
    Metric(
        key="likelihood.bits_per_dimension",
        title="Bits per dimension",
        label="bits per dimension",
        meaning="Negative log-likelihood per pixel and channel, in bits.",
        unit="bits a dimension",
        better=LOWER,
        best="the data's own entropy",
        worst="1 for coin flips of binary pixels",
        source="nats / (D ln 2)",
        checked="coin flips",
        function=likelihood.bits_per_dimension,
    ),
    Metric(
        key="likelihood.active_units",
        title="Active units",
        label="active units",
        meaning=("Code coordinates whose best value varies over test images by more than 0.01; a label doesn't count."),
        unit="coordinates",
        better=HIGHER,
        best="as many as the code has",
        worst="0: the code is ignored",
        source="Burda 2016, arXiv:1509.00519, section 5.2",
        checked="a loop",
        function=likelihood.active_units,
        companion="units",
    ),
    Metric(
        key="likelihood.mutual_information_nats",
        title="Mutual information",
        label="mutual information",
        meaning=(
            "Between the index of a test image and its code: how well a code says which image it came from. At "
            "most log N of the N images: near that ceiling the number is a lower bound of what more images "
            "would give."
        ),
        unit="nats",
        better=HIGHER,
        best="the ceiling that stands beside it",
        worst="0",
        source="Hoffman & Johnson 2016, ELBO surgery",
        checked="posteriors far apart, and equal ones",
        function=likelihood.mutual_information,
        companion="mutual_information_ceiling_nats",
    ),
    Metric(
        key="likelihood.marginal_kl_nats",
        title="Marginal KL",
        label="marginal KL",
        meaning=(
            "KL(q(z), p(z)): how far the codes of all test images together are from the prior that samples are "
            "drawn from. An upper bound where mutual information is at its ceiling."
        ),
        unit="nats",
        better=LOWER,
        best="0",
        worst="unbounded",
        source="Hoffman & Johnson 2016, ELBO surgery",
        checked="a Gaussian case; the sum with mutual information is the ELBO's KL",
        function=likelihood.marginal_kl,
    ),
)
