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

{{/* What others would guess, each by the rules of the server. */}}
{{- define "aircheck.checkGuesses" -}}
{{- $tokens := get .Values.secrets "AIRCHECK_AUTH_TOKENS" -}}
{{- range ternary $tokens (splitList "," (toString $tokens)) (kindIs "slice" $tokens) -}}
{{- include "aircheck.checkGuess" (list "AIRCHECK_AUTH_TOKENS" (trim (toString .)) 16 "") -}}
{{- end -}}
{{- range $name := list "AIRCHECK_AUTH_SECRET" "AIRCHECK_EXTRA_ICE_COTURN_SECRET" -}}
{{- include "aircheck.checkGuess" (list $name (get $.Values.secrets $name | toString) 16 "") -}}
{{- end -}}
{{- range get .Values.secrets "AIRCHECK_AUTH_ACCOUNTS" | default "[]" | fromJsonArray -}}
{{- include "aircheck.checkGuess" (list "AIRCHECK_AUTH_ACCOUNTS" (get . "password" | toString) 8 (get . "username" | toString)) -}}
{{- end -}}
{{- range get .Values.secrets "AIRCHECK_WEBHOOKS_TARGETS" | default "[]" | fromJsonArray -}}
{{- include "aircheck.checkGuess" (list "AIRCHECK_WEBHOOKS_TARGETS" (get . "secret" | toString) 16 "") -}}
{{- end -}}
{{- end -}}

{{- define "aircheck.checkGuess" -}}
{{- $secret := index . 1 -}}
{{- if and $secret (regexMatch `^[[:ascii:]]*$` $secret) -}}
{{- with include "aircheck.weakness" . }}{{ fail (printf "secrets.%s has one that %s: make it another one." (index $ 0) .) }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Of (variable, secret, shortest that does, whose): why others would guess it, as src/config/weak-secret.ts finds it. */}}
{{- define "aircheck.weakness" -}}
{{- $text := index . 1 | lower -}}
{{- $shortest := index . 2 -}}
{{- $owner := index . 3 | lower -}}
{{- $length := len $text -}}
{{- $leaps := 0 -}}
{{- $block := $length -}}
{{- range $index := untilStep 1 $length 1 -}}
{{- $step := sub (index $text $index) (index $text (sub $index 1 | int)) -}}
{{- if or (gt $step 1) (lt $step -1) }}{{ $leaps = add1 $leaps }}{{ end -}}
{{- if and (eq (mod $length $index) 0) (eq $text (repeat (div $length $index | int) (substr 0 $index $text))) }}{{ $block = min $block $index }}{{ end -}}
{{- end -}}
{{- $others := ternary $text (replace $owner " " $text) (lt (len $owner) 3) -}}
{{- $rest := regexReplaceAll `change-?me|p[a@]ss-?w[o0]r[dt]|letmein|welcome|qwert[yz](?:uiop)?|asdfgh(?:jkl)?|[yz]xcvbnm?|1q2w3e(?:4r)?(?:5t)?|administrator|admin|aircheck|default|secret|token|iloveyou|trustno1|football|baseball|sunshine|princess|superman|monkey|dragon|master|abc123` $others " " -}}
{{- if lt $length $shortest }}has fewer than {{ $shortest }} characters
{{- else if lt (splitList "" $text | uniq | len) 5 }}has fewer than 5 different characters
{{- else if eq $text $owner }}is the name
{{- else if lt (int $block) $shortest }}repeats itself
{{- else if lt (int $leaps) 3 }}has little more than rows of letters or figures
{{- else if and (ne $rest $text) (not (regexMatch `\p{L}` $rest)) }}is tried before all others
{{- end -}}
{{- end -}}
