"""What is measured of a grey model that is applied to stacks channel by channel."""

from digitforge.metrics import verifier
from digitforge.metrics.metric import HIGHER, LOWER, Metric

METRICS = (
    Metric(
        key="stacked.right",
        title="Right stacks, channel by channel",
        label="right",
        meaning=(
            "As right reconstructions, of a grey model that reconstructs each channel of stacked test images by "
            "itself; `stacked.reconstruction.recognised` are those recognised at all."
        ),
        unit="%",
        better=HIGHER,
        best="about 0.95, as test stacks themselves",
        worst="0",
        source="systems of one grey model applied three times; definition",
        checked="a loop over stacks and channels",
        function=verifier.accuracy,
        headline=True,
    ),
    Metric(
        key="stacked.recognised",
        title="Recognised stacks, channel by channel",
        label="recognised",
        meaning="As recognised samples, of stacks of three of a grey model's samples, drawn at random.",
        unit="%",
        better=HIGHER,
        best="about 0.95, as test stacks themselves",
        worst="0",
        source="the product of independent channels",
        checked="a loop over stacks and channels",
        function=verifier.predictability,
        headline=True,
    ),
    Metric(
        key="stacked.accuracy",
        title="Accuracy of stacks, channel by channel",
        label="accuracy",
        meaning=(
            "As accuracy of reconstructions, of the same stacks; `stacked.reconstruction.predictability` are those "
            "that the plain verifier is sure of. Its best and worst are those of the digits, cubed."
        ),
        unit="%",
        better=HIGHER,
        best="1",
        worst="0",
        source="systems of one grey model applied three times; definition",
        checked="a loop over stacks and channels",
        function=verifier.accuracy,
        headline=True,
    ),
    Metric(
        key="stacked.modes",
        title="Modes of stacks, channel by channel",
        label="modes",
        meaning=("As modes, of the stacks of samples. `stacked.samples` has what is recognised and covered of them."),
        unit="classes",
        better=HIGHER,
        best="1,000",
        worst="1",
        source="Lin 2018, PacGAN, arXiv:1712.04086, section 4 (26,000 samples)",
        checked="a loop over stacks and channels",
        function=verifier.modes,
        headline=True,
    ),
    Metric(
        key="stacked.kl_nats",
        title="Class divergence of stacks, channel by channel",
        label="class divergence",
        meaning=(
            "As class divergence, of the same stacks: three times that of the digits from uniform shares, and "
            "the floor. 26,000 stacks of 10,000 samples show each about eight times, so that floor and interval"
            " are a little too small."
        ),
        unit="nats",
        better=LOWER,
        best="0; a perfect sampler of stacks reads the floor that stands beside it",
        worst="log 1,000 for a single stack",
        source="Lin 2018, PacGAN, arXiv:1712.04086, section 4",
        checked="a loop over stacks and channels; the floor by simulation",
        function=verifier.kl_divergence,
        headline=True,
    ),
)
