import tseslint from 'typescript-eslint';

const rules = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  'no-restricted-properties': [
    'error',
    { object: 'process', property: 'env', message: 'Read the environment in config.ts only.' },
  ],
  'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
  'max-lines-per-function': ['warn', { max: 60, skipBlankLines: true, skipComments: true }],
  eqeqeq: 'error',
  'no-console': 'error',
};

/** Rules read time and ids from their input; a clock or a random source inside one would make a replay differ. */
const pureCore = {
  'no-restricted-globals': [
    'error',
    { name: 'setTimeout', message: 'The pure core has no timers.' },
    { name: 'setInterval', message: 'The pure core has no timers.' },
    { name: 'fetch', message: 'The pure core has no I/O.' },
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
      message: 'Time is passed in.',
    },
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is passed in.' },
    {
      selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
      message: 'Randomness is passed in.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '**/*.mjs', '**/*.cjs', '.tocsin/**'] },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules,
  },
  {
    files: [
      'libs/core/src/**/*.ts',
      'libs/contracts/src/**/*.ts',
      'apps/*/src/sources/*/*.ts',
      'apps/*/src/detectors/*/*.ts',
      'apps/detection/src/{cell,gossip,issues,windows}/*.ts',
      'apps/*/src/projections/*/*.projection.ts',
      'apps/*/src/**/*.render.ts',
      'apps/incidents/src/incident/*.ts',
      'apps/incidents/src/service-status/service-status.ts',
      'apps/integrations/src/integration/*.ts',
      'apps/integrations/src/projections/deliveries/expectation.ts',
      'apps/delivery/src/lane/lane.ts',
    ],
    ignores: ['**/*.spec.ts', 'libs/core/src/clock.ts', 'libs/core/src/ids.ts', 'libs/core/src/backoff.ts'],
    rules: pureCore,
  },
  {
    files: ['**/config.ts', '**/*spec.ts', 'libs/testing/**', 'bench/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['tools/**', 'bench/**', 'apps/cli/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.d.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  { files: ['**/*spec.ts', '**/*.contract.ts'], rules: { 'max-lines-per-function': 'off' } },
);
