import { LoadAdmission } from './load-admission.js';
import { NodeOverloadedError } from './signaling.errors.js';

describe('LoadAdmission', () => {
  const report = (admission: LoadAdmission, ...loads: readonly number[]): void => {
    const media = { packetsReceived: 0, packetsDropped: 0, packetsSent: 0, memoryUsedBytes: 0 };
    loads.forEach((cpuPercent, worker) => {
      admission.hear({ type: 'worker-load', worker, cpuPercent, sessions: 1, ...media });
    });
  };

  it('lets streams in while one worker has room, and before anything is known', () => {
    const admission = new LoadAdmission(75);
    admission.admit();
    report(admission, 99, 74);

    expect(() => {
      admission.admit();
    }).not.toThrow();
  });

  it('refuses while every worker is busier, and tells a time that differs', () => {
    const admission = new LoadAdmission(75);
    report(admission, 99, 75);
    const refusals = Array.from({ length: 50 }, () => {
      try {
        admission.admit();
        return undefined;
      } catch (error) {
        expect(error).toBeInstanceOf(NodeOverloadedError);
        return (error as NodeOverloadedError).retryAfterSeconds;
      }
    });

    expect(new Set(refusals).size).toBeGreaterThan(3);
    expect(refusals).not.toContain(undefined);
    report(admission, 99, 20);
    admission.admit();
  });

  it('refuses nobody at 100', () => {
    const admission = new LoadAdmission(100);
    report(admission, 100);

    expect(() => {
      admission.admit();
    }).not.toThrow();
  });
});
