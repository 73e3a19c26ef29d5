#!/bin/bash
set -euo pipefail

say() { printf 'entrypoint: %s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# file_env VAR [DEFAULT]: the value of $VAR, or the content of the file named by $VAR_FILE.
file_env() {
  local var=$1 file_var=$1_FILE value=${2:-}
  [[ -z ${!var:-} || -z ${!file_var:-} ]] || die "both $var and $file_var are set; use one of them"
  if [[ -n ${!var:-} ]]; then
    value=${!var}
  elif [[ -n ${!file_var:-} ]]; then
    value=$(<"${!file_var}") || die "cannot read the file that $file_var names: ${!file_var}"
  fi
  export "$var=$value"
  unset "$file_var"
}

# Present from before initdb until the last init script has ended. A container
# killed in between leaves it behind, and the next start begins anew instead of
# serving half a database.
marker=.wharf-init-incomplete

wipe() { # the contents, not the folder: it may be a mount point
  find "$1" -mindepth 1 -maxdepth 1 -exec rm -rf -- '{}' +
}

# Run SQL as the superuser over the unix socket of the temporary server.
sql() {
  PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc \
    --username "$POSTGRES_USER" --dbname "${sql_db:-$POSTGRES_DB}" "$@"
}
docker_process_sql() { sql "$@"; } # init scripts written for the official image call it

run_init_files() {
  local f
  for f in /docker-entrypoint-initdb.d/*; do
    case $f in
      *.sh)
        if [[ -x $f ]]; then
          say "running $f"
          "$f"
        else
          say "sourcing $f"
          # shellcheck disable=SC1090 # it is the user's
          . "$f"
        fi
        ;;
      *.sql) say "running $f" && sql -f "$f" ;;
      *.sql.gz) say "running $f" && gunzip -c "$f" | sql ;;
      *.sql.xz) say "running $f" && xzcat "$f" | sql ;;
      *.sql.zst) say "running $f" && zstd -dc "$f" | sql ;;
      '/docker-entrypoint-initdb.d/*') ;;
      *) say "ignoring $f" ;;
    esac
  done
}

init() {
  local started=$SECONDS waldir=()
  if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
    die "the database has no superuser password. Set POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE) to a
non-empty value, or POSTGRES_HOST_AUTH_METHOD=trust to let everyone in without one (not recommended)."
  fi
  if [[ $POSTGRES_HOST_AUTH_METHOD == trust ]]; then
    say "warning: POSTGRES_HOST_AUTH_METHOD=trust lets anyone who reaches the port in, as any user"
  fi

  if [[ -e $PGDATA/$marker ]]; then
    say "an earlier first start was interrupted; beginning anew in $PGDATA"
    wipe "$PGDATA"
    if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then wipe "$POSTGRES_INITDB_WALDIR"; fi
  elif [[ -n $(find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit) ]]; then
    die "$PGDATA is not empty, and it is no database either. Empty it, or point PGDATA at a folder below it."
  fi
  : >"$PGDATA/$marker"
  if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then waldir=(--waldir "$POSTGRES_INITDB_WALDIR"); fi

  # initdb wants an empty folder, and the marker is in ours.
  eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD")' \
    "${waldir[*]@Q}" '--pgdata="$PGDATA/.initdb"' "${POSTGRES_INITDB_ARGS:-}" >&2
  find "$PGDATA/.initdb" -mindepth 1 -maxdepth 1 -exec mv -t "$PGDATA" '{}' +
  rmdir "$PGDATA/.initdb"

  local method=$POSTGRES_HOST_AUTH_METHOD
  method=${method:-$(postgres -C password_encryption "${@:2}")}
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"

  # Only the socket: nobody from outside may see an unfinished database.
  pg_ctl -D "$PGDATA" -o "$(printf '%q ' "${@:2}" -c listen_addresses='' -p "${PGPORT:-5432}")" -w start >&2
  local PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
  export PGPASSWORD
  if [[ $POSTGRES_DB != postgres ]]; then
    # shellcheck disable=SC2016 # psql fills in :"db"
    sql_db=postgres sql --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";' >&2
  fi
  run_init_files
  pg_ctl -D "$PGDATA" -m fast -w stop >&2

  # The marker must not go before everything else is on the disk.
  sync -f "$PGDATA"
  rm "$PGDATA/$marker"
  sync -f "$PGDATA"
  say "first start complete in $((SECONDS - started)) s"
}

prepare_folders() {
  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA" 2>/dev/null || true
  mkdir -p /var/run/postgresql 2>/dev/null || true
  if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then mkdir -p "$POSTGRES_INITDB_WALDIR"; fi
  if [[ $(id -u) == 0 ]]; then
    find "$PGDATA" /var/run/postgresql ${POSTGRES_INITDB_WALDIR:+"$POSTGRES_INITDB_WALDIR"} \
      \! -user postgres -exec chown postgres '{}' +
  fi
}

wants_server() { # and not only its version or its help
  [[ ${1:-} == postgres ]] || return 1
  local arg
  for arg in "${@:2}"; do
    case $arg in
      -'?' | --help | --describe-config | -V | --version) return 1 ;;
    esac
  done
}

if [[ ${1:-} == -* ]]; then set -- postgres "$@"; fi

if wants_server "$@"; then
  prepare_folders
  if [[ $(id -u) == 0 ]]; then
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
  fi
  file_env POSTGRES_PASSWORD
  file_env POSTGRES_USER postgres
  file_env POSTGRES_DB "$POSTGRES_USER"
  file_env POSTGRES_INITDB_ARGS
  : "${POSTGRES_HOST_AUTH_METHOD:=}"
  if [[ ! -s $PGDATA/PG_VERSION || -e $PGDATA/$marker ]]; then
    init "$@"
  else
    say "$PGDATA holds a database already; skipping the first start"
  fi
fi
exec "$@"
