# shellcheck shell=bash
# What all commands in ops/ share: where the instance lives, whose it is, how a step speaks and fails.
# Sourced, never run. Rests on bash and coreutils alone, since it also runs before any package is installed.

# Other files in ops/ use these.
# shellcheck disable=SC2034
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck disable=SC2034
PG_BIN=/usr/lib/postgresql/15/bin
# shellcheck disable=SC2034
KINDS=(bus registry intake triage notification reporting)
export PATH="$PATH:/usr/sbin:/sbin"
export LC_ALL=C.UTF-8
umask 022

ME=ops/$(basename "$0")
STEP=start
if [ "$(id -u)" = 0 ]; then AS_ROOT=1; else AS_ROOT=0; fi

say() { printf '%s\n' "$*"; }

# What went wrong, then what to do about it, a line each.
die() {
    printf '%s: %s: %s\n' "$ME" "$STEP" "$1" >&2
    shift
    [ $# = 0 ] || printf '    %s\n' "$@" >&2
    trap - ERR
    exit 1
}

# A step says what it is about before it does it; unexpected failures then name it.
step() {
    STEP=$1
    shift
    printf '%3d s  %-10s %s\n' "$SECONDS" "$STEP" "$*"
}

# Nothing should end here: a failure that was foreseen ends in die.
trap 'printf "%s: %s: \"%s\" failed (line %s of %s). Nothing after it was done; running it again is safe.\n" \
    "$ME" "$STEP" "$BASH_COMMAND" "$LINENO" "${BASH_SOURCE[0]##*/}" >&2' ERR
set -E

# WANGGE_HOME and what follows from it. Absolute, without links.
find_home() {
    local default=/var/lib/wangge
    [ "$AS_ROOT" = 1 ] || default=${HOME:-/}/.wangge
    WANGGE_HOME=$(realpath -m -- "${WANGGE_HOME:-$default}")
    export WANGGE_HOME
}

# For the commands that need an instance: reads what ops/up wrote down about it.
load_instance() {
    find_home
    [ -r "$WANGGE_HOME/settings" ] || die "there is no instance at $WANGGE_HOME" \
        "Make one: ops/up. Or name the right folder: WANGGE_HOME=… $ME"
    # shellcheck disable=SC1091
    . "$WANGGE_HOME/settings"
}

# The system user of a part: its own as root, the caller otherwise.
user_of() {
    if [ "$AS_ROOT" = 1 ]; then echo "wangge-$1"; else id -un; fi
}

# The -u of chpst: user and groups. The first group is wangge, whose members may use the sockets; a key that
# several services read belongs to a group of its own.
groups_of() {
    local groups=wangge
    case $1 in
    intake | reporting | triage) groups+=:wangge-code ;;
    registry | notification) groups+=:wangge-seal ;;
    esac
    echo "wangge-$1:$groups"
}

# Runs a command as the user of a part.
as() {
    local part=$1
    shift
    if [ "$AS_ROOT" = 1 ]; then chpst -u "$(groups_of "$part")" "$@"; else "$@"; fi
}

# put FILE MODE OWNER: standard input becomes the file, by rename, and only if it differs; true if it did.
# OWNER is user:group, for root alone.
put() {
    local file=$1 mode=$2 owner=$3 new=$1.new
    (umask 077 && cat >"$new")
    if [ -e "$file" ] && cmp -s "$new" "$file"; then
        rm -f "$new"
        return 1
    fi
    [ "$AS_ROOT" = 0 ] || chown "$owner" "$new"
    chmod "$mode" "$new"
    mv -f "$new" "$file"
}

# folder MODE OWNER PATH…: made where it is missing, mended where it differs.
folder() {
    local mode=$1 owner=$2
    shift 2
    mkdir -p "$@"
    chmod "$mode" "$@"
    [ "$AS_ROOT" = 0 ] || chown "$owner" "$@"
}

# The database, as the owner of its tables. WANGGE_DB_HOST: where it is not on this machine.
db() {
    "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 "host=${WANGGE_DB_HOST:-$WANGGE_RUN} dbname=wangge user=wangge-owner" "$@"
}

# The instance's time: in a fault build tests move it by the mapped file $WANGGE_HOME/clock.
instance_now() {
    local offset=0
    [ ! -s "$WANGGE_HOME/clock" ] || offset=$(od -An -t d8 -N 8 "$WANGGE_HOME/clock" | tr -d ' ')
    date -u -d "@$(($(date +%s) + offset / 1000000))" +%FT%TZ
}
