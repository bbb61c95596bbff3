import { ManifestPublisher } from './manifest-publisher.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

class UnsteadyManifests {
  attempts = 0;
  refusals = 0;

  setLive(): void {
    // Not asked for here.
  }

  publish(): Promise<void> {
    this.attempts += 1;
    this.refusals -= 1;
    return this.refusals >= 0 ? Promise.reject(new Error('ENOSPC')) : Promise.resolve();
  }
}

function publisher(): { manifests: UnsteadyManifests; publisher: ManifestPublisher; warnings: string[] } {
  const warnings: string[] = [];
  const manifests = new UnsteadyManifests();
  const log = { warn: (message: string) => void warnings.push(message), error: () => undefined };
  return { manifests, publisher: new ManifestPublisher(manifests, log), warnings };
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
});
