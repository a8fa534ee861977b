r"""What every model is: the texts of reports/cards. Data only; `cards.py` looks them up.

A row of params.yaml without a text of its own gets that of its family. A recipe may name {steps}, {batch} and {code},
which are the row's. Equations are LaTeX, in the symbols of the papers: x an image, z its code, \hat x = f(z); the page
breaks them at ", \qquad".
"""

from typing import NamedTuple


class Card(NamedTuple):
    """The texts of one model; `about` has three sentences."""

    about: str
    equation: str
    paper: str
    weakness: str
    recipe: str


def cite(authors: str, year: int, title: str, place: str) -> str:
    """A reference with a link. place: arXiv:..., doi:..., or where else it appeared."""
    links = {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
    scheme, _, name = place.partition(":")
    where = f"[{place}]({links[scheme]}{name})" if scheme in links else place
    return f"{authors} ({year}), *{title}*, {where}"


HINTON = cite(
    "G. E. Hinton, R. R. Salakhutdinov",
    2006,
    "Reducing the Dimensionality of Data with Neural Networks",
    "doi:10.1126/science.1127647",
)
KINGMA = cite("D. P. Kingma, M. Welling", 2014, "Auto-Encoding Variational Bayes", "arXiv:1312.6114") + ", eq. 3"
GHOSH = cite(
    "P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf",
    2020,
    "From Variational to Deterministic Autoencoders",
    "arXiv:1903.12436",
)
STACKED = cite(
    "L. Metz, B. Poole, D. Pfau, J. Sohl-Dickstein",
    2017,
    "Unrolled Generative Adversarial Networks",
    "arXiv:1611.02163",
)
PACGAN = cite(
    "Z. Lin, A. Khetan, G. Fanti, S. Oh",
    2018,
    "PacGAN: The power of two samples in generative adversarial networks",
    "arXiv:1712.04086",
)
GOODFELLOW = cite("I. J. Goodfellow and others", 2014, "Generative Adversarial Networks", "arXiv:1406.2661")
MESCHEDER = cite(
    "L. Mescheder, A. Geiger, S. Nowozin",
    2018,
    "Which Training Methods for GANs do actually Converge?",
    "arXiv:1801.04406",
)
BURDA = (
    cite("Y. Burda, R. Grosse, R. Salakhutdinov", 2016, "Importance Weighted Autoencoders", "arXiv:1509.00519")
    + ", eq. 8; the gradient: "
    + cite(
        "G. Tucker, D. Lawson, S. Gu, C. J. Maddison",
        2019,
        "Doubly Reparameterized Gradient Estimators for Monte Carlo Objectives",
        "arXiv:1810.04152",
    )
)
DINH = (
    cite("L. Dinh, J. Sohl-Dickstein, S. Bengio", 2017, "Density estimation using Real NVP", "arXiv:1605.08803")
    + "; as a prior: "
    + cite(
        "C.-W. Huang and others",
        2017,
        "Learnable Explicit Density for Continuous Latent Space and Variational Inference",
        "arXiv:1710.02248",
    )
    + "; on a mixture: "
    + cite(
        "G. Papamakarios, T. Pavlakou, I. Murray",
        2017,
        "Masked Autoregressive Flow for Density Estimation",
        "arXiv:1705.07057",
    )
)

CROSS_ENTROPY = (
    r"\mathcal{L}(x) = -\sum_i \left[x_i \log \hat x_i + (1 - x_i) \log (1 - \hat x_i)\right], \qquad \hat x = f(g(x))"
)
SQUARED_ERROR = r"\mathcal{L}(x) = \lVert x - \hat x \rVert^2, \qquad \hat x = f(g(x))"
ELBO = (
    r"\mathcal{L}(x) = -\mathbb{E}_{q(z \mid x)}\left[\log p(x \mid z)\right]"
    r" + \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right), \qquad p(z) = \mathcal{N}(0, I)"
)
FLOW_PRIOR = (
    r"\log p(z) = \log \sum_{k=1}^{K} \pi_k \, \mathcal{N}\left(h(z); \mu_k, \sigma_k^2\right) + \log"
    r" \left\lvert \det \frac{\partial h}{\partial z} \right\rvert,"
    r" \qquad h_b(z) = \frac{z_b - t(z_a)}{\exp s(z_a)}, \quad h_a(z) = z_a"
)
IMPORTANCE_WEIGHTED = (
    r"\mathcal{L}_K(x) = -\mathbb{E}_{z_1 \ldots z_K \sim q(z \mid x)}\left[\log \frac{1}{K} \sum_k w_k\right],"
    r" \qquad"
    r" w_k = \frac{p(x, z_k)}{q(z_k \mid x)}"
)
NON_SATURATING = (
    r"\mathcal{L}_D = -\mathbb{E}_x\left[\log D(x)\right] - \mathbb{E}_z\left[\log(1 - D(f(z)))\right]"
    r" + \frac{\gamma}{2} \mathbb{E}_x\left[\lVert \nabla D(x) \rVert^2\right], \qquad"
    r" \mathcal{L}_f = -\mathbb{E}_z\left[\log D(f(z))\right]"
)

FALLBACK = {
    "autoencoder": Card(
        "A network turns an image into a code, another one turns the code into the image again, and both learn to "
        "lose as little as possible on the way. Nothing in the training says how codes are distributed. New images "
        "are drawn from a density that is fitted to the codes of training images afterwards.",
        r"\mathcal{L}(x) = -\log p(x \mid z) + \lambda\, R(z), \qquad z = g(x)",
        HINTON,
        "It has no likelihood, and a code that no training image has may decode to no digit.",
        "Trained for {steps} steps of batch {batch}.",
    ),
    "vae": Card(
        "An encoder gives each image a distribution of codes, and a decoder turns a code into probabilities of "
        "pixels. Training maximises a lower bound of the images' likelihood: good reconstructions from codes that "
        "stay close to the prior. New images are decoded from new codes.",
        r"\mathcal{L}(x) = -\mathbb{E}_{q(z \mid x)}\left[\log p(x \mid z)\right]"
        r" + \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right)",
        KINGMA,
        "Pixels are independent given the code, so what the code leaves open comes out blurred; and the codes of real "
        "images never fill the prior quite.",
        "Trained for {steps} steps of batch {batch}.",
    ),
    "conditional_vae": Card(
        "A variational autoencoder whose code has two parts: the label of the image, and everything else. The encoder "
        "learns to read the label from the image, with all training labels given. A digit can be asked for by name, "
        "and its style kept while the label changes.",
        r"\mathcal{L}(x, y) = -\mathbb{E}_{q(z \mid x, y)}\left[\log p(x \mid y, z) + \log p(y) + \log p(z)"
        r" - \log q(z \mid x, y)\right] - \alpha \log q(y \mid x)",
        cite(
            "D. P. Kingma, D. J. Rezende, S. Mohamed, M. Welling",
            2014,
            "Semi-Supervised Learning with Deep Generative Models",
            "arXiv:1406.5298",
        ),
        "It needs labels, and where the encoder reads the wrong one the reconstruction is of the wrong digit.",
        "Trained for {steps} steps of batch {batch}.",
    ),
    "vqvae": Card(
        "The code is a grid of entries from a learned codebook, so an image becomes a short text in a learned "
        "alphabet. The encoder's outputs are replaced by their nearest entries, and gradients pass as if they "
        "weren't. A second network learns to write such texts, one entry after another, and that is where new images "
        "come from.",
        r"\mathcal{L}(x) = -\log p(x \mid e) + \lVert \mathrm{sg}[z_e(x)] - e \rVert^2"
        r" + \beta \lVert z_e(x) - \mathrm{sg}[e] \rVert^2 - \sum_i \log p(k_i \mid k_{<i}), \qquad"
        r" k_i = \arg\min_j \lVert z_{e,i}(x) - e_j \rVert",
        cite(
            "A. van den Oord, O. Vinyals, K. Kavukcuoglu",
            2017,
            "Neural Discrete Representation Learning",
            "arXiv:1711.00937",
        ),
        "Samples are drawn entry by entry, and an early mistake stays; entries of the codebook can go unused.",
        "Trained for {steps} steps of batch {batch}.",
    ),
    "gan": Card(
        "A generator turns random codes into images, and a discriminator learns to tell them from real ones. The "
        "generator is trained to be mistaken for the data, without any likelihood or reconstruction. There is no "
        "encoder: an image has no code, so much of what is measured of other models doesn't apply.",
        NON_SATURATING,
        GOODFELLOW,
        "It can leave out whole parts of the data without its loss showing it: read recall beside recognised samples.",
        "Trained for {steps} steps of batch {batch}.",
    ),
}

CARDS = {
    "ae_deep": Card(
        "Seven dense layers squeeze an image into five numbers, and eight draw the image from them again. Nothing "
        "asks the codes to follow a distribution, so new images need one that is fitted to the codes afterwards. It "
        "is the reference for how much of a digit five numbers can hold.",
        CROSS_ENTROPY,
        HINTON,
        "No likelihood, and no notion of a probable code: between the clusters of two digits lie images of neither. "
        "Five numbers can't hold the details that tell similar digits apart.",
        "The layers are those of the original system. Its 105 epochs of batch 1024 became {steps} steps of batch "
        "{batch} to fit two cores, and its random codes are the historic sampler: the codes here follow a density "
        "fitted to training codes.",
    ),
    "vae_tril": Card(
        "Convolutions map an image to a Gaussian over codes of five, with a full covariance: its coordinates may lean "
        "on each other. A transposed-convolutional decoder turns a code into probabilities of black and white pixels. "
        "The KL term keeps the posteriors close to N(0, I), from which new codes can be drawn.",
        ELBO + r", \qquad q(z \mid x) = \mathcal{N}\left(\mu(x), L(x) L(x)^\top\right)",
        KINGMA
        + "; "
        + cite("D. P. Kingma, M. Welling", 2019, "An Introduction to Variational Autoencoders", "arXiv:1906.02691")
        + ", section 2.5.1",
        "A code of five is too small for a digit's details, and the five coordinates of all images together don't "
        "fill N(0, I): part of the samples fall into the gaps.",
        "The system that it follows names no training budget; here {steps} steps of batch {batch}. It shows the mode "
        "of each pixel, as here, where pixels are lit from one half on.",
    ),
    "ae_anomaly": Card(
        "The deep dense autoencoder, trained without one digit. What it never saw it reconstructs badly, so the "
        "original's score is the reconstruction error. The table has it beside the distance of an image's code from "
        "those of training images, which says little in a code of so few numbers.",
        r"\mathrm{score}(x) = -\sum_i \left[x_i \log \hat x_i + (1 - x_i) \log (1 - \hat x_i)\right]",
        cite(
            "M. Sakurada, T. Yairi",
            2014,
            "Anomaly Detection Using Autoencoders with Nonlinear Dimensionality Reduction",
            "doi:10.1145/2689746.2689747",
        ),
        "An unusual but known digit can score higher than an ordinary unknown one; and a digit made of familiar "
        "strokes is reconstructed too well to be noticed.",
        "The layers of `ae_deep`; {steps} steps of batch {batch} where the original trains for 105 epochs of batch "
        "1024.",
    ),
    "vae_anomaly": Card(
        "The convolutional VAE, trained without one digit. The original's scores are likelihoods: of an image by "
        "draws of the prior or by importance sampling, and of its reconstruction. The table has them "
        "beside the distance of an image's code from those of training images, which says little in a code of so few "
        "numbers.",
        r"\mathrm{score}(x) = -\log p(x), \qquad"
        r" p(x) \approx \frac{1}{N} \sum_{n=1}^{N} p(x \mid z_n), \quad z_n \sim p(z)",
        cite(
            "J. An, S. Cho",
            2015,
            "Variational Autoencoder based Anomaly Detection using Reconstruction Probability",
            "technical report, SNU Data Mining Center",
        ),
        "A likelihood also measures how complex an image is: a 1 is likely whether or not it was trained on.",
        "The original averages the exponential of minus the *mean* cross-entropy, which is no likelihood; here the "
        "sum over pixels, in log space, and importance sampling beside it. Trained for {steps} steps of batch {batch}.",
    ),
    "ae_sigmoid": Card(
        "Dense layers of 256, 128 and 64 sigmoid units and their mirror image, trained on the squared error of grey "
        "pixels. Its outputs are rectified linear units, which may exceed one and are cut off there. It is an "
        "autoencoder as they were built before ReLU and Adam: saturating units, trained by RMSProp.",
        SQUARED_ERROR + r" = \max(0, W h + b)",
        HINTON,
        "Sigmoid layers learn slowly, as their gradients vanish where they saturate; an output unit that a ReLU has "
        "switched off for all images gets no gradient at all.",
        "The original names no budget; here {steps} steps of batch {batch}. Its squared error is averaged over "
        "pixels, here it is summed, which is another scale of the same objective.",
    ),
    "vae_compression": Card(
        "A convolutional VAE with a code of ten, made to store images: the code is quantised, entropy-coded, and "
        "decoded again. Squared error in place of a cross-entropy says that pixels are grey values around a mean. Its "
        "codes can be moved by hand, coordinate by coordinate, to see what each one holds.",
        r"\mathcal{L}(x) = \lVert x - f(z) \rVert^2 + \mathrm{KL}\left(q(z \mid x) \,\Vert\, \mathcal{N}(0, I)\right),"
        r" \qquad z \sim q(z \mid x)",
        cite(
            "L. Theis, W. Shi, A. Cunningham, F. Huszár",
            2017,
            "Lossy Image Compression with Compressive Autoencoders",
            "arXiv:1703.00395",
        )
        + "; the model: "
        + KINGMA,
        "It isn't trained for the bytes that it is measured by: quantisation comes afterwards, and the decoder, which "
        "both sides need, isn't counted. Squared error blurs what the code leaves open.",
        "The layers and the objective of the original; here {steps} steps of batch {batch}.",
    ),
    "ae_vanilla": Card(
        "One hidden layer between image and image, and nothing else. With linear units it would find the subspace of "
        "the first principal components; with non-linear ones it stays close to that. It is the baseline for every "
        "deeper autoencoder.",
        SQUARED_ERROR,
        cite(
            "H. Bourlard, Y. Kamp",
            1988,
            "Auto-association by multilayer perceptrons and singular value decomposition",
            "doi:10.1007/BF00332918",
        ),
        "The code is large and hardly structured: a density fitted to it gives sums of strokes more often than digits.",
        "The original names no budget; here {steps} steps of batch {batch}.",
    ),
    "ae_multilayer": Card(
        "Dense layers of 128 units around a code of 64: a second layer on each side lets the code bend around the "
        "data. That is non-linear principal component analysis. It is the step between `ae_vanilla` and `ae_deep`.",
        CROSS_ENTROPY,
        cite(
            "M. A. Kramer",
            1991,
            "Nonlinear principal component analysis using autoassociative neural networks",
            "doi:10.1002/aic.690370209",
        ),
        "The code is wider than the digits need, so reconstructions are good and the space between codes is empty: "
        "samples depend on the density fitted afterwards.",
        "784-128-64-128-784, as in the original; here {steps} steps of batch {batch}.",
    ),
    "ae_conv": Card(
        "Convolutions and pooling: an image becomes eight small maps of features, mirrored on the way back. One dense "
        "layer leads from the maps to the code, one from the code to maps. The same weights look at every place, so "
        "there are few of them.",
        CROSS_ENTROPY,
        cite(
            "J. Masci, U. Meier, D. Cireşan, J. Schmidhuber",
            2011,
            "Stacked Convolutional Auto-Encoders for Hierarchical Feature Extraction",
            "doi:10.1007/978-3-642-21735-7_7",
        ),
        "Pooling forgets where in its window a stroke was: dense layers without it (`ae_multilayer`) reconstruct more "
        "from half as long a code. Its samples depend on a density of many coordinates.",
        "Channels of 16, 8 and 8 with pooling, as in the original; here {steps} steps of batch {batch}.",
    ),
    "ae_sparse": Card(
        "An autoencoder that pays for every active unit of its code. The penalty leaves few units on for an image, so "
        "each of them comes to stand for a part that recurs. The code may be wide without becoming a copy of the "
        "image.",
        r"\mathcal{L}(x) = -\sum_i \left[x_i \log \hat x_i + (1 - x_i) \log (1 - \hat x_i)\right]"
        r" + \lambda \sum_j \lvert z_j \rvert, \qquad \hat x = f(z), \quad z = g(x)",
        cite("A. Ng", 2011, "Sparse autoencoder", "CS294A lecture notes, Stanford University"),
        "Sparse codes lie on many low-dimensional faces, which a mixture of Gaussians or a flow describes badly; "
        "units that the penalty has switched off for good are lost.",
        "The notes penalise the units' mean activation by a KL divergence, here the weight of the penalty is on their "
        "absolute values (L1), as in the original system. Trained for {steps} steps of batch {batch}.",
    ),
    "ae_denoising": Card(
        "It gets noisy images and is asked for the clean ones. To take noise away it has to know what digits look "
        "like: the noise is a regulariser as much as a task. Of all models here it is the one that was trained for "
        "the denoising test.",
        r"\mathcal{L}(x) = -\sum_i \left[x_i \log \hat x_i + (1 - x_i) \log (1 - \hat x_i)\right], \qquad"
        r" \hat x = f(g(\tilde x)), \quad \tilde x = \mathrm{clip}(x + \sigma \epsilon), \quad"
        r" \epsilon \sim \mathcal{N}(0, I)",
        cite(
            "P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol",
            2008,
            "Extracting and Composing Robust Features with Denoising Autoencoders",
            "doi:10.1145/1390156.1390294",
        ),
        "It knows one strength of noise: much weaker or much stronger noise than it was trained with it handles less "
        "well.",
        "The paper switches pixels off, the original system adds Gaussian noise of deviation 0.5, as here. Trained "
        "for {steps} steps of batch {batch}.",
    ),
    "vae_dense": Card(
        "The variational autoencoder as it was first published: a dense encoder with a head for the mean and one for "
        "the deviation, and a dense decoder. Codes are drawn by shifting and scaling standard noise, through which "
        "gradients pass. It is what every other VAE here is a change of.",
        ELBO,
        KINGMA,
        "A diagonal Gaussian posterior, a prior that asks for N(0, I) and dense layers that know nothing of "
        "neighbouring pixels: each of the other VAEs removes one of these limits.",
        "784-256-z, as in the original, on pixels that are drawn anew from the grey values at every step; here a code "
        "of {code} and {steps} steps of batch {batch}.",
    ),
    "gan_dcgan": Card(
        "A generator and a discriminator, both convolutional, play against each other. The generator maximises the "
        "discriminator's belief in its images, rather than minimising its disbelief, so that its gradient doesn't "
        "vanish while it still loses. There is no encoder, no likelihood and no reconstruction: only samples are "
        "measured.",
        NON_SATURATING,
        cite(
            "A. Radford, L. Metz, S. Chintala",
            2016,
            "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
            "arXiv:1511.06434",
        )
        + "; "
        + GOODFELLOW
        + "; the penalty: "
        + MESCHEDER
        + ", eq. 9",
        "The two losses say little about progress, and the generator may settle on the digits that fool best.",
        "DCGAN's strided and transposed convolutions became a residual network on patches, which is faster on a "
        "processor; batch normalisation stays in the generator, and in the discriminator a penalty on its gradient at "
        "real images (R1) took its place. Trained for {steps} steps of batch {batch}.",
    ),
    "vae_conv": Card(
        "Two strided convolutions of 32 and 64 channels, a dense layer, a code of Gaussians, and the mirror image of "
        "it all. The objective is that of `vae_dense`, the summed cross-entropy and the KL. It shows what "
        "convolutions alone change.",
        ELBO,
        KINGMA,
        "Samples are as soft as the pixel-wise likelihood allows, and N(0, I) has regions that no image maps to.",
        "Layers as in the original, with a code of {code}; here {steps} steps of batch {batch}. The published 74.29 % "
        "was a share of pixels on training batches; here everything is measured on test images.",
    ),
    "vae_beta": Card(
        "The KL term gets a weight β, which moves the balance between faithful reconstructions and codes that follow "
        "the prior. It rises during a warm-up, so that the decoder learns to use the code before the code is paid "
        "for; and the first nats of every image's code are free. With β = 1 and none of these it is the plain VAE.",
        r"\mathcal{L}(x) = -\mathbb{E}_{q(z \mid x)}\left[\log p(x \mid z)\right] + \beta \max\left("
        r"\mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right), \lambda\right)",
        cite(
            "I. Higgins and others",
            2017,
            "beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework",
            "ICLR 2017",
        )
        + ", eq. 4; free bits: "
        + cite(
            "D. P. Kingma and others",
            2016,
            "Improved Variational Inference with Inverse Autoregressive Flow",
            "arXiv:1606.04934",
        )
        + "; warm-up: "
        + cite("C. K. Sønderby and others", 2016, "Ladder Variational Autoencoders", "arXiv:1602.02282"),
        "With β other than 1 the objective is no bound that is worth maximising for its own sake: likelihoods suffer "
        "for what samples or reconstructions gain.",
        "The authors look for disentangled factors with β above 1; here β is what the table says. Trained for {steps} "
        "steps of batch {batch}.",
    ),
    "vae_iwae": Card(
        "Several codes are drawn for an image and the bound averages their importance weights inside the logarithm, "
        "which makes it tighter with every code. The posterior need not be right everywhere, as long as some draw is "
        "good. The encoder is trained by the doubly reparametrised gradient, whose signal doesn't drown in noise as "
        "the number of draws grows.",
        IMPORTANCE_WEIGHTED + r", \qquad -\nabla_\phi \mathcal{L}_K = \mathbb{E}\left[\sum_k \tilde w_k^2\,"
        r" \frac{\partial \log w_k}{\partial z_k} \frac{\partial z_k}{\partial \phi}\right], \qquad"
        r" \tilde w_k = \frac{w_k}{\sum_j w_j}",
        BURDA,
        "A step costs as many decodings as there are draws, and the single posterior is no longer meant to be close "
        "to the true one: its ELBO and its reconstructions are not what was trained.",
        "The authors draw 50 codes and train for thousands of epochs; here {steps} steps of batch {batch}.",
    ),
    "vae_vamp": Card(
        "The prior is a mixture of the encoder's own posteriors at learned pseudo-inputs: images that stand for the "
        "data. It moves with the posteriors, so codes are no longer pressed into N(0, I). New images come from the "
        "pseudo-inputs' posteriors, and the pseudo-inputs themselves can be looked at.",
        r"\mathcal{L}(x) = -\mathbb{E}_{q(z \mid x)}\left[\log p(x \mid z) + \log p(z) - \log q(z \mid x)\right],"
        r" \qquad"
        r" p(z) = \frac{1}{K} \sum_{k=1}^{K} q(z \mid u_k)",
        cite("J. M. Tomczak, M. Welling", 2018, "VAE with a VampPrior", "arXiv:1705.07120") + ", eq. 9",
        "Every step encodes all pseudo-inputs too; and a pseudo-input that has settled on one training image makes "
        "samples near copies of it.",
        "The authors use 500 pseudo-inputs and train until the validation bound stops rising; here {steps} steps of "
        "batch {batch}, with pseudo-inputs that start from training images.",
    ),
    "vae_flow_prior": Card(
        "Coupling layers bend a mixture of Gaussians into the shape that the codes of images really have; mixture and "
        "layers are trained together with encoder and decoder. Sampling runs the flow one way and the density the "
        "other, both exactly. Pixels are drawn anew from the grey values at every step, so that its likelihood "
        "compares with the literature's.",
        FLOW_PRIOR,
        DINH,
        "Among the slowest to train; and from some tens of thousands of steps on only its training loss goes on "
        "falling (reports/long).",
        "Real NVP starts from a single Gaussian, which a continuous flow can't tear into clusters. Trained for {steps} "
        "steps of batch {batch}, where published likelihoods take hundreds of epochs.",
    ),
    "vae_flow_dense": Card(
        "A dense network under a prior of the kind that `vae_flow_prior` has: coupling layers that bend a mixture of "
        "Gaussians into the shape of the codes. It is trained on the bound of several draws that `vae_iwae` has, which "
        "is closer to the likelihood that it is judged by. What lies between it and `vae_dense` is mostly the prior.",
        FLOW_PRIOR + r", \qquad " + IMPORTANCE_WEIGHTED,
        f"{DINH}; the bound: {BURDA}",
        "Dense layers don't know which pixels are neighbours and must learn it: likelihood and reconstructions stay "
        "behind those of `vae_flow_prior`.",
        "Published dense VAEs with a learned prior are trained for hundreds of epochs; here for {steps} steps of batch "
        "{batch}, with swish in place of their gated layers.",
    ),
    "vae_flow_posterior": Card(
        "The posterior starts as a diagonal Gaussian and is bent by coupling layers that see the image. It can lean, "
        "curve and have more than one peak, which brings the bound closer to the likelihood. The prior stays N(0, I).",
        r"\mathcal{L}(x) = -\mathbb{E}_{q(z_0 \mid x)}\left[\log p(x, z_T) - \log q(z_0 \mid x) + \sum_{t=1}^{T}"
        r" \log \left\lvert"
        r" \det \frac{\partial h_t}{\partial z_{t-1}} \right\rvert\right], \qquad z_t = h_t(z_{t-1}, x)",
        cite("D. J. Rezende, S. Mohamed", 2015, "Variational Inference with Normalizing Flows", "arXiv:1505.05770"),
        "A better posterior tightens the bound but doesn't fill the prior: samples gain little. The KL has no closed "
        "form and is estimated from the draws.",
        "The paper's planar flows became affine coupling layers (Dinh 2017) that are conditioned on the image. "
        "Trained for {steps} steps of batch {batch}.",
    ),
    "vae_hierarchical": Card(
        "Two layers of codes: the upper one says what kind of digit it is, the lower one how it is drawn, and its "
        "prior depends on the upper one. The prior of the lower code is learned, so it needn't be N(0, I). An image "
        "is decoded from both.",
        r"\mathcal{L}(x) = -\mathbb{E}_{q}\left[\log \frac{p(x \mid z_1, z_2)\, p(z_1 \mid z_2)\, p(z_2)}"
        r"{q(z_1 \mid x, z_2)\, q(z_2 \mid x)}\right]",
        cite("J. M. Tomczak, M. Welling", 2018, "VAE with a VampPrior", "arXiv:1705.07120")
        + ", section 4; "
        + cite("C. K. Sønderby and others", 2016, "Ladder Variational Autoencoders", "arXiv:1602.02282"),
        "Of two layers one tends to be ignored: a strong decoder leaves the upper code unused, which the number of "
        "active units shows.",
        "Tomczak & Welling put their VampPrior on the upper code, here it is N(0, I). Trained for {steps} steps of "
        "batch {batch}.",
    ),
    "vae_mixture": Card(
        "A VAE of thresholded digits whose codes, once it is trained, are described anew: a mixture of Gaussians is "
        "fitted to the means of training images' posteriors. They are what the decoder has learned to draw; N(0, I) "
        "only resembles them, the less so as β is below one, which tells codes better apart. The report shows samples "
        "from both.",
        r"\mathcal{L}(x) = -\mathbb{E}_{q(z \mid x)}\left[\log p(x \mid z)\right]"
        r" + \beta\, \mathrm{KL}\left(q(z \mid x) \,\Vert\, \mathcal{N}(0, I)\right), \qquad"
        r" z_{\text{new}} \sim \sum_k w_k\, \mathcal{N}(\mu_k, T^2 \Sigma_k)",
        GHOSH + ", section 4; the model: " + KINGMA,
        "A temperature T below one makes samples clearer and less diverse: read recall beside recognition. Its "
        "likelihood is of the prior that its samples don't come from.",
        "The authors fit ten Gaussians to a convolutional VAE's codes; here the network works on patches and there are "
        "more Gaussians, after one step of expectation maximisation. Trained for {steps} steps of batch {batch}.",
    ),
    "vae_conditional": Card(
        "The code is a label and a style: the encoder reads the label from the image, and the style given image and "
        "label. All training labels are used, so it is the semi-supervised model M2 with nothing left to guess. Any "
        "digit can be asked for, in the style of any image.",
        r"\mathcal{L}(x, y) = -\mathbb{E}_{q(z \mid x, y)}\left[\log p(x \mid y, z) + \log p(y) + \log p(z) - \log"
        r" q(z \mid x, y)\right]"
        r" - \alpha \log q(y \mid x)",
        cite(
            "D. P. Kingma, D. J. Rezende, S. Mohamed, M. Welling",
            2014,
            "Semi-Supervised Learning with Deep Generative Models",
            "arXiv:1406.5298",
        )
        + ", eqs. 6 and 9; "
        + cite(
            "K. Sohn, H. Lee, X. Yan",
            2015,
            "Learning Structured Output Representation using Deep Conditional Generative Models",
            "NeurIPS 2015",
        ),
        "It is told the classes that the others have to find, so its class shares are no merit. Where the encoder "
        "misreads an image, the reconstruction is a clean picture of another digit.",
        "The authors label 100 to 3,000 images, here all are labelled. Trained for {steps} steps of batch {batch}.",
    ),
    "vqvae": Card(
        "The code is a grid of 7×7 entries from a learned codebook, so an image becomes a short text in a learned "
        "alphabet. The encoder's outputs are replaced by their nearest entries, and gradients pass as if they "
        "weren't. An autoregressive network learns to write such texts at the same time, with gradients stopped "
        "before the encoder.",
        FALLBACK["vqvae"].equation,
        FALLBACK["vqvae"].paper + ", eq. 3",
        FALLBACK["vqvae"].weakness,
        "The authors train a PixelCNN on the codes afterwards, here a small one learns along with the rest. Trained "
        "for {steps} steps of batch {batch}.",
    ),
    "wae_mmd": Card(
        "A deterministic autoencoder whose codes, all images' together, are pulled towards N(0, I). The distance "
        "between the two clouds is a maximum mean discrepancy, estimated on each batch. Unlike a VAE it doesn't ask "
        "every single image to look like the prior, so reconstructions stay sharp.",
        r"\mathcal{L} = \mathbb{E}_x\left[c(x, \hat x)\right] + \lambda\, \mathrm{MMD}_k^2\left(q(z), p(z)\right),"
        r" \qquad"
        r" k(a, b) = \sum_s \frac{2 D s}{2 D s + \lVert a - b \rVert^2}",
        cite(
            "I. Tolstikhin, O. Bousquet, S. Gelly, B. Schölkopf", 2018, "Wasserstein Auto-Encoders", "arXiv:1711.01558"
        )
        + ", eq. 4 and algorithm 2",
        "The discrepancy is estimated from one batch, and gets blind as codes get wide: a code that matches on every "
        "batch may still have holes.",
        "Trained for {steps} steps of batch {batch}; the authors train for 100 epochs and more.",
    ),
    "rae": Card(
        "An autoencoder that gets its smoothness from penalties in place of noise: on the size of its codes and of "
        "its decoder's weights. It is a VAE without the sampling. Its prior is a density that is fitted to the "
        "training codes afterwards, ex post.",
        r"\mathcal{L}(x) = -\log p(x \mid z) + \frac{\beta}{2} \lVert z \rVert^2 + \frac{\lambda}{2} \lVert \theta_f"
        r" \rVert^2,"
        r" \qquad z = g(x)",
        GHOSH + ", eqs. 7 to 9",
        "It has no likelihood, and its samples are as good as the density fitted to its codes.",
        "The authors fit ten Gaussians to the codes; how codes are drawn here stands above. Trained for {steps} steps "
        "of batch {batch}.",
    ),
    "gan_wgan_gp": Card(
        "The discriminator becomes a critic, whose outputs for real and for generated images are driven apart: the "
        "difference estimates a Wasserstein distance. A penalty keeps its gradient near one between the two. The "
        "distance says how far samples are from the data even where the two don't overlap.",
        r"\mathcal{L}_D = \mathbb{E}_z\left[D(f(z))\right] - \mathbb{E}_x\left[D(x)\right] + \lambda\,"
        r" \mathbb{E}_{\hat x}\left["
        r"\left(\lVert \nabla_{\hat x} D(\hat x) \rVert_2 - 1\right)^2\right], \qquad \mathcal{L}_f ="
        r" -\mathbb{E}_z\left[D(f(z))\right]",
        cite(
            "I. Gulrajani, F. Ahmed, M. Arjovsky, V. Dumoulin, A. Courville",
            2017,
            "Improved Training of Wasserstein GANs",
            "arXiv:1704.00028",
        )
        + ", eq. 3",
        "The penalty needs gradients of gradients, and a critic that lags behind estimates no distance: it is slow "
        "for what it does.",
        "The authors' critic takes five steps for each of the generator's, here both take one at once. Trained for "
        "{steps} steps of batch {batch}.",
    ),
    "ae_stacked": Card(
        "An autoencoder of stacks: three digits at once, one in each colour channel. An encoder that sees all three "
        "writes a code, and one decoder draws each channel from the share of the code that is its own. New codes are "
        "drawn share by share: the sampler is told that channels have nothing to do with each other.",
        r"\mathcal{L}(x) = -\sum_{c,i} \left[x_{ci} \log \hat x_{ci} + (1 - x_{ci}) \log (1 - \hat x_{ci})\right]",
        STACKED + "; " + HINTON,
        "The channels' independence is built in, not found: of stacks whose digits go together it would draw every "
        "combination all the same. A flow fitted to codes of a network without shared channels had to find it, and .71 "
        "of its stacks were recognised (reports/LOG.md).",
        "The original applies a grey model channel by channel; this is a true three-channel network. Trained for "
        "{steps} steps of batch {batch}.",
    ),
    "vae_stacked": Card(
        "A VAE of stacks: three digits at once, one in each colour channel, each drawn by one decoder from a share of "
        "the code. Its prior is a flow over the whole code, which has to find out that the channels have nothing to "
        "do with each other; new stacks are drawn from a mixture fitted to the shares, which is told so. The report "
        "shows both.",
        r"\mathcal{L}(x) = -\mathbb{E}_{q(z \mid x)}\left[\log p(x \mid z) + \log p(z) - \log q(z \mid x)\right],"
        r" \qquad \log p(z) = \log \mathcal{N}\left(h(z); 0, I\right)"
        r" + \log \left\lvert \det \frac{\partial h}{\partial z} \right\rvert",
        STACKED
        + "; the prior: "
        + cite("L. Dinh, J. Sohl-Dickstein, S. Bengio", 2017, "Density estimation using Real NVP", "arXiv:1605.08803"),
        "All three digits of a stack have to be right at once, so errors of single digits multiply.",
        "The original applies a grey model channel by channel; this is a true three-channel network. Trained for "
        "{steps} steps of batch {batch}.",
    ),
    "gan_stacked": Card(
        "A GAN of stacks whose discriminator sees several stacks at once. A generator that leaves some out is easier "
        "to catch from a pack than from a single image. All channels share one set of weights, and each is drawn from "
        "a third of the code that is its own; the discriminator's last layers judge all of them together.",
        r"\mathcal{L}_D = -\mathbb{E}\left[\log D(x_1, \ldots, x_m)\right] - \mathbb{E}\left[\log(1 - D(f(z_1),"
        r" \ldots, f(z_m)))\right]"
        r" + \frac{\gamma}{2} \mathbb{E}\left[\lVert \nabla D(x_1, \ldots, x_m) \rVert^2\right], \qquad"
        r" \mathcal{L}_f = -\mathbb{E}\left[\log D(f(z_1), \ldots, f(z_m))\right]",
        PACGAN + "; the data: " + STACKED + "; the penalty: " + MESCHEDER + ", eq. 9",
        "With channels drawn apart their independence comes with the network, not with packing: a generator without "
        "shared channels, trained as long, found 878 of the 1,000 classes (reports/LOG.md).",
        "The authors' DCGAN became a residual network on patches, which is faster on a processor, with a penalty on "
        "the discriminator's gradient at real images (R1). Trained for {steps} steps of batch {batch}.",
    ),
}
