"""`make tidy` deletes what is of no variant and of no digit of the study, and nothing else."""

from digitforge import files
from digitforge.settings import leftovers
from tests import small


def test_leftovers_are_named_and_deleted(tmp_path, monkeypatch, capsys):
    params = small.params()
    kept = [
        files.MODELS / "vae_beta" / "config.json",
        files.SAMPLES / "vae_beta.npz",
        files.METRICS / "vae_beta.json",
        files.METRICS / "vae_beta.details.json",
        files.METRICS / "verifier.json",
        files.METRICS / "peers.json",
        files.METRICS / "leave_one_out" / "8.json",
        files.LEAVE_ONE_OUT / "8" / "scores.npz",
    ]
    gone = [
        files.MODELS / "old" / "config.json",
        files.SAMPLES / "old.npz",
        files.SAMPLERS / "old.npz",
        files.METRICS / "old.json",
        files.METRICS / "old.details.json",
        files.METRICS / "leave_one_out" / "3.json",
        files.LEAVE_ONE_OUT / "3" / "scores.npz",
    ]
    for path in kept + gone:
        files.write_text(tmp_path / path, "x")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(leftovers, "load_params", lambda: params)
    leftovers.main()
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in gone)
    said = capsys.readouterr().out
    assert "deleted artifacts/models/old\n" in said
    assert said.count("deleted ") == 7
    leftovers.main()
    assert capsys.readouterr().out == "nothing is left of removed variants\n"
