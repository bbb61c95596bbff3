import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `go install` puts programs where no shell looks for them. */
export function pathWithGo(): string {
  const path = `${process.env['PATH'] ?? ''}:/usr/local/go/bin`;
  let folder = join(homedir(), 'go');
  try {
    folder = execFileSync('go', ['env', 'GOPATH'], { encoding: 'utf8', env: { ...process.env, PATH: path } }).trim();
  } catch {
    // Somebody else brought the program here.
  }
  return `${path}:${join(folder, 'bin')}`;
}
