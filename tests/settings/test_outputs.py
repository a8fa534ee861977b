"""What dvc.lock says, whole, half-written or damaged."""

import pytest

from digitforge.settings.outputs import last_run

LOCK = """schema: '2.0'
stages:
  download:
    cmd: python -m stages.download
    deps:
    - path: artifacts/recipes/download.json
      hash: md5
      md5: 2b00042f7481c7b056c4b410d28f33cf
      size: 12
    outs:
    - path: artifacts/raw
      hash: md5
      md5: 541b7ae42db3fa79eb4735b7c19b7bbe.dir
      size: 792938
  judge:
    cmd: python -m stages.judge
    outs:
    - path: reports/metrics/judge.json
      md5: 0e31ad8fbf029fd9b762f822c35a80d3
"""


def test_what_another_dvc_has_written_so_far_is_true(tmp_path):
    (tmp_path / "dvc.lock").write_text(LOCK)
    whole = last_run(tmp_path)
    assert [*whole] == ["download", "judge"]
    for end in range(len(LOCK)):
        (tmp_path / "dvc.lock").write_text(LOCK[:end])
        for name, entry in last_run(tmp_path).items():
            for kind, found in entry.items():
                for said, known in zip(found, whole[name][kind], strict=False):
                    assert said.items() <= known.items(), LOCK[:end]


@pytest.mark.parametrize(
    "text", ["", "stages:\n", "stages: [1]\n", "stages: {a: 1, b: {outs: }}\n", "{\n", "\ufeff\x00\n"]
)
def test_a_damaged_file_says_nothing(tmp_path, text):
    (tmp_path / "dvc.lock").write_text(text)
    assert not any(entry["outs"] or entry["deps"] for entry in last_run(tmp_path).values())
