import { EngineError } from './engine-error.js';
import type { CommandResult, LocalTransport, WorkerReachability } from './protocol.js';

export function expectTransport(value: CommandResult): LocalTransport {
  if (value === undefined || !('ice' in value))
    throw new EngineError('internal', 'The engine answered without a transport.');
  return value;
}

export function expectReachability(value: CommandResult): WorkerReachability {
  if (value === undefined || !('worker' in value))
    throw new EngineError('internal', 'The engine answered without a report.');
  return value;
}
