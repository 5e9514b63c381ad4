#!/usr/bin/env bash
# Builds the image from the unchanged Dockerfile, starts compose's services from it, and sends a kickoff through to a receiver,
# on a Debian machine that has no container engine and reaches no registry of images: base images are made of Debian's
# packages and the Node of node_modules, and each service runs in namespaces of its own, with its compose file's command,
# environment, user, mounts and restrictions. Needs root, `npm install`, and
#
#   apt-get install buildah debootstrap iproute2
#
#   deploy/try-image.sh                             docker-compose.yml
#   IMAGE_VARIANT=-python deploy/try-image.sh       crew workers with Python, and a run of a Python project
#   deploy/try-image.sh COMPOSE_FILE ENV_FILE       another compose file with its variables, and a Redis that is there
#
# Elsewhere `docker compose up --build` does the same.
set -euo pipefail
cd "$(dirname "$0")/.."
compose="${1:-docker-compose.yml}"
settings="${2:-}"
node="$PWD/node_modules/.bin/node"
work="$(mktemp -d)"
network=10.89.77
declare -A pids=() containers=()

clean_up() {
  {
    # The first process of each container, with which the others end.
    for name in "${!pids[@]}"; do pkill -KILL --parent "${pids[$name]}" || kill -KILL "${pids[$name]}"; done
    wait
  } 2> "$work/stopped" || true
  for name in "${!containers[@]}"; do
    ip netns delete "try-$name" || true
    buildah rm "${containers[$name]}" > "$work/stopped" || true
  done
  ip link delete crewstream-try 2> "$work/stopped" || true
  rm -rf "$work"
}
trap clean_up EXIT

say() { printf '==> %s\n' "$*"; }

have_image() { buildah inspect --type image "$1" > "$work/inspected" 2>&1; }

build() { buildah build --isolation chroot --format docker --pull-never "$@"; }

# What the Dockerfile and compose take from a registry, made here unless this machine has it.
make_base_images() {
  if ! have_image docker.io/library/node:24-slim; then
    say "node:24-slim, from Debian's packages and the Node of node_modules"
    debootstrap --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$work/node"
    cp "$(readlink -f "$node")" "$work/node/usr/local/bin/node"
    npm install --global --prefix "$work/node/usr/local" npm@11
    # Certificate authorities of this machine, such as a proxy's.
    cp /etc/ssl/certs/ca-certificates.crt "$work/node/etc/ssl/certs/"
    chroot "$work/node" useradd --create-home --uid 1000 node
    tar --directory "$work/node" --exclude='./var/cache/apt/archives/*.deb' --create --file "$work/node.tar" .
    printf 'FROM scratch\nADD node.tar /\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt\n' \
      | build --tag docker.io/library/node:24-slim --file - "$work"
    rm -r "$work/node" "$work/node.tar"
  fi
  if ! have_image docker.io/library/redis:8; then
    say "redis:8, from Debian's package of an older Redis"
    build --tag docker.io/library/redis:8 --file - "$work" << 'END'
FROM docker.io/library/node:24-slim
RUN apt-get update && apt-get install -y --no-install-recommends redis-server && install -d -o redis -g redis /data
END
  fi
}

build_images() {
  local image target
  while read -r image; do
    case "$image" in *-python) target=crewstream-python ;; *) target=crewstream ;; esac
    say "$image: the target $target of apps/Dockerfile"
    build --layers --tag "$image" --target "$target" --file apps/Dockerfile .
  done < <(sed 's/:latest$//' "$work"/services/{api,crew-worker,delivery-worker}/image | sort -u)
}

# The generated secrets, and the network on which the receiver is reached.
write_settings() {
  if [ -n "$settings" ]; then cp "$settings" "$work/settings"; else "$node" packages/cli/src/main.ts secrets generate --compose > "$work/settings"; fi
  printf '%s\n' "WEBHOOK_ALLOW_NETWORKS=$network.0/24" "IMAGE_VARIANT=${IMAGE_VARIANT:-}" >> "$work/settings"
}

make_network() {
  ip link add crewstream-try type bridge
  ip address add "$network.1/24" dev crewstream-try
  ip link set crewstream-try up
  echo "127.0.0.1 localhost" > "$work/hosts"
  local address=2 service
  for service in "$work"/services/*; do
    echo "$network.$address $(basename "$service")" >> "$work/hosts"
    # Replicas have the addresses after the first one's.
    address=$((address + $(cat "$service/replicas")))
  done
}

# The address of a service by its name, as its containers see it.
address_of() { awk -v name="$1" '$2 == name { print $1 }' "$work/hosts"; }

# Runs a command in a container with its environment and user, as `docker exec` does: in_container NAME NETWORK COMMAND…
# NETWORK is --net for the container's, or nothing for this machine's, from which package registries are reached.
in_container() {
  local name="$1" namespaces="$2" service="$work/services/${1%-[0-9]*}" environment user
  shift 2
  user="$(cat "$service/user")"
  mapfile -d '' environment < <(cat "$service/image-env" "$service/env")
  # shellcheck disable=SC2086 # an empty one is none
  nsenter --target "$(pgrep --parent "${pids[$name]}")" --mount $namespaces --pid --root --wd env -i "${environment[@]}" \
    HOME=/tmp setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
}

# Adds to a service's specification what its image says: environment, entry point, folder, user, health check.
read_image() {
  local specification="$work/services/$1" image
  image="$(cat "$specification/image")"
  of_image() { buildah inspect --type image --format "$1" "$image" | tr -d '\n'; }
  of_image '{{range .Docker.Config.Env}}{{.}}{{"\x00"}}{{end}}' > "$specification/image-env"
  of_image '{{range .Docker.Config.Entrypoint}}{{.}}{{"\x00"}}{{end}}' > "$specification/image-entrypoint"
  of_image '{{or .Docker.Config.WorkingDir "/"}}' > "$specification/image-directory"
  [ -s "$specification/user" ] || of_image '{{.Docker.Config.User}}' > "$specification/user"
  # Its first word says that the others are a command.
  [ -s "$specification/health" ] || of_image '{{range slice .Docker.Config.Healthcheck.Test 1}}{{.}}{{"\x00"}}{{end}}' > "$specification/health"
  cp "$work/hosts" "$specification/hosts"
}

# Starts one replica: start SERVICE NUMBER
start() {
  local service="$1" name="$1-$2" specification="$work/services/$1" container address
  container="$(buildah from --pull-never "$(cat "$specification/image")")"
  containers[$name]="$container"
  address="$(address_of "$service")"
  ip netns add "try-$name"
  ip link add "try${#containers[@]}" type veth peer name eth0 netns "try-$name"
  ip link set "try${#containers[@]}" master crewstream-try up
  ip -n "try-$name" link set lo up
  ip -n "try-$name" address add "$network.$((${address##*.} + $2 - 1))/24" dev eth0
  ip -n "try-$name" link set eth0 up
  ip netns exec "try-$name" unshare --mount --pid --fork \
    deploy/try-image/container.sh "$(buildah mount "$container")" "$specification" > "$work/$name.log" 2>&1 &
  pids[$name]=$!
}

# Waits until the health check of compose or of the image succeeds in a container.
wait_until_healthy() {
  local name="$1" check
  mapfile -d '' check < "$work/services/${1%-[0-9]*}/health"
  for _ in {1..60}; do
    kill -0 "${pids[$name]}" 2> "$work/stopped" || { cat "$work/$name.log"; say "$name has ended"; return 1; }
    if in_container "$name" --net "${check[@]}" > "$work/health.log" 2>&1; then return; fi
    sleep 1
  done
  cat "$work/health.log" "$work/$name.log"
  say "$name is not healthy"
  return 1
}

# What compose restricts must hold for the container's first process and for those that it started.
check_restrictions() {
  local name="$1" first process rights
  first="$(pgrep --parent "${pids[$name]}")"
  for process in "$first" $(pgrep --parent "$first"); do
    rights="$(awk '/^(Uid|CapEff|CapBnd|NoNewPrivs):/ { printf "%s ", $2 }' "/proc/$process/status")"
    if [ "$rights" != "1000 0000000000000000 0000000000000000 1 " ]; then
      say "$name: $(tr '\0' ' ' < "/proc/$process/cmdline") has user, capabilities and NoNewPrivs $rights"
      return 1
    fi
  done
  if in_container "$name" --net sh -c 'touch /app/written' 2> "$work/stopped"; then
    say "$name: its root file system is not read-only"
    return 1
  fi
}

write_settings
"$node" deploy/try-image/plan.ts "$compose" "$work/settings" "$work"
make_base_images
build_images
make_network

services=(api crew-worker delivery-worker)
if [ -d "$work/services/redis" ]; then
  read_image redis
  start redis 1
  wait_until_healthy redis-1
fi
for service in "${services[@]}"; do
  read_image "$service"
  for ((number = 1; number <= $(cat "$work/services/$service/replicas"); number++)); do start "$service" "$number"; done
done
for name in "${!pids[@]}"; do wait_until_healthy "$name"; done
say "healthy: ${!pids[*]}"
for name in "${!pids[@]}"; do
  case "$name" in redis-*) ;; *) check_restrictions "$name" ;; esac
done
say "user 1000, no capability, no new privileges, a read-only root"

api="http://$(address_of api):3000"
[ "$(curl --silent --output "$work/dashboard" --write-out '%{http_code}' "$api/dashboard/")" = 200 ]
grep -q '<script' "$work/dashboard"
set -a
# shellcheck disable=SC1091
. "$work/settings"
set +a
"$node" deploy/try-image/check-delivery.ts "$api" "$network.1" research_crew '{"topic":"webhooks"}'

if [ -n "${IMAGE_VARIANT:-}" ]; then
  say "crewstream python sync team_report"
  in_container crew-worker-1 "" node_modules/.bin/crewstream python sync team_report
  "$node" deploy/try-image/check-delivery.ts "$api" "$network.1" team_report \
    '{"team":"the platform team","notes":"login page done; search half done","year":"2026"}'
fi

say "SIGTERM to every process of the image"
for name in "${!pids[@]}"; do
  case "$name" in redis-*) continue ;; esac
  kill -TERM "$(pgrep --parent "${pids[$name]}")"
  code=0
  wait "${pids[$name]}" || code=$?
  [ "$code" = 0 ] || { tail -5 "$work/$name.log"; say "$name ended with $code"; exit 1; }
done
say "done: all of them drained and ended with 0"
