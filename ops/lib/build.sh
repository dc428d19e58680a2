# shellcheck shell=bash
# Builds the services and installs those binaries that changed. Sourced after common.sh.

# The binaries' paths in the build folder.
binary_targets() {
    local kind
    for kind in "${KINDS[@]}"; do echo "services/$kind/wangge-$kind"; done
}

configure_build() {
    local dir=$1 options
    options=(--buildtype=release)
    [ "$WANGGE_BUILD" = release ] ||
        options=(--buildtype=debugoptimized '-Db_sanitize=address,undefined' -Dfault_points=true)
    [ ! -e "$dir/build.ninja" ] || return 0
    meson setup "${options[@]}" "$dir" "$TOP" >"$dir/ops-up.log" 2>&1 ||
        die "meson could not set up $dir" "$(tail -n 12 "$dir/ops-up.log")" "All of it: $dir/ops-up.log"
}

# ninja's own progress, a line for each tenth. Without targets: all of them.
compile() {
    local dir=$1 log=$1/ops-up.log
    shift
    NINJA_STATUS='[%f/%t] ' nice ninja -C "$dir" "$@" 2>&1 | tee "$log" |
        awk -F'[][/]' '/^\[[0-9]+\/[0-9]+\]/ { tenth = int(10 * $2 / $3)
            if (tenth > last) { last = tenth; printf "       compiled %d of %d\n", $2, $3; fflush() } }' ||
        die "the build failed" "$(grep -m 12 -E '(error|undefined reference|unknown target).*' "$log" | grep -v '^cc ' || tail -n 12 "$log")" "All of it: $log"
}

# build_targets FOLDER [TARGET…]: as WANGGE_BUILD says, release or fault.
build_targets() {
    local dir=$1
    shift
    { mkdir -p "$dir" && [ -w "$dir" ]; } 2>/dev/null ||
        die "the build folder $dir cannot be written by $(id -un)" "Choose another: WANGGE_BUILD_DIR=… $ME"
    exec 8>"$dir/ops-up.lock"
    flock 8 # somebody else may be building in the same folder
    configure_build "$dir"
    compile "$dir" "$@"
    exec 8>&-
}

build_services() {
    local dir=$1 target targets
    mapfile -t targets < <(binary_targets)
    build_targets "$dir" "${targets[@]}"
    for target in "${targets[@]}"; do install_binary "$dir/$target"; done
}

# By rename: what runs keeps its own file.
install_binary() {
    local to=$WANGGE_HOME/bin/${1##*/}
    cmp -s "$1" "$to" && return 0
    install -m 755 "$1" "$to.new"
    mv -f "$to.new" "$to"
}
