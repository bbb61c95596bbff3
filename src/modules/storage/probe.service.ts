import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { systemErrorCode } from '../../shared/errors.js';
import { inTime, TimeLimitError } from '../../shared/in-time.js';
import { AnswerGates } from './answer-gates.js';
import type { StorageDriver } from './ports/storage-driver.js';
import { Stores } from './ports/stores.js';
import { StorageUnavailableError, type StorageFault } from './storage.errors.js';

/** A small object is written, read and deleted within it, or the storage does not work: somebody waits for the answer. */
const PROBE_LIMIT_MS = 5_000;

const SILENT = `it has not taken, given back and deleted a small object within ${String(PROBE_LIMIT_MS / 1000)} s.`;

/** What to look at first, for each fault. */
const REMEDIES: Readonly<Record<StorageFault, string>> = {
  'credentials-refused': 'see its keys and tokens',
  'access-denied': 'its key must be allowed to write, read, list and delete objects',
  'no-such-bucket': 'see its bucket, region and endpoint',
  'clock-skewed': 'set the clock of this machine',
  unreachable: 'see its address and the network',
  overloaded: 'it asked for fewer requests',
  foreign: 'see its bucket and root',
  'mark-missing': 'see its bucket and root',
  failed: 'see its options',
};

/** Says whether storage works, by writing, reading and deleting a small object: once at the start, and whenever it is asked. */
@Injectable()
export class ProbeService implements OnApplicationBootstrap {
  private readonly logger = new Logger(ProbeService.name);
  private running: Promise<void> | undefined;

  constructor(
    private readonly stores: Stores,
    private readonly gates: AnswerGates,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** A bucket that is away keeps nobody from recording: what is wrong is said, and the server goes on. */
  onApplicationBootstrap(): void {
    const { bucket, backup } = this.stores;
    void this.tell(this.config.recorder.upload.enabled ? 'recorder.upload' : 'recorder.storage', bucket);
    void this.tell('recorder.backup_storage', backup);
  }

  /**
   * Who asks while one runs is answered by it.
   *
   * @throws {StorageUnavailableError} which says what is wrong
   */
  probe(): Promise<void> {
    this.running ??= this.probeAll().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async probeAll(): Promise<void> {
    const { local, bucket } = this.stores;
    const failures = await Promise.all([local, bucket].map((store) => failureOf(store)));
    const failure = failures.find((one) => one !== undefined);
    if (failure !== undefined) throw failure;
    if (bucket === undefined) return;
    this.gates.of(bucket).answered();
    this.gates.ofBodies(bucket).answered();
  }

  private async tell(table: string, store: StorageDriver | undefined): Promise<void> {
    const failure = await failureOf(store);
    if (failure === undefined) return;
    this.logger.error(`${table}: ${failure.message} (${failure.fault}: ${REMEDIES[failure.fault]})`);
  }
}

async function failureOf(store: StorageDriver | undefined): Promise<StorageUnavailableError | undefined> {
  if (store === undefined) return undefined;
  try {
    await inTime(store.probe(), PROBE_LIMIT_MS);
    await inTime(store.assertOwned(), PROBE_LIMIT_MS);
    return undefined;
  } catch (error) {
    if (error instanceof StorageUnavailableError) return error;
    if (error instanceof TimeLimitError) return new StorageUnavailableError('unreachable', SILENT, { cause: error });
    const reason = systemErrorCode(error) ?? 'it failed for another reason';
    return new StorageUnavailableError('failed', `${reason}.`, { cause: error });
  }
}
