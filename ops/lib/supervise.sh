# shellcheck shell=bash
# runit: a folder a process in $WANGGE_HOME/service, one runsvdir over them. Sourced after common.sh.
# A run script holds all of its settings and its binary's hash, and notes itself in `started` when it runs: what
# differs from `started` has changed and is restarted, however often ops/up was interrupted between.

SERVICE_DIR=$WANGGE_HOME/service

# The runsvdir of this instance, whoever started it; false where there is none. No pid file: it could lie.
runsvdir_pid() {
    local cmdline pid
    while read -r cmdline; do
        pid=${cmdline#/proc/} pid=${pid%/cmdline}
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != runsvdir ] || { echo "$pid"; return 0; }
    done < <(grep -lszxF "$SERVICE_DIR" /proc/[0-9]*/cmdline || :)
    return 1
}

runsvdir_runs() { runsvdir_pid >/dev/null; }
runsvdir_gone() { ! runsvdir_runs; }

# The names of the parts that have a folder, a line each; which: a shell pattern.
parts() {
    local dir
    for dir in "$SERVICE_DIR"/${1:-*}; do
        [ ! -d "$dir" ] || echo "${dir##*/}"
    done
}

supervised() { sv status "$SERVICE_DIR/$1" 2>/dev/null | grep -Eq '^(run|down|finish)'; }
running() { sv status "$SERVICE_DIR/$1" 2>/dev/null | grep -q '^run'; }

# part_folder NAME USER: the folder with its log writer; the run script comes from standard input.
# A new one begins with `down`, so that it starts when ops/up says, not when runsvdir finds it.
part_folder() {
    local name=$1 part=$2 dir=$SERVICE_DIR/$1 log=$WANGGE_HOME/log/$1 build=$SERVICE_DIR/$1
    [ -d "$dir" ] || build=$SERVICE_DIR/.new-$name
    folder 750 "$(user_of "$part"):wangge" "$log"
    mkdir -p "$build/log" "$build/control" "$build/env"
    chmod 700 "$build"
    [ "$build" = "$dir" ] || touch "$build/down"
    put "$build/run" 700 root:root || :
    # Who ends unasked says so in the log, even where it could not say it itself.
    put "$build/finish" 700 root:root <<FINISH || :
#!/bin/sh
[ "\$1 \$2" = "0 0" ] || echo "ts=\$(TZ=$WANGGE_ZONE date +%FT%T.%6N%:z) level=error service=${name%-*} instance=${name##*-} event=ended code=\$1 signal=\$2"
FINISH
    # s6-log costs less than half of svlogd's CPU a line, and a report has three; -p: it ends with its writer, not before.
    put "$build/log/run" 700 root:root <<LOG || :
#!/bin/sh
exec $([ "$AS_ROOT" = 0 ] || echo "chpst -u wangge-$part:wangge ")s6-log -p -b -l 8192 n10 s10000000 $log
LOG
    [ "$build" = "$dir" ] || mv "$build" "$dir"
}

# What a binary's own table of settings asks for and the environment of ops/up gives.
wished_settings() {
    local variable
    "$1" --help | sed -n '/^WANGGE_[A-Z0-9_]*$/p' | sort | while read -r variable; do
        case $variable in
        WANGGE_HOME | WANGGE_RUN | WANGGE_DB | WANGGE_INSTANCE | WANGGE_VERSION | WANGGE_ZONE) continue ;;
        WANGGE_LISTEN | WANGGE_BUS_ADDRESS | WANGGE_CURVE) continue ;; # between machines: docs/operations.md
        esac
        [ -z "${!variable:-}" ] || printf 'export %s=%q\n' "$variable" "${!variable}"
    done
}

# A hash of what a binary reads under share, so that a change there restarts it.
shared_files() {
    local folder
    "$1" --help | sed -n 's|.*WANGGE_HOME/share/\([a-z]*\).*|\1|p' | sort -u | while read -r folder; do
        cat "$WANGGE_HOME/share/$folder"/* 2>/dev/null || :
    done | b2sum -l 64 | cut -d' ' -f1
}

service_environment() {
    local kind=$1 n=$2
    printf 'export %s=%q\n' WANGGE_HOME "$WANGGE_HOME" WANGGE_RUN "$WANGGE_RUN" WANGGE_INSTANCE "$n" \
        WANGGE_VERSION "$(sed -n "s/^ *version: '\(.*\)',$/\1/p" "$TOP/meson.build")" WANGGE_ZONE "$WANGGE_ZONE"
    printf 'export WANGGE_DB=%q\n' \
        "host=$WANGGE_RUN port=5432 dbname=wangge user=wangge-$kind application_name=wangge-$kind-$n"
    wished_settings "$WANGGE_HOME/bin/wangge-$kind"
    [ "$WANGGE_BUILD" = fault ] || return 0
    # A finding of a sanitizer ends the process and stands in its log. What was freed is kept back in small portions: of
    # 256 MB, as by default, it gives a tenth free at once, and the loop stands for a tenth of a second.
    # Fault points are no settings: release has none.
    printf 'export %s=%q\n' ASAN_OPTIONS abort_on_error=1:disable_coredump=1:quarantine_size_mb=2:thread_local_quarantine_size_kb=64 \
        UBSAN_OPTIONS print_stacktrace=1:halt_on_error=1
    [ -z "${WANGGE_FAULT:-}" ] || printf 'export WANGGE_FAULT=%q\n' "$WANGGE_FAULT"
    [ -z "${WANGGE_FAULT_LOG:-}" ] || printf 'export WANGGE_FAULT_LOG=%q\n' "$WANGGE_FAULT_LOG"
}

# A service's folder. Files in its env/ come last: an operator or a test sets one variable there and restarts.
service_folder() {
    local kind=$1 n=$2 name=$1-$2 binary=$WANGGE_HOME/bin/wangge-$1 environment
    environment=$(service_environment "$kind" "$n")
    local complaint
    complaint=$(env -i PATH="$PATH" sh -c "$environment"$'\nexec "$0" --check' "$binary" 2>&1) ||
        die "wangge-$kind refuses its settings" "$complaint" "Mend them in the environment of ops/up."
    part_folder "$name" "$kind" <<RUN
#!/bin/sh
# Written by ops/up: $name, binary $(b2sum -l 128 "$binary" | cut -d' ' -f1), share $(shared_files "$binary").
exec 2>&1
ulimit -S -n 8192 2>/dev/null || ulimit -S -n "\$(ulimit -H -n)"
umask 007
$environment
. $WANGGE_HOME/bin/guard.sh
guard $binary TERM
exec chpst $([ "$AS_ROOT" = 0 ] || echo "-u $(groups_of "$kind") ")-e ./env $binary
RUN
}

postgres_folder() {
    part_folder postgres-1 postgres <<RUN
#!/bin/sh
# Written by ops/up: settings $(cat "$WANGGE_HOME"/postgres/{wangge.conf,pg_hba.conf,pg_ident.conf} | b2sum -l 128 | cut -d' ' -f1).
exec 2>&1
. $WANGGE_HOME/bin/guard.sh
guard_postgres $DATA $PG_BIN/postgres $WANGGE_RUN/.s.PGSQL.5432.lock
cp -f ./run ./started
cd /
exec $([ "$AS_ROOT" = 0 ] || echo "chpst -u $(groups_of postgres) ")$PG_BIN/postgres -D $DATA
RUN
    # TERM would be the smart shutdown, which waits for our own services for ever.
    put "$SERVICE_DIR/postgres-1/control/t" 700 root:root <<'CONTROL' || :
#!/bin/sh
kill -s INT "$(cat supervise/pid)"
CONTROL
}

door_folder() {
    part_folder nginx-1 nginx <<RUN
#!/bin/sh
# Written by ops/up: nginx, $SCHEME on port $WANGGE_PORT (an address is not changed by a reload).
exec 2>&1
export TZ=$WANGGE_ZONE
. $WANGGE_HOME/bin/guard.sh
guard $(command -v nginx) TERM
cp -f $WANGGE_HOME/nginx/nginx.conf $WANGGE_HOME/nginx/loaded.conf
exec nginx -p $WANGGE_HOME/nginx/ -c $WANGGE_HOME/nginx/nginx.conf
RUN
    # QUIT lets open requests end.
    put "$SERVICE_DIR/nginx-1/control/t" 700 root:root <<'CONTROL' || :
#!/bin/sh
kill -s QUIT "$(cat supervise/pid)"
CONTROL
}

# Starts runsvdir where it does not run. Everything but PostgreSQL then waits for its turn.
start_runsvdir() {
    runsvdir_runs && return 0
    local name
    # After a crash of runsvdir alone its runsv live on; a second set beside them would quarrel.
    stop_parts
    for name in $(parts); do touch "$SERVICE_DIR/$name/down"; done
    env -i PATH="$PATH" setsid -f runsvdir -P "$SERVICE_DIR" </dev/null >>"$WANGGE_HOME/log/runsvdir.log" 2>&1 8>&- 9>&-
    wait_for 10 runsvdir_runs || die "runsvdir does not start" "$(tail -n 3 "$WANGGE_HOME/log/runsvdir.log")"
}

# wait_for SECONDS COMMAND…: true as soon as the command is.
wait_for() {
    local left=$(($1 * 10))
    shift
    until "$@"; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.1
    done
}

log_tail() { tail -n 5 "$WANGGE_HOME/log/$1/current" 2>/dev/null | cut -c1-300; }

# Starts a part that is down; restarts one whose run script is not what it was started with.
start_part() {
    local name=$1 dir=$SERVICE_DIR/$1
    wait_for 15 supervised "$name" || die "runit does not take up $name" "$(tail -n 3 "$WANGGE_HOME/log/runsvdir.log")"
    rm -f "$dir/down"
    if ! running "$name"; then
        sv up "$dir" >/dev/null
        CHANGED+=("$name started")
    elif ! cmp -s "$dir/run" "$dir/started"; then
        sv -w 30 restart "$dir" >/dev/null || sv -w 5 force-restart "$dir" >/dev/null || :
        CHANGED+=("$name restarted")
    fi
    wait_for 20 running "$name" || die "$name does not start" "$(log_tail "$name")" "Its log: $WANGGE_HOME/log/$name/current"
}

# Takes parts down together and waits until they have drained; what will not go in 30 s is ended.
down_parts() {
    local name
    for name in "$@"; do sv down "$SERVICE_DIR/$name" >/dev/null 2>&1 || :; done
    for name in "$@"; do
        supervised "$name" || continue
        sv -w 30 down "$SERVICE_DIR/$name" >/dev/null 2>&1 && continue
        say "       $name did not stop in 30 s and is ended"
        sv -w 10 force-stop "$SERVICE_DIR/$name" >/dev/null 2>&1 || :
    done
}

# A part for good: it has drained, then its folder goes. Renamed first, or runsvdir would start it again.
remove_part() {
    local name=$1 gone=$SERVICE_DIR/.gone-$1
    down_parts "$name"
    rm -rf "$gone"
    mv "$SERVICE_DIR/$name" "$gone"
    sv -w 10 exit "$gone" >/dev/null 2>&1 || :
    rm -rf "$gone" "$WANGGE_RUN/$name.sock"
    CHANGED+=("$name removed")
}

# Everything, in the right order: the door, the services, the bus, PostgreSQL.
stop_parts() {
    local name stage live
    for stage in 'nginx-*' services 'bus-*' 'postgres-*'; do
        live=()
        for name in $(if [ "$stage" = services ]; then parts | grep -Ev '^(nginx|bus|postgres)-' || :; else parts "$stage"; fi); do
            ! supervised "$name" || live+=("$name")
        done
        [ ${#live[@]} != 0 ] || continue
        [ "${STOP_SAYS:-0}" = 0 ] || step stop "${live[*]}"
        down_parts "${live[@]}"
    done
    local pid
    if pid=$(runsvdir_pid); then
        kill -s HUP "$pid" # it ends its runsv, and then itself
        wait_for 20 runsvdir_gone || die "runsvdir ($pid) does not end" "End it by hand: kill $pid"
    fi
    for name in $(parts); do
        ! supervised "$name" || sv -w 10 exit "$SERVICE_DIR/$name" >/dev/null 2>&1 || :
    done
}
