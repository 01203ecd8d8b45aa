"""Fail where a source module with functions has no test module of its name, or breaks a size bound."""

import ast
import sys
from pathlib import Path

SOURCE = Path("src/busbar")
TESTS = Path("tests")
EXEMPT = ("protocol/wire/", "csms/storage/migrations/")
UNPAIRED_BELOW = 30
MODULE_STOP = 500
FUNCTION_STOP = 70


def complaints(path: Path) -> list[str]:
    """Return what is wrong with one source module."""
    name = path.relative_to(SOURCE).as_posix()
    if name.startswith(EXEMPT):
        return []
    text = path.read_text()
    lines = text.count("\n") + 1
    found = [f"{name}: {lines} lines, {MODULE_STOP} at most"] if lines > MODULE_STOP else []
    tree = ast.parse(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    twin = TESTS / path.relative_to(SOURCE).parent / f"test_{path.name}"
    if path.name != "__init__.py" and functions and lines > UNPAIRED_BELOW and not twin.exists():
        found.append(f"{name}: no {twin}")
    for node in functions:
        docstring = (ast.get_docstring(node, clean=False) or "").count("\n")
        length = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring
        if length > FUNCTION_STOP:
            found.append(f"{name}:{node.lineno}: {node.name} has {length} lines, {FUNCTION_STOP} at most")
    return found


def main() -> int:
    """Print every complaint; return 1 where there is one."""
    found = [line for path in sorted(SOURCE.rglob("*.py")) for line in complaints(path)]
    print("\n".join(found) or "every module is paired and within bounds")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
