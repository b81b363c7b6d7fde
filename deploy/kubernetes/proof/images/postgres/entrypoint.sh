#!/bin/sh
# As the official image: a database of that name, the scripts of /docker-entrypoint-initdb.d once.
set -eu
socket=/var/run/postgresql
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p -m 700 "$PGDATA"
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  initdb --username=postgres --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  pg_ctl start --wait --options="-c listen_addresses='' -k $socket"
  psql -h "$socket" -U postgres -v ON_ERROR_STOP=1 -c "CREATE DATABASE \"$POSTGRES_DB\"" postgres
  for script in /docker-entrypoint-initdb.d/*.sql; do
    psql -h "$socket" -U postgres -v ON_ERROR_STOP=1 -q -f "$script" "$POSTGRES_DB"
  done
  pg_ctl stop --wait --mode=fast
fi
exec postgres -c listen_addresses='*' -k "$socket"
