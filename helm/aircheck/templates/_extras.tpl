{{/* What is set beside the chart's own values and cannot work. */}}
{{- define "aircheck.checkExtras" -}}
{{- include "aircheck.checkFormats" . -}}
{{- $names := list "POD_NAME" "POD_IP" "POD_INDEX" "NODE_IP" -}}
{{- range .Values.extraEnv -}}
{{- if has .name $names }}{{ fail (printf "extraEnv: %s is there already; take another name." .name) }}{{ end -}}
{{- $names = append $names .name -}}
{{- if hasKey $.Values.secretRefs .name }}{{ fail (printf "extraEnv: %s is in secretRefs, too: one of the two is enough." .name) }}{{ end -}}
{{- if has .name (list "AIRCHECK_DATABASE_URL" "DATABASE_URL") -}}
{{- if eq $.Values.database "postgres" -}}
{{- fail (printf "extraEnv: %s: with database: postgres the address is in secrets, secretRefs or existingSecret, as AIRCHECK_DATABASE_URL." .name) -}}
{{- else if not (hasPrefix "sqlite:" (get . "value" | toString)) -}}
{{- fail (printf "extraEnv: %s is no value with sqlite: in front, so it needs database: postgres, and belongs in secrets, secretRefs or existingSecret, as AIRCHECK_DATABASE_URL." .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "aircheck.checkVolumes" . -}}
{{- include "aircheck.checkPeers" . -}}
{{- include "aircheck.checkPods" . -}}
{{- end -}}

{{/* Names and places that are taken: two of the same Kubernetes refuses, and what lies over ours the server does not start with. */}}
{{- define "aircheck.checkVolumes" -}}
{{- $volumes := list "data" "nodes" -}}
{{- range .Values.extraVolumes -}}
{{- if has .name $volumes }}{{ fail (printf "extraVolumes: %s is there already; take another name." .name) }}{{ end -}}
{{- $volumes = append $volumes .name -}}
{{- end -}}
{{- if not .Values.media.addresses }}{{ $volumes = without $volumes "nodes" }}{{ end -}}
{{- $paths := list -}}
{{- range .Values.extraVolumeMounts -}}
{{- $path := trimSuffix "/" .mountPath -}}
{{- if not (has .name $volumes) }}{{ fail (printf "extraVolumeMounts: %s is none of extraVolumes." .name) }}{{ end -}}
{{- range list "/var/lib/aircheck/data" "/var/lib/aircheck/.env" "/opt/aircheck" -}}
{{- if hasPrefix (printf "%s/" $path) (printf "%s/" .) }}{{ fail (printf "extraVolumeMounts: at %s it lies over %s, which is the server's; take another mountPath." ($path | default "/") .) }}{{ end -}}
{{- end -}}
{{- if has $path $paths }}{{ fail (printf "extraVolumeMounts: two are at %s; take another mountPath." $path) }}{{ end -}}
{{- $paths = append $paths $path -}}
{{- end -}}
{{- end -}}

{{/* A volume, and containers, that pods could not have. */}}
{{- define "aircheck.checkPods" -}}
{{- if and .Values.persistence.existingClaim (not .Values.persistence.enabled) -}}
{{- fail "persistence.existingClaim is for persistence.enabled: true." -}}
{{- end -}}
{{- if and .Values.persistence.existingClaim (gt (int (include "aircheck.mostPods" .)) 1) -}}
{{- fail "persistence.existingClaim is the volume of one pod, and there may be more (replicas, autoscaling.maxReplicas)." -}}
{{- end -}}
{{- $names := list "aircheck" -}}
{{- range .Values.extraContainers -}}
{{- if has .name $names }}{{ fail (printf "extraContainers: %s is there already; take another name." .name) }}{{ end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- end -}}

{{/* An address of IPv4 in binary, as far as its network reaches. */}}
{{- define "aircheck.network" -}}
{{- $parts := splitList "/" . -}}
{{- $bits := list -}}
{{- range splitList "." (first $parts) }}{{ $bits = append $bits (printf "%08b" (int .)) }}{{ end -}}
{{- substr 0 (int (last $parts)) (join "" $bits) -}}
{{- end -}}

{{/* Networks that are excepted from one that they are not in. Of IPv6 the length alone is looked at. */}}
{{- define "aircheck.checkPeers" -}}
{{- range .Values.networkPolicy.httpFrom -}}
{{- $block := .ipBlock | default dict -}}
{{- $cidr := $block.cidr | toString -}}
{{- range $block.except -}}
{{- $isLonger := gt (splitList "/" . | last | int) (splitList "/" $cidr | last | int) -}}
{{- $isInside := eq (contains ":" .) (contains ":" $cidr) -}}
{{- if and $isInside (not (contains ":" .)) }}{{ $isInside = hasPrefix (include "aircheck.network" $cidr) (include "aircheck.network" .) }}{{ end -}}
{{- if not (and $isLonger $isInside) }}{{ fail (printf "networkPolicy.httpFrom: except: %s is no part of cidr: %s." . $cidr) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
