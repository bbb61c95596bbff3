import { ManifestPublisher } from './manifest-publisher.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

class UnsteadyManifests {
  attempts = 0;
  refusals = 0;
  refuse = (): Error => new Error('ENOSPC');

  setLive(): void {
    // Not asked for here.
  }

  publish(): Promise<void> {
    this.attempts += 1;
    this.refusals -= 1;
    return this.refusals >= 0 ? Promise.reject(this.refuse()) : Promise.resolve();
  }
}

function publisher(): {
  manifests: UnsteadyManifests;
  publisher: ManifestPublisher;
  warnings: string[];
  errors: string[];
} {
  const warnings: string[] = [];
  const manifests = new UnsteadyManifests();
  const errors: string[] = [];
  const log = {
    warn: (message: string) => void warnings.push(message),
    error: (message: string) => void errors.push(message),
  };
  return { manifests, publisher: new ManifestPublisher(manifests, log), warnings, errors };
}

describe('ManifestPublisher', () => {
  it('tries again until they are written', async () => {
    const { manifests, publisher: one, warnings } = publisher();
    manifests.refusals = 3;
    const published = one.publish('cam');

    await jest.advanceTimersByTimeAsync(6_000);
    await published;

    expect(manifests.attempts).toBe(4);
    expect(warnings).toHaveLength(3);
  });

  it('tries again once for all who wait, and then writes what the last of them wanted', async () => {
    const { manifests, publisher: one } = publisher();
    manifests.refusals = 1;
    const first = one.publish('cam');
    await jest.advanceTimersByTimeAsync(1_000);
    const later = [one.publish('cam'), one.publish('cam')];
    await jest.advanceTimersByTimeAsync(1_000);
    await Promise.all([first, ...later]);

    expect(manifests.attempts).toBe(4);
  });

  it('has nobody wait for what cannot be made, says so once and tries it more and more rarely', async () => {
    const { manifests, publisher: one, warnings, errors } = publisher();
    manifests.refuse = () => new RangeError('Maximum call stack size exceeded');
    manifests.refusals = 12;

    expect(await one.publishAll(['cam'])).toBe(false);
    expect(await one.publish('cam')).toBe(false);
    await jest.advanceTimersByTimeAsync(3_600_000);

    // After 5, 10, 20 … 300 seconds each, until it can be: ten more times.
    expect([manifests.attempts, warnings.length, errors.length]).toEqual([13, 0, 1]);
    expect(await one.publish('cam')).toBe(true);
  });
});
