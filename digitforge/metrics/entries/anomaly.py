"""What is measured of anomaly scores."""

from digitforge.metrics import anomaly
from digitforge.metrics.metric import HIGHER, LOWER, NEITHER, Metric

METRICS = (
    Metric(
        key="anomaly.auroc",
        title="AUROC",
        label="AUROC",
        meaning=(
            "Chance that an image of the left-out digit gets a higher anomaly score than one of the others, "
            "over the whole test split."
        ),
        unit="score",
        better=HIGHER,
        best="1",
        worst="0.5 is guessing; below, the digit looks more normal than the others",
        source="Fawcett 2006, doi:10.1016/j.patrec.2005.10.010, section 7",
        checked="scikit-learn's `roc_auc_score`",
        function=anomaly.detection_metrics,
        headline=True,
    ),
    Metric(
        key="anomaly.average_precision",
        title="Average precision",
        label="average precision",
        meaning="Mean precision over recalls as the alarm threshold falls.",
        unit="score",
        better=HIGHER,
        best="1",
        worst="the share of anomalies",
        source="sum of (R_t - R_{t-1}) P_t over thresholds",
        checked="scikit-learn's `average_precision_score`",
        function=anomaly.detection_metrics,
        headline=True,
    ),
    Metric(
        key="anomaly.score",
        title="Anomaly score",
        label="score",
        meaning="Name of the score that the numbers are of: the best founded one that the model can give.",
        unit="word",
        better=NEITHER,
        best="–",
        worst="–",
        source="this project",
        checked="a test of the order",
        headline=True,
    ),
    Metric(
        key="anomaly.fpr95",
        title="FPR at 95 % TPR",
        label="FPR at 95 % TPR",
        meaning="Share of normal images that raise an alarm at the threshold that finds 95 % of the anomalies.",
        unit="score",
        better=LOWER,
        best="0",
        worst="1; 0.95 is guessing",
        source="Hendrycks 2019, arXiv:1812.04606, section 4",
        checked="scikit-learn's `roc_curve`",
        function=anomaly.detection_metrics,
    ),
)
