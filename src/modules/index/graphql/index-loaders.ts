import { Injectable } from '@nestjs/common';
import type DataLoader from 'dataloader';
import type { OperationContext } from '../../../platform/graphql/operation-context.js';
import type {
  GapRow,
  NodeRow,
  Recording,
  RecordingSession,
  SegmentRow,
  SessionPart,
  TrackRow,
} from '../entities/index.js';
import { NodeListService } from '../node-list.service.js';
import { RecordingListService } from '../recordings/recording-list.service.js';
import type { Completeness } from '../sessions/completeness.js';
import type { PageOf } from '../sessions/find-pages.js';
import { SessionRelationsService, type GapPlace, type SegmentPlace } from '../sessions/session-relations.service.js';
import type { StorageState } from '../sessions/storage-state.js';

type Loader<K, V> = DataLoader<K, V | undefined, string>;

/** What one operation asks of the index, gathered: one statement for each relation of a page, however long the page is. */
export interface OperationLoaders {
  readonly session: Loader<string, RecordingSession>;
  readonly running: Loader<string, RecordingSession>;
  readonly completeness: Loader<RecordingSession, Completeness>;
  readonly parts: Loader<string, SessionPart[]>;
  readonly tracks: Loader<string, TrackRow[]>;
  readonly storage: Loader<RecordingSession, StorageState>;
  readonly segments: Loader<PageOf<SegmentPlace>, SegmentRow[]>;
  readonly gaps: Loader<PageOf<GapPlace>, GapRow[]>;
  readonly partsOfDay: Loader<Recording, SessionPart[]>;
  readonly node: Loader<string, NodeRow>;
}

@Injectable()
export class IndexLoaders {
  constructor(
    private readonly relations: SessionRelationsService,
    private readonly recordings: RecordingListService,
    private readonly nodes: NodeListService,
  ) {}

  /** @returns those of the operation */
  of(context: OperationContext): OperationLoaders {
    return context.once(this, () => this.make(context));
  }

  private make(context: OperationContext): OperationLoaders {
    const { relations, recordings, nodes } = this;
    const idOf = ({ id }: { readonly id: string }): string => id;
    return {
      session: context.loader((ids: readonly string[]) => relations.sessions(ids)),
      running: context.loader((streams: readonly string[]) => relations.running(streams)),
      completeness: context.loader((rows: readonly RecordingSession[]) => relations.completeness(rows), idOf),
      parts: context.loader((ids: readonly string[]) => relations.parts(ids)),
      tracks: context.loader((ids: readonly string[]) => relations.tracks(ids)),
      storage: context.loader((rows: readonly RecordingSession[]) => relations.storageStates(rows), idOf),
      segments: context.loader(
        async (pages: readonly PageOf<SegmentPlace>[]) => byName(await relations.segmentPages(pages)),
        nameOf,
      ),
      gaps: context.loader(
        async (pages: readonly PageOf<GapPlace>[]) => byName(await relations.gapPages(pages)),
        nameOf,
      ),
      partsOfDay: context.loader((rows: readonly Recording[]) => recordings.partsOf(rows), idOf),
      node: context.loader((aliases: readonly string[]) => nodes.byAlias(aliases)),
    };
  }
}

function nameOf(page: PageOf<SegmentPlace | GapPlace>): string {
  return JSON.stringify(page);
}

function byName<P extends SegmentPlace | GapPlace, V>(found: ReadonlyMap<PageOf<P>, V>): Map<string, V> {
  return new Map([...found].map(([page, value]) => [nameOf(page), value]));
}
