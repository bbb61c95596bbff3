// Sources run as CommonJS under Jest; '.js' in an import means the '.ts' beside it. Nest 12 is ESM: Node needs --experimental-vm-modules.
const common = {
  testEnvironment: 'node',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2023',
        },
        module: { type: 'commonjs' },
      },
    ],
  },
};

const level = (name) => ({
  ...common,
  setupFilesAfterEnv: ['<rootDir>/test/support/second-try.ts'],
  displayName: name,
  roots: [`<rootDir>/test/${name}`],
  testRegex: '\\.spec\\.ts$',
});

export default {
  // Real senders send in real time.
  testTimeout: 180_000,
  projects: [
    { ...common, displayName: 'unit', roots: ['<rootDir>/src'], testRegex: '\\.spec\\.ts$' },
    level('contract'),
    level('integration'),
    level('e2e'),
    level('faults'),
    { ...level('interop'), testEnvironment: '<rootDir>/test/interop/skipping-environment.mjs' },
  ],
};
