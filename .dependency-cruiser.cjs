/** The layers: what may import what. A comment on a rule says why, the names say what. */
const onlyFrom = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '\\.spec\\.ts$', '^src/migrations/', '^web/src/main'] },
      to: {},
    },
    onlyFrom('shared-alone', '^src/shared/', ['^src/shared/'], 'Shared is below everything.'),
    onlyFrom('media-pure', '^src/media/', ['^src/(media|shared)/'], 'The core runs in a browser too.'),
    {
      name: 'media-no-packages',
      severity: 'error',
      from: { path: '^src/(media|shared)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
    },
    onlyFrom('engine-below-modules', '^src/engine/', ['^src/(engine|media|shared)/'], 'The engine knows no framework.'),
    {
      name: 'engine-no-framework',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: 'node_modules/(@nestjs|typeorm|express)/' },
    },
    onlyFrom('config-below', '^src/config/', ['^src/(config|shared)/'], 'Configuration is read once, by everybody.'),
    {
      name: 'migrations-alone',
      severity: 'error',
      from: { path: '^src/migrations/' },
      to: { pathNot: ['^src/migrations/', 'node_modules/typeorm/'] },
    },
    onlyFrom(
      'plumbing-below-modules',
      '^src/(platform|persistence)/',
      ['^src/(platform|persistence|shared|config)/'],
      'Plumbing serves modules, not the reverse.',
    ),
    {
      name: 'engine-by-its-door',
      comment: 'Modules talk to the engine through engine/index only.',
      severity: 'error',
      from: { path: '^src/(modules|platform|persistence)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/engine/', pathNot: '^src/engine/index\\.ts$' },
    },
    {
      name: 'modules-by-their-doors',
      comment: 'Of another module: its module, service, errors and ports; its GraphQL types, which form one graph.',
      severity: 'error',
      from: { path: '^src/modules/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^src/modules/',
        pathNot: [
          '^src/modules/$1/',
          '^src/modules/[^/]+/[^/]+\\.(module|service|errors)\\.ts$',
          '^src/modules/[^/]+/ports/',
          '^src/modules/[^/]+/graphql/([^/]+\\.type|[^/]+-loaders)\\.ts$',
        ],
      },
    },
    {
      name: 'services-know-no-door',
      severity: 'error',
      from: { path: '^src/modules/.*\\.service\\.ts$' },
      to: {
        path: ['\\.(controller|resolver)\\.ts$', '/dto/', 'node_modules/express/', 'node_modules/@nestjs/graphql/'],
      },
    },
    {
      name: 'codecs-by-their-list',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/media/codecs/', '\\.spec\\.ts$'] },
      to: { path: '^src/media/codecs/', pathNot: ['^src/media/codecs/(index|codec)\\.ts$'] },
    },
    {
      name: 'drivers-by-their-list',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/modules/storage/drivers/', '\\.spec\\.ts$'] },
      to: { path: '^src/modules/storage/drivers/', pathNot: '^src/modules/storage/drivers/index\\.ts$' },
    },
    { name: 'web-alone', severity: 'error', from: { path: '^web/' }, to: { path: '^(src|test|bench)/' } },
    {
      name: 'product-imports-no-test',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
