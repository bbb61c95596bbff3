import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { lockHolder } from '../../src/cli/lock-holder.js';

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('knows the process that has a file locked, and nobody for one that is free', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aircheck-lock-'));
  const path = join(folder, 'data.lock');
  const file = await new DataSource({ type: 'better-sqlite3', database: path }).initialize();
  expect(await lockHolder(path)).toBeUndefined();

  await file.query('BEGIN EXCLUSIVE');
  expect(await lockHolder(path)).toBe(process.pid);

  await file.query('ROLLBACK');
  expect(await lockHolder(path)).toBeUndefined();
  expect(await lockHolder(join(folder, 'absent'))).toBeUndefined();
  await file.destroy();
  await rm(folder, { recursive: true });
});
