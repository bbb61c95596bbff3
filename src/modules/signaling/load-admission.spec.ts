import { LoadAdmission } from './load-admission.js';
import { NodeOverloadedError } from './signaling.errors.js';
import { workerLoad } from './testing/worker-load.js';

describe('LoadAdmission', () => {
  const report = (admission: LoadAdmission, ...loads: readonly number[]): void => {
    loads.forEach((cpuPercent, worker) => {
      admission.hear(workerLoad({ worker, cpuPercent }));
    });
  };
  const reportStrain = (admission: LoadAdmission, ...seconds: readonly number[]): void => {
    seconds.forEach((strainedSeconds, worker) => {
      admission.hear(workerLoad({ worker, strainedSeconds }));
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

  it('refuses while every worker is overstrained, however idle it looks', () => {
    const admission = new LoadAdmission(75);
    reportStrain(admission, 3, 5);

    expect(() => {
      admission.admit();
    }).toThrow(NodeOverloadedError);
  });

  it('bears blips, and workers that are overstrained beside one that is not', () => {
    const admission = new LoadAdmission(75);
    reportStrain(admission, 2, 1);
    admission.admit();
    reportStrain(admission, 5, 2);

    expect(() => {
      admission.admit();
      admission.admitViewer(1);
    }).not.toThrow();
    expect(() => {
      admission.admitViewer(0);
    }).toThrow(NodeOverloadedError);
  });

  it('forgets a worker that died', () => {
    const admission = new LoadAdmission(75);
    reportStrain(admission, 5);
    admission.hear({ type: 'worker-lost', worker: 0, streamIds: [] });

    expect(admission.isOverloaded).toBe(false);
  });

  it('refuses nobody at 100', () => {
    const admission = new LoadAdmission(100);
    report(admission, 100);
    reportStrain(admission, 5);

    expect(() => {
      admission.admit();
    }).not.toThrow();
  });
});
