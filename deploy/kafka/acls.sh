#!/bin/sh
# Who may do what on the three topics: one principal per service, nobody may delete or alter (topics are made by the operator).
# What is not granted here is denied when the brokers run with an authorizer and allow.everyone.if.no.acl.found=false.
#
#   BOOTSTRAP=broker:9093 COMMAND_CONFIG=admin.properties deploy/kafka/acls.sh           applies
#   DRY_RUN=1 deploy/kafka/acls.sh                                                         prints what it would run
#
# KAFKA_ACLS names the tool (default kafka-acls.sh on the PATH); PRINCIPAL_PREFIX what principals begin with (default tocsin-).
set -eu

KAFKA_ACLS=${KAFKA_ACLS:-kafka-acls.sh}
BOOTSTRAP=${BOOTSTRAP:-localhost:9092}
PREFIX=${PRINCIPAL_PREFIX:-tocsin-}
EVENTS=${EVENTS_TOPIC:-events-stream}
TELEMETRY=${TELEMETRY_TOPIC:-telemetry-stream}
DEAD_LETTERS=${DEAD_LETTERS_TOPIC:-dead-letters}

acl() {
  set -- "$KAFKA_ACLS" --bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} --add --force "$@"
  if [ -n "${DRY_RUN:-}" ]; then echo "$@"; else "$@"; fi
}

# A writer sends idempotently, which the right to write a topic includes; it needs to describe the topic, not to read it.
may_write() {
  service=$1
  shift
  for topic in "$@"; do
    acl --allow-principal "User:$PREFIX$service" --operation Write --operation Describe --topic "$topic"
  done
}

# A reader also commits offsets, in consumer groups that begin with its own name and nowhere else.
may_read() {
  service=$1
  groups=$2
  shift 2
  for topic in "$@"; do
    acl --allow-principal "User:$PREFIX$service" --operation Read --operation Describe --topic "$topic"
  done
  acl --allow-principal "User:$PREFIX$service" --operation Read --operation Describe --group "$groups" --resource-pattern-type prefixed
}

# The way in: writes facts and samples, learns from the log which clusters there are.
may_read ingestion ingestion. "$EVENTS"
may_write ingestion "$EVENTS" "$TELEMETRY" "$DEAD_LETTERS"

# Samples in, issues out.
may_read detection detection. "$TELEMETRY" "$EVENTS"
may_write detection "$EVENTS" "$DEAD_LETTERS"

# Folds events into incidents, lists dead letters and puts them back on the topic they came from.
may_read incidents incidents. "$EVENTS" "$DEAD_LETTERS"
may_write incidents "$EVENTS" "$TELEMETRY" "$DEAD_LETTERS"

# The control plane of integrations, and the receipts.
may_read integrations integrations. "$EVENTS"
may_write integrations "$EVENTS" "$DEAD_LETTERS"

# One principal per sink: a sink that is taken over reads what it delivers and can speak in no other's name.
for sink in ${DELIVERY_SINKS:-slack}; do
  may_read "delivery-$sink" "delivery.$sink" "$EVENTS"
  may_write "delivery-$sink" "$EVENTS" "$DEAD_LETTERS"
done

# People and tools that only look.
may_read reader tocsin-reader "$EVENTS" "$TELEMETRY" "$DEAD_LETTERS"
