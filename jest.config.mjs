// Sources run as CommonJS under Jest; '.js' in an import means the '.ts' beside it. Nest 12 is ESM: Node needs --experimental-vm-modules.
const common = {
  testEnvironment: 'node',
  // Compiles the media kernels when they have changed.
  globalSetup: '<rootDir>/scripts/build-kernels.mjs',
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
  displayName: name,
  roots: [`<rootDir>/test/${name}`],
  testRegex: '\\.spec\\.ts$',
});

/** Keeps real time with real senders, players, stores and threads. Elsewhere a second try would draw another seed, and forget what failed. */
const inRealTime = (name) => ({
  ...level(name),
  setupFilesAfterEnv: ['<rootDir>/test/support/second-try.ts'],
});

export default {
  // Real senders send in real time.
  testTimeout: 180_000,
  projects: [
    { ...common, displayName: 'unit', roots: ['<rootDir>/src', '<rootDir>/bench'], testRegex: '\\.spec\\.ts$' },
    level('contract'),
    inRealTime('integration'),
    inRealTime('load'),
    inRealTime('e2e'),
    inRealTime('faults'),
    { ...inRealTime('interop'), testEnvironment: '<rootDir>/test/interop/skipping-environment.mjs' },
  ],
};
