{{/*
  What the pods of the three processes have in common, around one container. Takes {root, component, imageSuffix: what
  follows the image's tag, process: its values, command, port, environment, mounts, volumes, preStop}.
*/}}
{{- define "crewstream.pod" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $process := .process -}}
metadata:
  labels:
    {{- include "crewstream.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    {{- with $process.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    {{- if not $values.secrets.existingSecret }}
    # Other secrets are other pods.
    checksum/secrets: {{ toJson $values.secrets | sha256sum }}
    {{- end }}
    {{- with $process.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "crewstream.serviceAccountName" $root }}
  automountServiceAccountToken: false
  # Variables named after other services would reach automations, which see the environment.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $process.terminationGracePeriodSeconds | default (include "crewstream.grace" $root) }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  topologySpreadConstraints:
    {{- range $key := $values.topologySpread.keys }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: {{ $values.topologySpread.whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "crewstream.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ $.component }}
    {{- end }}
  containers:
    - name: {{ .component }}
      image: "{{ $values.image.repository }}:{{ $values.image.tag | default $root.Chart.AppVersion }}{{ .imageSuffix }}"
      imagePullPolicy: {{ $values.image.pullPolicy }}
      # The image's entry point, an init that reaps, stays.
      args: {{ toJson .command }}
      env:
        {{- .environment | nindent 8 }}
        {{- with $process.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: http
          containerPort: {{ .port }}
      startupProbe:
        httpGet: { path: /healthz, port: http }
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /healthz, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      {{- if .preStop }}
      lifecycle:
        preStop:
          exec:
            command: ["sleep", {{ .preStop | toString | quote }}]
      {{- end }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: ["ALL"]
      resources:
        {{- toYaml $process.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if $values.redis.tls.secretName }}
        - name: redis-tls
          mountPath: /etc/crewstream/redis-tls
          readOnly: true
        {{- end }}
        {{- with .mounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: {{ $values.tmpSizeLimit }}
    {{- if $values.redis.tls.secretName }}
    - name: redis-tls
      secret:
        secretName: {{ $values.redis.tls.secretName | quote }}
    {{- end }}
    {{- with .volumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $process.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $process.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $process.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* The head of a deployment up to its template. Takes {root, component, process, scaled: whether KEDA counts}. */}}
{{- define "crewstream.deployment" -}}
{{- $root := .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "crewstream.fullname" $root }}-{{ .component }}
  labels:
    {{- include "crewstream.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  {{- if not .scaled }}
  replicas: {{ .process.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    # A new process takes over before an old one drains.
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels:
      {{- include "crewstream.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
  template:
{{- end -}}
