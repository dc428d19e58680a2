# shellcheck shell=bash
# nginx, the only door: its configuration from openapi.yaml, checked before it is taken. Sourced after common.sh.

# True where the configuration is new.
write_door() {
    local dir=$WANGGE_HOME/nginx kind counts=() options=() log
    log=$dir/check.log
    folder 755 root:root "$dir/problems"
    folder 700 "$(user_of nginx):wangge" "$dir/tmp"
    for kind in "${KINDS[@]}"; do counts+=("$kind=${COUNT[$kind]}"); done
    [ "$AS_ROOT" = 0 ] || options+=(--user wangge-nginx)
    [ "$SCHEME" = http ] || options+=(--cert "$WANGGE_TLS_CERT" --key "$WANGGE_TLS_KEY")
    "$TOP/ops/nginx/generate" --home "$WANGGE_HOME" --run "$WANGGE_RUN" --port "$WANGGE_PORT" \
        "${options[@]}" "${counts[@]}"
    nginx -t -q -p "$dir/" -c "$dir/nginx.conf.next" >"$log" 2>&1 ||
        die "nginx refuses the configuration made from schema/openapi.yaml" "$(cat "$log")" \
            "It is in $dir/nginx.conf.next; the one in use was left alone."
    rm -f "$log"
    put "$dir/nginx.conf" 644 root:root <"$dir/nginx.conf.next" || :
    rm -f "$dir/nginx.conf.next"
}

# A running nginx takes a new configuration without losing a connection.
reload_door() {
    local dir=$WANGGE_HOME/nginx
    running nginx-1 && cmp -s "$SERVICE_DIR/nginx-1/run" "$SERVICE_DIR/nginx-1/started" || return 0 # it will be started
    ! cmp -s "$dir/nginx.conf" "$dir/loaded.conf" || return 0
    sv hup "$SERVICE_DIR/nginx-1" >/dev/null
    cp -f "$dir/nginx.conf" "$dir/loaded.conf"
    CHANGED+=("nginx-1 reloaded")
}
