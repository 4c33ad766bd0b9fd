# Sourced by the drills of this folder: their settings and words, and what several of them do.
set -euo pipefail
# What is saved names people.
umask 077
export PGCLIENTENCODING=UTF8 PGOPTIONS="-c client_min_messages=warning" LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
within=600
days=7
steps=0

# What the drill does next.
step() {
  steps=$((steps + 1))
  printf '%s. %s\n' "$steps" "$*"
}

tell() { printf '   %s\n' "$*"; }

# Nothing was changed.
refuse() {
  printf 'Refused: %s\n' "$*" >&2
  exit 2
}

# The comment at the head of the drill.
usage() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || refuse "$program is missing here."
  done
}

# number OPTION VALUE
number() {
  [[ "$2" =~ ^[0-9]{1,4}$ ]] || refuse "$1 takes a whole number, not '$2'."
  echo "$((10#$2))"
}

# days VALUE   Groups know for 30 days what they have applied, and would apply again what they know no longer.
days() {
  local count most=28
  count=$(number --days "$1") || exit
  [ "$count" -le $most ] || refuse "--days takes $most at most: groups could apply again what is older."
  echo "$count"
}

program() { echo "$root/src/Tools/$1/bin/Debug/net10.0/ConcertReservation.$1.dll"; }

# on_own_machine OPTION…   Where no address is given, the drill is about what ./run keeps in .local/run: it is run
# among those services, without the host, and the checker with it.
on_own_machine() {
  [ -f "$(program Verification)" ] || refuse "The checker is not built: dotnet build src/Programs.slnf"
  if [ -n "${ConnectionStrings__Postgres:-}" ]; then
    [ -n "${ConnectionStrings__Redis:-}" ] || refuse "ConnectionStrings__Redis is not set."
    [ -n "${Kafka__BootstrapServers:-}" ] || refuse "Kafka__BootstrapServers is not set."
    return
  fi

  [ -d "$root/.local/run" ] || refuse "ConnectionStrings__Postgres is not set, and ./run has never run here."
  [ ! -e "$root/.local/run/run.json" ] || refuse "./run is running: stop it first."
  # From here, where the paths of the options begin.
  RECOVERY_ONLY_PREPARES=yes dotnet "$(program LocalServices)" up --dir "$root/.local/run" -- \
    "$(realpath -- "$0")" "$@"
  cd "$root"
  exec ./run verify --within "$within"
}

# The host's connection string as PostgreSQL's own tools read it, and nothing of what they are told elsewhere.
use_postgres() {
  local pairs pair name value
  unset PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD PGDATABASE PGSERVICE
  IFS=';' read -ra pairs <<<"$ConnectionStrings__Postgres"
  for pair in "${pairs[@]}"; do
    name=${pair%%=*} value=${pair#*=}
    name=${name,,}
    case "${name// /}" in
      host | server) export PGHOST=$value ;;
      port) export PGPORT=$value ;;
      database | db) export PGDATABASE=$value ;;
      username | userid | user) export PGUSER=$value ;;
      password | pwd) export PGPASSWORD=$value ;;
      rootcertificate) export PGSSLROOTCERT=$value ;;
      sslmode)
        value=${value,,}
        export PGSSLMODE=${value/verify/verify-}
        ;;
    esac
  done
  [ -n "${PGDATABASE:-}" ] || refuse "ConnectionStrings__Postgres names no database."
}

# sql [OPTION…] <STATEMENTS   Plain values, a row a line; the first error ends it.
sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

# The host's Redis configuration as redis-cli reads it.
use_redis() {
  local parts part
  IFS=',' read -ra parts <<<"$ConnectionStrings__Redis"
  redis_options=(-h "${parts[0]%:*}" -p "${parts[0]##*:}")
  for part in "${parts[@]:1}"; do
    case "${part,,}" in
      password=*) export REDISCLI_AUTH=${part#*=} ;;
      user=*) redis_options+=(--user "${part#*=}") ;;
      defaultdatabase=*) redis_options+=(-n "${part#*=}") ;;
      ssl=true) redis_options+=(--tls) ;;
    esac
  done
}

# Redis says its errors where others say their answers.
redis() { redis-cli -e "${redis_options[@]}" "$@"; }

delete_rankings() {
  redis --scan --pattern 'ranking:*' | xargs -r redis-cli -e "${redis_options[@]}" UNLINK >/dev/null
}

# kcat has its own settings for TLS and SASL: KCAT_CONFIG names a file of them. It says itself why there is no answer.
kafka_topics() {
  kcat -b "$Kafka__BootstrapServers" -m 5 -L | sed -n 's/^  topic "\(.*\)" with .*/\1/p'
}

# kafka_tool NAME OPTION…   KAFKA_COMMAND_CONFIG names a file of settings for TLS and SASL.
kafka_tool() {
  local tool=${KAFKA_HOME:+$KAFKA_HOME/bin/}$1.sh
  shift
  need "$tool"
  # They make a folder for logs, beside themselves where nobody names one.
  LOG_DIR=${LOG_DIR:-${TMPDIR:-/tmp}} "$tool" --bootstrap-server "$Kafka__BootstrapServers" \
    ${KAFKA_COMMAND_CONFIG:+--command-config "$KAFKA_COMMAND_CONFIG"} "$@"
}

# Which Kafka hosts have sent the outbox to.
known_kafka() { sql <<<"SELECT incarnation FROM messaging.relay_position"; }

# put_older_events_back INCARNATION   What the last days had beyond the outbox is put before it; the relay sends it
# first. Not where hosts have begun in another Kafka since that was looked at.
put_older_events_back() {
  local count
  count=$(sql -1 --set days="$days" --set known="$1" -f "$root/deploy/recovery/older-events.sql")
  [ -n "$count" ] || refuse "hosts have begun in another Kafka meanwhile: older events cannot come after newer ones."
  tell "$count events of the last $days days are in the outbox again"
}

# wait_for_relay INCARNATION   Until hosts have sent the outbox to another Kafka than that, and have read it themselves.
wait_for_relay() {
  local until=$((SECONDS + within))
  while [ "$(sql --set before="$1" -f "$root/deploy/recovery/is-relayed.sql" 2>/dev/null)" != t ]; do
    if [ $SECONDS -ge $until ]; then
      echo "Not within $within s: see what /health/ready and the log of the hosts say." >&2
      exit 1
    fi
    sleep 1
  done
}

# The drill's last line and exit code are the checker's.
check() {
  step "Checking what holds"
  exec dotnet "$(program Verification)" --within "$within"
}
