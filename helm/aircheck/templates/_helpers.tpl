{{- define "aircheck.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "aircheck.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "aircheck.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "aircheck.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "aircheck.selectorLabels" -}}
app.kubernetes.io/name: {{ include "aircheck.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "aircheck.labels" -}}
{{ include "aircheck.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "aircheck.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "aircheck.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "aircheck.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- define "aircheck.podSecurityContext" -}}
runAsNonRoot: true
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- with .Values.podSecurityContext }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "aircheck.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* How many pods there may be. */}}
{{- define "aircheck.mostPods" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.maxReplicas }}{{ else }}{{ .Values.replicas }}{{ end -}}
{{- end -}}

{{/* Whether a variable comes from somewhere that the chart can see. */}}
{{- define "aircheck.isGiven" -}}
{{- $name := index . 1 -}}
{{- with index . 0 -}}
{{- if or (hasKey .Values.settings $name) (hasKey .Values.secrets $name) (hasKey .Values.secretRefs $name) -}}yes{{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether the release has to make credentials, because nobody has given any. */}}
{{- define "aircheck.makesCredentials" -}}
{{- $given := .Values.existingSecret -}}
{{- range list "AIRCHECK_AUTH_TOKENS" "AIRCHECK_AUTH_SECRET" "AIRCHECK_AUTH_JWKS_URL" "AIRCHECK_AUTH_ACCOUNTS" -}}
{{- if include "aircheck.isGiven" (list $ .) }}{{ $given = "yes" }}{{ end -}}
{{- end -}}
{{- if eq (get .Values.settings "AIRCHECK_AUTH_MODE" | toString) "none" }}{{ $given = "yes" }}{{ end -}}
{{- if not $given }}yes{{ end -}}
{{- end -}}

{{/* Whether it has a key of tokens: a pod that is to go asks its own server to drain, as somebody who may. Where there are tokens for
     that, one that was made before is kept, since it has signed others. */}}
{{- define "aircheck.hasKey" -}}
{{- $mode := get .Values.settings "AIRCHECK_AUTH_MODE" | toString -}}
{{- $tokens := include "aircheck.isGiven" (list . "AIRCHECK_AUTH_TOKENS") -}}
{{- $key := include "aircheck.isGiven" (list . "AIRCHECK_AUTH_SECRET") -}}
{{- if not (or .Values.existingSecret (eq $mode "none") $key) }}{{ ternary "made" "kept" (empty $tokens) }}{{ end -}}
{{- end -}}

{{/* The data of the release's Secret. What was generated once stays. */}}
{{- define "aircheck.secretData" -}}
{{- $data := dict -}}
{{- range $name, $value := .Values.secrets -}}
{{- $text := ternary (join "," $value) (toString $value) (kindIs "slice" $value) -}}
{{- $_ := set $data $name (b64enc $text) -}}
{{- end -}}
{{- $old := (lookup "v1" "Secret" .Release.Namespace (include "aircheck.fullname" .)).data | default dict -}}
{{- if include "aircheck.makesCredentials" . -}}
{{- $_ := set $data "AIRCHECK_AUTH_TOKENS" (get $old "AIRCHECK_AUTH_TOKENS" | default (randAlphaNum 48 | b64enc)) -}}
{{- end -}}
{{- with include "aircheck.hasKey" . -}}
{{- $key := get $old "AIRCHECK_AUTH_SECRET" | default (ternary (randAlphaNum 48 | b64enc) "" (eq . "made")) -}}
{{- if $key }}{{ $_ := set $data "AIRCHECK_AUTH_SECRET" $key }}{{ end -}}
{{- end -}}
{{- if $data }}{{ toYaml $data }}{{ end -}}
{{- end -}}

{{/* Whether Prometheus needs a token, and has to have the first of a list for itself. */}}
{{- define "aircheck.makesMetricsToken" -}}
{{- $isPrivate := eq (get .Values.settings "AIRCHECK_HTTP_METRICS_PUBLIC" | toString) "false" -}}
{{- $isElsewhere := or .Values.serviceMonitor.token .Values.existingSecret -}}
{{- if and .Values.serviceMonitor.enabled $isPrivate (not $isElsewhere) (hasKey .Values.secrets "AIRCHECK_AUTH_TOKENS") }}yes{{ end -}}
{{- end -}}

{{/* Where Prometheus finds its token. */}}
{{- define "aircheck.metricsToken" -}}
{{- $own := dict "name" (.Values.existingSecret | default (include "aircheck.fullname" .)) "key" "AIRCHECK_AUTH_TOKENS" -}}
{{- if include "aircheck.makesMetricsToken" . -}}
{{- $own = dict "name" (printf "%s-metrics" (include "aircheck.fullname" .)) "key" "token" -}}
{{- end -}}
{{- .Values.serviceMonitor.token | default (get .Values.secretRefs "AIRCHECK_AUTH_TOKENS") | default $own | toYaml -}}
{{- end -}}

{{/* Of a duration as Prometheus has it: 1m30s. */}}
{{- define "aircheck.milliseconds" -}}
{{- $sum := 0 -}}
{{- range $unit, $length := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 "w" 604800000 "y" 31536000000 -}}
{{- $count := regexFind (printf "[0-9]+%s([0-9]|$)" $unit) $ | regexFind "^[0-9]+" -}}
{{- $sum = add $sum (mul (int64 $count) $length) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{/* Single variables from Secrets. */}}
{{- define "aircheck.secretEnv" -}}
{{- range $name, $ref := .Values.secretRefs }}
- name: {{ $name | quote }}
  valueFrom: { secretKeyRef: { name: {{ $ref.name | quote }}, key: {{ $ref.key | quote }} } }
{{- end }}
{{- end -}}

{{/* UDP ports of a pod: one for all workers where each peer has a socket of its own, which only a setting makes certain. */}}
{{- define "aircheck.udpPorts" -}}
{{- ternary 1 (int .Values.media.workers) (eq (get .Values.settings "AIRCHECK_ENGINE_RECEIVE" | toString) "fd") -}}
{{- end -}}

{{/* Families of all Services. */}}
{{- define "aircheck.ipFamilies" -}}
{{- with .Values.service.ipFamilyPolicy }}
ipFamilyPolicy: {{ . }}
{{- end }}
{{- with .Values.service.ipFamilies }}
ipFamilies: {{ toJson . }}
{{- end }}
{{- end -}}

{{/* An address that the downward API tells, which is of the first family: with brackets where a port follows. */}}
{{- define "aircheck.beforePort" -}}
{{- ternary (printf "[%s]" (index . 1)) (index . 1) (eq (first (index . 0).Values.service.ipFamilies | toString) "IPv6") -}}
{{- end -}}

{{/* Where the server listens: one socket takes both families. */}}
{{- define "aircheck.httpListen" -}}
{{- $host := .Values.service.listenAddress -}}
{{- if not $host -}}
{{- $host = ternary "[::]" "0.0.0.0" (has "IPv6" .Values.service.ipFamilies) -}}
{{- else if eq $host "podIP" -}}
{{- $host = include "aircheck.beforePort" (list . "$(POD_IP)") -}}
{{- else if contains ":" $host -}}
{{- $host = printf "[%s]" $host -}}
{{- end -}}
{{ $host }}:{{ .Values.service.listenPort }}
{{- end -}}

{{/* What a probe asks. By itself the kubelet asks at the pod's address. */}}
{{- define "aircheck.httpGet" -}}
{{- $get := dict "path" (index . 1) "port" "http" -}}
{{- with (index . 0).Values.service.listenAddress }}{{ if ne . "podIP" }}{{ $_ := set $get "host" . }}{{ end }}{{ end -}}
{{ toJson $get }}
{{- end -}}

{{/* Settings that values of the chart say, because other objects have to agree with them. */}}
{{- define "aircheck.managed" -}}
AIRCHECK_HTTP_LISTEN: service.listenAddress and listenPort
AIRCHECK_WEBRTC_UDP_PORT: media.port
AIRCHECK_WEBRTC_TCP_PORT: media.tcpPort
AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: media.addresses
AIRCHECK_ENGINE_WORKERS: media.workers
AIRCHECK_RECORDER_NODE_ALIAS: the name of the pod
{{- end -}}

{{/* Settings that no ConfigMap may have. */}}
{{- define "aircheck.secretSettings" -}}
- AIRCHECK_STREAM
- AIRCHECK_RECORDER_STORAGE_SECRET_ACCESS_KEY
- AIRCHECK_RECORDER_STORAGE_SESSION_TOKEN
- AIRCHECK_RECORDER_STORAGE_ACCESS_KEY_SECRET
- AIRCHECK_RECORDER_STORAGE_SECURITY_TOKEN
- AIRCHECK_RECORDER_BACKUP_STORAGE_SECRET_ACCESS_KEY
- AIRCHECK_RECORDER_BACKUP_STORAGE_SESSION_TOKEN
- AIRCHECK_RECORDER_BACKUP_STORAGE_ACCESS_KEY_SECRET
- AIRCHECK_RECORDER_BACKUP_STORAGE_SECURITY_TOKEN
- AIRCHECK_RECORDER_UPLOAD_LIVEMAN_TOKEN
- AIRCHECK_TRACING_HEADERS
- AIRCHECK_ICE_SERVERS
- AIRCHECK_EXTRA_ICE_ICE_SERVERS
- AIRCHECK_EXTRA_ICE_COTURN_SECRET
- AIRCHECK_EXTRA_ICE_CLOUDFLARE_API_TOKEN
- AIRCHECK_AUTH_TOKENS
- AIRCHECK_AUTH_SECRET
- AIRCHECK_AUTH_ACCOUNTS
- AIRCHECK_WEBHOOKS_TARGETS
{{- end -}}

{{/* Settings that were written where they do not belong, with the place where they do. */}}
{{- define "aircheck.checkPlaces" -}}
{{- range $name, $place := include "aircheck.managed" . | fromYaml -}}
{{- if hasKey $.Values.settings $name }}{{ fail (printf "settings.%s is said by %s." $name $place) }}{{ end -}}
{{- end -}}
{{- range $name := include "aircheck.secretSettings" . | fromYamlArray -}}
{{- if hasKey $.Values.settings $name }}{{ fail (printf "settings.%s is secret: put it into secrets, secretRefs or existingSecret." $name) }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* What cannot work, with the names of the values that are wrong. */}}
{{- define "aircheck.check" -}}
{{- if not (regexMatch `^[a-z][-a-z0-9]*$` (include "aircheck.fullname" .)) -}}
{{- fail (printf "fullnameOverride: objects would be called %s, and names of Services begin with a letter and have no dots; set another one." (include "aircheck.fullname" .)) -}}
{{- end -}}
{{- include "aircheck.checkPlaces" . -}}
{{- include "aircheck.checkExtras" . -}}
{{- $most := int (include "aircheck.mostPods" .) -}}
{{- if and (eq .Values.database "sqlite") (gt $most 1) -}}
{{- fail (printf "%s: more than one node needs database: postgres, because each has the others' recordings in its index." (ternary "autoscaling.enabled" "replicas" .Values.autoscaling.enabled)) -}}
{{- end -}}
{{- if and (eq .Values.database "sqlite") .Values.autoscaling.enabled -}}
{{- fail "autoscaling.enabled needs database: postgres." -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas is more than autoscaling.maxReplicas." -}}
{{- end -}}
{{- if and (eq .Values.database "postgres") (not .Values.existingSecret) (not (include "aircheck.isGiven" (list . "AIRCHECK_DATABASE_URL"))) -}}
{{- fail "database: postgres needs AIRCHECK_DATABASE_URL in secrets or secretRefs, or existingSecret." -}}
{{- end -}}
{{- $url := coalesce (get .Values.secrets "AIRCHECK_DATABASE_URL") (get .Values.settings "AIRCHECK_DATABASE_URL") -}}
{{- $isFile := hasPrefix "sqlite:" ($url | toString) -}}
{{- if and $url (eq .Values.database "postgres") $isFile -}}
{{- fail "database: postgres, and AIRCHECK_DATABASE_URL names a file of SQLite: one of the two is wrong." -}}
{{- end -}}
{{- if and $url (eq .Values.database "sqlite") (not $isFile) -}}
{{- fail "AIRCHECK_DATABASE_URL needs database: postgres, whose Job migrates before the pods start." -}}
{{- end -}}
{{- if and (hasKey .Values.secretRefs "AIRCHECK_DATABASE_URL") (eq .Values.database "sqlite") -}}
{{- fail "secretRefs.AIRCHECK_DATABASE_URL needs database: postgres, whose Job migrates before the pods start." -}}
{{- end -}}
{{- if and (eq .Values.database "postgres") (hasKey .Values.settings "AIRCHECK_DATABASE_URL") -}}
{{- fail "settings.AIRCHECK_DATABASE_URL has a password in it: put it into secrets, secretRefs or existingSecret." -}}
{{- end -}}
{{- range $prefix := list "AIRCHECK_RECORDER_STORAGE" "AIRCHECK_RECORDER_BACKUP_STORAGE" -}}
{{- $type := get $.Values.settings (printf "%s_TYPE" $prefix) -}}
{{- $bucket := printf "%s_BUCKET" $prefix -}}
{{- if and (has $type (list "s3" "oss")) (not $.Values.existingSecret) (not (include "aircheck.isGiven" (list $ $bucket))) -}}
{{- fail (printf "settings.%s_TYPE: %s needs settings.%s." $prefix $type $bucket) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- $place := get (include "aircheck.managed" $ | fromYaml) .name -}}
{{- if and $place (ne .name "AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES") }}{{ fail (printf "extraEnv: %s is said by %s." .name $place) }}{{ end -}}
{{- end -}}
{{- $tcp := int .Values.media.tcpPort -}}
{{- if eq $tcp (int .Values.service.listenPort) -}}
{{- fail (printf "media.tcpPort: %d is the port of HTTP in the pod (service.listenPort); take another one." $tcp) -}}
{{- end -}}
{{- $lastPort := add .Values.media.port (include "aircheck.udpPorts" . | int) -1 -}}
{{- if gt $lastPort 65535 -}}
{{- fail (printf "media.port: with media.workers: %d the last port is %d, and there is none above 65535." (int .Values.media.workers) $lastPort) -}}
{{- end -}}
{{- $scrapes := .Values.serviceMonitor -}}
{{- if gt (include "aircheck.milliseconds" $scrapes.scrapeTimeout | int64) (include "aircheck.milliseconds" $scrapes.interval | int64) -}}
{{- fail (printf "serviceMonitor.scrapeTimeout: %s is longer than serviceMonitor.interval: %s." $scrapes.scrapeTimeout $scrapes.interval) -}}
{{- end -}}
{{- $knowsToken := or .Values.existingSecret (include "aircheck.makesCredentials" .) (hasKey .Values.secrets "AIRCHECK_AUTH_TOKENS") (hasKey .Values.secretRefs "AIRCHECK_AUTH_TOKENS") .Values.serviceMonitor.token -}}
{{- if and .Values.serviceMonitor.enabled (eq (get .Values.settings "AIRCHECK_HTTP_METRICS_PUBLIC" | toString) "false") (not $knowsToken) -}}
{{- fail "serviceMonitor.enabled, with AIRCHECK_HTTP_METRICS_PUBLIC: false, needs serviceMonitor.token, or AIRCHECK_AUTH_TOKENS in secrets or secretRefs, for Prometheus." -}}
{{- end -}}
{{- if and (not .Values.persistence.enabled) (not (has (get .Values.settings "AIRCHECK_RECORDER_STORAGE_TYPE") (list "s3" "oss"))) (ne (get .Values.settings "AIRCHECK_RECORDER_UPLOAD_ENABLED" | toString) "true") -}}
{{- fail "persistence.enabled: false is for recordings that go to a bucket: set settings.AIRCHECK_RECORDER_STORAGE_TYPE." -}}
{{- end -}}
{{- if and (not .Values.persistence.enabled) (ne .Values.database "postgres") -}}
{{- fail "persistence.enabled: false needs database: postgres: SQLite's file goes with the pod, and the next one may not write into the bucket of a database that is gone." -}}
{{- end -}}
{{- if and (eq .Values.media.exposure "nodePort") (gt $most 10) -}}
{{- fail "media.exposure: nodePort has room for ten pods (replicas, autoscaling.maxReplicas)." -}}
{{- end -}}
{{- $last := add (printf "%s%d%s" .Values.media.nodePort.prefix (sub $most 1) .Values.media.nodePort.suffix | int) (include "aircheck.udpPorts" . | int) -1 -}}
{{- if and (eq .Values.media.exposure "nodePort") (gt $last 32767) -}}
{{- fail (printf "media.nodePort: the last of its ports is %d, and Kubernetes has none above 32767." $last) -}}
{{- end -}}
{{- if and (eq .Values.media.exposure "nodePort") (ne (int .Values.media.tcpPort) 0) -}}
{{- fail "media.tcpPort does not go with media.exposure: nodePort, whose port outside is another than inside." -}}
{{- end -}}
{{- if and (eq .Values.media.exposure "loadBalancer") (lt (len .Values.media.addresses) $most) -}}
{{- fail "media.exposure: loadBalancer needs in media.addresses the address of each pod." -}}
{{- end -}}
{{- $addresses := .Values.media.addresses -}}
{{- if and $addresses (lt (len $addresses) $most) -}}
{{- fail (printf "media.addresses has %d, and there may be %d pods (replicas, autoscaling.maxReplicas): each needs one." (len $addresses) $most) -}}
{{- end -}}
{{- $all := splitList "," (join "," $addresses) -}}
{{- if ne (len $all) (uniq $all | len) }}{{ fail "media.addresses has one twice: each leads to one pod." }}{{ end -}}
{{- range $all -}}
{{- if and . (eq $.Values.media.exposure "nodePort") (not (regexMatch `(^[^:]+|\]):\d+$` .)) -}}
{{- fail (printf "media.addresses: %s needs the port that leads to the pod's NodePort, as %s:%s0%s." . . $.Values.media.nodePort.prefix $.Values.media.nodePort.suffix) -}}
{{- end -}}
{{- end -}}
{{- $ours := include "aircheck.labels" . | fromYaml -}}
{{- range $name, $_ := .Values.podLabels -}}
{{- if hasKey $ours $name }}{{ fail (printf "podLabels: %s is a label of the chart's own." $name) }}{{ end -}}
{{- end -}}
{{- range $name := list "checksum/settings" "checksum/secrets" "checksum/addresses" -}}
{{- if hasKey $.Values.podAnnotations $name }}{{ fail (printf "podAnnotations: %s is an annotation of the chart's own." $name) }}{{ end -}}
{{- end -}}
{{- range $name, $_ := .Values.secrets -}}
{{- if hasKey $.Values.secretRefs $name }}{{ fail (printf "secrets.%s and secretRefs.%s: one of the two is enough." $name $name) }}{{ end -}}
{{- end -}}
{{- include "aircheck.checkNodes" . -}}
{{- include "aircheck.checkAddresses" . -}}
{{- end -}}

{{/* What ingress-nginx is told. Programs such as FFmpeg and OBS keep no cookies, so a client is known by its address. */}}
{{- define "aircheck.ingressAnnotations" -}}
{{- if .Values.ingress.sticky }}
nginx.ingress.kubernetes.io/upstream-hash-by: $remote_addr
{{- end }}
# Event streams and WebSockets stay open.
nginx.ingress.kubernetes.io/proxy-read-timeout: '3600'
nginx.ingress.kubernetes.io/proxy-buffering: 'off'
{{- end }}

{{/* What Traefik is told, which knows a client by a cookie only, and looks for that at the Service. */}}
{{- define "aircheck.stickyService" -}}
traefik.ingress.kubernetes.io/service.sticky.cookie: 'true'
traefik.ingress.kubernetes.io/service.sticky.cookie.name: aircheck-node
traefik.ingress.kubernetes.io/service.sticky.cookie.httponly: 'true'
{{- end }}
