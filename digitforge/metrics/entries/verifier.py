"""What is measured of the verifiers themselves, on test images."""

from digitforge.metrics import calibration
from digitforge.metrics.metric import HIGHER, LOWER, Metric

METRICS = (
    Metric(
        key="verifier.accuracy",
        title="Verifier's accuracy",
        label="accuracy",
        meaning=("Share of test digits that a verifier reads right; `accuracy_binary` when thresholded at one half."),
        unit="%",
        better=HIGHER,
        best="1",
        worst="0.1 is guessing",
        source="definition",
        checked="a slow count in the test",
        function=calibration.accuracy,
    ),
    Metric(
        key="verifier.calibration_error",
        title="Calibration error",
        label="calibration error",
        meaning="How far a verifier's confidence is from its accuracy, averaged over 15 bins of confidence.",
        unit="score",
        better=LOWER,
        best="0",
        worst="1",
        source="Guo 2017, arXiv:1706.04599, eq. 3",
        checked="a loop over bins; honest and dishonest probabilities",
        function=calibration.expected_calibration_error,
    ),
)
