import type { EventEmitter } from 'node:events';

/**
 * Keeps ExperimentalWarnings of Node from whoever runs a command: that node:wasi is experimental is known
 * (docs/adr/0023-engine-at-speed.md), and no news each time. All other warnings go where Node sends them.
 *
 * @param warnings `process`, before anything has warned
 */
export function keepExperimentalWarningsBack(warnings: EventEmitter): void {
  for (const listener of warnings.listeners('warning') as ((warning: Error) => void)[]) {
    warnings.off('warning', listener);
    warnings.on('warning', (warning: Error) => {
      if (warning.name !== 'ExperimentalWarning') listener.call(warnings, warning);
    });
  }
}
