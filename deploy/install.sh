#!/bin/sh
# deploy/install.sh VENV LOCK: install the packages of a lock file, by hash, into an environment.
# With uv where it can be had (it is a package itself), otherwise with pip, which takes three times
# as long. Says how far it is: the first installation downloads a few hundred megabytes.
set -eu
venv=$1 lock=$2
python=$venv/bin/python
wanted=$(grep -c '^[A-Za-z0-9].*==' "$lock")
started=$(date +%s)

installed() { find "$venv"/lib/python*/site-packages -maxdepth 1 -name '*.dist-info' | wc -l; }

pip() { "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$1"; }

uv=$(command -v uv || echo "$venv/bin/uv")
[ -x "$uv" ] || pip deploy/lock/uv.txt 2>/dev/null || true

# Compiled now: where PYTHONDONTWRITEBYTECODE is set, as in many containers, every start of Python
# would compile a thousand modules anew, which takes a second. And no hard links to uv's cache across
# file systems, of which it would warn.
with_uv() {
  [ -x "$uv" ] && UV_LINK_MODE=copy "$uv" pip install --quiet --python "$python" --require-hashes \
    --no-deps --compile-bytecode -r "$lock" 2>"$venv/uv.log"
}

watch() { # On a terminal one line that counts, elsewhere one every ten seconds.
  while sleep 1; do
    seconds=$(($(date +%s) - started))
    line="installing $lock: $(installed) packages of about $wanted, $seconds s"
    if [ -t 1 ]; then printf '\r%s ' "$line"; elif [ $((seconds % 10)) = 0 ]; then echo "$line"; fi
  done
}

echo "installing $wanted packages of $lock into $venv"
watch &
watcher=$!
trap 'kill $watcher 2>/dev/null || true' EXIT
with_uv || { echo "uv could not ($(tail -n 1 "$venv/uv.log" 2>/dev/null)); pip does it"; pip "$lock"; }
kill $watcher 2>/dev/null || true
[ ! -t 1 ] || printf '\r\033[K'
echo "installed in $(($(date +%s) - started)) s"
