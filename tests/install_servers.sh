#!/bin/sh
# Installs Chromium, PostgreSQL and Dovecot for the tests where they are missing. A user who is not root, or has no apt,
# keeps what there is: those tests are then skipped with one line each, except in CI, which never skips.
set -eu

missing=""
command -v chromium >/dev/null || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
command -v dovecot >/dev/null || missing="$missing dovecot-imapd"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Not installed:$missing. Their tests are skipped; install them with your package manager to run all."
    exit 0
fi
echo "Installing$missing for the tests ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing fonts-noto-cjk >/dev/null
