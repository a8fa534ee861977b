"""A pipeline of a few commands that DVC runs in seconds, for tests of what runs when."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAGES = """
stages:
  recipes:
    cmd: mkdir -p artifacts/recipes && echo ROOT > artifacts/recipes/a
    deps: [params.yaml]
    outs: [artifacts/recipes]
  download: {cmd: echo d > d, deps: [artifacts/recipes/a], outs: [d]}
  a:
    cmd: "echo 'WARNING: a is odd' && cat d > a && mkdir -p reports && echo {} > reports/a.json"
    deps: [artifacts/recipes/a, d]
    outs: [a, reports/a.json: {cache: false, persist: true}]
  b: {cmd: python wait.py b, deps: [artifacts/recipes/a, wait.py], outs: [b]}
  bad:
    cmd: "echo 'error: a is no b' >&2; test -e $DIGITFORGE_TEST_ROOT/mended && echo bad > bad"
    deps: [artifacts/recipes/a, a, reports/a.json]
    outs: [bad]
  after: {cmd: cat bad b > after, deps: [bad, b], outs: [after]}
  last: {cmd: cat a b > last, deps: [a, b], outs: [last]}
"""
OUTPUTS = ("/artifacts", "/a", "/b", "/d", "/bad", "/after", "/last")
IGNORED = ("/waits", "/go", "/mended", "/.*", "!/.dvc", "__pycache__", *OUTPUTS)
WAIT = """
import os, sys, time
from pathlib import Path
from digitforge import ending
ending.LOOK_EVERY_SECONDS = 0.1
ending.end_with_parent()
root = Path(os.environ["DIGITFORGE_TEST_ROOT"])
with (root / "waits").open("a") as log:
    print(os.getpid(), file=log)
while not (root / "go").exists():
    time.sleep(0.05)
Path(sys.argv[1]).write_text("b")
"""


def heed() -> None:
    """Let a process heed Ctrl-C, even where these tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Pipeline:
    """A project in a folder: `a` is quick, `b` waits for a file `go`, `bad` fails until there is a file `mended`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        hidden = ("DVC_ROOT", "DVC_STAGE")
        self.env = {name: value for name, value in os.environ.items() if name not in hidden}
        self.env |= {"DIGITFORGE_TEST_ROOT": str(root), "PYTHONPATH": os.pathsep.join(paths), "HOME": str(root)}
        self.env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        (root / "reports").mkdir(parents=True)
        (root / "dvc.yaml").write_text(STAGES.replace("ROOT", str(root)))  # so that no run is an earlier one
        (root / "wait.py").write_text(WAIT)
        (root / "params.yaml").write_text("a: 1\n")
        (root / ".gitignore").write_text("\n".join([*IGNORED, ""]))
        author = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
        for command in (
            ["git", "init", "-q"],
            [sys.executable, "-m", "dvc", "init", "-q"],
            [
                sys.executable,
                "-m",
                "dvc",
                "remote",
                "add",
                "-q",
                "-d",
                "store",
                str(root.with_name(f"{root.name}-store")),
            ],
            ["git", "add", "-A"],
            ["git", *author, "commit", "-qm", "start"],
        ):
            subprocess.run(command, cwd=root, env=self.env, check=True)

    def start(self, *options: str) -> subprocess.Popen[str]:
        """`digitforge run`, in the background."""
        command = [sys.executable, "-m", "digitforge.command", "run", *options]
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=heed,
        )

    def run(self, *options: str) -> tuple[int, str]:
        """`digitforge run` -> exit code, and what it said."""
        process = self.start(*options)
        output = process.communicate()[0]
        return process.returncode, output

    def changed(self) -> str:
        """What `dvc status` says."""
        found = self.dvc("status")
        found.check_returncode()
        return found.stdout

    def dvc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of DVC's, and what it said."""
        command = [sys.executable, "-m", "dvc", *arguments]
        return subprocess.run(command, cwd=self.root, env=self.env, capture_output=True, text=True, check=False)
