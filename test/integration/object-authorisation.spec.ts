import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { ExportsModule } from '../../src/modules/exports/exports.module.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { overBothDatabases } from '../support/databases.js';
import {
  recordedTrack,
  segmentClosed,
  sessionInput,
  startIndex,
  START,
  type IndexFixture,
} from './support/index-fixture.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const STREAMS = ['cam-a', 'cam-b', 'door'];

/** A session of each stream, that of `door` in a folder which looks like one of `cam-a`. */
async function fill({ index }: IndexFixture): Promise<void> {
  for (const stream of STREAMS) {
    const directory = directoryOf(stream);
    const id = `session-of-${stream}`;
    await index.openSession(
      sessionInput({ id, stream, directory, baseDir: stream === 'door' ? directory : undefined }),
    );
    await index.anchorSession(id, START.getTime());
    await index.commitTrack(id, recordedTrack('v1', { directory, initObjectKey: `${directory}/init.m4s` }));
    await index.commitSegment(segmentClosed(1, { sessionId: id, directory, startMs: 0 }));
    const endedAt = new Date(START.getTime() + 6000);
    await index.setSessionState(id, { state: 'completed', reason: 'requested', endedAt });
  }
}

function directoryOf(stream: string): string {
  return stream === 'door' ? 'archive/cam-a' : `${stream}/2026/11/20`;
}

overBothDatabases(() => {
  describe('a token of single streams', () => {
    let fixture: IndexFixture;
    let url: string;
    let dayIds: ReadonlyMap<string, string>;

    beforeAll(async () => {
      const env = { AIRCHECK_AUTH_SECRET: SECRET };
      fixture = await startIndex(env, {}, [AuthModule, GraphqlModule, ExportsModule]);
      url = await fixture.app.getUrl();
      await fill(fixture);
      const { recordings } = await ask<{ recordings: Entries }>('*', '{ recordings { edges { node { id stream } } } }');
      dayIds = new Map(recordings.edges.map(({ node }) => [node.stream, node.id]));
    });

    afterAll(() => fixture[Symbol.asyncDispose]());

    interface Entries {
      readonly edges: readonly { readonly node: { readonly id: string; readonly stream: string } }[];
    }

    const bearer = (scope: string, mode = 7): Record<string, string> => ({
      authorization: `Bearer ${streamToken(SECRET, { id: scope, mode })}`,
    });

    async function status(scope: string, path: string, init: RequestInit = {}): Promise<number> {
      const headers = { ...bearer(scope), 'content-type': 'application/json' };
      const response = await fetch(`${url}${path}`, { headers, ...init });
      await response.arrayBuffer();
      return response.status;
    }

    async function ask<T>(scope: string, query: string): Promise<T> {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(scope) },
        body: JSON.stringify({ query }),
      });
      const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
      expect(errors).toBeUndefined();
      return data;
    }

    it.each([
      ['cam-a', ['cam-a']],
      ['cam-*', ['cam-a', 'cam-b']],
      ['c?m-b', ['cam-b']],
      ['*', STREAMS],
      ['nothing-*', []],
    ])('of %s opens what is of %j alone', async (scope, allowed) => {
      for (const stream of STREAMS) {
        const isAllowed = allowed.includes(stream);
        const session = `session-of-${stream}`;
        const paths = [
          `/api/v1/sessions/${session}`,
          `/api/v1/recordings/${dayIds.get(stream) ?? ''}`,
          `/api/record/object/${directoryOf(stream)}/manifest.mpd`,
          `/api/playback/${stream}`,
          `/play/${stream}/manifest.mpd?session=${session}`,
        ];
        for (const path of paths) expect([path, await status(scope, path)]).toEqual([path, isAllowed ? 200 : 403]);
        const body = JSON.stringify({ stream, session });
        const made = await status(scope, '/api/v1/exports', { method: 'POST', body });
        expect(made).toBe(isAllowed ? 202 : 403);
        const held = await status(scope, `/api/v1/sessions/${session}/hold`, { method: 'PUT' });
        expect(held).toBe(isAllowed ? 204 : 403);
      }
    });

    it.each([
      ['cam-a', ['cam-a']],
      ['cam-*', ['cam-a', 'cam-b']],
      ['*', STREAMS],
      ['nothing-*', []],
      ['nothing', []],
    ])('of %s has GraphQL list %j', async (scope, streams) => {
      const query = `{ recordings { edges { node { stream } } } recordingSessions { edges { node { stream } } }
        mine: recordingSessions(filter: { stream: "door" }) { edges { node { stream } } } }`;
      const lists = await ask<Record<'recordings' | 'recordingSessions' | 'mine', Entries>>(scope, query);
      const named = ({ edges }: Entries): string[] => edges.map(({ node }) => node.stream).sort();

      expect(named(lists.recordings)).toEqual(streams);
      expect(named(lists.recordingSessions)).toEqual(streams);
      expect(named(lists.mine)).toEqual(streams.filter((stream) => stream === 'door'));
    });

    it('cannot tell what is another stream’s from what is nowhere', async () => {
      for (const path of [
        '/api/v1/sessions/',
        '/api/v1/recordings/',
        '/api/v1/exports/',
        '/api/record/object/cam-b/2026/11/20/',
      ]) {
        expect(await status('cam-a', `${path}nowhere`)).toBe(403);
        expect(await status('*', `${path}nowhere`)).toBe(404);
      }
    });

    it.each(['session-of-door', 'session-of-cam-b'])('does not play %s as one of its own', async (session) => {
      expect(await status('cam-a', `/play/cam-a/manifest.mpd?session=${session}`)).toBe(404);
      const body = JSON.stringify({ stream: 'cam-a', session });
      expect(await status('cam-a', '/api/v1/exports', { method: 'POST', body })).toBe(404);
    });

    it.each([
      '/api/record/object/archive/cam-a/manifest.mpd',
      '/api/record/object/archive/cam-a/seg_0001.m4s',
      '/api/record/object/cam-a/../door/manifest.mpd',
      '/api/record/object/cam-a%2f2026%2f11%2f20/manifest.mpd',
      '/api/record/object/door/manifest.mpd',
    ])('gets nothing by the path %s', async (path) => {
      expect([400, 403, 404]).toContain(await status('cam-a', path));
    });
  });
});
