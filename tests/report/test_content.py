import pytest

from digitforge import files
from digitforge.data.modes import Mode
from digitforge.report import content


@pytest.mark.parametrize(
    ("data", "channels", "expected"),
    [
        ("mono-float-complete", 1, 0.1),
        ("color-float-missing", 3, 0.2),
        ("color-float-complete", 1, 0.1),  # pictures, which are read whole
        ("mono-binary-missing", 1, 0.3),
        ("color-binary-complete", 3, 0.4),
    ],
)
def test_samples_are_judged_by_the_threshold_of_their_values_and_of_the_channels_that_are_read(
    tmp_path, monkeypatch, data, channels, expected
):
    monkeypatch.chdir(tmp_path)
    thresholds = {"float": {"1": 0.1, "3": 0.2}, "binary": {"1": 0.3, "3": 0.4}}
    files.write_json(files.VERIFIER / "strict" / "judge.json", {"classes": 10, "answers": 11, "thresholds": thresholds})
    assert content.threshold(Mode.parse(data), channels) == expected
