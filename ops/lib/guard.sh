# shellcheck shell=sh
# Installed to $WANGGE_HOME/bin and sourced by the run scripts, with sh.
# If runsv itself was killed, what it ran goes on without a master, and a second one beside it would be
# wrong. guard EXECUTABLE SIGNAL ends such an orphan before the new one starts, and notes who the new one is.
# The start time guards against a pid that was given to somebody else after a reboot.

start_of() {
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

alive() {
    [ -n "$2" ] && [ "$(start_of "$1")" = "$2" ] || return 1
    case "$(readlink "/proc/$1/exe")" in "$3"*) return 0 ;; *) return 1 ;; esac
}

guard() {
    old='' begun=''
    [ ! -r ./pid ] || read -r old begun <./pid || :
    waited=0
    while alive "${old:-0}" "$begun" "$1"; do
        case $waited in
        0) echo "level=warning event=orphan pid=$old"; kill -s "$2" "$old" ;;
        150) kill -s KILL "$old" ;;
        esac
        waited=$((waited + 1))
        sleep 0.1
    done
    echo "$$ $(start_of $$)" >./pid
    cp -f ./run ./started
}

# PostgreSQL's backends outlive a postmaster that was killed, hold its shared memory and make a start fail;
# all of them have the data folder as their working folder. Waits for them; after 15 s asks them to go, after
# 20 s makes them. With nobody there, the pid file is a leftover, even if its pid was given to somebody else.
guard_postgres() {
    data=$1 waited=0
    while :; do
        orphans=
        # shellcheck disable=SC2044 # these names hold no spaces
        for cwd in $(find /proc -maxdepth 2 -path '/proc/[0-9]*/cwd' -lname "$data" 2>/dev/null); do
            pid=${cwd#/proc/} pid=${pid%/cwd}
            case "$(readlink "/proc/$pid/exe")" in "$2"*) orphans="$orphans $pid" ;; esac
        done
        [ -n "$orphans" ] || break
        # shellcheck disable=SC2086 # a list of pids
        case $waited in
        0) echo "level=warning event=orphans pids=\"$orphans\""
            read -r master <"$data/postmaster.pid"
            case "$orphans " in *" $master "*) kill -s INT "$master" ;; esac ;;
        150) kill -s TERM $orphans ;;
        200) kill -s KILL $orphans ;;
        esac
        waited=$((waited + 1))
        sleep 0.1
    done
    rm -f "$data/postmaster.pid" "$3"
}
