import type { Clock } from '../../shared/clock.js';
import { AnswerGate } from './answer-gate.js';
import { ObjectNotFoundError, StorageUnavailableError } from './storage.errors.js';

class HandClock implements Clock {
  nowMs = 0;
  epochMs = (): number => this.nowMs;
  monotonicMs = (): number => this.nowMs;
}

describe('AnswerGate', () => {
  const SILENT = new StorageUnavailableError('unreachable', 'no answer within 5 s.');
  let clock: HandClock;
  let gate: AnswerGate;
  let asked: number;

  beforeEach(() => {
    clock = new HandClock();
    gate = new AnswerGate(clock);
    asked = 0;
  });

  /** @param tookMs until the store fails, or answers without an error */
  function ask(tookMs: number, error?: Error): Promise<string> {
    return gate.through(() => {
      asked += 1;
      clock.nowMs += tookMs;
      return error === undefined ? Promise.resolve('bytes') : Promise.reject(error);
    });
  }

  it('asks nothing for some seconds after the store was silent', async () => {
    await expect(ask(5000, SILENT)).rejects.toBe(SILENT);

    await expect(ask(0)).rejects.toMatchObject({ code: 'storage-unavailable', retryAfterSeconds: 5, cause: SILENT });
    clock.nowMs += 4999;
    await expect(ask(0)).rejects.toMatchObject({ fault: 'unreachable' });
    expect(asked).toBe(1);
    clock.nowMs += 1;
    await expect(ask(0)).resolves.toBe('bytes');
    await expect(ask(0)).resolves.toBe('bytes');
  });

  it('lets one find out for all', async () => {
    await expect(ask(5000, SILENT)).rejects.toBe(SILENT);
    clock.nowMs += 5000;
    let answer = (_bytes: string): void => undefined;
    const trial = gate.through(() => new Promise<string>((resolve) => (answer = resolve)));

    await expect(ask(0)).rejects.toMatchObject({ cause: SILENT });
    answer('bytes');

    await expect(trial).resolves.toBe('bytes');
    await expect(ask(0)).resolves.toBe('bytes');
  });

  it.each([
    ['fails at once', 10, SILENT],
    ['has not the object', 3000, new ObjectNotFoundError('a')],
    ['refuses it', 3000, new StorageUnavailableError('access-denied', 'no.')],
  ])('goes on to ask a store that %s', async (_how, tookMs, error) => {
    await expect(ask(tookMs, error)).rejects.toBe(error);

    await expect(ask(0)).resolves.toBe('bytes');
  });

  it('takes one slow object for no silence while others are answered', async () => {
    let fail = (_error: Error): void => undefined;
    const slow = gate.through(() => new Promise<string>((_resolve, reject) => (fail = reject)));
    await expect(ask(3000)).resolves.toBe('bytes');
    fail(SILENT);
    await expect(slow).rejects.toBe(SILENT);

    await expect(ask(0)).resolves.toBe('bytes');
  });

  it('asks again once the store was seen to answer', async () => {
    await expect(ask(5000, SILENT)).rejects.toBe(SILENT);
    gate.answered();

    await expect(ask(0)).resolves.toBe('bytes');
  });
});
