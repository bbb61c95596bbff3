// The data source of the TypeORM command line: `npm run migration:show`, `:run`, `:revert`, `:generate`. It works on the
// built server, whose entities carry decorators that Node cannot read from TypeScript.
import { DataSource } from 'typeorm';

const { loadConfig } = await built<typeof import('./src/config/index.js')>('config/index.js');
const { dataSourceOptions } = await built<typeof import('./src/persistence/data-source-options.js')>(
  'persistence/data-source-options.js',
);
const { migrations } = await built<typeof import('./src/migrations/index.js')>('migrations/index.js');

function built<Module>(path: string): Promise<Module> {
  return import(new URL(`./dist/${path}`, import.meta.url).href) as Promise<Module>;
}

const { config } = loadConfig({ env: process.env, cwd: process.cwd() });

export default new DataSource({
  ...dataSourceOptions(config.database.url, { entities: [], migrations }),
  entities: [new URL('./dist/modules/*/entities/*.entity.js', import.meta.url).pathname],
  migrationsRun: false,
});
