import { EventEmitter } from 'node:events';
import { keepExperimentalWarningsBack } from './quiet-warnings.js';

it('keeps back what Node says of its experiments, and nothing else', () => {
  const warnings = new EventEmitter();
  const printed: string[] = [];
  warnings.on('warning', ({ message }: Error) => printed.push(message));

  keepExperimentalWarningsBack(warnings);
  for (const [name, message] of Object.entries({
    ExperimentalWarning: 'WASI is an experimental feature',
    DeprecationWarning: 'url.parse() is deprecated',
    Warning: 'A peer has no UDP socket of its own',
  })) {
    warnings.emit('warning', Object.assign(new Error(message), { name }));
  }

  expect(printed).toEqual(['url.parse() is deprecated', 'A peer has no UDP socket of its own']);
});
