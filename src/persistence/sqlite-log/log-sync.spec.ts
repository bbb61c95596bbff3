import { LogNotSyncedError, LogSync, type LogFile } from './log-sync.js';

/** A disk that takes its time: each sync ends when it is told to. */
class SlowLogFile implements LogFile {
  readonly calls: string[] = [];
  private end: (error?: Error) => void = () => undefined;

  sync(): Promise<void> {
    this.calls.push('sync');
    return new Promise((resolve, reject) => {
      this.end = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  rewrite(): Promise<void> {
    this.calls.push('rewrite');
    return Promise.resolve();
  }

  /** The sync that runs ends, and whoever waited for it goes on. */
  async endSync(error?: Error): Promise<void> {
    this.end(error);
    await settle();
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const eio = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });

/** Notes what becomes of a promise. */
function watch(promise: Promise<void>): { outcome: string } {
  const watched = { outcome: 'waits' };
  promise.then(
    () => (watched.outcome = 'synced'),
    (error: unknown) => (watched.outcome = error instanceof LogNotSyncedError ? 'not synced' : 'other'),
  );
  return watched;
}

describe('commits that are brought to the disk', () => {
  it('wait for a sync that began after them, those together that came while another ran', async () => {
    const file = new SlowLogFile();
    const log = new LogSync(file);

    const first = watch(log.synced());
    const others = [watch(log.synced()), watch(log.synced())];
    expect(file.calls).toEqual(['sync']);
    await file.endSync();
    expect([first.outcome, ...others.map(({ outcome }) => outcome)]).toEqual(['synced', 'waits', 'waits']);
    const late = watch(log.synced());
    await file.endSync();
    expect([...others, late].map(({ outcome }) => outcome)).toEqual(['synced', 'synced', 'waits']);
    await file.endSync();

    expect(late.outcome).toBe('synced');
    expect(file.calls).toEqual(['sync', 'sync', 'sync']);
  });

  it('are not there when a sync failed, nor are those after them, however well the next sync goes', async () => {
    const file = new SlowLogFile();
    const log = new LogSync(file);

    const commits = [watch(log.synced()), watch(log.synced())];
    const reading = watch(log.settled());
    await file.endSync(eio);
    const later = watch(log.synced());
    await settle();

    expect([...commits, reading, later].map(({ outcome }) => outcome)).toEqual(Array(4).fill('not synced'));
    expect(log.isBroken).toBe(true);
    expect(file.calls).toEqual(['sync']);
  });

  it('are there again once the log was written once more and synced then', async () => {
    const file = new SlowLogFile();
    const log = new LogSync(file);
    const lost = watch(log.synced());
    await file.endSync(eio);

    const failed = watch(log.mend());
    await settle();
    await file.endSync(eio);
    expect([lost.outcome, failed.outcome, log.isBroken]).toEqual(['not synced', 'not synced', true]);
    const mended = watch(log.mend());
    await settle();
    await file.endSync();
    expect([mended.outcome, log.isBroken]).toEqual(['synced', false]);
    expect(file.calls).toEqual(['sync', 'rewrite', 'sync', 'rewrite', 'sync']);

    const next = watch(log.synced());
    await file.endSync();
    expect(next.outcome).toBe('synced');
  });

  it('are all there for whoever reads when nothing is under way', async () => {
    await expect(new LogSync(new SlowLogFile()).settled()).resolves.toBeUndefined();
  });
});
