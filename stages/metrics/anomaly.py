"""How well a score tells anomalies from the rest."""

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score


def auroc(scores: np.ndarray, anomalous: np.ndarray) -> float:
    """Area under the ROC curve: chance that an anomaly scores higher than a normal image; 1 best, 0.5 guessing.

    scores: [N], higher is stranger; anomalous: [N] bool with both kinds present.
    """
    return float(roc_auc_score(anomalous, scores))


def average_precision(scores: np.ndarray, anomalous: np.ndarray) -> float:
    """Mean precision over recalls; 1 best, the share of anomalies for guessing. Same arguments as `auroc`."""
    return float(average_precision_score(anomalous, scores))
