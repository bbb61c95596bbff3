// The data source of the TypeORM command line: `npm run migration:show`, `:run`, `:revert`, `:check`. It works on the
// built server, whose entities carry decorators that Node cannot read from TypeScript.
import { fileURLToPath } from 'node:url';
import type * as Config from './src/config/index.js';
import type * as Migrations from './src/migrations/index.js';
import type * as Options from './src/persistence/data-source-options.js';
import type * as DataSources from './src/persistence/portable-data-source.js';

const { loadConfig } = (await importBuilt('config/index.js')) as typeof Config;
const { dataSourceOptions } = (await importBuilt('persistence/data-source-options.js')) as typeof Options;
const { PortableDataSource } = (await importBuilt('persistence/portable-data-source.js')) as typeof DataSources;
const { migrations } = (await importBuilt('migrations/index.js')) as typeof Migrations;

function importBuilt(path: string): Promise<unknown> {
  return import(new URL(`./dist/${path}`, import.meta.url).href);
}

const { config } = loadConfig({ env: process.env, cwd: process.cwd() });

export default new PortableDataSource({
  ...dataSourceOptions(config.database, { entities: [], migrations }),
  entities: [fileURLToPath(new URL('./dist/modules/*/entities/*.entity.js', import.meta.url))],
  migrationsRun: false,
});
