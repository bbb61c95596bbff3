// The data source of the TypeORM command line: `npm run migration:show`, `:run`, `:revert`, `:generate`. It works on the
// built server, whose entities carry decorators that Node cannot read from TypeScript.
import { fileURLToPath } from 'node:url';
import { DataSource } from 'typeorm';
import type * as Config from './src/config/index.js';
import type * as Migrations from './src/migrations/index.js';
import type * as Persistence from './src/persistence/data-source-options.js';

const { loadConfig } = (await importBuilt('config/index.js')) as typeof Config;
const { dataSourceOptions } = (await importBuilt('persistence/data-source-options.js')) as typeof Persistence;
const { migrations } = (await importBuilt('migrations/index.js')) as typeof Migrations;

function importBuilt(path: string): Promise<unknown> {
  return import(new URL(`./dist/${path}`, import.meta.url).href);
}

const { config } = loadConfig({ env: process.env, cwd: process.cwd() });

export default new DataSource({
  ...dataSourceOptions(config.database.url, { entities: [], migrations }),
  entities: [fileURLToPath(new URL('./dist/modules/*/entities/*.entity.js', import.meta.url))],
  migrationsRun: false,
});
