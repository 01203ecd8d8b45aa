#!/usr/bin/env bash
# Makes sure that there is a Chromium for the browser tests: installs Debian's as root or by sudo, else says what to do.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
packages="chromium fonts-dejavu-core libatomic1"
if ! command -v apt-get >/dev/null; then
    echo "The browser tests need Chromium: install it by your system's packages." >&2
    exit 1
elif [ "$(id -u)" = 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "The browser tests need Chromium: sudo apt-get install $packages" >&2
    exit 1
fi
$as_root apt-get update -q
# shellcheck disable=SC2086
$as_root apt-get install -q -y --no-install-recommends $packages
