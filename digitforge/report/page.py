"""What reports/index.html has and index.md lacks: pictures within the page, and provenance."""

import base64
import hashlib
import io
import json
import platform
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup
from ruamel.yaml import YAML

from digitforge import files
from digitforge.data.raw import SourceFacts
from digitforge.report import colors
from digitforge.revision import git_commit
from digitforge.settings.params import ResultParams

PACKAGES = ("tensorflow", "keras", "tensorflow-probability", "numpy", "scipy", "scikit-learn", "dvc", "mlflow")
# section -> its title, and which picture of each variant it shows
SECTIONS = {
    "latent": ("Latent maps", "latent"),
    "traversals": ("Traversals", "traversals"),
    "interpolations": ("Interpolations", "interpolations"),
    "styles": ("Styles by label", "classes"),
    "forming": ("How digits form", "forming"),
}


def data_uri(path: Path) -> Markup:
    """A PNG as text that a page can hold."""
    return Markup(f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}")


def digest(params: ResultParams) -> str:
    """SHA-256 of the parameters."""
    text = json.dumps(params.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def written(params: ResultParams) -> str:
    """The parameters as YAML."""
    text = io.StringIO()
    YAML().dump(params.model_dump(mode="json"), text)
    return text.getvalue()


def provenance(params: ResultParams) -> dict[str, str]:
    """What the results come from, and what wrote the page. Nothing in it depends on the time of day."""
    found = {
        "git commit": f"`{commit}`" if (commit := git_commit()) else "none",
        "data": SourceFacts.read().label,
        **{f"SHA-256 of `{path.name}`": f"`{files.sha256(path)}`" for path in sorted(files.RAW.glob("*-ubyte"))},
        "SHA-256 of the parameters": f"`{digest(params)}`",
        "seed": str(params.seed),
        "budget": str(params.budget),
        "Python": platform.python_version(),
    }
    return found | {name: version(name) for name in PACKAGES}


def with_picture(rows: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """The variants that have a picture."""
    return [row for row in rows if name in row["pictures"]]


def page_content(about: Mapping[str, Any], figures: Path) -> dict[str, Any]:
    """What the template of index.html needs beside that of index.md. figures: the folder of pictures."""
    rows = about["rows"]
    return {
        "metrics_page": "#metrics",
        "of": {row["key"]: row for row in rows},
        "kinds": list(dict.fromkeys(row["kind"] for row in rows)),
        "modes": list(dict.fromkeys(row["data"] for row in rows)),
        "sections": {name: found for name, found in SECTIONS.items() if with_picture(rows, found[1])},
        "with_picture": partial(with_picture, rows),
        "embed": lambda name: data_uri(figures / f"{name}.png"),
        "colors": colors,
        "provenance": provenance(about["params"]),
        "parameters": written(about["params"]),
    }
