{{- define "crewstream.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "crewstream.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "crewstream.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "crewstream.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that never change: selectors are made of them. */}}
{{- define "crewstream.selector" -}}
app.kubernetes.io/name: {{ include "crewstream.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "crewstream.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "crewstream.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "crewstream.secretName" -}}
{{- .Values.secrets.existingSecret | default (include "crewstream.fullname" .) -}}
{{- end -}}

{{/* A value as text: whole numbers come as floats, and large ones would be printed as 1e+06. */}}
{{- define "crewstream.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . | toString | quote -}}
{{- else if kindIs "slice" . -}}
{{- join "," . | quote -}}
{{- else -}}
{{- toString . | quote -}}
{{- end -}}
{{- end -}}

{{/* Time to drain, with the pause before SIGTERM and a margin: a process ends itself two seconds after its deadline. */}}
{{- define "crewstream.grace" -}}
{{- add (div (add (int64 .Values.settings.SHUTDOWN_TIMEOUT_MS) 999) 1000) 5 (int64 .Values.api.preStopSeconds) -}}
{{- end -}}

{{- define "crewstream.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "crewstream.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* Ports of Redis that a network policy lets through, as JSON: those of the addresses, and networkPolicy.redisPorts. */}}
{{- define "crewstream.redisPorts" -}}
{{- $ports := list -}}
{{- range concat (list .Values.redis.url) .Values.redis.clusterNodes .Values.redis.sentinels -}}
{{- with regexFind ":[0-9]+(/|$)" . -}}
{{- $ports = append $ports (. | trimAll ":/" | int) -}}
{{- end -}}
{{- end -}}
{{- range .Values.networkPolicy.redisPorts -}}
{{- $ports = append $ports (int .) -}}
{{- end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}
