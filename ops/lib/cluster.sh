# shellcheck shell=bash
# Users, secrets and the private PostgreSQL cluster of an instance. Sourced after common.sh.

DATA=$WANGGE_HOME/postgres/data

make_users() {
    [ "$AS_ROOT" = 1 ] || return 0
    local group part
    for group in wangge wangge-code wangge-seal; do
        getent group "$group" >/dev/null || groupadd --system "$group"
    done
    for part in postgres nginx "${KINDS[@]}"; do
        getent passwd "wangge-$part" >/dev/null ||
            useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
                --gid wangge "wangge-$part"
    done
}

make_folders() {
    local home=$WANGGE_HOME
    folder 755 root:root "$home" "$home/bin" "$home/log" "$home/nginx" "$home/postgres" "$home/service"
    folder 711 root:root "$home/secrets"
    folder 700 root:root "$home/keys"
    # What the city decides is data: the services read a copy that they may enter, wherever the checkout lies.
    local kind file
    for kind in workflows notices categories rates; do
        folder 755 root:root "$home/share" "$home/share/$kind"
        for file in "$TOP/schema/$kind"/*.json; do
            [ ! -e "$file" ] || put "$home/share/$kind/${file##*/}" 644 root:root <"$file" || :
        done
        for file in "$home/share/$kind"/*.json; do
            [ -e "$TOP/schema/$kind/${file##*/}" ] || rm -f "$file"
        done
    done
    if [ "$WANGGE_BUILD" = fault ]; then
        # Tests move time by writing into this file, which every process maps when it starts.
        [ -s "$home/clock" ] || head -c 8 /dev/zero >"$home/clock"
        [ -z "${WANGGE_FAULT_LOG:-}" ] || { touch "$WANGGE_FAULT_LOG" && chmod a+rw "$WANGGE_FAULT_LOG"; }
    else
        rm -f "$home/clock"
    fi
    # Each part binds its sockets here and removes none of the others'.
    folder 1770 root:wangge "$WANGGE_RUN"
}

# secret NAME GROUP: 32 bytes from standard input, unless the file is there.
secret() {
    local file=$WANGGE_HOME/secrets/$1 new
    new=$file.new
    (umask 077 && cat >"$new")
    [ "$(stat -c %s "$new")" = 32 ] || die "could not make $file" "Is openssl sound? It was to give 32 bytes."
    if [ "$AS_ROOT" = 1 ]; then
        chown "root:$2" "$new"
        chmod 440 "$new"
    else
        chmod 400 "$new"
    fi
    mv "$new" "$file"
}

# key_pair NAME GROUP: an X25519 pair, as libsodium's crypto_box_seal and CURVE want it; the last 32 bytes of either DER
# are the key. The secret half comes first: a public key without its secret would seal for nobody.
key_pair() {
    local dir=$WANGGE_HOME/secrets name=$1
    if [ ! -s "$dir/$name.secret" ]; then
        rm -f "$dir/$name.public"
        openssl genpkey -algorithm X25519 -outform DER | tail -c 32 | secret "$name.secret" "$2"
    fi
    [ ! -s "$dir/$name.public" ] || return 0
    # PKCS #8 around the raw key lets openssl derive the public half.
    {
        printf '\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x6e\x04\x22\x04\x20'
        cat "$dir/$name.secret"
    } | openssl pkey -inform DER -pubout -outform DER |
        tail -c 32 | secret "$name.public" wangge
    chmod 444 "$dir/$name.public"
}

make_secrets() {
    local dir=$WANGGE_HOME/secrets
    [ -s "$dir/code.key" ] || openssl rand 32 | secret code.key wangge-code
    key_pair seal wangge-seal
    if [ ! -s "$WANGGE_HOME/admin.key" ]; then
        printf 'wg_%s\n' "$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=\n')" |
            put "$WANGGE_HOME/admin.key" 600 root:root
    fi
}

# A third of the machine's memory would be too much beside other instances; an eighth, within bounds.
shared_buffers_mb() {
    awk '/^MemTotal/ { mb = int($2 / 8192); print (mb < 128 ? 128 : mb > 1024 ? 1024 : mb) }' /proc/meminfo
}

# PG_LISTEN: the addresses besides the socket, for services on other machines; each proves its password (scram).
write_cluster_settings() {
    local dir=$WANGGE_HOME/postgres me kind
    put "$dir/wangge.conf" 644 root:root <<CONF || :
# Written by ops/up. Nothing here may weaken a commit: fsync, synchronous_commit and full_page_writes stay on,
# and every service checks that after it connects.
listen_addresses = '${PG_LISTEN:-}'
unix_socket_directories = '$WANGGE_RUN'
unix_socket_group = '$([ "$AS_ROOT" = 0 ] || echo wangge)'
unix_socket_permissions = 0770
hba_file = '$dir/pg_hba.conf'
ident_file = '$dir/pg_ident.conf'
max_connections = $MAX_CONNECTIONS
shared_buffers = $(shared_buffers_mb)MB
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = lz4
default_toast_compression = lz4
max_wal_size = 4GB
checkpoint_timeout = 15min
jit = off
client_connection_check_interval = 1s
deadlock_timeout = 200ms
autovacuum_naptime = 10s
# An ANALYZE with the default of 100 costs up to a second of CPU on tables that grow by a tenth every minute, and no
# statement of ours is planned by more than the coarsest figures.
default_statistics_target = 10
timezone = 'UTC'
log_timezone = '$WANGGE_ZONE'
logging_collector = off
log_destination = stderr
log_line_prefix = 'ts=%m service=postgres pid=%p app=%a event=log text='
# The details of an error may quote rows: residents' words and names do not belong in a log.
log_error_verbosity = terse
log_checkpoints = on
CONF
    {
        echo "local all all peer map=wangge"
        [ -z "${PG_LISTEN:-}" ] || echo "host all all all scram-sha-256"
    } | put "$dir/pg_hba.conf" 644 root:root || :
    me=$(id -un)
    {
        # The map is the instance's own, so several instances share the users of the system.
        for kind in "${KINDS[@]}"; do echo "wangge $(user_of "$kind") wangge-$kind"; done
        printf '%s\n' "wangge $me wangge-owner" "wangge $me wangge-postgres"
    } | put "$dir/pg_ident.conf" 644 root:root || :
}

# initdb works beside and is renamed when it is whole, so that an interrupted one leaves nothing half.
make_cluster() {
    local dir=$WANGGE_HOME/postgres new log
    new=$dir/data.new log=$dir/initdb.log
    DATA=$dir/data
    write_cluster_settings
    [ -e "$DATA/PG_VERSION" ] && return 0
    rm -rf "$new"
    mkdir -m 700 "$new"
    [ "$AS_ROOT" = 0 ] || chown wangge-postgres:wangge "$new"
    (cd / && as postgres "$PG_BIN/initdb" -D "$new" -U wangge-postgres --encoding=UTF8 --locale=C.UTF-8 \
        --auth=peer ${PG_PASSWORD_FILE:+--pwfile="$PG_PASSWORD_FILE"}) >"$log" 2>&1 || die "initdb could not make the cluster" "$(tail -n 5 "$log")" "All of it: $log"
    echo "include '$dir/wangge.conf'" >>"$new/postgresql.conf"
    mv "$new" "$DATA"
}

superuser() {
    "$PG_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
        "host=${WANGGE_DB_HOST:-$WANGGE_RUN} user=wangge-postgres dbname=${1:-postgres}"
}

wait_postgres() {
    local waited=0
    until "$PG_BIN/pg_isready" -q -h "$WANGGE_RUN" -d postgres -U wangge-postgres; do
        waited=$((waited + 1))
        [ $((waited % 50)) != 0 ] ||
            say "       PostgreSQL is not there yet: $(tail -n 1 "$WANGGE_HOME/log/postgres-1/current" | cut -c1-160)"
        [ $waited -lt 1200 ] || die "PostgreSQL did not come within two minutes" \
            "$(tail -n 5 "$WANGGE_HOME/log/postgres-1/current")" "Its log: $WANGGE_HOME/log/postgres-1/current"
        sleep 0.1
    done
}

# Roles, their limits, the database. PostGIS needs the superuser, so it is here and not in a migration.
make_database() {
    local kind plans
    {
        for kind in owner "${KINDS[@]}"; do
            cat <<SQL
SELECT 'CREATE ROLE "wangge-$kind" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge-$kind')
\gexec
SQL
            [ "$kind" = owner ] && continue
            # What serves requests has statements made for their indexes: planned once, and never by a table's size
            # in the minutes before it is first analysed. The registry's imports read whole tables and plan freely.
            case $kind in
            registry | bus) plans="" ;;
            *) plans=", 'plan_cache_mode=force_generic_plan', 'enable_seqscan=off'" ;;
            esac
            cat <<SQL
SELECT format('ALTER ROLE "wangge-$kind" SET %s = %L', split_part(s, '=', 1), split_part(s, '=', 2))
FROM unnest(ARRAY['idle_in_transaction_session_timeout=2s', 'statement_timeout=10s', 'lock_timeout=2s'$plans]) AS s
WHERE NOT EXISTS (SELECT FROM pg_db_role_setting d JOIN pg_roles r ON r.oid = d.setrole
                  WHERE r.rolname = 'wangge-$kind' AND s = ANY (d.setconfig))
\gexec
SQL
        done
        cat <<'SQL'
SELECT 'CREATE DATABASE wangge OWNER "wangge-owner"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'wangge')
\gexec
-- log_lag_seconds names the oldest transaction and its query, whoever runs it.
SELECT 'GRANT pg_read_all_stats TO "wangge-reporting"' WHERE NOT pg_has_role('wangge-reporting', 'pg_read_all_stats', 'member')
\gexec
SQL
    } | superuser
    superuser wangge <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgis;
SQL
}

# The administrator's key: the database knows only its hash. A new file (the old one deleted) replaces the key.
grant_administrator() {
    local hash
    hash=$(tr -d '\n' <"$WANGGE_HOME/admin.key" | b2sum -l 256 | cut -d' ' -f1)
    db -v hash="$hash" -v now="$(instance_now)" <<'SQL'
SELECT NOT EXISTS (SELECT FROM api_keys WHERE hash = decode(:'hash', 'hex') AND revoked_at IS NULL) AS new \gset
\if :new
BEGIN;
UPDATE api_keys SET revoked_at = :'now' WHERE administrator AND name = 'admin' AND revoked_at IS NULL;
INSERT INTO api_keys (hash, name, administrator, created_at) VALUES (decode(:'hash', 'hex'), 'admin', true, :'now');
UPDATE registry_version SET version = version + 1 WHERE kind = 'keys';
COMMIT;
\endif
SQL
}
