"""`python -m digitforge.explorer [--port PORT]`: serve the explorer on 127.0.0.1 until Ctrl-C."""

import argparse
import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Thread

# Both are read when Gradio is imported. The folder that it would take in the system's may be another user's.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
from digitforge.errors import UserError, user_errors

with user_errors():  # the disk may be full
    os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="digitforge-explorer-")

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from digitforge.explorer.page import CSS, THEME, page
from digitforge.explorer.shelf import Shelf
from digitforge.project import project_folder

ADDRESS = "127.0.0.1"
# Names under which a browser may ask. Another one would be that of a foreign page, whose name server points here.
HOSTS = (ADDRESS, "localhost")
SESSIONS = 50  # that Gradio remembers, of a quarter of a megabyte each; each call of its interface is one, too


def ask_directly() -> None:
    """Have requests to this machine pass by the proxy that the environment may name: Gradio asks its own server."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join([*filter(None, [os.environ.get(name)]), *HOSTS])


def warm(shelf: Shelf) -> None:
    """Import TensorFlow, and load the verifier, before anyone asks for them."""
    with suppress(UserError):  # nothing is trained yet, as the page says
        shelf.verifier()


def main() -> None:
    """Start the server; the page answers before TensorFlow is imported."""
    atexit.register(shutil.rmtree, os.environ["GRADIO_TEMP_DIR"], ignore_errors=True)
    parser = argparse.ArgumentParser(
        prog="python -m digitforge.explorer", description="Play with the trained variants."
    )
    parser.add_argument("--port", type=int, default=7860, help="port on 127.0.0.1 (default: 7860)")
    parser.add_argument(
        "--host-name",
        action="append",
        default=[],
        metavar="NAME",
        help="answer requests to this name too, besides 127.0.0.1 and localhost",
    )
    parser.add_argument(
        "--project", type=Path, help="folder of the project (default: the one around the working folder)"
    )
    arguments = parser.parse_args()
    if not 1 <= arguments.port <= 65535:
        raise UserError(f"--port: received {arguments.port}; accepted: 1 to 65535")
    shelf = Shelf(arguments.project.resolve() if arguments.project else project_folder())
    blocks = page(shelf)
    shelf.trained()  # a params.yaml that is wrong ends here, in one line
    ask_directly()
    try:
        _, url, _ = blocks.launch(
            server_name=ADDRESS,
            server_port=arguments.port,
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            state_session_capacity=SESSIONS,
            app_kwargs={
                "middleware": [Middleware(TrustedHostMiddleware, allowed_hosts=[*HOSTS, *arguments.host_name])]
            },
            theme=THEME,
            css=CSS,
        )
    except OSError:
        raise UserError(
            f"--port: received {arguments.port}, which is in use or not allowed; accepted: a free port"
        ) from None
    print(f"explorer: {url} (Ctrl-C ends it)", flush=True)
    Thread(target=warm, args=[shelf], daemon=True).start()
    blocks.block_thread()


if __name__ == "__main__":
    with user_errors():
        main()
