{{/* What does not look as it has to, and the schema cannot say: of secrets Helm would show what it refuses, and JSON it does not read. */}}
{{- define "aircheck.checkFormats" -}}
{{- include "aircheck.checkUrlsWithSecrets" . -}}
{{- include "aircheck.checkSecrets" . -}}
{{- include "aircheck.checkGuesses" . -}}
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
