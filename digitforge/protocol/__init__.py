"""Which metrics are computed of which arrays: the one protocol that every variant goes through."""

# group -> its headline metrics, in the order in which `dvc metrics show` has them; templates/catalogue.py explains all.
HEADLINES = {
    "reconstruction": ("predictability", "accuracy", "mse", "psnr_db", "ssim"),
    "samples": (
        "predictability",
        "coverage",
        "modes",
        "kl_nats",
        "fid",
        "precision",
        "recall",
        "density",
        "coverage_prdc",
    ),
    "likelihood": ("elbo_nats", "nll_nats", "data"),
    "anomaly": ("auroc", "average_precision", "score"),
    "denoising": ("psnr_db", "ssim"),
    "stacked": ("accuracy", "modes", "kl_nats"),
}
