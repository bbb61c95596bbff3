import js from '@eslint/js';
import globals from 'globals';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Says the commonest layer mistakes in the editor; `npm run check:layers` checks the whole graph. */
const forbid = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'data/',
      'coverage/',
      'test/fixtures/',
      '**/graphql-env.d.ts',
      'src/media/kernels/assembly/',
    ],
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [js.configs.recommended],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'ormconfig.ts', 'web/**/*.{ts,tsx}'],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './test/tsconfig.json', './web/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // Plain objects are what TypeORM's repositories and Node's own constructors take.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/media/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      ...forbid({ regex: '^(?!\\.)', message: 'The media core imports nothing but itself and shared.' }),
      'no-restricted-globals': [
        'error',
        'Buffer',
        'process',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'performance',
      ],
    },
  },
  {
    files: ['src/engine/**/*.ts'],
    rules: forbid({ group: ['@nestjs/*', 'typeorm', '**/modules/**', '**/platform/**', '**/persistence/**'] }),
  },
  {
    files: ['src/modules/**/*.service.ts'],
    rules: forbid({ group: ['express', '**/*.controller.js', '**/*.resolver.js', '**/dto/**', '@nestjs/graphql'] }),
  },
  { files: ['src/**/*.spec.ts', 'test/**/*.ts'], rules: { '@typescript-eslint/unbound-method': 'off' } },
  { files: ['src/main.ts', 'src/cli/**/*.ts', 'bench/**/*.ts', 'scripts/**'], rules: { 'no-console': 'off' } },
  { files: ['web/**/*.{ts,tsx}'], extends: [reactHooks.configs.flat.recommended] },
);
