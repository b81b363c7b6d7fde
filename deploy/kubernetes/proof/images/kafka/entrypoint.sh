#!/bin/sh
# Without arguments the broker, whose storage is formatted once with its users (CREDENTIALS, one
# `name=…,password=…` a line); with arguments one of Kafka's tools.
set -eu
java() { command java -XX:TieredStopAtLevel=1 -cp '/opt/kafka/*' "$@"; }
if [ $# -gt 0 ]; then
  java -Xmx128m "$@"
  exit
fi
if [ ! -e /data/log/meta.properties ]; then
  for user in $CREDENTIALS; do
    set -- "$@" --add-scram "SCRAM-SHA-512=[$user]"
  done
  # It would print what the passwords are checked by.
  java -Xmx128m kafka.tools.StorageTool format --standalone --cluster-id todoku-proof \
    --config /settings/server.properties "$@" > /dev/null
fi
exec java -Xmx384m -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile=/log4j2.properties \
  -cp '/opt/kafka/*' kafka.Kafka /settings/server.properties
