"""What is measured of reconstructed test images."""

from digitforge.metrics import reconstruction, verifier
from digitforge.metrics.metric import HIGHER, LOWER, Metric

METRICS = (
    Metric(
        key="reconstruction.recognised",
        title="Recognised reconstructions",
        label="recognised",
        meaning=(
            'Share of reconstructed test images that the strict verifier, which can answer "no digit", accepts at '
            "the threshold that accepts 95 % of held-out training digits. Its belief is the product over channels of "
            "the top digit's probability."
        ),
        unit="%",
        better=HIGHER,
        best="about 0.95, as the test images themselves; more where a model makes them more typical",
        worst="0",
        source="Hendrycks 2017, arXiv:1610.02136, and 2019, arXiv:1812.04606, at 95 % true positives",
        checked="a slow count in the test",
        function=verifier.predictability,
        headline=True,
    ),
    Metric(
        key="reconstruction.right",
        title="Right reconstructions",
        label="right",
        meaning="Share of all reconstructed test images that are recognised, and as the digits that they show.",
        unit="%",
        better=HIGHER,
        best="about 0.95, as the test images themselves",
        worst="0",
        source="as above, with the label",
        checked="a slow count in the test",
        function=verifier.accuracy,
        headline=True,
    ),
    Metric(
        key="reconstruction.predictability",
        title="Predictability of reconstructions",
        label="predictability",
        meaning=(
            "Share of reconstructed test images in which the plain verifier's belief, the product over channels of "
            "its top probability, reaches the tolerance."
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
        key="reconstruction.accuracy",
        title="Accuracy of reconstructions",
        label="accuracy",
        meaning=(
            "Share of all reconstructed test images that the plain verifier reads with a belief of the tolerance, and "
            "as the digits that they show."
        ),
        unit="%",
        better=HIGHER,
        best="1",
        worst="0",
        source="as above, with the label",
        checked="a slow count in the test",
        function=verifier.accuracy,
        headline=True,
    ),
    Metric(
        key="reconstruction.coverage",
        title="Classes in reconstructions",
        label="classes covered",
        meaning=(
            "Share of the trained classes that the plain verifier reads at least once among the reconstructions with a "
            "belief of the tolerance."
        ),
        unit="%",
        better=HIGHER,
        best="1, as far as the test split shows every class",
        worst="0",
        source="as above",
        checked="a slow count in the test",
        function=verifier.coverage,
    ),
    Metric(
        key="reconstruction.mse",
        title="Pixel error",
        label="pixel error",
        meaning="Mean squared error per pixel, of pixels in [0, 1].",
        unit="squared error",
        better=LOWER,
        best="0",
        worst="1",
        source="definition",
        checked="scikit-learn's `mean_squared_error`",
        function=reconstruction.mse,
        headline=True,
    ),
    Metric(
        key="reconstruction.bce_nats",
        title="Cross-entropy",
        label="cross-entropy",
        meaning=(
            "Binary cross-entropy between an image and its reconstruction from the best code, summed over "
            "pixels and channels, in nats; of reconstructions of 8 bits, for every model alike."
        ),
        unit="nats",
        better=LOWER,
        best="0 for binary images; their own entropy for grey ones",
        worst="unbounded",
        source="definition",
        checked="scikit-learn's `log_loss`",
        function=reconstruction.bce_nats,
    ),
    Metric(
        key="reconstruction.psnr_db",
        title="PSNR",
        label="PSNR",
        meaning=("Peak signal-to-noise ratio: -10 log10 of an image's pixel error, averaged over images, in decibels."),
        unit="dB",
        better=HIGHER,
        best="100 (an exact copy counts as that)",
        worst="0",
        source="definition",
        checked="scikit-image's `peak_signal_noise_ratio`",
        function=reconstruction.psnr_db,
        headline=True,
    ),
    Metric(
        key="reconstruction.ssim",
        title="SSIM",
        label="SSIM",
        meaning="Structural similarity in Gaussian windows of 11 x 11 pixels, averaged over windows and images.",
        unit="score",
        better=HIGHER,
        best="1",
        worst="-1; about 0 for unrelated images",
        source="Wang 2004, doi:10.1109/TIP.2003.819861, eq. 13",
        checked="scikit-image's `structural_similarity`",
        function=reconstruction.ssim,
        headline=True,
    ),
)
