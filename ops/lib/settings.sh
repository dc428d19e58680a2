# shellcheck shell=bash
# The wishes of ops/up: read from the environment, and all of them checked before anything is changed.
# Sourced after common.sh.

declare -A COUNT # how many of each kind

# Connections that an instance of each kind may hold at its highest; the sum and 10 for people must fit.
declare -A CONNECTIONS=([bus]=1 [registry]=4 [intake]=3 [triage]=5 [notification]=4 [reporting]=4)
MAX_CONNECTIONS=${WANGGE_MAX_CONNECTIONS:-100}

read_settings() {
    find_home
    WANGGE_RUN=${WANGGE_RUN:-$WANGGE_HOME/run}
    WANGGE_PORT=${WANGGE_PORT:-8080}
    WANGGE_ZONE=${WANGGE_ZONE:-Asia/Shanghai}
    WANGGE_BUILD=${WANGGE_BUILD:-release}
    WANGGE_BUILD_DIR=$(realpath -m -- "${WANGGE_BUILD_DIR:-$WANGGE_HOME/build/$WANGGE_BUILD}")
    SCHEME=http
    [ -z "${WANGGE_TLS_CERT:-}${WANGGE_TLS_KEY:-}" ] || SCHEME=https
    WANGGE_URL=${WANGGE_URL:-$SCHEME://127.0.0.1:$WANGGE_PORT} # what links in mails begin with
    local kind variable
    for kind in "${KINDS[@]}"; do
        variable=WANGGE_${kind^^}
        COUNT[$kind]=${!variable:-1}
    done
    check_settings
    check_path
    check_port
}

check_settings() {
    local kind connections=10
    CONNECTIONS[intake]=$((2 + ${WANGGE_INTAKE_INFLIGHT:-1}))
    for kind in "${KINDS[@]}"; do
        [[ ${COUNT[$kind]} =~ ^[1-9][0-9]?$ ]] ||
            die "WANGGE_${kind^^}=${COUNT[$kind]}: how many of them run, a number from 1 to 99"
        connections=$((connections + ${COUNT[$kind]} * ${CONNECTIONS[$kind]}))
    done
    [ "${COUNT[bus]}" = 1 ] || die "WANGGE_BUS=${COUNT[bus]}: there is one bus; it alone binds"
    [ $connections -le "$MAX_CONNECTIONS" ] ||
        die "so many instances may need $connections connections, PostgreSQL has $MAX_CONNECTIONS" \
            "Ask for fewer; each takes ${CONNECTIONS[intake]}, and 10 are kept for people."
    [[ $WANGGE_PORT =~ ^[0-9]{2,5}$ && $WANGGE_PORT -lt 65535 ]] ||
        die "WANGGE_PORT=$WANGGE_PORT: a number below 65535 (the metrics take the next one)"
    [[ $WANGGE_BUILD == release || $WANGGE_BUILD == fault ]] ||
        die "WANGGE_BUILD=$WANGGE_BUILD: must be release or fault"
    # Before tzdata is installed there is nothing to compare with.
    [ ! -d /usr/share/zoneinfo ] || [ -f "/usr/share/zoneinfo/$WANGGE_ZONE" ] ||
        die "WANGGE_ZONE=$WANGGE_ZONE: no such time zone" "For instance Asia/Shanghai"
    if [ "$SCHEME" = https ]; then
        local file
        for file in "${WANGGE_TLS_CERT:-}" "${WANGGE_TLS_KEY:-}"; do
            [ -r "$file" ] || die "TLS needs WANGGE_TLS_CERT and WANGGE_TLS_KEY, two readable files; '$file' is none"
        done
        WANGGE_TLS_CERT=$(realpath "$WANGGE_TLS_CERT") WANGGE_TLS_KEY=$(realpath "$WANGGE_TLS_KEY")
    fi
}

# The services' users must be able to enter each folder above, and sockets have room for 107 bytes.
check_path() {
    local path longest=$WANGGE_RUN/notification-99.sock
    for path in "$WANGGE_HOME" "$WANGGE_RUN"; do
        [[ $path =~ ^/[A-Za-z0-9/._+-]+$ ]] ||
            die "the path '$path' holds characters that nginx, runit and PostgreSQL quote in different ways" \
                "Take one of letters, digits and / . _ + - : WANGGE_HOME=… $ME"
    done
    [ ${#longest} -lt 100 ] ||
        die "the path $WANGGE_RUN is too long: a socket in it, $longest, has ${#longest} bytes; 99 are allowed" \
            "Choose one with at most $((99 - 20)) bytes: WANGGE_HOME=… $ME (nothing was changed)"
    local existing=$WANGGE_HOME
    while [ ! -e "$existing" ]; do existing=$(dirname "$existing"); done
    [ -d "$existing" ] || die "$existing is no folder" "Choose another: WANGGE_HOME=… $ME (nothing was changed)"
    if [ -e "$WANGGE_HOME/.lock" ]; then
        [ -O "$WANGGE_HOME/.lock" ] || die "this instance belongs to $(stat -c %U "$WANGGE_HOME/.lock")" \
            "Run $ME as that user. (nothing was changed)"
    elif [ -n "$(ls -A "$WANGGE_HOME" 2>/dev/null)" ]; then
        die "$WANGGE_HOME holds other things and is no instance of Wangge" \
            "Choose an empty or new folder: WANGGE_HOME=… $ME (nothing was changed)"
    fi
    if [ "$AS_ROOT" = 1 ]; then
        # Nobody stands for users that do not exist yet.
        while [ "$existing" != / ]; do
            setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$existing" ||
                die "the users of the services cannot enter $existing ($(stat -c '%A %U' "$existing"))" \
                    "Choose another folder: WANGGE_HOME=… $ME. Or open it: chmod a+x $existing" \
                    "(nothing was changed)"
            existing=$(dirname "$existing")
        done
    else
        [ -w "$existing" ] || die "$existing cannot be written by $(id -un)" \
            "Choose another folder: WANGGE_HOME=… $ME (nothing was changed)"
    fi
    local kib
    kib=$(df -Pk "${existing:-/}" | awk 'NR == 2 { print $4 }')
    [ "$kib" -gt 400000 ] || die "only $((kib / 1024)) MB are free where $WANGGE_HOME lies; 400 are needed" \
        "(nothing was changed)"
}

listening() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# nginx as its run script noted it: it may live on as an orphan, and is then ours all the same.
our_nginx_lives() {
    local pid
    read -r pid _ 2>/dev/null <"$WANGGE_HOME/service/nginx-1/pid" && [[ $(readlink "/proc/$pid/exe") == */nginx* ]]
}

# The door's two ports are free, or held by our own nginx.
check_port() {
    local port former=
    if our_nginx_lives; then former=$(sed -n 's/^WANGGE_PORT=//p' "$WANGGE_HOME/settings"); fi
    for port in "$WANGGE_PORT" $((WANGGE_PORT + 1)); do
        if [ -n "$former" ] && { [ "$port" = "$former" ] || [ "$port" = $((former + 1)) ]; }; then continue; fi
        ! listening "$port" || die "port $port is taken by something else" \
            "Choose another: WANGGE_PORT=… $ME; it takes that one and the next (nothing was changed)"
    done
}

# What ops/down, ops/psql, ops/check, ops/show and the tests read; and what a change is told from.
write_settings() {
    local kind
    {
        echo "# Written by ops/up, read by the other commands. To change something: set it and run ops/up."
        printf '%s=%q\n' WANGGE_HOME "$WANGGE_HOME" WANGGE_RUN "$WANGGE_RUN" WANGGE_PORT "$WANGGE_PORT" \
            WANGGE_ZONE "$WANGGE_ZONE" WANGGE_BUILD "$WANGGE_BUILD" SCHEME "$SCHEME"
        for kind in "${KINDS[@]}"; do echo "WANGGE_${kind^^}=${COUNT[$kind]}"; done
    } >"$WANGGE_HOME/settings.next"
    if [ -e "$WANGGE_HOME/settings" ]; then
        # Said aloud, because what is not set falls back to its default.
        diff "$WANGGE_HOME/settings" "$WANGGE_HOME/settings.next" | sed -n 's/^</       was /p; s/^>/       now /p' || :
    fi
    put "$WANGGE_HOME/settings" 644 root:root <"$WANGGE_HOME/settings.next" || :
    rm -f "$WANGGE_HOME/settings.next"
}
