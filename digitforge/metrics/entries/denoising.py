"""What is measured of reconstructions of noisy test images."""

from digitforge.metrics import reconstruction
from digitforge.metrics.metric import HIGHER, Metric

METRICS = (
    Metric(
        key="denoising.psnr_db",
        title="PSNR, denoised",
        label="PSNR",
        meaning=(
            "PSNR to the clean image of what the model makes of it with Gaussian noise of deviation 0.5, "
            "clipped to [0, 1]."
        ),
        unit="dB",
        better=HIGHER,
        best="100",
        worst="0; a median filter and the noisy image stand beside it",
        source="Vincent 2008, doi:10.1145/1390156.1390294",
        checked="as PSNR",
        function=reconstruction.psnr_db,
        headline=True,
    ),
    Metric(
        key="denoising.ssim",
        title="SSIM, denoised",
        label="SSIM",
        meaning="SSIM of the same.",
        unit="score",
        better=HIGHER,
        best="1",
        worst="-1",
        source="as SSIM",
        checked="as SSIM",
        function=reconstruction.ssim,
        headline=True,
    ),
)
