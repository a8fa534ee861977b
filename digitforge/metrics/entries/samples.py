"""What is measured of samples."""

from digitforge.metrics import distances, intervals, memorisation, verifier
from digitforge.metrics.metric import HIGHER, LOWER, NEITHER, Metric

METRICS = (
    Metric(
        key="samples.predictability",
        title="Recognised samples",
        label="recognised",
        meaning=(
            "Share of generated images in which the verifier's belief reaches the tolerance. Read it with "
            "recall: a model that draws one clear digit again and again scores 1."
        ),
        unit="%",
        better=HIGHER,
        best="1; MNIST's test images reach about 0.99",
        worst="0",
        source="belief as the product of independent channels",
        checked="a slow count in the test",
        function=verifier.predictability,
        headline=True,
    ),
    Metric(
        key="samples.coverage",
        title="Classes covered",
        label="classes covered",
        meaning=(
            "Share of the classes that the model was trained on (10 digits, 1,000 stacks, fewer without a "
            "digit) that are recognised at least once among the samples."
        ),
        unit="%",
        better=HIGHER,
        best=("what a perfect sampler of that size reaches on average stands beside it: 1 - (1 - 1/K)^n of K classes"),
        worst="0",
        source="coupon collection",
        checked="a slow count; the expectation by simulation",
        function=verifier.coverage,
        headline=True,
        companion="expected_coverage",
    ),
    Metric(
        key="samples.modes",
        title="Modes",
        label="modes",
        meaning="Number of the trained classes that the verifier reads at least once, whatever its belief.",
        unit="classes",
        better=HIGHER,
        best="all that were trained on",
        worst="1",
        source="Lin 2018, PacGAN, arXiv:1712.04086, section 4 (26,000 samples)",
        checked="a slow count in the test",
        function=verifier.modes,
        headline=True,
    ),
    Metric(
        key="samples.kl_nats",
        title="Class divergence",
        label="class divergence",
        meaning=(
            "KL(generated, target) over the trained classes that the verifier reads, in nats. The target is as "
            "the training labels for single digits, and uniform for stacks, as PacGAN has it (MNIST's digits "
            "are not quite equally frequent, which makes 0.004 nats)."
        ),
        unit="nats",
        better=LOWER,
        best="0; a perfect sampler of the target and of that size reads the floor that stands beside it",
        worst="log K for a single class of K equal ones",
        source="Lin 2018, PacGAN, arXiv:1712.04086, section 4",
        checked="`scipy.stats.entropy`; the floor by simulation",
        function=verifier.kl_divergence,
        headline=True,
        companion="kl_floor_nats",
    ),
    Metric(
        key="samples.fid",
        title="Frechet distance (FID)",
        label="FID",
        meaning=(
            "Squared distance between Gaussians fitted to the verifier's features of samples and of test "
            "images. It compares only under one verifier, and never with FIDs of Inception features."
        ),
        unit="distance",
        better=LOWER,
        best="0; what training images reach stands beside it, as *real*",
        worst="unbounded",
        source="Heusel 2017, arXiv:1706.08500, eq. 6",
        checked="the textbook formula with `scipy.linalg.sqrtm`",
        function=distances.frechet_distance,
        headline=True,
    ),
    Metric(
        key="samples.kid",
        title="Kernel distance (KID)",
        label="KID",
        meaning="Squared maximum mean discrepancy with a cubic kernel in the verifier's features, unbiased.",
        unit="distance",
        better=LOWER,
        best="0, or by chance a little less",
        worst="unbounded",
        source="Binkowski 2018, arXiv:1801.01401; Gretton 2012, eq. 3",
        checked="a double loop; scikit-learn's `polynomial_kernel`",
        function=distances.kernel_distance,
    ),
    Metric(
        key="samples.precision",
        title="Precision",
        label="precision",
        meaning=(
            "Share of samples that lie among the test images: within the distance to its 5th nearest neighbour "
            "of some one."
        ),
        unit="score",
        better=HIGHER,
        best="1; what training images reach stands beside it, as *real*",
        worst="0",
        source="Kynkaanniemi 2019, arXiv:1904.06991",
        checked="the `prdc` package",
        function=distances.neighbourhoods,
        headline=True,
    ),
    Metric(
        key="samples.recall",
        title="Recall",
        label="recall",
        meaning="Share of test images that lie among the samples: how much of the variety is there.",
        unit="score",
        better=HIGHER,
        best="1; what training images reach stands beside it, as *real*",
        worst="0",
        source="Kynkaanniemi 2019, arXiv:1904.06991",
        checked="the `prdc` package",
        function=distances.neighbourhoods,
        headline=True,
    ),
    Metric(
        key="samples.density",
        title="Density",
        label="density",
        meaning=(
            "Mean number of test images' neighbourhoods that a sample lies in, over 5: precision that outliers "
            "can't inflate."
        ),
        unit="score",
        better=NEITHER,
        best="about 1, as *real*; above where samples crowd the most typical images",
        worst="0",
        source="Naeem 2020, arXiv:2002.09797",
        checked="the `prdc` package",
        function=distances.neighbourhoods,
        headline=True,
    ),
    Metric(
        key="samples.coverage_prdc",
        title="Coverage of neighbourhoods",
        label="coverage",
        meaning="Share of test images with a sample in their neighbourhood: recall that outliers can't inflate.",
        unit="score",
        better=HIGHER,
        best="1; what training images reach stands beside it, as *real*",
        worst="0",
        source="Naeem 2020, arXiv:2002.09797",
        checked="the `prdc` package",
        function=distances.neighbourhoods,
        headline=True,
    ),
    Metric(
        key="samples.untrained_share",
        title="Read as untrained",
        label="read as untrained",
        meaning="Share of samples that the verifier reads as showing a digit that was not in the training data.",
        unit="%",
        better=LOWER,
        best="about the verifier's own error",
        worst="1",
        source="this project",
        checked="a slow count in the test",
        function=intervals.mean,
    ),
    Metric(
        key="samples.copies.pixels.copying",
        title="Copying",
        label="nearer than test images, in pixels",
        meaning=(
            "Chance that a sample lies nearer to its nearest training image than a test image of the same digit"
            " does, in pixels (and, as `features`, in the verifier's)."
        ),
        unit="score",
        better=NEITHER,
        best="0.5: as near as new data",
        worst="1: copies, or only the most typical images; 0: unlike any training image",
        source="Meehan 2020, arXiv:2004.05675, with digits as cells",
        checked="scikit-learn's `NearestNeighbors`; a generator that copies, one that doesn't",
        function=memorisation.copying,
    ),
    Metric(
        key="samples.copies.pixels.exact_copies",
        title="Exact copies",
        label="exact copies",
        meaning="Share of samples that equal a training image, pixel for pixel.",
        unit="%",
        better=LOWER,
        best="0, or as test images have it",
        worst="1",
        source="definition",
        checked="a generator that copies, one that doesn't",
        function=intervals.mean,
    ),
)
