{{/* Whether each node finds what another recorded: in a bucket, in a folder on a volume that all of them mount, or where the chart cannot look. */}}
{{- define "aircheck.sharesRecordings" -}}
{{- $type := "AIRCHECK_RECORDER_STORAGE_TYPE" -}}
{{- $isBucket := has (get .Values.settings $type) (list "s3" "oss") -}}
{{- $isOfManager := eq (get .Values.settings "AIRCHECK_RECORDER_UPLOAD_ENABLED" | toString) "true" -}}
{{- if or $isBucket $isOfManager .Values.existingSecret (hasKey .Values.secretRefs $type) }}yes{{ end -}}
{{- range .Values.extraEnv -}}
{{- if and (has .name (list $type "AIRCHECK_CONFIG")) (ne (get . "value" | toString) "fs") }}yes{{ end -}}
{{- end -}}
{{- $shared := list -}}
{{- range .Values.extraVolumes -}}
{{- if or (hasKey . "persistentVolumeClaim") (hasKey . "nfs") (hasKey . "azureFile") }}{{ $shared = append $shared .name }}{{ end -}}
{{- end -}}
{{- $root := printf "%s/" (get .Values.settings "AIRCHECK_RECORDER_STORAGE_ROOT" | toString) -}}
{{- range .Values.extraVolumeMounts -}}
{{- $isOfAll := and (has .name $shared) (not (hasKey . "subPathExpr")) -}}
{{- if and $isOfAll (hasPrefix (printf "%s/" (trimSuffix "/" .mountPath)) $root) }}yes{{ end -}}
{{- end -}}
{{- end -}}

{{- define "aircheck.checkNodes" -}}
{{- if and (eq .Values.media.exposure "hostNetwork") .Values.networkPolicy.enabled .Values.networkPolicy.httpFrom -}}
{{- fail "networkPolicy.httpFrom does not go with media.exposure: hostNetwork, since most network plugins apply no policy to such pods: let the firewall of the nodes say who may reach TCP 7777." -}}
{{- end -}}
{{- $most := int (include "aircheck.mostPods" .) -}}
{{- if and (gt $most 1) (not (include "aircheck.sharesRecordings" .)) -}}
{{- fail (printf "%s: more than one node needs recordings where each of them finds them: settings.AIRCHECK_RECORDER_STORAGE_TYPE of a bucket (s3, oss), or settings.AIRCHECK_RECORDER_STORAGE_ROOT on one of extraVolumes that they share." (ternary "autoscaling.enabled" "replicas" .Values.autoscaling.enabled)) -}}
{{- end -}}
{{- end -}}
