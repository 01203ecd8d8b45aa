#!/usr/bin/env bash
# Makes the environment: setup.sh PYTHON VENV REQUIREMENTS. Only pinned packages with known hashes go in.
set -euo pipefail
python=$1 venv=$2 requirements=$3

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || {
    echo "Busbar needs Python 3.11, 3.12 or 3.13; $python is $("$python" --version). Set PYTHON=/path/to/python3.11." >&2
    exit 1
}
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -q && apt-get install -q -y --no-install-recommends python3-venv
    else
        echo "Python has no venv module. Install it (Debian: sudo apt-get install python3-venv) and run again." >&2
        exit 1
    fi
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$venv/bin/python" -m pip install -q --require-hashes -r requirements/build.txt
"$venv/bin/python" -m pip install -q --require-hashes -r "$requirements"
"$venv/bin/python" -m pip install -q --no-deps --no-build-isolation -e .
