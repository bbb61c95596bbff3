import { execFileSync, spawnSync } from 'node:child_process';

/** ISO's own schema may be had, but not passed on: who has it says where it lies. What it imports lies where it says. */
const SCHEMA = process.env['AIRCHECK_DASH_SCHEMA'];

/** @returns whether `AIRCHECK_DASH_SCHEMA` names a schema and libxml2's program is here to read it */
export function hasDashSchema(): boolean {
  return SCHEMA !== undefined && spawnSync('xmllint', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** @throws what libxml2 says against an MPD */
export function validateDash(mpd: string): void {
  const options = ['--noout', '--nonet', '--schema', SCHEMA ?? '', '-'];
  execFileSync('xmllint', options, { input: mpd, stdio: ['pipe', 'ignore', 'pipe'] });
}
