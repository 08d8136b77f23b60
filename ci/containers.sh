#!/usr/bin/env bash
# The servers that the tests of connectors talk to: a container engine of our own, and images that are built here from Debian's
# packages and Maven Central, so that no registry is needed.
#
#   ci/containers.sh start [IMAGE…]   installs what is missing, starts the engine, builds the images whose inputs have changed;
#                                     prints how to let other programs find it. Without names: all under ci/images.
#   ci/containers.sh stop             ends what start has started: containers, engine, mounts. Images stay for the next start.
#   ci/containers.sh status           what runs
#
# The engine has no bridge and touches neither netfilter nor forwarding: a container uses the network of the host and listens on
# 127.0.0.1 only, none has an address of its own. State is under target/containers, or where CONTAINERS_STATE says.
# Where DOCKER_HOST names an engine already, that one is used, and neither started nor stopped.
set -euo pipefail
home=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)
state=${CONTAINERS_STATE:-$home/target/containers}
mkdir -p "$state"
own_engine=true
if [[ -n ${DOCKER_HOST:-} && $DOCKER_HOST != "unix://$state/docker.sock" ]]; then
    own_engine=false
fi
export DOCKER_HOST=${DOCKER_HOST:-unix://$state/docker.sock} DOCKER_BUILDKIT=0
suite=bookworm

say() { printf 'containers: %s\n' "$*" >&2; }

answers() { docker version >/dev/null 2>&1; }

need_tools() {
    local missing=()
    command -v dockerd >/dev/null || missing+=(docker.io)
    command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
    if ((${#missing[@]} == 0)); then
        return
    fi
    if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
        say "needs ${missing[*]}; on Debian, as root: apt-get install ${missing[*]}. Or name an engine by DOCKER_HOST."
        exit 2
    fi
    say "installing ${missing[*]}"
    apt-get -qq update >"$state/apt.log" 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "${missing[@]}" >>"$state/apt.log" 2>&1
}

need_npm() {
    command -v npm >/dev/null && return
    if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
        say "needs npm; on Debian, as root: apt-get install npm"
        exit 2
    fi
    say "installing npm"
    apt-get -qq update >"$state/apt.log" 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends npm >>"$state/apt.log" 2>&1
}

start_engine() {
    if answers; then
        return
    fi
    if [[ $own_engine == false ]]; then
        say "no engine answers at $DOCKER_HOST"
        exit 1
    fi
    need_tools
    rm -f "$state/docker.pid"
    setsid dockerd --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/docker.pid" -H "$DOCKER_HOST" \
        --exec-opt native.cgroupdriver=cgroupfs --storage-driver overlay2 --bridge=none \
        --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
        >"$state/dockerd.log" 2>&1 </dev/null &
    local engine=$! look
    for ((look = 0; look < 300; look++)); do
        if answers; then
            say "the engine is up: $(docker version -f '{{.Server.Version}}')"
            return
        fi
        kill -0 "$engine" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 30 "$state/dockerd.log" >&2
    say "the engine did not come up"
    exit 1
}

base_image() {
    docker image inspect "acequia/debian:$suite" >/dev/null 2>&1 && return
    need_tools
    say "making acequia/debian:$suite"
    mmdebstrap --mode=root --variant=minbase --format=tar "$suite" - 2>"$state/mmdebstrap.log" |
        docker import -c 'CMD ["/bin/bash"]' - "acequia/debian:$suite" >/dev/null
}

# version FILE: that of the first dependency of a pom.xml, which is the server.
version() {
    [[ ! -f $1 ]] || awk -F'[<>]' '/<dependency>/ { inside = 1 } inside && $2 == "version" { print $3; exit }' "$1"
}

# Those of our images that the image is made from, and the hash that each carries.
made_from() {
    sed -n 's:^FROM acequia/\([a-z0-9-]*\)$:\1:p' "$home/ci/images/$1/Dockerfile" | while read -r base; do
        echo "$base $(docker image inspect -f '{{index .Config.Labels "inputs"}}' "acequia/$base" 2>/dev/null)"
    done
}

# image NAME: builds ci/images/NAME after the image that it is made from, unless an image carries the hash of its inputs. A pom.xml
# there names jars that go to lib/, and its first one gives the image a label with the version of the server.
image() {
    local name=$1 source=$home/ci/images/$1 context=$state/context/$1 inputs start labels=() version base
    if [[ ! -f $source/Dockerfile ]]; then
        say "there is no image $name under ci/images"
        exit 2
    fi
    for base in $(made_from "$name" | cut -d' ' -f1); do
        image "$base"
    done
    start=$SECONDS
    version=$(version "$source/pom.xml")
    [[ -z $version ]] || labels+=(--label "org.opencontainers.image.version=$version")
    inputs=$({
        echo "${labels[*]}"
        made_from "$name"
        cd "$source" && find . -type f -print0 | sort -z | xargs -0 sha256sum
    } | sha256sum | cut -c1-16)
    labels+=(--label "inputs=$inputs")
    if [[ $(docker image inspect -f '{{index .Config.Labels "inputs"}}' "acequia/$name" 2>/dev/null) == "$inputs" ]]; then
        return
    fi
    base_image
    rm -rf "$context"
    mkdir -p "$context"
    cp -r "$source/." "$context"
    if [[ -f $context/pom.xml ]]; then
        mvn -B -ntp -q -f "$context/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
            -DoutputDirectory="$context/lib" >"$state/$name.log" 2>&1 || {
            tail -n 30 "$state/$name.log" >&2
            say "the jars of $name could not be had"
            exit 1
        }
    fi
    if [[ -f $context/package.json ]]; then
        need_npm
        (cd "$context" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund) >"$state/$name.log" 2>&1 || {
            tail -n 30 "$state/$name.log" >&2
            say "the packages of $name could not be had"
            exit 1
        }
    fi
    docker build -q --network host "${labels[@]}" -t "acequia/$name" "$context" >"$state/$name.log" 2>&1 || {
        tail -n 30 "$state/$name.log" >&2
        say "building $name failed"
        exit 1
    }
    rm -rf "$context"
    say "acequia/$name built in $((SECONDS - start)) s"
}

start() {
    local each
    start_engine
    if (($# == 0)); then
        for each in "$home"/ci/images/*/Dockerfile; do
            image "$(basename "$(dirname "$each")")"
        done
    else
        for each in "$@"; do
            image "$each"
        done
    fi
    # Without the host override each test class waits two minutes where the engine's client thinks it is in a container itself.
    cat >"$state/env" <<ENV
export DOCKER_HOST=$DOCKER_HOST
export TESTCONTAINERS_RYUK_DISABLED=true
export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
ENV
    echo "$state/env"
}

# What the file of the engine's pid names, if it is the engine still.
engine() {
    local pid
    pid=$(cat "$state/docker.pid" 2>/dev/null) && [[ $(cat "/proc/$pid/comm" 2>/dev/null) == dockerd ]] && echo "$pid"
}

end_engine() {
    local pid look
    pid=$(engine) || return 0
    kill "$pid"
    for ((look = 0; look < 600; look++)); do
        engine >/dev/null || return 0
        sleep 0.1
    done
    say "the engine, process $pid, does not end"
    return 1
}

stop() {
    [[ $own_engine == true ]] || return 0
    if answers; then
        docker ps -aq | xargs -r docker rm -f >/dev/null
    fi
    end_engine
    umount "$state/exec/netns/default" 2>/dev/null || true
    rmdir /sys/fs/cgroup/*/docker 2>/dev/null || true
    rm -f "$state/env"
}

case ${1:-} in
    start)
        shift
        start "$@"
        ;;
    stop) stop ;;
    status)
        if answers; then
            docker images && docker ps -a
        else
            say "no engine answers at $DOCKER_HOST"
            exit 1
        fi
        ;;
    *)
        echo "usage: ci/containers.sh start [IMAGE…]|stop|status" >&2
        exit 2
        ;;
esac
