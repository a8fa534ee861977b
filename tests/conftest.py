"""Servers for tests, and the browser that looks at their pages."""

import shutil

import pytest

from tests import shapes
from tests.serving import served

shapes.install()  # before a test, or a plugin, imports what is checked

pytest_plugins = ["tests.tiny_project"]

# Files that take minutes. They begin first: at the end, one of them would keep one core waiting for the other.
SLOWEST = ("test_pipeline.py", "test_own_images.py", "test_determinism.py")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def pytest_collection_modifyitems(items):
    """Put the slowest files first; all else stays in its order."""
    items.sort(key=lambda item: item.path.name not in SLOWEST)


@pytest.fixture(scope="session")
def serve():
    """The function `served`, for fixtures of any scope."""
    return served


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium, headless."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: `apt-get install chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A working folder for what the pipeline keeps in the repository."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


@pytest.fixture
def mlflow_server(repository, monkeypatch):
    """The URL of an `mlflow server` with an sqlite file, which the pipeline tracks to."""
    command = ["mlflow", "server", "--workers", "1", "--backend-store-uri", f"sqlite:///{repository / 'server.db'}"]
    command += ["--artifacts-destination", str(repository / "served")]
    with served(repository, command, "health", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false") as url:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", url)
        yield url


@pytest.fixture
def model_server(repository):
    """A function that serves a registered model by its URI, as `with model_server(uri) as url`."""

    def of(uri):
        # The models bring the project's packages along: the project's own must not be found.
        command = ["mlflow", "models", "serve", "--model-uri", uri, "--env-manager", "local"]
        return served(repository, command, "ping", PYTHONPATH="", TF_CPP_MIN_LOG_LEVEL="3")

    return of
