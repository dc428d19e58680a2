# shellcheck shell=bash
# Asks for what ops/lib/packages lists and installs what is missing. Sourced after common.sh.

# have KIND NAME: true if the machine has it.
have() {
    case $1 in
    command) command -v "$2" >/dev/null ;;
    module) pkg-config --exists "$2" 2>/dev/null ;;
    file) [ -e "$2" ] ;;
    python) /usr/bin/python3 -c "import $2" 2>/dev/null ;;
    *) die "ops/lib/packages: unknown kind $1" ;;
    esac
}

# Debian's packages that would bring what is missing for these needs ("up", "test"), a line each.
missing_packages() {
    local need kind name package
    while read -r need kind name package; do
        [[ $need != \#* && -n $need && " $* " == *" $need "* ]] || continue
        have "$kind" "$name" || echo "$package"
    done <"$TOP/ops/lib/packages" | sort -u
}

# apt's own chatter goes to a log; a line a package is shown.
apt() {
    local log=$1
    shift
    DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" </dev/null 2>&1 | tee -a "$log" |
        awk '/^Get:/ && ++n % 20 == 0 { printf "       fetched %d files\n", n; fflush() }
             /^Setting up / { printf "       set up %s (%d)\n", $3, ++m; fflush() }
             /^Fetched/ { print "       " $0; fflush() }'
}

# Debian starts what it installs (nginx on port 80, a PostgreSQL of its own). Wangge has its own of both, so
# they are kept from starting while the packages go in.
forbid_starting() {
    [ -e /usr/sbin/policy-rc.d ] && return 1
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
}

ensure_packages() {
    local missing log
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} != 0 ] || return 0
    if [ "$AS_ROOT" = 0 ]; then
        die "these packages are missing: ${missing[*]}" \
            "Somebody who is root installs them:" "apt-get install --no-install-recommends ${missing[*]}"
    fi
    command -v apt-get >/dev/null || die "no apt-get here, and missing: ${missing[*]}" \
        "Install what corresponds to these Debian packages, then run it again."
    log=$(mktemp /tmp/wangge-apt.XXXXXX)
    say "       installing ${missing[*]}"
    local ours=0
    if forbid_starting; then ours=1; fi
    local failed=0
    apt "$log" update || failed=1
    [ $failed = 1 ] || apt "$log" install --no-install-recommends "${missing[@]}" || failed=1
    [ $ours = 0 ] || rm -f /usr/sbin/policy-rc.d
    if [ $failed = 1 ]; then
        tail -n 15 "$log" >&2
        die "apt-get could not install ${missing[*]} (above; all of it in $log)" \
            "Is the network there, and are Debian 12's sources in /etc/apt? Mend that, then run it again."
    fi
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} = 0 ] || die "still missing after installation: ${missing[*]}" "The log is $log"
    rm -f "$log"
}
