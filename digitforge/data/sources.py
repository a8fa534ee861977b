"""The data sets that `download` can fetch, one row each; `data.mirrors` in params.yaml says from where."""

from dataclasses import dataclass

from digitforge.data.idx import FILES


@dataclass(frozen=True)
class Source:
    """A data set.

    title: as the report calls it. paper: where it comes from. sha256: of NAME.gz, in the order of `files`; a source
    without any comes with a library and is not fetched. unpacked: sums of the same files, unpacked, if
    known. files: what mirrors and caches call the four files: training images and labels, test images and labels.
    torchvision: the folder in which torchvision keeps it.
    """

    title: str
    paper: str
    sha256: tuple[str, ...] = ()
    unpacked: tuple[str, ...] = ()
    files: tuple[str, ...] = FILES
    torchvision: str = ""


SOURCES = {
    "mnist": Source(
        title="MNIST digits",
        paper="LeCun et al. (1998), doi:10.1109/5.726791",
        sha256=(
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
        unpacked=(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        torchvision="MNIST",
    ),
    "fashion_mnist": Source(
        title="Fashion-MNIST",
        paper="Xiao et al. (2017), arXiv:1708.07747",
        sha256=(
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
        torchvision="FashionMNIST",
    ),
    "kmnist": Source(
        title="Kuzushiji-MNIST",
        paper="Clanuwat et al. (2018), arXiv:1812.01718",
        sha256=(
            "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        ),
        torchvision="KMNIST",
    ),
    "digits": Source(
        title="scikit-learn's 8x8 digits, enlarged",
        paper="Alpaydin & Kaynak (1998), doi:10.24432/C50P49",
    ),
}
FETCHED = tuple(name for name, source in SOURCES.items() if source.sha256)


def title(name: str) -> str:
    """A source as the report calls it; a folder of images by its name."""
    return SOURCES[name].title if name in SOURCES else name


# Keras keeps MNIST as one archive: its sum, and where its arrays belong.
KERAS_MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
KERAS_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
