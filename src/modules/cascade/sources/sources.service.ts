import type { FailureLog } from '../../signaling/ports/failure-log.js';
import type { SignalingEvent } from '../../signaling/ports/signaling-event.js';
import type { StreamDemand } from '../../signaling/ports/stream-demand.js';
import type { StreamName } from '../../signaling/ports/stream-name.js';
import type { SignalingService } from '../../signaling/signaling.service.js';
import type { CascadeService } from '../cascade.service.js';
import { TooManyCascadesError } from '../cascade.errors.js';
import type { RemoteEndpoint } from '../whip-client.js';
import { SourceConfiguredError, SourceExistsError, SourceNotFoundError } from './source.errors.js';
import { Source, type OnDemand } from './source.js';

/** How long who adds a source waits for its first media connection: it goes on in any case. */
const CONNECT_LIMIT_MS = 6000;
/** Each is a session, and requests to another server for as long as that is away. */
const MOST_SOURCES = 1000;

export interface SourcesContext {
  readonly cascades: Pick<CascadeService, 'keepPulling' | 'release'>;
  readonly signaling: Pick<SignalingService, 'on' | 'findStream'>;
  readonly demand: Pick<StreamDemand, 'awakenBy' | 'onChange' | 'isRecorded'>;
  /** What the configuration says of a stream; undefined for one that is fetched all the time. */
  readonly onDemandOf: (stream: StreamName) => OnDemand | undefined;
  readonly log: FailureLog;
}

/** Which streams are fetched from other servers as theirs: all the time, or while somebody wants them. */
export class SourcesService {
  private readonly sources = new Map<StreamName, Source>();

  constructor(private readonly context: SourcesContext) {
    const { signaling, demand } = context;
    signaling.on((event) => {
      this.hear(event);
    });
    demand.onChange((stream) => this.sources.get(stream)?.follow());
    demand.awakenBy(
      (stream, task, waitsNoMore) => this.during(stream, task, waitsNoMore),
      (stream) => this.sources.get(stream)?.onDemand !== undefined,
    );
  }

  /** In the order of the streams' names. */
  get list(): readonly Source[] {
    return [...this.sources.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
  }

  /** @throws {SourceNotFoundError} */
  of(stream: StreamName): Source {
    const source = this.sources.get(stream);
    if (source === undefined) throw new SourceNotFoundError(stream);
    return source;
  }

  /** A source of the configuration: there for as long as this process runs. */
  configure(stream: StreamName, endpoint: RemoteEndpoint): void {
    this.add(stream, endpoint, true).follow();
  }

  /**
   * Has a stream come from another server until the source is removed, the stream deleted or this process ended. The first
   * attempt must succeed where nothing is fetched on demand.
   *
   * @returns once media can flow, or after a few seconds
   * @throws {SourceExistsError} @throws {TooManyCascadesError} @throws what the first attempt failed with
   * @throws {SourceNotFoundError} when somebody has removed it meanwhile
   */
  async create(stream: StreamName, endpoint: RemoteEndpoint): Promise<Source> {
    if (this.sources.has(stream)) throw new SourceExistsError(stream);
    if (this.sources.size >= MOST_SOURCES) throw new TooManyCascadesError(MOST_SOURCES);
    const source = this.add(stream, endpoint, false);
    source.follow();
    await source.attempted();
    if (this.sources.get(stream) !== source) throw new SourceNotFoundError(stream);
    const { lastError } = source;
    if (lastError !== undefined) {
      await this.remove(stream);
      throw lastError;
    }
    if (source.state !== 'disconnected') await this.published(stream, CONNECT_LIMIT_MS);
    return source;
  }

  /** Idempotent. @returns whether there was one @throws {SourceConfiguredError} */
  async remove(stream: StreamName): Promise<boolean> {
    const source = this.sources.get(stream);
    if (source === undefined) return false;
    if (source.isConfigured) throw new SourceConfiguredError(stream);
    this.sources.delete(stream);
    await source.close();
    return true;
  }

  onModuleDestroy(): void {
    for (const source of this.sources.values()) source.abandon();
  }

  private add(stream: StreamName, endpoint: RemoteEndpoint, isConfigured: boolean): Source {
    const { cascades, signaling, demand, onDemandOf, log } = this.context;
    const source = new Source({
      stream,
      url: endpoint.url,
      isConfigured,
      onDemand: onDemandOf(stream),
      begin: () => cascades.keepPulling(stream, endpoint),
      end: (link) =>
        cascades.release(link).catch((error: unknown) => {
          log.error(`The source of ${stream} could not be ended.`, error);
        }),
      isWanted: () => demand.isRecorded(stream) || (signaling.findStream(stream)?.openSubscribers.length ?? 0) > 0,
    });
    this.sources.set(stream, source);
    return source;
  }

  private hear(event: SignalingEvent): void {
    if (event.type === 'subscriber-opened' || event.type === 'subscriber-closed') {
      this.sources.get(event.stream)?.follow();
    } else if (event.type === 'stream-ended' && event.reason === 'api-deleted') {
      if (this.sources.get(event.stream)?.isConfigured === false) void this.remove(event.stream);
    }
  }

  private during<T>(stream: StreamName, task: () => Promise<T>, waitsNoMore?: AbortSignal): Promise<T> {
    const source = this.sources.get(stream);
    const { onDemand } = source ?? {};
    if (source === undefined || onDemand === undefined) return task();
    return source.during(async () => {
      await this.published(stream, onDemand.startTimeoutMs, waitsNoMore);
      return task();
    });
  }

  /** @returns when its publisher is connected, or that has lasted too long */
  private published(stream: StreamName, limitMs: number, waitsNoMore?: AbortSignal): Promise<void> {
    const { signaling } = this.context;
    if (waitsNoMore?.aborted === true) return Promise.resolve();
    if (signaling.findStream(stream)?.publisher?.state === 'connected') return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(limit);
        waitsNoMore?.removeEventListener('abort', done);
        endListening();
        resolve();
      };
      const limit = setTimeout(done, limitMs);
      waitsNoMore?.addEventListener('abort', done);
      const endListening = signaling.on((event) => {
        if (event.type === 'publisher-state' && event.stream === stream && event.state === 'connected') done();
      });
    });
  }
}
