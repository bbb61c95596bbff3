{{/* What does not look as it has to, and the schema cannot say: of secrets Helm would show what it refuses, and JSON it does not read. */}}
{{- define "aircheck.checkFormats" -}}
{{- include "aircheck.checkUrlsWithSecrets" . -}}
{{- include "aircheck.checkSecrets" . -}}
{{- include "aircheck.checkRules" . -}}
{{- include "aircheck.checkBuckets" . -}}
{{- $mode := get .Values.settings "AIRCHECK_AUTH_MODE" | toString -}}
{{- range $name := list "AIRCHECK_AUTH_TOKENS" "AIRCHECK_AUTH_SECRET" "AIRCHECK_AUTH_JWKS_URL" "AIRCHECK_AUTH_ACCOUNTS" -}}
{{- $value := coalesce (get $.Values.secrets $name) (get $.Values.secretRefs $name) (get $.Values.settings $name) -}}
{{- if and (eq $mode "none") $value }}{{ fail (printf "settings.AIRCHECK_AUTH_MODE: none does not go with %s: remove one of the two." $name) }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* URLs that may have a password in them. */}}
{{- define "aircheck.checkUrlsWithSecrets" -}}
{{- $origin := `^(https?://[^\s/?#@]+/?)?$` -}}
{{- $formats := dict "AIRCHECK_DATABASE_URL" `^((sqlite:|postgres(ql)?://)\S+)?$` "AIRCHECK_RECORDER_STORAGE_ENDPOINT" $origin "AIRCHECK_RECORDER_BACKUP_STORAGE_ENDPOINT" $origin -}}
{{- range $place := list "settings" "secrets" -}}
{{- range $name, $value := index $.Values $place -}}
{{- if not (regexMatch (get $formats $name) (toString $value)) }}{{ fail (printf "%s.%s does not begin, or go on, as such a URL does." $place $name) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Their length is that for addresses that others can reach, as a pod's is. */}}
{{- define "aircheck.checkSecrets" -}}
{{- $secrets := .Values.secrets -}}
{{- $tokens := get $secrets "AIRCHECK_AUTH_TOKENS" -}}
{{- range ternary $tokens (splitList "," (toString $tokens)) (kindIs "slice" $tokens) -}}
{{- if not (regexMatch `^([\x21-\x2b\x2d-\x7e]{16,})?$` (trim (toString .))) }}{{ fail "secrets.AIRCHECK_AUTH_TOKENS: each token has at least 16 characters, and no spaces." }}{{ end -}}
{{- end -}}
{{- range $name, $least := dict "AIRCHECK_AUTH_SECRET" 32 "AIRCHECK_EXTRA_ICE_COTURN_SECRET" 16 -}}
{{- if and (hasKey $secrets $name) (lt (len (get $secrets $name | toString)) $least) }}{{ fail (printf "secrets.%s has fewer than %d bytes." $name $least) }}{{ end -}}
{{- end -}}
{{- range $name, $secret := $secrets -}}
{{- $isWord := regexMatch `_(LIVEMAN_TOKEN|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|ACCESS_KEY_SECRET|SECURITY_TOKEN)$` $name -}}
{{- if and $isWord (not (regexMatch `^[\x21-\x7e]*$` (toString $secret))) }}{{ fail (printf "secrets.%s has characters that no key and no token has, such as spaces." $name) }}{{ end -}}
{{- end -}}
{{- range $name := list "AIRCHECK_ICE_SERVERS" "AIRCHECK_EXTRA_ICE_ICE_SERVERS" "AIRCHECK_AUTH_ACCOUNTS" "AIRCHECK_WEBHOOKS_TARGETS" -}}
{{- range get $secrets $name | default "[]" | fromJsonArray -}}
{{- if not (kindIs "map" .) }}{{ fail (printf "secrets.%s is no JSON list of tables." $name) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- range $table := get $secrets "AIRCHECK_STREAM" | default "{}" | fromJson -}}
{{- if not (kindIs "map" $table) }}{{ fail "secrets.AIRCHECK_STREAM is no JSON table of tables." }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* By the rules of where the bucket is. */}}
{{- define "aircheck.checkBuckets" -}}
{{- $forms := dict "s3" `^[A-Za-z0-9](\.?[\w-])*\.?$` "oss" `^[a-z0-9_][a-z0-9_-]{1,61}[a-z0-9_]$` -}}
{{- range $prefix := list "AIRCHECK_RECORDER_STORAGE" "AIRCHECK_RECORDER_BACKUP_STORAGE" -}}
{{- $type := get $.Values.settings (printf "%s_TYPE" $prefix) -}}
{{- $bucket := get $.Values.settings (printf "%s_BUCKET" $prefix) -}}
{{- $form := get $forms (toString $type) -}}
{{- if and $form $bucket (not (regexMatch $form $bucket)) }}{{ fail (printf "settings.%s_BUCKET: %s is no name of a bucket of %s." $prefix $bucket $type) }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "aircheck.checkRules" -}}
{{- $setting := "settings.AIRCHECK_RETENTION_RULES" -}}
{{- range $index, $rule := get .Values.settings "AIRCHECK_RETENTION_RULES" | default "[]" | fromJsonArray -}}
{{- if not (kindIs "map" $rule) }}{{ fail (printf "%s is no JSON list of tables." $setting) }}{{ end -}}
{{- if not (get $rule "streams") }}{{ fail (printf "%s: rule %d has no streams." $setting $index) }}{{ end -}}
{{- range $name, $limit := omit $rule "streams" -}}
{{- if not (has $name (list "max_age_hours" "max_bytes")) }}{{ fail (printf "%s: rule %d has %s, which is none of streams, max_age_hours and max_bytes." $setting $index $name) }}{{ end -}}
{{- if not (regexMatch `^\d+$` (toJson $limit)) }}{{ fail (printf "%s: %s of rule %d is no whole number." $setting $name $index) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
