import csv
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digitforge
from digitforge import command, files
from digitforge import project as projects
from digitforge.data.pixels import mosaic
from digitforge.data.preparation import Preparation, prepared
from digitforge.incoming import read_files
from digitforge.settings.params import read_yaml


@pytest.fixture
def run(project, tmp_path, monkeypatch, capsys):
    """Run a command line in an empty folder -> what it said, on stdout and stderr; its exit code must be `code`."""
    monkeypatch.setenv(projects.VARIABLE, str(project))
    monkeypatch.chdir(tmp_path)

    def call(*arguments, code=0):
        monkeypatch.setattr(sys, "argv", ["digitforge", *map(str, arguments)])
        if code:
            with pytest.raises(SystemExit) as left:
                command.main()
            assert left.value.code == code
        else:
            command.main()
        return capsys.readouterr()

    return call


@pytest.fixture
def mine(tmp_path):
    """A folder of a user's images: two of one kind, and noise in a folder below."""
    folder = tmp_path / "mine"
    (folder / "below").mkdir(parents=True)
    rng = np.random.default_rng(3)
    for name in ("a.png", "b.png"):
        dot = np.zeros((28, 28), np.uint8)
        dot[5:11, 2:6] = 255
        Image.fromarray(dot).save(folder / name)
    Image.fromarray(rng.integers(0, 256, (50, 40, 3)).astype(np.uint8)).save(folder / "below" / "noise.jpg")
    (folder / "notes.txt").write_text("no image")
    return folder


def received(paths, variant):
    return read_files(paths, variant.preparation).of(variant.data)


def test_variants_are_listed(run):
    assert run("variants").out.split() == ["tiny", "labelled", "game"]


def test_a_grid_shows_what_the_api_samples(run, project, tmp_path):
    assert run("sample", "tiny", "-n", 6, "--seed", 1, "-o", "digits.png").out == "digits.png: 6 images by tiny\n"
    with Image.open(tmp_path / "digits.png") as image:
        picture = np.asarray(image)
    variant = digitforge.load("tiny", project)
    expected = mosaic(variant.as_shown(variant.sample(6, seed=1)), 3)
    np.testing.assert_array_equal(picture[:: command.ZOOM, :: command.ZOOM], expected)
    assert picture.shape == (command.ZOOM * (2 * 28 + 2), command.ZOOM * (3 * 28 + 4), 3)


def test_an_npz_holds_the_images(run, project, tmp_path):
    run("sample", "labelled", "-n", 5, "--label", 7, "-o", "sevens.npz")
    with np.load(tmp_path / "sevens.npz", allow_pickle=False) as archive:
        images = archive["images"]
    variant = digitforge.load("labelled", project)
    np.testing.assert_array_equal(images, variant.as_shown(variant.sample(5, label=7)))


def test_reconstructions_lie_below_their_images(run, mine, project, tmp_path):
    run("reconstruct", "tiny", mine, "-o", "strip.png")
    with Image.open(tmp_path / "strip.png") as image:
        picture = np.asarray(image)[:: command.ZOOM, :: command.ZOOM, 0]
    assert picture.shape == (2 * 28 + 2, 3 * 28 + 2 * 2)
    variant = digitforge.load("tiny", project)
    x = received(sorted(mine.rglob("*.*g")), variant)
    np.testing.assert_array_equal(255 - picture[:28, :28], variant.as_seen(x)[0, ..., 0])
    np.testing.assert_array_equal(255 - picture[30:, :28], variant.as_shown(variant.reconstruct(x))[0, ..., 0])


def test_a_long_strip_goes_on_below():
    above = np.arange(23, dtype=np.uint8).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 3), np.uint8)
    picture = command.pairs(above, above + 100)
    assert picture.shape == (2 * (2 * 28 + 2) + 6, 20 * 30 - 2, 3)
    centres = picture[14::30, 14::30, 0]
    assert (centres[0, 19], centres[1, 19]) == (19, 119)
    below = picture[2 * 28 + 2 + 6 :]
    assert (below[14, 14, 0], below[44, 74, 0], below[14, 104, 0]) == (20, 122, command.PAPER)


def test_scores_come_strangest_first_and_as_csv(run, mine, project, tmp_path):
    lines = run("score", "tiny", mine, "-o", "scores.csv").out.splitlines()
    assert lines[0].split() == ["file", "score", "percentile", "reads", "belief"]
    assert len({len(line) for line in lines}) == 1
    with (tmp_path / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [list(row.values()) for row in rows] == [line.split() for line in lines[1:]]
    assert {Path(row["file"]).name for row in rows} == {"a.png", "b.png", "noise.jpg"}
    variant, verifier = digitforge.load("tiny", project), digitforge.verifier(project)
    x = received([Path(row["file"]) for row in rows], variant)
    scores = variant.anomaly_score(x)
    assert list(scores) == sorted(scores, reverse=True)
    assert [float(row["score"]) for row in rows] == pytest.approx(scores, abs=1e-4)
    assert [float(row["percentile"]) for row in rows] == pytest.approx(variant.anomaly_percentile(x), abs=0.01)
    labels, beliefs, _ = verifier.read(variant.as_seen(x))
    recognised = verifier.recognises(variant.as_seen(x))
    assert [row["reads"] for row in rows] == [
        str(label) if known else "none" for label, known in zip(labels, recognised, strict=True)
    ]
    assert [float(row["belief"]) for row in rows] == pytest.approx(beliefs, abs=1e-3)


@pytest.mark.parametrize(("threshold", "none"), [(0.0, False), (1.01, True)])
def test_what_is_no_digit_is_read_as_none(run, mine, project, tmp_path, monkeypatch, threshold, none):
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    judge = {
        "classes": 10,
        "answers": 11,
        "thresholds": {"float": {"1": 0.5, "3": 0.5}, "binary": {"1": threshold, "3": 0.5}},
    }
    files.write_json(copy / files.VERIFIER / "strict" / "judge.json", judge)
    monkeypatch.setenv(projects.VARIABLE, str(copy))
    said = [line.split()[3] for line in run("score", "tiny", mine).out.splitlines()[1:]]
    assert [reading == "none" for reading in said] == [none] * 3


def test_a_name_that_is_no_utf_8_is_shown_with_escapes(run, mine, tmp_path):
    (mine / "a.png").rename(mine / "\udce9.png")
    assert r"\udce9.png" in run("score", "tiny", mine, "-o", "scores.csv").out
    assert r"\udce9.png" in (tmp_path / "scores.csv").read_text(encoding="utf-8")


def test_an_unknown_option_is_refused(run, mine):
    assert "unrecognized arguments: --colour red" in run("score", "tiny", mine, "--colour", "red", code=2).err
    assert "unrecognized arguments: more" in run("variants", "more", code=2).err


@pytest.mark.parametrize("images", [["mine"], ["mine/a.png", "mine/b.png", "mine/below"]])
def test_without_a_key_the_best_vae_scores(run, mine, project, tmp_path, monkeypatch, images):
    params = read_yaml(project / "params.yaml")
    params["tracking"]["champion"]["vae"]["data"] = "mono-binary-missing"
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    files.write_json(copy / "params.yaml", params)
    files.write_json(copy / files.METRICS / "tiny.json", {"samples": {"fid": 3.0}})
    monkeypatch.setenv(projects.VARIABLE, str(copy))
    said = run("score", *images)
    assert said.err == "scored by tiny, the best VAE by tracking.champion in params.yaml\n"
    assert said.out == run("score", "tiny", *images).out == run("score", "tiny", "-o", "scores.csv", *images).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sample", "nobody", "-o", "x.png"], "no variant 'nobody'"),
        (["sample", "untrained", "-o", "x.png"], "untrained: not trained yet"),
        (["sample", "tiny", "-o", "x.gif"], "--output: received x.gif; accepted: a name that ends in .png or .npz"),
        (
            ["sample", "tiny", "-o", "nowhere/x.png"],
            "--output: received nowhere/x.png; accepted: a file in an existing",
        ),
        (["sample", "tiny", "-n", "0", "-o", "x.png"], "n: received 0"),
        (
            ["sample", "tiny", "--seed", "-1", "-o", "x.png"],
            "seed: received -1; accepted: a whole number from 0 to 2147483647",
        ),
        (["sample", "tiny", "-o", "folder.png"], "--output: received folder.png; accepted: a file in an existing"),
        (["sample", "tiny", "--label", "3", "-o", "x.png"], "label: tiny doesn't generate by label"),
        (["sample", "labelled", "--label", "10", "-o", "x.png"], "label: received '10'; accepted: 0, 1, 2, 3"),
        (["reconstruct", "game", "mine", "-o", "x.png"], "game: a model of family gan has no encoder"),
        (["reconstruct", "tiny", "mine/notes.txt", "-o", "x.png"], "mine/notes.txt: can't be read as an image"),
        (["score", "mine"], "vae: no champion, as no variant of this family has the metric of tracking.champion"),
        (["score", "nobody", "mine"], "nobody: neither a variant of params.yaml nor a file or folder"),
        (["score", "nobody"], "nobody: no such file or folder"),
        (["score", "tiny"], "tiny: received a variant and no images; accepted: [KEY] IMAGE"),
        (["sample", "tiny", "-n", "10000000000000", "-o", "x.png"], "n: received 10000000000000; accepted: a whole nu"),
        (["score", "tiny", "absent"], "absent: no such file or folder"),
        (["score", "tiny", "empty"], "empty: no images in this folder; accepted: PNG, JPEG"),
        (["score", "tiny", "mine", "-o", "x.png"], "--output: received x.png; accepted: a name that ends in .csv"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(run, mine, tmp_path, arguments, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder.png").mkdir()
    before = sorted(tmp_path.rglob("*"))
    said = run(*arguments, code=2)
    assert message in said.err
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_images_of_a_folder_are_prepared_in_the_sub_folders_that_they_came_in(run, tmp_path):
    place = tmp_path / "scans"
    for name in ("one/a.png", "one/a.jpg", "two/b.png"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        photograph().save(place / name)
    assert run("prepare", place, "-o", "clean").out == "clean: 3 images by `ink`, background `auto`\n"
    made = sorted(path.relative_to(tmp_path / "clean").as_posix() for path in (tmp_path / "clean").rglob("*.png"))
    assert made == ["one/a-jpg.png", "one/a-png.png", "two/b.png"]
    with Image.open(tmp_path / "clean/two/b.png") as image:
        assert (image.mode, image.size) == ("L", (28, 28))
        expected = prepared(photograph().convert("RGBA"), Preparation("auto", "ink"))[0, ..., 0]
        assert (np.asarray(image) == expected).all()
    again = run("prepare", "clean", "-o", "kept", "--prepare", "frame", "--background", "black")
    assert again.out.startswith("kept: 3 images by `frame`")
    assert (tmp_path / "kept/two/b.png").read_bytes() == (tmp_path / "clean/two/b.png").read_bytes()


def photograph():
    picture = Image.new("RGB", (120, 120), (230, 228, 220))
    picture.paste((40, 40, 60), (40, 20, 52, 100))
    return picture


def test_a_page_is_cut_into_numbered_images(run, tmp_path):
    page = Image.new("L", (500, 200), 240)
    for i in range(12):
        page.paste(30, (40 + i % 6 * 70, 30 + i // 6 * 80, 48 + i % 6 * 70, 70 + i // 6 * 80))
    page.save(tmp_path / "page.png")
    assert run("prepare", "page.png", "--prepare", "page", "-o", "digits").out.startswith("digits: 12 images")
    assert sorted(path.name for path in (tmp_path / "digits").iterdir())[::11] == ["page-001.png", "page-012.png"]


def test_blank_images_are_told_with_the_option_that_mends_them(run, tmp_path, mine):
    Image.new("RGBA", (28, 28)).save(mine / "nothing.png")
    said = run("score", "tiny", mine).err
    assert f"WARNING: 4 images; 1 show nothing, the first is {mine}/nothing.png: --background white is for ink" in said


def test_options_say_how_images_are_prepared(run, tmp_path):
    photograph().save(tmp_path / "photo.png")
    scores = {run("score", "tiny", "photo.png", *options).out for options in ([], ["--prepare", "ink"], BLACK)}
    assert len(scores) == 3
    assert "invalid choice: 'crop'" in run("score", "tiny", "photo.png", "--prepare", "crop", code=2).err


BLACK = ["--background", "black"]


def test_nothing_is_half_prepared(run, tmp_path, mine):
    (mine / "c.png").write_bytes(b"no image")
    assert "c.png: can't be read as an image" in run("prepare", mine, "-o", "clean", code=2).err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]
    (mine / "c.png").unlink()
    assert (
        "received mine, which is there already; accepted: a new folder"
        in run("prepare", mine, "-o", "mine", code=2).err
    )
    assert "accepted: a new folder in one that can be written to" in run("prepare", mine, "-o", "x/y", code=2).err


def test_no_prepared_image_replaces_another(run, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    scan = np.zeros((200, 300, 3), np.uint8)
    for i in range(3):  # a page of three digits
        scan[60:140, 40 + 90 * i : 60 + 90 * i] = 255
    names = ["scan.png", "scan-002.png", "a.png", "a.bmp", "a-png.png"]
    for name in names:
        Image.fromarray(scan).save(folder / name)
    said = run("prepare", folder, "-o", "out", "--background", "black", "--prepare", "page").out
    count = int(said.split(":")[1].split()[0])
    assert count == 3 * len(names)
    assert len(list((tmp_path / "out").rglob("*.png"))) == count
