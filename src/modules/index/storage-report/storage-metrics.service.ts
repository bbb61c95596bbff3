import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { StorageReportService, type StorageReport } from './storage-report.service.js';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** undefined: not known now, so not shown. */
  readonly value: number | undefined;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  readonly samples: (report: StorageReport) => readonly Sample[];
}

const one = (value: number | undefined): readonly Sample[] => [{ value }];

const METRICS: readonly Metric[] = [
  {
    name: 'aircheck_storage_free_bytes',
    help: 'Free space of the disk that is recorded onto',
    samples: ({ freeBytes }) => one(freeBytes),
  },
  {
    name: 'aircheck_storage_low_space_bytes',
    help: 'With less free space no new recording begins',
    samples: ({ lowSpaceBytes }) => one(lowSpaceBytes),
  },
  {
    name: 'aircheck_storage_used_bytes',
    help: 'What all recordings take',
    samples: ({ usedBytes }) => one(usedBytes),
  },
  {
    name: 'aircheck_storage_growth_bytes_per_hour',
    help: 'How fast recordings grow, by the last hour',
    samples: ({ bytesPerHour }) => one(bytesPerHour),
  },
  {
    name: 'aircheck_storage_hours_left',
    help: 'Until the disk is at its low-space mark when recordings grow on like this; absent when they do not',
    samples: ({ hoursLeft }) => one(hoursLeft),
  },
  {
    name: 'aircheck_storage_own',
    help: '1: the storage has the mark of this database; 0: it has not, and uploads and deletions wait',
    labelNames: ['store'],
    samples: ({ stores }) =>
      [...stores].flatMap(([store, belonging]) =>
        belonging === undefined ? [] : [{ labels: { store }, value: Number(belonging === 'own') }],
      ),
  },
  {
    name: 'aircheck_jobs_pending',
    help: 'Uploads, deletions and releases of local copies that wait or are being done',
    labelNames: ['kind'],
    samples: ({ jobs }) => jobs.kinds.map(({ kind, count }) => ({ labels: { kind }, value: count })),
  },
  {
    name: 'aircheck_jobs_pending_bytes',
    help: 'Their media; manifests count as nothing',
    labelNames: ['kind'],
    samples: ({ jobs }) => jobs.kinds.map(({ kind, bytes }) => ({ labels: { kind }, value: bytes })),
  },
  {
    name: 'aircheck_jobs_failing',
    help: 'Those that could not be done at the last try',
    labelNames: ['kind'],
    samples: ({ jobs }) => jobs.kinds.map(({ kind, failing }) => ({ labels: { kind }, value: failing })),
  },
  {
    name: 'aircheck_jobs_oldest_age_seconds',
    help: 'How long the oldest has waited; 0 when nothing waits',
    samples: ({ jobs: { oldestAt } }) =>
      one(oldestAt === undefined ? 0 : Math.max(0, (Date.now() - oldestAt.getTime()) / 1000)),
  },
];

/** What {@link StorageReportService} says, as gauges. A scrape makes one report for all of them. */
@Injectable()
export class StorageMetricsService {
  private pending: Promise<StorageReport | undefined> | undefined;

  constructor(
    private readonly storageReport: StorageReportService,
    registry: Registry,
  ) {
    for (const metric of METRICS) this.register(metric, registry);
  }

  private register({ name, help, labelNames = [], samples }: Metric, registry: Registry): void {
    const reportNow = (): Promise<StorageReport | undefined> => this.reportNow();
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      async collect() {
        const report = await reportNow();
        this.reset();
        if (report === undefined) this.remove();
        else for (const { labels = {}, value } of samples(report)) showIn(this, labels, value);
      },
    });
  }

  /** @returns undefined while the database does not answer: other metrics are there all the same */
  private reportNow(): Promise<StorageReport | undefined> {
    this.pending ??= this.storageReport
      .report()
      .catch(() => undefined)
      .finally(() => {
        this.pending = undefined;
      });
    return this.pending;
  }
}

function showIn(gauge: Gauge, labels: Readonly<Record<string, string>>, value: number | undefined): void {
  if (value === undefined) gauge.remove(labels);
  else gauge.set(labels, value);
}
