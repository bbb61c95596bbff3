// `npm test`: brings the system tools, builds, runs every level or those named, ends with "N passed, N failed, N skipped".
// `npm run test:interop -- --write` also writes what was seen into docs/interop.md, `-- --only=NAME,NAME` runs those senders.
// `npm run test:faults` kills the server a thousand times; `-- --kills=NUMBER` another number of times.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTools } from './test-tools.mjs';

const ALL_LEVELS = ['unit', 'contract', 'integration', 'load', 'e2e', 'faults', 'interop'];
/** Most of what these do is wait for real time to pass, and each of their files has servers, ports and folders of its own. */
const SIDE_BY_SIDE = { integration: 2, e2e: 2, faults: 3, interop: 2 };
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const levels = named.length > 0 ? named : ALL_LEVELS;
const isWriting = process.argv.includes('--write');
const valueOf = (name) => process.argv.findLast((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const onlySender = valueOf('only');
const kills = valueOf('kills');

function run(command, args, env = {}) {
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return signal === null ? (status ?? 1) : 1;
}

/** @returns Jest's own counts of one level, or one failure when it could not even report. */
function runLevel(level, folder, env) {
  const report = join(folder, `${level}.json`);
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  // Peers of other people's making leave timers and sockets behind: what a test itself starts, it ends.
  const workers =
    level === 'unit'
      ? []
      : [level in SIDE_BY_SIDE ? `--maxWorkers=${SIDE_BY_SIDE[level]}` : '--runInBand', '--forceExit'];
  const part = onlySender === undefined ? [] : ['--testPathPatterns', 'interop/interop.spec'];
  run(
    process.execPath,
    [...jest, ...part, '--selectProjects', level, '--json', `--outputFile=${report}`, ...workers],
    env,
  );
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const brokenSuites = result.testResults.filter(
      (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
    );
    const tests = result.testResults.flatMap((suite) => suite.assertionResults);
    const skipped = tests
      .filter(({ status }) => status === 'pending' || status === 'todo' || status === 'skipped')
      .map(({ fullName }) => fullName);
    const secondTries = tests.filter(({ invocations }) => invocations > 1).map(({ fullName }) => fullName);
    return { passed: result.numPassedTests, failed: result.numFailedTests + brokenSuites.length, skipped, secondTries };
  } catch {
    return { passed: 0, failed: 1, skipped: [], secondTries: [] };
  }
}

if (run('npm', ['run', '-s', 'build']) !== 0) {
  console.log('The build failed.\n0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
const missing = ensureTools();
const environment = {
  AIRCHECK_TEST_MISSING_TOOLS: JSON.stringify(missing),
  ...(isWriting ? { AIRCHECK_INTEROP_WRITE: 'yes' } : {}),
  ...(onlySender === undefined ? {} : { AIRCHECK_INTEROP_ONLY: onlySender }),
  ...(kills === undefined ? {} : { AIRCHECK_KILL_RUNS: kills }),
};
const folder = mkdtempSync(join(tmpdir(), 'aircheck-test-'));
const total = { passed: 0, failed: 0, skipped: [], secondTries: [] };
for (const level of levels) {
  const counts = runLevel(level, folder, environment);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped.push(...counts.skipped);
  total.secondTries.push(...counts.secondTries);
}
rmSync(folder, { recursive: true, force: true });
for (const [name, reason] of Object.entries(missing))
  console.log(`\nMissing, and what needs it was skipped: ${name} (${reason})`);
for (const name of total.skipped) console.log(`skipped: ${name}`);
for (const name of total.secondTries) console.log(`needed a second try: ${name}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
