#!/bin/sh
# Makes .venv from the lock, by hash and without building anything, and puts Fitpath itself into it. Again: nothing to do.
set -eu
cd "$(dirname "$0")/.."
here=$(pwd)
stamp="$here $(cat requirements.lock pyproject.toml deploy/install.sh | cksum)"
if [ -x .venv/bin/fitpath ] && [ "$(cat .venv/.stamp 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi

usable() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}
# The system's own Python first: it is built with optimisations, one that a version manager built often is not, and
# then everything here takes an eighth longer.
python=
for name in ${PYTHON:+"$PYTHON"} /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
  if usable "$name"; then
    python=$name
    break
  fi
done
if [ -z "$python" ]; then
  echo "install: Python 3.11, 3.12 or 3.13 with venv is needed (Debian: apt-get install python3-venv); or set PYTHON" >&2
  exit 1
fi

# The embedded PostgreSQL, run as root, opens every folder above its programs to everybody. Where such a folder is
# closed (a home), root's environment lives elsewhere and .venv leads there.
target=.venv
if [ "$(id -u)" = 0 ]; then
  folder=$here
  while [ "$folder" != / ]; do
    mode=$(stat -c %a "$folder" 2>/dev/null || stat -f %Lp "$folder")
    case $mode in
      *[57][57]) ;;
      *)
        target=/var/tmp/fitpath-venv-$(printf %s "$here" | cksum | cut -d ' ' -f 1)
        echo "install: $folder is closed to others; as root the environment is kept in $target" >&2
        break
        ;;
    esac
    folder=$(dirname "$folder")
  done
fi

echo "install: the locked set of packages into .venv (a minute or so)" >&2
rm -rf .venv "$target"
"$python" -m venv "$target"
[ "$target" = .venv ] || ln -s "$target" .venv
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1
.venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
printf '%s' "$stamp" > .venv/.stamp
