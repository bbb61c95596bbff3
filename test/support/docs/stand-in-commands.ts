import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './pages.js';

/**
 * What of a command line is another thing in a test: ports, where it runs, and that servers end again. Where what
 * a block says is not carried out, or less of it, `stands_in` has it told.
 */
const COMMANDS: Readonly<Record<string, string>> = {
  // What npm installs, builds and tests is there already: that is how this test came to run.
  npm: `case "$2" in bench*) cd "$(dirname "$MAIN")/..";; esac
case "$1 $2" in
  ci*|'test '*|'run build') stands_in; exit 0;;
  'start '*) exec aircheck serve;;
  'run aircheck') shift 3; exec aircheck "$@";;
  # A moment of what takes minutes, of which nobody reads the figures.
  'run bench:index') stands_in; shift 3; exec "$NODE" bench/index.ts "$@" --rows 1000 --generate;;
  'run bench:start-up') stands_in; "$NODE" bench/start-up.ts --segments 100 --starts 1 | grep 'nothing left open: [0-9]'; exit;;
esac
echo "npm $*: nobody has said what this is in a test" >&2; exit 1`,
  node: `case "$1" in bench/forwarding.ts) stands_in; set -- "$@" --viewers 2 --packets 2;; esac
exec "$NODE" "$@"`,
  // A server for as long as it takes to be ready, or to be drained.
  aircheck: `export AIRCHECK_HTTP_LISTEN=127.0.0.1:0 AIRCHECK_WEBRTC_UDP_PORT=0 AIRCHECK_WEBRTC_LISTEN_ADDRESSES=127.0.0.1
case "$1" in serve|drain) ;; *) exec "$NODE" "$MAIN" "$@";; esac
mkfifo log.$$; "$NODE" "$MAIN" serve > log.$$ 2>&1 & server=$!
exec 3< log.$$; rm log.$$; code=1; address=
while read -r line <&3; do case "$line" in *'is ready'*) code=0; address=$(grep -o '127.0.0.1:[0-9]*' <<< "$line"); break;; *) echo "$line" >&2;; esac; done
if [ $code = 0 ] && [ "$1" = drain ]; then AIRCHECK_HTTP_LISTEN=$address "$NODE" "$MAIN" "$@"; code=$?; fi
kill $server; exit $code`,
  // The file is judged by Compose's own schema elsewhere: here by whether it asks for anything that .env does not give.
  docker: `stands_in
case "$1 $2" in
  'compose up') [ -f Dockerfile ]; for name in $(grep -o '\${[A-Z_]*:?' compose.yaml | tr -d '\${:?'); do grep -q "^$name=." .env || exit 1; done;;
  'compose exec') grep -q "^  $3:" compose.yaml && [ "$4" = node ] && [ "\${5##*/opt/aircheck/}" = dist/main.js ] && shift 5 && exec aircheck "$@";;
  *) exit 1;;
esac`,
  useradd: `stands_in; [ "$*" = '--system aircheck' ]`,
  // The unit with the paths of the test, judged by systemd; then what it starts, with the environment that it names.
  systemctl: `stands_in
unit=$ROOT/etc/systemd/system/aircheck.service
case "$*" in
  daemon-reload) sed -i "s#/opt/aircheck#$ROOT/opt/aircheck#; s#/usr/bin/node#$NODE#" "$unit"; exec systemd-analyze verify "$unit";;
  'enable --now aircheck') set -a; . "$ROOT/etc/aircheck/environment"; MAIN=$(awk -F'[= ]' '/^ExecStart=/ {print $3}' "$unit"); exec aircheck serve;;
  *) exit 1;;
esac`,
  // Everything up to where it would send to: the muxer for WHIP is of a later version than systems have.
  ffmpeg: `set -- "$@"; last=; args=
for word in "$@"; do case "$word" in whip) stands_in; word=null;; http://*/whip/*) word=-;; esac; args="$args '$word'"; done
eval "exec /usr/bin/ffmpeg -v error -nostdin $(echo "$args" | sed "s/ '-f' 'null'/ '-t' '1' '-f' 'null'/")"`,
  // Ours takes sources and their pads as whipclientsink does, which is of a later version than systems have.
  'gst-launch-1.0': `words=(); for word in "$@"; do case "$word" in
  whipclientsink) stands_in; words+=(funnel);; signaller::whip-endpoint=http://*/whip/*) words+=('!' fakesink);;
  *testsrc) words+=("$word" num-buffers=30);; *) words+=("$word");;
esac; done
exec /usr/bin/gst-launch-1.0 -q "\${words[@]}"`,
  turnserver: `/usr/bin/env -i PATH=/usr/bin timeout 1 turnserver -n --no-cli --listening-port=0 --pidfile=/dev/null --log-file=stdout "$@"
[ $? = 124 ]`,
  curl: `exec /usr/bin/curl --fail-with-body --max-time 30 "$@"`,
};

/** What of the project blocks name, beside what they make. */
const IN_THE_TREE = [
  '.env.example',
  'Dockerfile',
  'bench',
  'compose.yaml',
  'deploy',
  'dist',
  'node_modules',
  'package.json',
];

/** Where blocks run, and what they see there. */
export interface StandIn {
  /** The unpacked tree. */
  readonly tree: string;
  /** To be put before others into PATH. */
  readonly commands: string;
  /** What is /opt and /etc outside. */
  readonly root: string;
  /** Commands that somebody stood in for since it was asked last. */
  stoodIn(): string[];
}

/** @param folder an empty one */
export function makeStandIn(folder: string): StandIn {
  const [tree, commands, root] = [join(folder, 'tree'), join(folder, 'commands'), join(folder, 'root')];
  for (const path of [tree, commands, join(root, 'opt'), join(root, 'etc/systemd/system')])
    mkdirSync(path, { recursive: true });
  for (const name of IN_THE_TREE) symlinkSync(join(PROJECT, name), join(tree, name));
  const node = join(PROJECT, 'node_modules/.bin/node');
  const log = join(folder, 'stood-in');
  const settings = `stands_in() { echo "\${0##*/}" >> '${log}'; }; NODE='${node}' ROOT='${root}'; export MAIN="\${MAIN:-${join(PROJECT, 'dist/main.js')}}"`;
  for (const [name, script] of Object.entries(COMMANDS)) {
    writeFileSync(join(commands, name), `#!/bin/bash\n${settings}\n${script}\n`);
    chmodSync(join(commands, name), 0o755);
  }
  const stoodIn = (): string[] => {
    if (!existsSync(log)) return [];
    const names = readFileSync(log, 'utf8').trim().split('\n');
    rmSync(log);
    return [...new Set(names)];
  };
  return { tree, commands, root, stoodIn };
}
