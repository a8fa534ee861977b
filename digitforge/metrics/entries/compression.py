"""What is measured of quantised codes."""

from digitforge.metrics import compression
from digitforge.metrics.metric import LOWER, Metric

METRICS = (
    Metric(
        key="compression.codes.8.entropy_bytes",
        title="Bytes an image",
        label="bytes",
        meaning=(
            "What an ideal entropy coder makes of the quantised best code, under the frequencies of training "
            "images' best codes. The decoder isn't counted."
        ),
        unit="bytes",
        better=LOWER,
        best="0; compare at equal PSNR and SSIM",
        worst="bits a coordinate times coordinates, or a little more",
        source="Shannon 1948; Witten 1987, doi:10.1145/214762.214771",
        checked="a loop; uniform levels cost their bits",
        function=compression.code_length_bytes,
    ),
)
