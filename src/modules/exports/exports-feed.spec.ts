import type { ExportEvent, ExportState, ExportView } from './export.js';
import { ExportsFeed, type FeedWriter } from './exports-feed.js';
import type { ExportsService } from './exports.service.js';

const VIEW: ExportView = {
  ...{ id: 'e1', stream: 'cam', format: 'mp4', gaps: 'keep', state: 'waiting', nodeAlias: 'node-1' },
  ...{ from: undefined, to: undefined, sessionId: 's1', sizeBytes: 100, durationMs: 1000, fileName: 'cam.mp4' },
  ...{ problem: undefined, progress: { writtenBytes: 0, etaSeconds: undefined }, createdAt: new Date(0) },
  ...{ startedAt: undefined, endedAt: undefined, expiresAt: undefined },
};

/** Rows that some node writes, and what this one is told of them. */
class Exports implements Pick<ExportsService, 'on' | 'find' | 'findAll'> {
  state: ExportState = 'waiting';
  whileFound: () => void = () => undefined;
  private listener: (event: ExportEvent) => void = () => undefined;

  on(listener: (event: ExportEvent) => void): () => void {
    this.listener = listener;
    return () => undefined;
  }

  find(): Promise<ExportView> {
    const found = { ...VIEW, state: this.state };
    this.whileFound();
    return Promise.resolve(found);
  }

  findAll(): Promise<ReadonlyMap<string, ExportView>> {
    return Promise.resolve(new Map([['e1', { ...VIEW, state: this.state }]]));
  }

  change(state: ExportState): void {
    this.state = state;
    this.listener({ type: 'changed', export: { ...VIEW, state } });
  }
}

class Reader implements FeedWriter {
  readonly writableNeedDrain = false;
  readonly states: unknown[] = [];
  isEnded = false;

  write(text: string): void {
    this.states.push((JSON.parse(text.slice(6)) as { state: unknown }).state);
  }

  end(): void {
    this.isEnded = true;
  }
}

it('tells what happens while the export is looked up', async () => {
  const exports = new Exports();
  const feed = new ExportsFeed(exports as unknown as ExportsService);
  const reader = new Reader();
  exports.whileFound = () => exports.change('completed');

  await feed.subscribe('e1', () => reader);

  expect(reader).toMatchObject({ states: ['waiting', 'completed'], isEnded: true });
  feed.beforeApplicationShutdown();
});

it('tells nothing twice, and ends with the export', async () => {
  const exports = new Exports();
  const feed = new ExportsFeed(exports as unknown as ExportsService);
  const reader = new Reader();
  await feed.subscribe('e1', () => reader);

  for (const state of ['waiting', 'running', 'running', 'failed', 'completed'] as const) exports.change(state);

  expect(reader).toMatchObject({ states: ['waiting', 'running', 'failed'], isEnded: true });
  feed.beforeApplicationShutdown();
});
