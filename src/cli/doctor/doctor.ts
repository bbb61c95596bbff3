import { dirname } from 'node:path';
import { mainStorageOf, sqlitePath, type AppConfig, type LoadedConfig } from '../../config/index.js';
import { bucketFindings } from './bucket-checks.js';
import { ownClockFindings } from './clock-checks.js';
import { databaseFindings } from './database-checks.js';
import { diskFindings } from './disk-checks.js';
import { reasonOf, type Finding } from './finding.js';
import { kernelFindings } from './kernel-checks.js';
import { markFindings } from './mark-checks.js';
import { leavingNoFolders } from './new-folders.js';
import { networkFindings, runningServerFindings } from './network-checks.js';
import { portFindings } from './port-checks.js';
import { RunningServer } from '../running-server.js';

/** Tries everything that a server with this configuration needs on this machine; beside one that runs, without disturbing it. */
export async function diagnose({ config, warnings }: LoadedConfig): Promise<Finding[]> {
  const server = new RunningServer(config);
  const isRunning = await server.isAlive();
  const configured = warnings.map((message): Finding => ({ check: 'configuration', severity: 'warning', message }));
  const ports = await portFindings(config, isRunning);
  const areFree = ports.every(({ severity }) => severity === 'ok');
  const findings = [...configured, ...ports];
  const looks: (() => Promise<Finding[]>)[] = [
    ...(isRunning ? [() => runningServerFindings(config, server)] : areFree ? [() => networkFindings(config)] : []),
    kernelFindings,
    () => diskFindings(config),
    () => ownClockFindings(Date.now()),
    () => databaseFindings(config),
    () => bucketFindings(config),
    () => markFindings(config, findings),
  ];
  return leavingNoFolders(foldersOf(config), async () => {
    for (const look of looks) findings.push(...(await lookSafely(look)));
    return findings;
  });
}

/** Those that a server makes where they are not there. */
function foldersOf({ recorder, database }: AppConfig): string[] {
  const storage = mainStorageOf(recorder);
  const index = sqlitePath(database.url);
  const recordings = storage?.type === 'fs' ? [storage.root] : [];
  return [...recordings, recorder.spool_dir, ...(index === undefined || index === ':memory:' ? [] : [dirname(index)])];
}

/** One that fails in a way nobody thought of does not cost the others. */
async function lookSafely(look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [{ check: 'doctor', severity: 'problem', message: `A check could not be made (${reasonOf(error)}).` }];
  }
}
