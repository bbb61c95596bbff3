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
{{- fail "networkPolicy.httpFrom does not go with media.exposure: hostNetwork, since most network plugins apply no policy to such pods: let the firewall of the nodes say who may reach service.listenPort." -}}
{{- end -}}
{{- $most := int (include "aircheck.mostPods" .) -}}
{{- if and (gt $most 1) (not (include "aircheck.sharesRecordings" .)) -}}
{{- fail (printf "%s: more than one node needs recordings where each of them finds them: settings.AIRCHECK_RECORDER_STORAGE_TYPE of a bucket (s3, oss), or settings.AIRCHECK_RECORDER_STORAGE_ROOT on one of extraVolumes that they share." (ternary "autoscaling.enabled" "replicas" .Values.autoscaling.enabled)) -}}
{{- end -}}
{{- end -}}

{{/* Addresses and families that no node or Service can have. */}}
{{- define "aircheck.checkAddresses" -}}
{{- $most := int (include "aircheck.mostPods" .) -}}
{{- $address := .Values.service.listenAddress -}}
{{- if and $address (ne .Values.media.exposure "hostNetwork") -}}
{{- fail "service.listenAddress is for media.exposure: hostNetwork: in a network of its own a pod listens at all that it has." -}}
{{- end -}}
{{- $isOfOneNode := not (or (has $address (list "" "podIP" "::1")) (hasPrefix "127." $address)) -}}
{{- if and $isOfOneNode (gt $most 1) -}}
{{- fail (printf "service.listenAddress: %s is that of one node, and there may be more pods: podIP is the address of each." $address) -}}
{{- end -}}
{{- $type := .Values.service.type -}}
{{- if and (ne (int .Values.service.nodePort) 0) (eq $type "ClusterIP") -}}
{{- fail "service.nodePort is for service.type: NodePort or LoadBalancer." -}}
{{- end -}}
{{- if and .Values.service.loadBalancerClass (ne $type "LoadBalancer") -}}
{{- fail "service.loadBalancerClass is for service.type: LoadBalancer." -}}
{{- end -}}
{{- $ofBalancers := .Values.media.loadBalancer -}}
{{- range $name := list "class" "annotations" -}}
{{- if and (get $ofBalancers $name) (ne $.Values.media.exposure "loadBalancer") -}}
{{- fail (printf "media.loadBalancer.%s is for media.exposure: loadBalancer." $name) -}}
{{- end -}}
{{- end -}}
{{- if gt (len $ofBalancers.annotations) $most -}}
{{- fail (printf "media.loadBalancer.annotations has %d, and there are %d pods at most." (len $ofBalancers.annotations) $most) -}}
{{- end -}}
{{- $families := len .Values.service.ipFamilies -}}
{{- $policy := .Values.service.ipFamilyPolicy -}}
{{- if and (hasSuffix "DualStack" $policy) (eq $families 0) -}}
{{- fail (printf "service.ipFamilyPolicy: %s needs service.ipFamilies, by which the server listens for IPv6, too." $policy) -}}
{{- end -}}
{{- if and (eq $policy "SingleStack") (gt $families 1) -}}
{{- fail "service.ipFamilyPolicy: SingleStack is for one family, and service.ipFamilies has two." -}}
{{- end -}}
{{- end -}}
