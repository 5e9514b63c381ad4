{{/*
  The environment of one process: where Redis is, what all share, the secrets that this one needs and no other, then
  its own. Takes {root, component, env, secrets: names of keys it must have, optional: names of keys it may have}.
*/}}
{{- define "crewstream.environment" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $secret := include "crewstream.secretName" $root -}}
{{- range $name, $value := merge (deepCopy .env) $values.settings }}
{{- if regexMatch "^(API_TOKENS|ENCRYPTION_KEY|WEBHOOK_SIGNING_SECRET|REDIS_URL|OPERATIONS_WEBHOOK_URL|.*_PASSWORD|.*_API_KEY|OTEL_EXPORTER_OTLP_(TRACES_)?HEADERS)$" $name }}
{{- fail (printf "%s may hold a secret, which settings and env would show in the clear: put it into the secret (secrets.existingSecret or secrets.values), or use extraEnv with a secretKeyRef" $name) }}
{{- end }}
{{- end }}
{{- if gt (len (compact (list $values.redis.url (join "," $values.redis.clusterNodes) (join "," $values.redis.sentinels)))) 1 }}
{{- fail "redis.url, redis.clusterNodes and redis.sentinels exclude each other: set one of them" }}
{{- end }}
{{- if regexMatch "://[^/@]*@" $values.redis.url }}
{{- fail "redis.url holds a password, which the pods would show in the clear: put the address into the secret as REDIS_URL, or the password as REDIS_PASSWORD" }}
{{- end }}
{{- with $values.redis.clusterNodes }}
- name: REDIS_CLUSTER_NODES
  value: {{ include "crewstream.text" . }}
{{- end }}
{{- with $values.redis.sentinels }}
- name: REDIS_SENTINELS
  value: {{ include "crewstream.text" . }}
- name: REDIS_SENTINEL_MASTER
  value: {{ required "redis.sentinelMaster: the name of the master that redis.sentinels watch" $values.redis.sentinelMaster | quote }}
{{- end }}
{{- if $values.redis.url }}
- name: REDIS_URL
  value: {{ $values.redis.url | quote }}
{{- else if not (or $values.redis.clusterNodes $values.redis.sentinels) }}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: REDIS_URL
{{- end }}
{{- if and $values.redis.username $values.redis.userPerProcess }}
{{- fail "redis.username and redis.userPerProcess exclude each other: set one of them" }}
{{- end }}
{{- with ternary .component $values.redis.username $values.redis.userPerProcess }}
- name: REDIS_USERNAME
  value: {{ . | quote }}
{{- end }}
{{- with $values.redis.sentinelUsername }}
- name: REDIS_SENTINEL_USERNAME
  value: {{ . | quote }}
{{- end }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      {{- if $values.redis.userPerProcess }}
      key: redis-password-{{ .component }}
      {{- else }}
      key: REDIS_PASSWORD
      optional: true
      {{- end }}
- name: REDIS_SENTINEL_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: REDIS_SENTINEL_PASSWORD
      optional: true
{{- with $values.redis.tls }}
{{- if .enabled }}
- name: REDIS_TLS
  value: "true"
{{- end }}
{{- if .secretName }}
- name: REDIS_TLS_CA_FILE
  value: /etc/crewstream/redis-tls/ca.crt
{{- if .clientCertificate }}
- name: REDIS_TLS_CERT_FILE
  value: /etc/crewstream/redis-tls/tls.crt
- name: REDIS_TLS_KEY_FILE
  value: /etc/crewstream/redis-tls/tls.key
{{- end }}
{{- end }}
{{- with .servername }}
- name: REDIS_TLS_SERVERNAME
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- range $name := .secrets }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $name }}
{{- end }}
{{- range $name := .optional }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $name }}
      optional: true
{{- end }}
{{- with $values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: OTEL_EXPORTER_OTLP_HEADERS
      optional: true
{{- end }}
{{- range $name, $value := merge (deepCopy .env) $values.settings }}
{{- if not (kindIs "invalid" $value) }}
- name: {{ $name }}
  value: {{ include "crewstream.text" $value }}
{{- end }}
{{- end }}
{{- end -}}
