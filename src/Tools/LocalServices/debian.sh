#!/bin/bash
# Sourced by run and test: what the machine must have beside the .NET SDK, and how it gets there. Run by itself, as root,
# it installs the packages that it is given, in the way that run and test do.

# Names the Debian packages that provide what is missing, one a line. Services with an address of their own in the
# environment need none. Arguments: further programs.
missing_packages() {
  if [ -z "${ConnectionStrings__Postgres:-}" ]; then
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || echo postgresql
  fi
  if [ -z "${ConnectionStrings__Redis:-}" ]; then
    command -v redis-server >/dev/null || echo redis-server
  fi
  # To its end: a list that is cut off while it is written counts as a failure, with pipefail.
  if ! PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep 'librdkafka\.so\.1 ' >/dev/null; then
    echo librdkafka1
  fi
  local want
  for want in "$@"; do
    case "$want" in
      # Tried, not looked for: that of Ubuntu 24.04 needs python3-setuptools, and does not say so.
      docker-compose) docker-compose version &>/dev/null || printf '%s\n' docker-compose python3-setuptools ;;
      # The system's own: others of the PATH may lack what comes with Debian.
      python3) [ -x /usr/bin/python3 ] || echo python3 ;;
      python3-jsonschema) /usr/bin/python3 -c 'import jsonschema' &>/dev/null || echo python3-jsonschema ;;
      python3-aiosmtpd) /usr/bin/python3 -c 'import aiosmtpd' &>/dev/null || echo python3-aiosmtpd ;;
      # Comes with the server, which nobody starts.
      promtool) command -v promtool >/dev/null || echo prometheus ;;
      *) command -v "$want" >/dev/null || echo "$want" ;;
    esac
  done
}

# Installs what is missing, or says how. Arguments: further programs that are needed.
need_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0

  if ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]}, as Debian's packages are called. None of their services needs to run." >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "Missing: ${missing[*]}. To install them, with no service started, type:" >&2
    printf '  sudo bash %q %s\n' "$PWD/src/Tools/LocalServices/debian.sh" "${missing[*]}" >&2
    return 1
  fi
  install_quietly "${missing[@]}"
}

# Says what it installs, and what apt-get said only where that fails.
install_quietly() {
  echo "Installing $* (Debian packages; no service is started)"
  local log
  log=$(mktemp)
  if ! install_packages "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# The packages would start services on 5432 and 6379; ours run on ports of their own.
install_packages() (
  set -e
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
  # Another apt may be at work, as on a machine that was started just now.
  apt=(apt-get -o DPkg::Lock::Timeout=300)
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi

  # A foreign source that does not answer is no reason not to install from the others.
  "${apt[@]}" update || echo "apt-get update failed: trying with the lists that are there"
  case " $* " in
    *" postgresql "*)
      "${apt[@]}" install -y --no-install-recommends postgresql-common
      sed -i "s/^#\?create_main_cluster.*/create_main_cluster = false/" \
        /etc/postgresql-common/createcluster.conf
      ;;
  esac
  "${apt[@]}" install -y --no-install-recommends "$@"
  local service
  for service in redis-server prometheus; do
    case " $* " in
      *" $service "*)
        if command -v systemctl >/dev/null; then
          systemctl disable "$service" || echo "$service will start with the machine"
        fi
        ;;
    esac
  done
)

require_sdk() {
  command -v dotnet >/dev/null && return 0
  echo "The .NET SDK 10 is missing: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  return 1
}

# LocalServices says so too, but only after the build.
require_java() {
  if [ -z "${KAFKA_HOME:-}" ] || [ -n "${Kafka__BootstrapServers:-}" ]; then
    return 0
  fi
  command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java" >/dev/null && return 0
  echo "KAFKA_HOME=$KAFKA_HOME needs java 17 or later: apt-get install default-jre-headless, or unset KAFKA_HOME" >&2
  return 1
}

# Builds quietly: what the compiler says is shown where it fails. Arguments: what to build.
build() (
  if [ -d src/Host/bin ]; then
    echo "Building"
  else
    echo "Building: packages are fetched, too, so the first time takes a minute or more"
  fi
  mkdir -p .local
  use_one_compiler
  # With a terminal at hand, dotnet would change its modes.
  if ! DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 \
    dotnet build "$@" -m -v quiet -nologo >.local/build.log 2>&1 </dev/null; then
    cat .local/build.log >&2
    exit 1
  fi
)

# One compiler serves all that this shell builds, which halves the time, and ends with it: none stays behind.
use_one_compiler() {
  export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=true SharedCompilationId=concerts-$BASHPID
  trap end_compiler EXIT
}

# That of $SharedCompilationId, which has it in its command line.
end_compiler() {
  local arguments
  for arguments in $(grep -lz -- "^-pipename:$SharedCompilationId\$" /proc/[0-9]*/cmdline 2>/dev/null); do
    kill "$(basename "$(dirname "$arguments")")" 2>/dev/null || true
  done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  if [ $# -eq 0 ] || [ "$(id -u)" -ne 0 ]; then
    echo "As root: debian.sh PACKAGE…" >&2
    exit 2
  fi
  install_quietly "$@"
fi
