#!/usr/bin/env bash
# Checks what deploys crewstream with the tools made for it, as far as they are installed: the chart (helm lint, and strict
# decoding of what it renders by kubeconform), the alert rules (promtool), workflows (actionlint), scripts (shellcheck).
#
#   deploy/check.sh             a tool that is missing is named, and what it checks is skipped
#   deploy/check.sh --require   a tool that is missing is a failure
#
# kubeconform fetches the schemas of Kubernetes' objects, unless KUBERNETES_SCHEMAS names a folder that has them.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
required="${1:-}"
failed=0
# Versions of Kubernetes that the chart is checked against.
oldest=1.29.0
newest=1.35.0
rendered="$(mktemp -d)"
trap 'rm -rf "$rendered"' EXIT

fail() {
  echo "failed: $*" >&2
  failed=1
}

# Whether a command is installed.
have() {
  command -v "$1" > /dev/null && return
  echo "skipped: $1 is not installed"
  [ "$required" != --require ] || fail "$1 is required"
  return 1
}

# Renders the chart with the given options, which it must reject with a message that contains the first argument.
rejects() {
  local reason="$1" output
  shift
  if output="$(helm template test deploy/helm --kube-version "$newest" "$@" 2>&1 > /dev/null)"; then
    fail "the chart accepts $*"
  elif ! grep -qF -- "$reason" <<< "$output"; then
    fail "the chart rejects $* with: $output"
  fi
}

chart() {
  local values name
  for values in deploy/helm/ci/*-values.yaml; do
    name="$(basename "$values" -values.yaml)"
    helm lint --strict --quiet --kube-version "$newest" deploy/helm --values "$values" || fail "helm lint with $values"
    helm template test deploy/helm --kube-version "$newest" --namespace test --values "$values" > "$rendered/$name.yaml" \
      || fail "helm template with $values"
  done
  local minimal=(--values deploy/helm/ci/minimal-values.yaml)
  # A managed Redis often has a port of its own, which the network policies must let through.
  helm template test deploy/helm --kube-version "$newest" "${minimal[@]}" --set redis.url=rediss://redis.example.com:6380 \
    --show-only templates/network-policies.yaml | grep -qF -- "- port: 6380" || fail "network policies without the port of redis.url"
  rejects "exclude each other" "${minimal[@]}" --set 'redis.clusterNodes={redis-0:6379}'
  rejects "exclude each other" "${minimal[@]}" --set 'redis.sentinels={sentinel-0:26379}' --set redis.sentinelMaster=events
  rejects "may hold a secret" "${minimal[@]}" --set settings.ENCRYPTION_KEY=key
  rejects "may hold a secret" "${minimal[@]}" --set api.env.API_TOKENS=token
  rejects "may hold a secret" "${minimal[@]}" --set crewWorker.env.OPENAI_API_KEY=key
  rejects "exclude each other" "${minimal[@]}" --set redis.username=events --set redis.userPerProcess=true
  rejects "redis.url holds a password" "${minimal[@]}" --set redis.url=redis://:password@redis:6379
  rejects "secrets.values.API_TOKENS" --set redis.url=redis://redis:6379
}

objects() {
  local version
  for version in "$oldest" "$newest"; do
    # Objects of operators are skipped: their schemas are not Kubernetes' own.
    kubeconform -strict -summary -kubernetes-version "$version" -schema-location "${KUBERNETES_SCHEMAS:-default}" \
      -skip ServiceMonitor,ScaledObject "$rendered" || fail "kubeconform for Kubernetes $version"
  done
}

if have helm; then
  chart
  if have kubeconform; then objects; fi
fi
if have promtool; then promtool check rules --lint=all --lint-fatal deploy/prometheus/alerts.yml || fail "promtool check rules"; fi
if have actionlint; then actionlint || fail actionlint; fi
if have shellcheck; then shellcheck deploy/*.sh deploy/*/*.sh .ci/run || fail shellcheck; fi
exit "$failed"
