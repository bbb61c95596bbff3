// The system tools that tests judge with: found, or installed on Debian and Ubuntu, or named as missing.
import { spawnSync } from 'node:child_process';

/** The command that shows a tool is there, and the Debian package that brings it. */
const tools = {
  chromium: { command: ['chromium', '--version'], debian: 'chromium' },
  ffmpeg: { command: ['ffmpeg', '-version'], debian: 'ffmpeg' },
};

const succeeds = (command, args, options = {}) =>
  spawnSync(command, args, { stdio: 'ignore', ...options }).status === 0;
const absent = () =>
  Object.keys(tools).filter((name) => {
    const [command, ...args] = tools[name].command;
    return !succeeds(command, args);
  });

/** @returns the words to put before `apt-get`, or undefined when this machine cannot install */
function installer() {
  if (!succeeds('apt-get', ['--version'])) return undefined;
  if (process.getuid?.() === 0) return [];
  return succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined;
}

function install(prefix, packages) {
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
    return spawnSync(command, rest, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  };
  return apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
}

/** @returns the names of tools that are still missing */
export function ensureTools() {
  const wanted = absent();
  const prefix = wanted.length > 0 ? installer() : undefined;
  if (prefix === undefined) return wanted;
  console.log(`Installing ${wanted.join(', ')} …`);
  install(
    prefix,
    wanted.map((name) => tools[name].debian),
  );
  return absent();
}
