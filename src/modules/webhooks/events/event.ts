/** What targets can be told. docs/webhooks.md explains each. */
export const EVENT_TYPES = [
  'stream.created',
  'stream.deleted',
  'publish.started',
  'publish.connected',
  'publish.disconnected',
  'publish.stopped',
  'subscribe.started',
  'subscribe.connected',
  'subscribe.disconnected',
  'subscribe.stopped',
  'recording.started',
  'recording.interrupted',
  'recording.resumed',
  'recording.completed',
  'recording.failed',
  'recording.deleted',
  'segment.committed',
  'upload.stored',
  'upload.lost',
  'storage.full',
  'storage.recovered',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** After these nothing more is heard of what they are about. */
export const LAST_TYPES: readonly EventType[] = [
  'stream.deleted',
  'publish.stopped',
  'subscribe.stopped',
  'recording.completed',
  'recording.failed',
  'recording.deleted',
];

/** After these what they are about is as it was. */
export const PASSING_TYPES: readonly EventType[] = ['segment.committed', 'upload.stored', 'upload.lost'];

export type SubjectKind = 'stream' | 'publish' | 'subscribe' | 'recording' | 'node';

/** Something that has happened. */
export interface HappenedEvent {
  /** By what happened to it before, where that decides; undefined: it is nothing new. */
  readonly type: EventType | ((before: string | undefined) => EventType | undefined);
  /** What it is about: events of one thing are counted. */
  readonly subject: { readonly kind: SubjectKind; readonly id: string };
  readonly stream: string | undefined;
  readonly happenedAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}
