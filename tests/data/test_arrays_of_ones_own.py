"""IDX files, CSV files and npz files: what each reader finds, and the line that a fault ends in."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest

from digitforge.data import archives, idx_files, tables
from digitforge.data.idx import format_idx
from digitforge.data.labelled import as_bytes
from digitforge.data.preparation import Preparation
from digitforge.errors import UserError

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, 28, 28)).astype(np.uint8)
LABELS = np.array([3, 1, 2, 3, 1, 2], np.uint8)
KEPT = Preparation("black", "frame")


def put_idx(folder, prefix="", images=IMAGES, labels=LABELS, splits=("train", "t10k"), end="", dot="-"):
    folder.mkdir(exist_ok=True)
    for split in splits:
        for what, number, array in (("images", 3, images), ("labels", 1, labels)):
            content = format_idx(array)
            path = folder / f"{prefix}{split}-{what}{dot}idx{number}-ubyte{end}"
            path.write_bytes(gzip.compress(content) if end else content)


def put_csv(path, images=IMAGES, labels=LABELS, header=True, label="label"):
    rows = np.concatenate([np.asarray(labels, object)[:, None], images.reshape(len(images), -1)], axis=1)
    names = [label, *(f"pixel{i}" for i in range(rows.shape[1] - 1))]
    lines = ([names] if header else []) + rows.tolist()
    path.write_text("\n".join(",".join(map(str, line)) for line in lines) + "\n")


@pytest.mark.parametrize(("end", "dot"), [("", "-"), (".gz", "-"), ("", ".")])
def test_idx_files_are_read_packed_or_not(tmp_path, end, dot):
    put_idx(tmp_path / "own", end=end, dot=dot)
    assert idx_files.there(tmp_path / "own")
    found = idx_files.read(tmp_path / "own")
    assert set(found) == {"train", "test"}
    assert found["train"].labels.tolist() == list("312312")
    assert (found["test"].images(KEPT).pixels == IMAGES).all()
    assert found["train"].name(2).endswith(f"train-images{dot}idx3-ubyte{end}: image 2")


def test_emnist_is_turned_and_its_letters_have_names(tmp_path):
    put_idx(tmp_path / "emnist", prefix="emnist-letters-", splits=("train", "test"), end=".gz")
    put_idx(tmp_path / "emnist", prefix="emnist-byclass-", splits=("train", "test"), labels=LABELS + 34, end=".gz")
    with pytest.raises(UserError, match=r"received 2 sets of IDX files; accepted: one of .*emnist-byclass, .*letters"):
        idx_files.read(tmp_path / "emnist")
    letters = idx_files.read(tmp_path / "emnist/emnist-letters")
    assert letters["train"].labels.tolist() == list("CABCAB")
    assert (letters["test"].images(KEPT).pixels == IMAGES.swapaxes(1, 2)).all()
    assert idx_files.read(tmp_path / "emnist/emnist-byclass")["test"].labels.tolist() == list("bZabZa")


def test_the_names_of_emnist_are_as_many_as_its_classes():
    counts = {name: len(names.strip()) for name, names in idx_files.EMNIST.items()}
    assert counts == {"letters": 26, "balanced": 47, "bymerge": 47, "byclass": 62, "digits": 10, "mnist": 10}
    assert all(len(set(names)) == len(names) for names in idx_files.EMNIST.values())


def test_faults_of_idx_files_name_the_file(tmp_path):
    put_idx(tmp_path / "own", splits=("train",))
    labels = tmp_path / "own/train-labels-idx1-ubyte"
    whole = labels.read_bytes()
    labels.write_bytes(whole[:-1])
    with pytest.raises(UserError, match=r"train-labels-idx1-ubyte: damaged, or no IDX file .*5 bytes"):
        idx_files.read(tmp_path / "own")
    labels.write_bytes(format_idx(LABELS[:4]))
    found = idx_files.read(tmp_path / "own")["train"]
    with pytest.raises(UserError, match=r"train-images.*: received shape \(6, 28, 28\); accepted: 4 images"):
        found.images(KEPT)
    labels.unlink()
    with pytest.raises(UserError, match="own: no train labels; accepted: IDX files of images and of their labels"):
        idx_files.read(tmp_path / "own")


def test_a_gzip_bomb_ends_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(idx_files, "MOST_BYTES", 2**20)
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(bytes(2**22)))
    with pytest.raises(UserError, match="more than 1 MB"):
        idx_files.content_of(tmp_path / "train-labels-idx1-ubyte.gz")


@pytest.mark.parametrize("header", [True, False])
def test_a_csv_file_has_a_label_and_pixels_in_each_row(tmp_path, header):
    put_csv(tmp_path / "own.csv", header=header)
    found = tables.read(tmp_path / "own.csv")["train"]
    assert found.labels.tolist() == list("312312")
    assert (found.images(KEPT).pixels == IMAGES).all()
    assert found.name(0).endswith(f"own.csv: row {1 + header}")


def test_labels_of_a_csv_file_may_be_words_and_stand_last_and_images_may_have_any_side(tmp_path):
    lines = ["a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,class", *(",".join(["9"] * 16 + [name]) for name in ("cat", "dog"))]
    (tmp_path / "own.csv").write_text("\n".join(lines))
    found = tables.read(tmp_path / "own.csv")["train"]
    assert found.labels.tolist() == ["cat", "dog"]
    assert found.images(KEPT).pixels.shape == (2, 28, 28)
    assert found.images(KEPT).sizes == {(4, 4): 2}


def test_of_kaggles_two_files_the_one_without_labels_is_left_out(tmp_path):
    put_csv(tmp_path / "train.csv")
    pixels = [",".join(f"pixel{i}" for i in range(784)), ",".join(["0"] * 784)]
    (tmp_path / "test.csv").write_text("\n".join(pixels))
    (tmp_path / "sample_submission.csv").write_text("ImageId,Label\n1,0\n")
    assert list(tables.read(tmp_path)) == ["train"]
    put_csv(tmp_path / "test.csv")
    assert list(tables.read(tmp_path)) == ["train", "test"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text.replace(",", ";"), "received 1 columns"),
        (lambda text: text.splitlines()[0] + "\n", "received no rows"),
        (lambda text: text.rsplit(",", 1)[0] + ",ink\n", "row 7: received 'ink'"),
        (lambda text: text.rsplit(",", 1)[0] + ",\n", "row 7: received ''"),
        (lambda text: text.rsplit(",", 1)[0] + ",256\n", "received pixels from 0 to 256"),
        (lambda text: text.rsplit(",", 1)[0] + ",-1\n", "received pixels from -1 to 255"),
        (lambda text: text + "1,2,3,4" + ",5" * 900 + "\n", ".*Expected 785 fields in line 8, saw 904"),
    ],
)
def test_faults_of_a_csv_file_name_row_and_value(tmp_path, change, told):
    path = tmp_path / "own.csv"
    put_csv(path, images=np.where(IMAGES.max() == IMAGES, 255, IMAGES // 2))
    path.write_text(change(path.read_text()))
    with pytest.raises(UserError, match=rf"own.csv: {told}.*; accepted: "):
        tables.table(path).images(KEPT)


@pytest.mark.parametrize("keys", [("x_train", "y_train"), ("train_images", "train_labels"), ("x", "y")])
@pytest.mark.parametrize("shape", [(6, 28, 28), (6, 784), (6, 28, 28, 1), (6, 1, 28, 28)])
def test_an_npz_file_is_read_whatever_its_arrays_are_called_and_shaped(tmp_path, keys, shape):
    np.savez(tmp_path / "own.npz", **dict(zip(keys, (IMAGES.reshape(shape), LABELS), strict=True)))
    assert archives.there(tmp_path)
    found = archives.read(tmp_path / "own.npz")
    assert list(found) == ["train"]
    assert found["train"].labels.tolist() == list("312312")
    assert (found["train"].images(KEPT).pixels == IMAGES).all()


def test_colours_and_a_test_split_of_an_npz_file_are_kept(tmp_path):
    colours = RNG.integers(0, 256, (6, 28, 28, 3)).astype(np.uint8)
    names = np.array(["a", "b"] * 3)
    np.savez(tmp_path / "own.npz", x_train=colours, y_train=names, x_test=colours[:2], y_test=names[:2])
    found = archives.read(tmp_path / "own.npz")
    assert (found["train"].images(KEPT).pixels == colours).all()
    assert found["test"].labels.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"x": IMAGES}, "received the arrays x"),
        ({"x": IMAGES, "y": LABELS[:5]}, r"y: received uint8 \(5,\) for x \(6, 28, 28\)"),
        ({"x": IMAGES, "y": LABELS + 0.5}, "y: received fractions"),
        ({"x": IMAGES[0], "y": LABELS[:1]}, r"received \w+"),
        ({"x": np.array([{}] * 6), "y": LABELS}, "objects or more than"),
    ],
)
def test_faults_of_an_npz_file_name_the_array(tmp_path, arrays, told):
    np.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(UserError, match=rf"own.npz: .*{told}.*; accepted: an npz file with x_train"):
        archives.read(tmp_path / "own.npz")["train"].images(KEPT)


def test_an_array_that_only_its_header_makes_large_is_refused(tmp_path):
    np.savez(tmp_path / "own.npz", x=IMAGES, y=LABELS)
    with zipfile.ZipFile(tmp_path / "own.npz") as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "own.npz", "w") as archive:
        for name, array in content.items():
            archive.writestr(name, array.replace(b"(6, 28, 28), ", b"(999999999999,)"[:0] + b"(9999999999,),"))
    with pytest.raises(UserError, match=r"own.npz: .*; accepted: an npz file with x_train"):
        archives.read(tmp_path / "own.npz")
    (tmp_path / "own.npz").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(UserError, match=r"own.npz: .*; accepted: an npz file with x_train"):
        archives.read(tmp_path / "own.npz")


def test_pixels_of_any_usual_type_become_bytes():
    assert as_bytes(np.array([0.0, 0.5, 1.0]), "here").tolist() == [0, 128, 255]
    assert as_bytes(np.array([False, True]), "here").tolist() == [0, 255]
    assert as_bytes(np.array([0, 7, 255], np.int64), "here").tolist() == [0, 7, 255]
    assert as_bytes(np.array([0.0, 255.0]), "here").tolist() == [0, 255]
    for wrong in ([0.5, 3.0], [np.nan], [-1], [256], ["a"], []):
        with pytest.raises(UserError, match=r"here: received .*; accepted: whole numbers in 0\.\.255, or floats"):
            as_bytes(np.array(wrong), "here")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "accepted: a CSV file"),
        ("\n1,2\n", "accepted: a CSV file"),
        ('"' + "x" * 200_000, "accepted: a CSV file"),
        ("\t".join(["label", *map(str, range(784))]), "received 1 columns, 'label.{,90}…; accepted"),
    ],
    ids=["empty", "blank", "quote", "tabs"],
)
def test_what_is_no_table_is_one_short_line(tmp_path, text, told):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(UserError, match=told) as error:
        tables.read(tmp_path / "t.csv")
    assert len(str(error.value)) < 400 + len(str(tmp_path))
    (tmp_path / "1.png").touch()
    assert not tables.there(tmp_path)


@pytest.mark.parametrize(("pixel", "told"), [("9" * 23, "received pixels from"), ("True", None)])
def test_pixels_of_a_csv_file_may_be_truth_values_and_are_never_beyond_all_numbers(tmp_path, pixel, told):
    rows = [
        ["label", *(f"p{i}" for i in range(16))],
        ["1", *[pixel] * 16],
        ["2", *[pixel.replace("True", "False")] * 16],
    ]
    (tmp_path / "t.csv").write_text("\n".join(map(",".join, rows)))
    read = tables.read(tmp_path / "t.csv")["train"]
    if told:
        with pytest.raises(UserError, match=told):
            read.pictures()
    else:
        assert read.pictures().max(axis=(1, 2)).tolist() == [255, 0]


def test_a_header_of_numbers_in_order_and_labels_with_a_point_are_known(tmp_path):
    pixels = np.arange(32).reshape(2, 16)
    header = ",".join(["label", *map(str, range(16))])
    np.savetxt(tmp_path / "t.csv", np.column_stack([[3, 7], pixels]), delimiter=",", header=header, comments="")
    read = tables.read(tmp_path / "t.csv")["train"]
    assert read.labels.tolist() == ["3", "7"]
    assert (read.pictures().reshape(2, 16) == pixels).all()


def test_of_several_tables_the_latest_is_not_for_testing(tmp_path):
    put_csv(tmp_path / "latest.CSV")
    put_csv(tmp_path / "mnist_test.csv")
    put_csv(tmp_path / "._mnist_test.csv")
    assert set(tables.read(tmp_path)) == {"train", "test"}


def test_litter_beside_idx_and_npz_files_is_not_looked_at(tmp_path):
    put_idx(tmp_path)
    (tmp_path / "._train-images-idx3-ubyte").write_bytes(b"\0\5\x16\7")
    assert set(idx_files.read(tmp_path)) == {"train", "test"}
    (tmp_path / "npz").mkdir()
    np.savez(tmp_path / "npz/mnist.npz", x_train=IMAGES, y_train=LABELS, names=np.array(["a", None], object))
    (tmp_path / "npz/._mnist.npz").write_bytes(b"\0\5\x16\7")
    assert set(archives.read(tmp_path / "npz")) == {"train"}


def test_idx_files_in_folders_of_their_names_are_read(tmp_path):
    put_idx(tmp_path)
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / "moving")
        path.mkdir()
        (tmp_path / "moving").rename(path / path.name)
    assert (idx_files.read(tmp_path)["train"].pictures() == IMAGES).all()


def test_of_several_idx_sets_each_can_be_chosen(tmp_path):
    put_idx(tmp_path)
    put_idx(tmp_path, "emnist-digits-", splits=("train", "test"))
    with pytest.raises(UserError, match="received 2 sets of IDX files; accepted: one of ") as told:
        idx_files.read(tmp_path)
    for place in str(told.value).split("one of ")[1].split(", "):
        assert idx_files.read(Path(place))["train"].labels.size == len(LABELS)


@pytest.mark.parametrize("label", [0, 27, 200])
def test_a_label_that_is_no_letter_is_named(tmp_path, label):
    put_idx(tmp_path, "EMNIST-Letters-", labels=np.array([1, label] * (len(LABELS) // 2), np.uint8), splits=("train",))
    with pytest.raises(
        UserError, match=f"received the label {label} at 1; accepted: those of EMNIST's letters, up to 26"
    ):
        idx_files.read(tmp_path)


def test_idx_files_without_an_image_are_refused(tmp_path):
    put_idx(tmp_path, images=IMAGES[:0], labels=LABELS[:0])
    with pytest.raises(UserError, match=r"received shape \(0, 28, 28\)"):
        idx_files.read(tmp_path)["train"].pictures()
