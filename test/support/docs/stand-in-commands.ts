import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './pages.js';

/** What of a command line is another thing in a test: ports, where it runs, and that servers end again. */
const COMMANDS: Readonly<Record<string, string>> = {
  // What npm installs, builds and tests is there already: that is how this test came to run.
  npm: `case "$1 $2" in
  ci*|'test '*|'run build') exit 0;;
  'start '*) exec aircheck serve;;
  'run aircheck') shift 3; exec aircheck "$@";;
esac
echo "npm $*: nobody has said what this is in a test" >&2; exit 1`,
  aircheck: `export AIRCHECK_HTTP_LISTEN=127.0.0.1:0 AIRCHECK_WEBRTC_UDP_PORT=0 AIRCHECK_WEBRTC_LISTEN_ADDRESSES=127.0.0.1
if [ "$1" != serve ]; then exec "$NODE" "$MAIN" "$@"; fi
mkfifo log.$$; "$NODE" "$MAIN" serve > log.$$ 2>&1 & server=$!
code=1; while read -r line; do case "$line" in *'is ready'*) code=0; break;; *) echo "$line" >&2;; esac; done < log.$$
kill $server; rm log.$$; exit $code`,
  // Everything up to where it would send to: the muxer for WHIP is of a later version than systems have.
  ffmpeg: `set -- "$@"; last=; args=
for word in "$@"; do case "$word" in whip) word=null;; http://*/whip/*) word=-;; esac; args="$args '$word'"; done
eval "exec /usr/bin/ffmpeg -v error -nostdin $(echo "$args" | sed "s/ '-f' 'null'/ '-t' '1' '-f' 'null'/")"`,
  turnserver: `/usr/bin/env -i PATH=/usr/bin timeout 1 turnserver -n --no-cli --listening-port=0 --pidfile=/dev/null --log-file=stdout "$@"
[ $? = 124 ]`,
  curl: `exec /usr/bin/curl --fail-with-body --max-time 30 "$@"`,
};

/** @returns a folder to be put before others into PATH */
export function makeCommands(folder: string): string {
  const path = join(folder, 'commands');
  mkdirSync(path);
  const settings = `NODE='${join(PROJECT, 'node_modules/.bin/node')}' MAIN='${join(PROJECT, 'dist/main.js')}'`;
  for (const [name, script] of Object.entries(COMMANDS)) {
    writeFileSync(join(path, name), `#!/bin/bash\n${settings}\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  }
  return path;
}
