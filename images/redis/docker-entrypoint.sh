#!/bin/bash
set -euo pipefail

# Options or a configuration file alone mean the server.
case ${1:-} in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [[ ${1:-} == redis-server && $(id -u) == 0 ]]; then
  find . \! -user redis -exec chown redis '{}' +
  exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
fi

# Data is nobody else's business, unless the umask was chosen on purpose.
if [[ $(umask) == 0022 ]]; then umask 0077; fi
exec "$@"
