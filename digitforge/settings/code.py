"""Hashes of what code does: of every file that a stage imports, directly or through another file.

Comments, docstrings, line ends, blank lines, annotations of functions and `if TYPE_CHECKING:` do nothing, so they don't
count. The hash of a file is the same under Python 3.11, 3.12 and 3.13.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

from digitforge.errors import UserError

PACKAGES = ("digitforge", "stages")
LENGTH = 16  # hexadecimal digits of a hash
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# Fields of syntax trees that change nothing of what the code does.
IDLE: dict[str, tuple[type[ast.AST], ...]] = {
    "annotation": (ast.arg,),
    "returns": (ast.FunctionDef, ast.AsyncFunctionDef),
    "ctx": (ast.AST,),
    "kind": (ast.Constant,),
}


def digest(content: bytes) -> str:
    """A short hash."""
    return hashlib.sha256(content).hexdigest()[:LENGTH]


def body(node: ast.AST) -> list[ast.stmt]:
    """The statements of a module, class or function, without its docstring."""
    statements = node.body  # type: ignore[attr-defined]
    match statements:
        case [ast.Expr(ast.Constant(str())), *rest]:
            return rest
    return statements


def spell(node: ast.AST, words: list[str]) -> None:
    """Add a syntax tree to `words`, as every Python spells it: absent and empty fields are left out.

    Newer Pythons add fields to a node, which are empty in code that an older one can read.
    """
    words.append(f"({type(node).__name__}")
    for name, value in ast.iter_fields(node):
        if isinstance(node, IDLE.get(name, ())):
            continue
        if isinstance(node, ast.Constant):
            words.append(f" {type(value).__name__} {value!r}")
            continue
        found = body(node) if name == "body" and isinstance(node, DOCUMENTED) else value
        if found is None or found == []:
            continue
        words.append(f" {name}")
        for one in found if isinstance(found, list) else [found]:
            if isinstance(node, ast.JoinedStr) and isinstance(one, ast.Constant) and one.value == "":
                continue  # Python 3.12 has one after a format that ends in a value
            if for_types_alone(one) and not one.orelse:
                continue
            if isinstance(one, ast.AST):
                spell(one, words)
            else:
                words.append(f" {one!r}")
    words.append(")")


def meaning(tree: ast.Module) -> str:
    """The hash of what a parsed file does."""
    words: list[str] = []
    spell(tree, words)
    return digest("".join(words).encode())


def for_types_alone(node: Any) -> TypeGuard[ast.If]:
    """Whether a statement is `if TYPE_CHECKING:`, which nothing runs."""
    test = node.test if isinstance(node, ast.If) else None
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


def imported(tree: ast.AST) -> set[str]:
    """Names of what a syntax tree imports, at whatever depth; of `from a import b` both `a` and `a.b`."""
    found: set[str] = set()
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif for_types_alone(node):
            left.extend(node.orelse)
        elif not isinstance(node, ast.expr):  # no expression imports
            left.extend(ast.iter_child_nodes(node))
    return found


def file_of(module: str, root: Path) -> Path | None:
    """The file of a module, relative to the project's root; None if this is no module of the project."""
    if module.split(".")[0] not in PACKAGES:
        return None
    path = Path(*module.split("."))
    places = (path.with_suffix(".py"), path / "__init__.py")
    return next((place for place in places if (root / place).is_file()), None)


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file; raises UserError, naming the line, for one that is no Python."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise UserError(f"{path}, line {error.lineno}: received code that Python can't read ({error.msg})") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: received bytes that are not UTF-8 ({error.reason}); accepted: UTF-8 text") from None


class Code:
    """The code of a project. Each file is read at most once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.hashes: dict[str, str] = {}
        self.imports: dict[str, list[str]] = {}  # file -> files
        self.files_of = cache(self._files_of)
        self.closure = cache(self._closure)

    def _files_of(self, module: str) -> list[str]:
        """The files that importing a module runs: those of the packages around it, then its own."""
        parts = module.split(".")
        paths = [file_of(".".join(parts[:end]), self.root) for end in range(1, len(parts) + 1)]
        return [path.as_posix() for path in paths if path]

    def read(self, path: str) -> None:
        """Learn what a file does, and which files it imports."""
        tree = parsed(self.root / path)
        self.hashes[path] = meaning(tree)
        self.imports[path] = sorted({file for name in imported(tree) for file in self.files_of(name)})

    def _closure(self, modules: tuple[str, ...], without: tuple[str, ...] = ()) -> dict[str, str]:
        """Every file that the modules need, by imports of imports, with the hash of what it does: {path: hash}.

        Files beside the code of a package, such as templates, count by their text. without: packages and modules,
        dotted, whose files are left out.
        """
        left_out = tuple(name.replace(".", "/") + end for name in without for end in ("/", ".py"))
        left = [path for module in modules for path in self.files_of(module)]
        found: dict[str, str] = {}
        while left:
            path = left.pop()
            if path in found or path.startswith(left_out):
                continue
            if path not in self.hashes:
                self.read(path)
            found[path] = self.hashes[path]
            left += self.imports[path]
        texts = (text for folder in {Path(path).parent for path in found} for text in self.beside(folder))
        return dict(sorted((found | dict(texts)).items()))

    def beside(self, folder: Path) -> Iterator[tuple[str, str]]:
        """The files of a package other than code, also in sub-folders that aren't packages, with their hashes."""
        for path in sorted((self.root / folder).iterdir()):
            if path.name == "__pycache__" or path.name.startswith("."):
                continue
            if path.is_dir() and not (path / "__init__.py").exists():
                yield from self.beside(folder / path.name)
            elif path.is_file() and path.suffix != ".py":
                yield (folder / path.name).as_posix(), digest(path.read_bytes().replace(b"\r\n", b"\n"))
