"""What every metric means: the source of reports/metrics.md."""

from typing import NamedTuple

from digitforge.protocol import HEADLINES


class Metric(NamedTuple):
    """One entry. `key` is its place in reports/metrics/VARIANT.details.json, `GROUP.NAME`, or in verifier.json."""

    key: str
    title: str
    meaning: str
    best: str
    worst: str
    source: str
    checked: str  # against what, in which test

    @property
    def headline(self) -> bool:
        """Whether it is in reports/metrics/VARIANT.json too."""
        group, name = self.key.split(".", 1)
        return name in HEADLINES.get(group, ())


CATALOGUE = (
    Metric(
        "verifier.accuracy",
        "Verifier's accuracy",
        "Share of test digits that the verifier reads right; `accuracy_binary` when thresholded at one half.",
        "1",
        "0.1 is guessing",
        "definition",
        "a slow count in the test",
    ),
    Metric(
        "verifier.calibration_error",
        "Calibration error",
        "How far the verifier's confidence is from its accuracy, averaged over 15 bins of confidence.",
        "0",
        "1",
        "Guo 2017, arXiv:1706.04599, eq. 3",
        "a loop over bins; honest and dishonest probabilities",
    ),
    Metric(
        "reconstruction.predictability",
        "Recognised reconstructions",
        "Share of reconstructed test images in which the verifier's belief, the product over channels of its top "
        "probability, reaches the tolerance.",
        "1; MNIST's test images reach about 0.99",
        "0",
        "belief as the product of independent channels",
        "a slow count in the test",
    ),
    Metric(
        "reconstruction.accuracy",
        "Right reconstructions",
        "Share of all reconstructed test images that are recognised, and as the digits that they show.",
        "1",
        "0",
        "as above, with the label",
        "a slow count in the test",
    ),
    Metric(
        "reconstruction.coverage",
        "Classes in reconstructions",
        "Share of the trained classes that are recognised at least once among the reconstructions.",
        "1, as far as the test split shows every class",
        "0",
        "as above",
        "a slow count in the test",
    ),
    Metric(
        "reconstruction.mse",
        "Pixel error",
        "Mean squared error per pixel, of pixels in [0, 1].",
        "0",
        "1",
        "definition",
        "scikit-learn's `mean_squared_error`",
    ),
    Metric(
        "reconstruction.bce_nats",
        "Cross-entropy",
        "Binary cross-entropy between an image and its reconstruction from the best code, summed over pixels and "
        "channels, in nats; of reconstructions of 8 bits, for every model alike.",
        "0 for binary images; their own entropy for grey ones",
        "unbounded",
        "definition",
        "scikit-learn's `log_loss`",
    ),
    Metric(
        "reconstruction.psnr_db",
        "PSNR",
        "Peak signal-to-noise ratio: -10 log10 of an image's pixel error, averaged over images, in decibels.",
        "100 (an exact copy counts as that)",
        "0",
        "definition",
        "scikit-image's `peak_signal_noise_ratio`",
    ),
    Metric(
        "reconstruction.ssim",
        "SSIM",
        "Structural similarity in Gaussian windows of 11 x 11 pixels, averaged over windows and images.",
        "1",
        "-1; about 0 for unrelated images",
        "Wang 2004, doi:10.1109/TIP.2003.819861, eq. 13",
        "scikit-image's `structural_similarity`",
    ),
    Metric(
        "samples.predictability",
        "Recognised samples",
        "Share of generated images in which the verifier's belief reaches the tolerance. Read it with recall: a "
        "model that draws one clear digit again and again scores 1.",
        "1; MNIST's test images reach about 0.99",
        "0",
        "belief as the product of independent channels",
        "a slow count in the test",
    ),
    Metric(
        "samples.coverage",
        "Classes covered",
        "Share of the classes that the model was trained on (10 digits, 1,000 stacks, fewer without a digit) that are "
        "recognised at least once among the samples.",
        "what a perfect sampler of that size reaches on average stands beside it: 1 - (1 - 1/K)^n of K classes",
        "0",
        "coupon collection",
        "a slow count; the expectation by simulation",
    ),
    Metric(
        "samples.modes",
        "Modes",
        "Number of the trained classes that the verifier reads at least once, whatever its belief.",
        "all that were trained on",
        "1",
        "Lin 2018, PacGAN, arXiv:1712.04086, section 4 (26,000 samples)",
        "a slow count in the test",
    ),
    Metric(
        "samples.kl_nats",
        "Class divergence",
        "KL(generated, target) over the trained classes that the verifier reads, in nats. The target is as the "
        "training labels for single digits, and uniform for stacks, as PacGAN has it (MNIST's digits are not quite "
        "equally frequent, which makes 0.004 nats).",
        "0; a perfect sampler of the target and of that size reads the floor that stands beside it",
        "log K for a single class of K equal ones",
        "Lin 2018, PacGAN, arXiv:1712.04086, section 4",
        "`scipy.stats.entropy`; the floor by simulation",
    ),
    Metric(
        "samples.fid",
        "Frechet distance (FID)",
        "Squared distance between Gaussians fitted to the verifier's features of samples and of test images. It "
        "compares only under one verifier, and never with FIDs of Inception features.",
        "0; what training images reach stands beside it, as *real*",
        "unbounded",
        "Heusel 2017, arXiv:1706.08500, eq. 6",
        "the textbook formula with `scipy.linalg.sqrtm`",
    ),
    Metric(
        "samples.kid",
        "Kernel distance (KID)",
        "Squared maximum mean discrepancy with a cubic kernel in the verifier's features, unbiased.",
        "0, or by chance a little less",
        "unbounded",
        "Binkowski 2018, arXiv:1801.01401; Gretton 2012, eq. 3",
        "a double loop; scikit-learn's `polynomial_kernel`",
    ),
    Metric(
        "samples.precision",
        "Precision",
        "Share of samples that lie among the test images: within the distance to its 5th nearest neighbour of some "
        "one.",
        "1; what training images reach stands beside it, as *real*",
        "0",
        "Kynkaanniemi 2019, arXiv:1904.06991",
        "the `prdc` package",
    ),
    Metric(
        "samples.recall",
        "Recall",
        "Share of test images that lie among the samples: how much of the variety is there.",
        "1; what training images reach stands beside it, as *real*",
        "0",
        "Kynkaanniemi 2019, arXiv:1904.06991",
        "the `prdc` package",
    ),
    Metric(
        "samples.density",
        "Density",
        "Mean number of test images' neighbourhoods that a sample lies in, over 5: precision that outliers can't "
        "inflate.",
        "about 1, as *real*; above where samples crowd the most typical images",
        "0",
        "Naeem 2020, arXiv:2002.09797",
        "the `prdc` package",
    ),
    Metric(
        "samples.coverage_prdc",
        "Coverage of neighbourhoods",
        "Share of test images with a sample in their neighbourhood: recall that outliers can't inflate.",
        "1; what training images reach stands beside it, as *real*",
        "0",
        "Naeem 2020, arXiv:2002.09797",
        "the `prdc` package",
    ),
    Metric(
        "samples.untrained_share",
        "Read as untrained",
        "Share of samples that the verifier reads as showing a digit that was not in the training data.",
        "about the verifier's own error",
        "1",
        "this project",
        "a slow count in the test",
    ),
    Metric(
        "samples.copies.pixels.copying",
        "Copying",
        "Chance that a sample lies nearer to its nearest training image than a test image of the same digit does, in "
        "pixels (and, as `features`, in the verifier's).",
        "0.5: as near as new data",
        "1: copies, or only the most typical images; 0: unlike any training image",
        "Meehan 2020, arXiv:2004.05675, with digits as cells",
        "scikit-learn's `NearestNeighbors`; a generator that copies, one that doesn't",
    ),
    Metric(
        "samples.copies.pixels.exact_copies",
        "Exact copies",
        "Share of samples that equal a training image, pixel for pixel.",
        "0, or as test images have it",
        "1",
        "definition",
        "a generator that copies, one that doesn't",
    ),
    Metric(
        "likelihood.elbo_nats",
        "ELBO",
        "Evidence lower bound on log p(x), in nats an image. Thresholded, dynamically binarised and grey pixels are "
        "different data: never compare across them.",
        "higher is better; at most log p(x)",
        "unbounded below",
        "Kingma & Welling 2014, arXiv:1312.6114, eq. 3",
        "TensorFlow Probability's divergence and log-probability; NumPy",
    ),
    Metric(
        "likelihood.nll_nats",
        "Negative log-likelihood",
        "-log p(x) by the importance-weighted bound, in nats an image: with few draws for every test image, with many "
        "for a part of them, whose gap corrects the mean of all (difference estimator).",
        "lower is better; an upper bound on average, tighter with every draw",
        "unbounded",
        "Burda 2016, arXiv:1509.00519, eq. 8; Cochran 1977, chapter 7",
        "the exact log p(x) of a linear-Gaussian model; quadrature over a code of one",
    ),
    Metric(
        "likelihood.kl_nats",
        "KL",
        "Mean divergence of an image's posterior from the prior, in nats; `reconstruction_nats` is the other part.",
        "no best value: the code's share of the ELBO",
        "0: the code is ignored",
        "Kingma & Welling 2014, arXiv:1312.6114, eq. 3",
        "TensorFlow Probability's closed form",
    ),
    Metric(
        "likelihood.bits_per_dimension",
        "Bits per dimension",
        "Negative log-likelihood per pixel and channel, in bits.",
        "lower is better",
        "1 for coin flips of binary pixels",
        "nats / (D ln 2)",
        "coin flips",
    ),
    Metric(
        "likelihood.active_units",
        "Active units",
        "Code coordinates whose best value varies over test images by more than 0.01; a label doesn't count.",
        "as many as the code has",
        "0: the code is ignored",
        "Burda 2016, arXiv:1509.00519, section 5.2",
        "a loop",
    ),
    Metric(
        "likelihood.mutual_information_nats",
        "Mutual information",
        "Between the index of a test image and its code: how well a code says which image it came from. At most log N "
        "of the N images: near that ceiling the number is a lower bound of what more images would give.",
        "the ceiling that stands beside it",
        "0",
        "Hoffman & Johnson 2016, ELBO surgery",
        "posteriors far apart, and equal ones",
    ),
    Metric(
        "likelihood.marginal_kl_nats",
        "Marginal KL",
        "KL(q(z), p(z)): how far the codes of all test images together are from the prior that samples are drawn from. "
        "An upper bound where mutual information is at its ceiling.",
        "0",
        "unbounded",
        "Hoffman & Johnson 2016, ELBO surgery",
        "a Gaussian case; the sum with mutual information is the ELBO's KL",
    ),
    Metric(
        "anomaly.auroc",
        "AUROC",
        "Chance that an image of the left-out digit gets a higher anomaly score than one of the others, over the whole "
        "test split.",
        "1",
        "0.5 is guessing; below, the digit looks more normal than the others",
        "Fawcett 2006, doi:10.1016/j.patrec.2005.10.010, section 7",
        "scikit-learn's `roc_auc_score`",
    ),
    Metric(
        "anomaly.average_precision",
        "Average precision",
        "Mean precision over recalls as the alarm threshold falls.",
        "1",
        "the share of anomalies",
        "sum of (R_t - R_{t-1}) P_t over thresholds",
        "scikit-learn's `average_precision_score`",
    ),
    Metric(
        "anomaly.fpr95",
        "FPR at 95 % TPR",
        "Share of normal images that raise an alarm at the threshold that finds 95 % of the anomalies.",
        "0",
        "1; 0.95 is guessing",
        "Hendrycks 2019, arXiv:1812.04606, section 4",
        "scikit-learn's `roc_curve`",
    ),
    Metric(
        "denoising.psnr_db",
        "PSNR, denoised",
        "PSNR to the clean image of what the model makes of it with Gaussian noise of deviation 0.5, clipped to [0, "
        "1].",
        "100",
        "0; a median filter and the noisy image stand beside it",
        "Vincent 2008, doi:10.1145/1390156.1390294",
        "as PSNR",
    ),
    Metric(
        "denoising.ssim",
        "SSIM, denoised",
        "SSIM of the same.",
        "1",
        "-1",
        "as SSIM",
        "as SSIM",
    ),
    Metric(
        "compression.codes.8.entropy_bytes",
        "Bytes an image",
        "What an ideal entropy coder makes of the quantised best code, under the frequencies of training images' best "
        "codes. The decoder isn't counted.",
        "fewer is better at equal PSNR and SSIM",
        "bits a coordinate times coordinates, or a little more",
        "Shannon 1948; Witten 1987, doi:10.1145/214762.214771",
        "a loop; uniform levels cost their bits",
    ),
    Metric(
        "stacked.accuracy",
        "Right stacks, channel by channel",
        "As right reconstructions, of a grey model that reconstructs each channel of stacked test images by itself; "
        "`stacked.reconstruction.predictability` are those recognised at all. Its best and worst are those of the "
        "digits, cubed.",
        "1",
        "0",
        "systems of one grey model applied three times; definition",
        "a loop over stacks and channels",
    ),
    Metric(
        "stacked.modes",
        "Modes of stacks, channel by channel",
        "As modes, of stacks of three of a grey model's samples, drawn at random. `stacked.samples` has what is "
        "recognised and covered of them.",
        "1,000",
        "1",
        "Lin 2018, PacGAN, arXiv:1712.04086, section 4 (26,000 samples)",
        "a loop over stacks and channels",
    ),
    Metric(
        "stacked.kl_nats",
        "Class divergence of stacks, channel by channel",
        "As class divergence, of the same stacks: three times that of the digits from uniform shares, and the floor. "
        "26,000 stacks of 10,000 samples show each about eight times, so that floor and interval are a little too "
        "small.",
        "0; a perfect sampler of stacks reads the floor that stands beside it",
        "log 1,000 for a single stack",
        "Lin 2018, PacGAN, arXiv:1712.04086, section 4",
        "a loop over stacks and channels; the floor by simulation",
    ),
    Metric(
        "samples.baseline.fid",
        "Historic sampler",
        "`samples.baseline` has all numbers of samples for codes from the prior where the variant draws its codes "
        "otherwise, from a distribution fitted to codes of training images.",
        "as of samples",
        "as of samples",
        "what older systems drew from",
        "equal numbers for equal samples; a constant sampler",
    ),
)


def meaning(path: str) -> str:
    """What the metric at GROUP/.../NAME in a variant's details means, in a line; "" of what is no metric."""
    known = {metric.key: metric for metric in CATALOGUE}
    group, name = path.split("/")[0], path.split("/")[-1]
    # A number of samples or reconstructions means the same wherever it stands.
    for key in (path.replace("/", "."), f"{group}.{name}", f"samples.{name}", f"reconstruction.{name}"):
        if key in known:
            found = known[key]
            return f"{found.title}: {found.meaning} Best: {found.best}. Worst: {found.worst}."
    return ""
