// `npm test`: brings the system tools, builds, runs every level or those named, ends with "N passed, N failed, N skipped".
// `npm run test:interop -- --write` also writes what was seen into docs/interop.md, `-- --only=NAME,NAME` runs those senders.
// `npm test -- --engine=dgram+node` has all servers receive and open media in that way; else they choose as in real life, and
// tests of the engine itself run with several (test/support/engine-combinations.ts).
// `npm run test:faults` kills the server a thousand times; `-- --kills=NUMBER` another number of times.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureTools } from './test-tools.mjs';

const ALL_LEVELS = ['unit', 'contract', 'integration', 'load', 'e2e', 'faults', 'interop'];
/** Most of what these do is wait for real time to pass, and each of their files has servers, ports and folders of its own. */
const SIDE_BY_SIDE = { integration: 2, e2e: 2, faults: 3, interop: 2 };
/** Files that failed among others and are run once more with nothing beside them. More than these are no accident. */
const MOST_RUN_ALONE = 4;
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const levels = named.length > 0 ? named : ALL_LEVELS;
const isWriting = process.argv.includes('--write');
const valueOf = (name) => process.argv.findLast((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const onlySender = valueOf('only');
const kills = valueOf('kills');
const engine = valueOf('engine');

function run(command, args, env = {}) {
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return signal === null ? (status ?? 1) : 1;
}

/** @returns Jest's results of files, or undefined when it could not even report */
function runJest(level, env, ...args) {
  const report = join(folder, `${level}.json`);
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  rmSync(report, { force: true });
  run(process.execPath, [...jest, '--selectProjects', level, '--json', `--outputFile=${report}`, ...args], env);
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch {
    return undefined;
  }
}

/** What failed among others is run once more alone: a machine that was too busy for both is told from a fault. */
function runAgainAlone(level, env, suites) {
  const failed = suites.filter(({ status }) => status === 'failed').map(({ name }) => name);
  if (failed.length === 0 || failed.length > MOST_RUN_ALONE) return { suites, ranAlone: [] };
  const alone = runJest(level, env, '--runInBand', '--forceExit', '--runTestsByPath', ...failed);
  if (alone?.length !== failed.length) return { suites, ranAlone: failed };
  return { suites: [...suites.filter(({ name }) => !failed.includes(name)), ...alone], ranAlone: failed };
}

/** @returns the counts of one level, one failure when Jest could not even report */
function runLevel(level, env) {
  // Peers of other people's making leave timers and sockets behind: what a test itself starts, it ends.
  const workers =
    level === 'unit'
      ? []
      : [level in SIDE_BY_SIDE ? `--maxWorkers=${SIDE_BY_SIDE[level]}` : '--runInBand', '--forceExit'];
  const part = onlySender === undefined ? [] : ['--testPathPatterns', 'interop/interop.spec'];
  const first = runJest(level, env, ...part, ...workers);
  if (first === undefined) return { passed: 0, failed: 1, skipped: [], secondTries: [], ranAlone: [] };
  const { suites, ranAlone } =
    level in SIDE_BY_SIDE ? runAgainAlone(level, env, first) : { suites: first, ranAlone: [] };
  const tests = suites.flatMap((suite) => suite.assertionResults);
  const brokenSuites = suites.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0);
  const namesOf = (...wanted) => tests.filter(({ status }) => wanted.includes(status)).map(({ fullName }) => fullName);
  return {
    passed: namesOf('passed').length,
    failed: namesOf('failed').length + brokenSuites.length,
    skipped: namesOf('pending', 'todo', 'skipped'),
    secondTries: tests.filter(({ invocations }) => invocations > 1).map(({ fullName }) => fullName),
    ranAlone,
  };
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
  ...(engine === undefined ? {} : { AIRCHECK_TEST_ENGINE: engine }),
  ...(kills === undefined ? {} : { AIRCHECK_KILL_RUNS: kills }),
};
const folder = mkdtempSync(join(tmpdir(), 'aircheck-test-'));
const total = { passed: 0, failed: 0, skipped: [], secondTries: [], ranAlone: [] };
for (const level of levels) {
  const counts = runLevel(level, environment);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped.push(...counts.skipped);
  total.secondTries.push(...counts.secondTries);
  total.ranAlone.push(...counts.ranAlone);
}
rmSync(folder, { recursive: true, force: true });
for (const [name, reason] of Object.entries(missing))
  console.log(`\nMissing, and what needs it was skipped: ${name} (${reason})`);
for (const name of total.skipped) console.log(`skipped: ${name}`);
for (const name of total.secondTries) console.log(`needed a second try: ${name}`);
for (const name of total.ranAlone)
  console.log(`failed among others, and was run once more alone: ${relative('.', name)}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
