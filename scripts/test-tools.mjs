// The system tools that tests send and judge with: found, or installed on Debian and Ubuntu, or named as missing with the command that failed.
import { spawnSync } from 'node:child_process';

const PYTHON = '/usr/bin/python3';
const GSTREAMER =
  "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstWebRTC', '1.0'); from gi.repository import Gst, GstWebRTC; " +
  "Gst.init(None); import sys; sys.exit(any(Gst.ElementFactory.find(n) is None for n in ('webrtcbin', 'nicesrc', 'x264enc', 'x265enc', 'vp9enc', 'opusenc')))";

/** The command that shows a tool is there, and the Debian packages that bring it. */
const tools = {
  chromium: { command: ['chromium', '--version'], debian: ['chromium'] },
  ffmpeg: { command: ['ffmpeg', '-version'], debian: ['ffmpeg'] },
  gstreamer: {
    command: [PYTHON, '-c', GSTREAMER],
    debian: [
      ...['python3-gst-1.0', 'gir1.2-gst-plugins-bad-1.0', 'gstreamer1.0-nice', 'gstreamer1.0-libav'],
      ...[
        'gstreamer1.0-plugins-base',
        'gstreamer1.0-plugins-good',
        'gstreamer1.0-plugins-bad',
        'gstreamer1.0-plugins-ugly',
      ],
    ],
  },
  aiortc: { command: [PYTHON, '-c', 'import aiortc'], debian: ['python3-aiortc'] },
  // No package of Debian 12 is new enough: it is used where it is.
  go: { command: ['go', 'version'], debian: [] },
};

/** Where Go's own archive puts it. */
const PATH = `${process.env.PATH}:/usr/local/go/bin`;

function isThere(name) {
  const [command, ...args] = tools[name].command;
  return spawnSync(command, args, { stdio: 'ignore', env: { ...process.env, PATH } }).status === 0;
}

/** @returns the words to put before `apt-get`, or undefined when this machine cannot install */
function installer() {
  const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  if (!succeeds('apt-get', '--version')) return undefined;
  if (process.getuid?.() === 0) return [];
  return succeeds('sudo', '-n', 'true') ? ['sudo', '-n'] : undefined;
}

/** @returns undefined when it went well, else the command and what it said last */
function apt(prefix, ...args) {
  const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
  const { status, stderr } = spawnSync(command, rest, { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' });
  if (status === 0) return undefined;
  const said = stderr.split('\n').filter((line) => line.startsWith('E: '));
  return `${['apt-get', ...args].join(' ')}: ${said.at(-1) ?? `exit code ${status}`}`;
}

/** Each tool by itself: one that cannot be had does not cost the others. @returns why it is missing, or undefined */
function bring(name, prefix) {
  const { command, debian } = tools[name];
  if (debian.length === 0) return `${command.join(' ')}: not found`;
  const wanted = ['install', '-y', '--no-install-recommends', ...debian];
  if (prefix === undefined) return `apt-get ${wanted.join(' ')}: no right to install here`;
  console.log(`Installing ${name} …`);
  const failure = apt(prefix, ...wanted);
  if (failure === undefined && !isThere(name)) return `apt-get ${wanted.join(' ')}: done, and it still does not run`;
  return failure;
}

/** @returns the tools that are missing, each with the install command that failed */
export function ensureTools() {
  const absent = Object.keys(tools).filter((name) => !isThere(name));
  const prefix = absent.some((name) => tools[name].debian.length > 0) ? installer() : undefined;
  if (prefix !== undefined) apt(prefix, 'update');
  const reasons = absent.map((name) => [name, bring(name, prefix)]);
  return Object.fromEntries(reasons.filter(([, reason]) => reason !== undefined));
}
