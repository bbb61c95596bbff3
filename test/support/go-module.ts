import { execFileSync } from 'node:child_process';
import { pathWithGo } from './path-with-go.js';

/**
 * Files that others publish as part of a Go module: schemas, which no npm package has.
 *
 * @param module with its version: `github.com/owner/name@v1.2.3`
 * @param folder to run in; nothing is written there
 * @returns the folder of the module, which Go keeps and downloads once
 */
export function goModule(module: string, folder: string): string {
  const told = execFileSync('go', ['mod', 'download', '-json', module], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, PATH: pathWithGo() },
  });
  return (JSON.parse(told) as { Dir: string }).Dir;
}
