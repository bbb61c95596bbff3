import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { sessionInput, startIndex, type IndexFixture } from './support/index-fixture.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';

interface Answer {
  readonly data: unknown;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

describe('a mutation', () => {
  let fixture: IndexFixture;

  beforeAll(async () => {
    fixture = await startIndex({ AIRCHECK_AUTH_SECRET: SECRET }, {}, [AuthModule, GraphqlModule]);
  });

  afterAll(() => fixture[Symbol.asyncDispose]());

  async function ask(mode: number, query: string, variables: object = {}): Promise<Answer> {
    const authorization = `Bearer ${streamToken(SECRET, { id: 'cam-*', mode })}`;
    const response = await fetch(`${await fixture.app.getUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }

  async function isHeld(id: string): Promise<boolean> {
    const { data } = await ask(4, `{ recordingSession(id: "${id}") { heldAt } }`);
    return (data as { recordingSession: { heldAt: string | null } }).recordingSession.heldAt !== null;
  }

  it.each([
    ['field', 'segments { edges { cursor } }'],
    ['field under a field', 'node { alias }'],
    ['fragment', '...Parts'],
    ['inline fragment', '... on RecordingSession { tracks { id } }'],
    ['field under another name', 'other: gaps { edges { cursor } }'],
    ['field that is included', 'segments @include(if: $yes) { edges { cursor } }'],
  ])('is not done when what it selects is refused: %s', async (what, selection) => {
    const id = what.replaceAll(' ', '-');
    await fixture.index.openSession(sessionInput({ id, stream: `cam-${id}`, directory: `cam-${id}/2026/11/20` }));
    const query = `mutation ($yes: Boolean = true) { holdRecordingSession(id: "${id}") { id ${selection} yes: heldAt @include(if: $yes) } }
      ${selection.startsWith('...Parts') ? 'fragment Parts on RecordingSession { completeness { gapCount } }' : ''}`;

    const { errors } = await ask(1, query);

    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['permission-denied']);
    expect(await isHeld(id)).toBe(false);
  });

  it('is done for who may see what it selects, and without what directives leave out', async () => {
    for (const id of ['seen', 'left-out']) {
      await fixture.index.openSession(sessionInput({ id, stream: `cam-${id}`, directory: `cam-${id}/2026/11/20` }));
    }

    expect(
      (await ask(5, 'mutation { holdRecordingSession(id: "seen") { segments { edges { cursor } } } }')).errors,
    ).toBe(undefined);
    expect(
      (
        await ask(
          1,
          'mutation { holdRecordingSession(id: "left-out") { id segments @skip(if: true) { edges { cursor } } } }',
        )
      ).errors,
    ).toBe(undefined);
    expect(await isHeld('seen')).toBe(true);
    expect(await isHeld('left-out')).toBe(true);
  });
});
