import pytest

from digitforge.wording import LONGEST, MASK, redacted, shortened, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MLflow at http://ada:geheim@host:5000/x failed", f"MLflow at http://{MASK}@host:5000/x failed"),
        ("postgresql://ada:ge%40heim@db/mlflow", f"postgresql://{MASK}@db/mlflow"),
        ("http://ada:ge@he'i\"m@host/x by mail@host", f"http://{MASK}@host/x by mail@host"),
        ("https://host/f?x=1&sig=geheim&y=2", f"https://host/f?x=1&sig={MASK}&y=2"),
        ("https://host/f?access_token=geheim", f"https://host/f?access_token={MASK}"),
        ("http://127.0.0.1:5000/mail@host", "http://127.0.0.1:5000/mail@host"),
        ("sqlite:////home/ada/mlflow.db", "sqlite:////home/ada/mlflow.db"),
    ],
)
def test_addresses_lose_their_secrets_and_nothing_else(text, expected):
    assert redacted(text) == expected


def test_secrets_of_the_environment_are_hidden_wherever_they_stand(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "geheim")
    assert redacted("401 for ada/geheim") == f"401 for ada/{MASK}"


@pytest.mark.parametrize(
    ("value", "length"),
    [("x" * 10**6, 90), (list(range(10**5)), 90), ({"a": [[[[[1]]]]]}, 60)],
    ids=["text", "list", "nested"],
)
def test_long_values_are_shortened(value, length):
    assert len(shown(value)) < length


def test_a_number_that_python_does_not_write_is_described():
    assert shown(10**5000) == "int, too long to show"


def test_short_values_are_as_python_writes_them():
    for value in ("a", 1.5, None, [1, 2], {"a": 1}):
        assert shown(value) == repr(value)


def test_a_line_keeps_its_ends():
    line = "params.yaml: " + "x" * 10_000 + "; accepted: less"
    short = shortened(line)
    assert len(short) == LONGEST - 1
    assert short.startswith("params.yaml: ")
    assert short.endswith("; accepted: less")
    assert shortened("short") == "short"
