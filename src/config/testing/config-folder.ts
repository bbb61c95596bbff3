import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config.errors.js';
import { loadConfig, type LoadedConfig } from '../load-config.js';

type Variables = Readonly<Record<string, string>>;

/** A working directory of each test of a file, with a configuration or none. */
export class ConfigFolder {
  private path = '';

  constructor() {
    beforeEach(() => {
      this.path = mkdtempSync(join(tmpdir(), 'aircheck-config-'));
    });
    afterEach(() => {
      rmSync(this.path, { recursive: true });
    });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  /** @param file what `aircheck.toml` has */
  load(env: Variables = {}, file?: string): LoadedConfig {
    if (file !== undefined) this.write('aircheck.toml', file);
    return loadConfig({ env, cwd: this.path });
  }

  /** @returns what the server says why it does not start */
  problems(env: Variables, file?: string): readonly string[] {
    try {
      this.load(env, file);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  }
}
