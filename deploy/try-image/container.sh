#!/usr/bin/env bash
# Runs one container's process in the namespaces that it is started in (mounts, processes, network):
#   container.sh ROOT SPECIFICATION
# ROOT is the image's file system, SPECIFICATION the folder that plan.ts wrote, with `hosts` and `image-env` added. As an
# engine does for a service with `cap_drop: [ALL]` and `no-new-privileges`: the user, no capability, a read-only root.
set -euo pipefail
root="$1"
specification="$2"
user="$(cat "$specification/user")"

mount --bind "$root" "$root"
mkdir -p "$root/proc" "$root/dev" "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
for file in hosts resolv.conf; do
  touch "$root/etc/$file"
done
mount --bind "$specification/hosts" "$root/etc/hosts"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"

mapfile -d '' mounts < "$specification/mounts"
# Places to mount on are made before anything is mounted read-only.
for ((i = 0; i < ${#mounts[@]}; i += 3)); do
  source="${mounts[i]}" target="$root${mounts[i + 1]}"
  if [ -f "$source" ]; then mkdir -p "$(dirname "$target")" && touch "$target"; else mkdir -p "$target"; fi
done
for ((i = 0; i < ${#mounts[@]}; i += 3)); do
  source="${mounts[i]}" target="$root${mounts[i + 1]}"
  case "${mounts[i + 2]}" in
    tmpfs) mount -t tmpfs -o mode=1777 tmpfs "$target" ;;
    ro) mount --bind "$source" "$target" && mount -o remount,bind,ro "$target" ;;
    # A new named volume has the owner of what the image has there.
    *) [ ! -d "$source" ] || chown --reference="$target" "$source"; mount --bind "$source" "$target" ;;
  esac
done
if [ "$(cat "$specification/read_only")" = true ]; then mount -o remount,bind,ro "$root"; fi

mapfile -d '' environment < <(cat "$specification/image-env" "$specification/env")
mapfile -d '' arguments < <(cat "$specification/image-entrypoint" "$specification/argv")
cd "$root"
# shellcheck disable=SC2016 # the inner shell's parameters
exec env -i "${environment[@]}" HOME=/tmp chroot . setpriv --reuid "$user" --regid "$user" --clear-groups \
  --no-new-privs --inh-caps=-all --bounding-set=-all sh -c 'cd "$1" && shift && exec "$@"' container \
  "$(cat "$specification/image-directory")" "${arguments[@]}"
