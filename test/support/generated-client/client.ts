import { print } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { initGraphQLTada, type ResultOf, type TadaDocumentNode, type VariablesOf } from 'gql.tada';
import WebSocket from 'ws';
import type { introspection } from './graphql-env.js';

/** Types of every operation come from what gql.tada makes of schema.graphql: one that does not fit the schema does not compile. */
const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { DateTime: string; Whole: number };
}>();

const sessionFields = graphql(`
  fragment SessionFields on RecordingSession {
    id
    stream
    state
    startedAt
    sizeBytes
    playback {
      dash
      hls
      mp4
    }
    tracks {
      kind
      codec
      width
    }
  }
`);

const sessionsPage = graphql(
  `
    query Sessions($stream: String, $first: Int!, $after: String) {
      recordingSessions(filter: { stream: $stream }, orderBy: OLDEST_FIRST, first: $first, after: $after) {
        edges {
          node {
            ...SessionFields
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [sessionFields],
);

const oneSession = graphql(
  `
    query Session($id: ID!) {
      recordingSession(id: $id) {
        ...SessionFields
        segmentCount
        gaps(first: 10) {
          edges {
            node {
              cause
            }
          }
        }
      }
    }
  `,
  [sessionFields],
);

const start = graphql(`
  mutation Start($stream: ID!) {
    startRecording(stream: $stream) {
      sessionId
      mpdPath
    }
  }
`);

const stop = graphql(`
  mutation Stop($stream: ID!) {
    stopRecording(stream: $stream)
  }
`);

const segments = graphql(`
  subscription Segments($stream: String) {
    segmentCommitted(stream: $stream) {
      number
      durationMs
    }
  }
`);

type SessionNode = ResultOf<typeof sessionsPage>['recordingSessions']['edges'][number]['node'];
type SessionDetails = ResultOf<typeof oneSession>['recordingSession'];
type Started = ResultOf<typeof start>['startRecording'];
type Committed = ResultOf<typeof segments>['segmentCommitted'];

/** A client whose types another program made of the schema: what users get who make theirs with a generator. */
export class GeneratedClient implements AsyncDisposable {
  private readonly socket: Client;

  /** @param url of `/graphql` */
  constructor(private readonly url: string) {
    this.socket = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  }

  /** Oldest first, page by page. */
  async *sessions(stream: string, pageSize: number): AsyncGenerator<SessionNode[]> {
    let after: string | null = null;
    for (;;) {
      const page: ResultOf<typeof sessionsPage> = await this.ask(sessionsPage, { stream, first: pageSize, after });
      const { edges, pageInfo } = page.recordingSessions;
      yield edges.map(({ node }) => node);
      if (!pageInfo.hasNextPage) return;
      after = pageInfo.endCursor;
    }
  }

  async session(id: string): Promise<SessionDetails> {
    return (await this.ask(oneSession, { id })).recordingSession;
  }

  async start(stream: string): Promise<Started> {
    return (await this.ask(start, { stream })).startRecording;
  }

  /** @returns whether one ran */
  async stop(stream: string): Promise<boolean> {
    return (await this.ask(stop, { stream })).stopRecording;
  }

  /** @returns what ends it */
  onSegment(stream: string, heard: (segment: Committed) => void): () => void {
    const query = { query: print(segments), variables: { stream } };
    return this.socket.subscribe<ResultOf<typeof segments>>(query, {
      next: ({ data }) => {
        if (data !== undefined && data !== null) heard(data.segmentCommitted);
      },
      error: () => undefined,
      complete: () => undefined,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket.dispose();
  }

  private async ask<T extends TadaDocumentNode<unknown, never>>(
    document: T,
    variables: VariablesOf<T>,
  ): Promise<ResultOf<T>> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const { data, errors } = (await response.json()) as { readonly data?: ResultOf<T>; readonly errors?: unknown };
    if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  }
}
