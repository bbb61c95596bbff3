import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import type { TestServer } from './server.js';

export interface GraphqlAnswer<T = unknown> {
  readonly data?: T | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly status: number };
  }[];
}

/** A GraphQL operation by plain HTTP. */
export async function graphql<T>(
  server: TestServer,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphqlAnswer<T> & { readonly status: number }> {
  const response = await fetch(server.url('/graphql'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return { ...((await response.json()) as GraphqlAnswer<T>), status: response.status };
}

/** @returns what the operation gave @throws where it gave an error */
export async function ask<T>(
  server: TestServer,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  const { data, errors } = await graphql<T>(server, query, variables);
  if (data === undefined || data === null || errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** A client of the WebSocket, as pages have it. */
export function subscriber(server: TestServer, connectionParams: Readonly<Record<string, unknown>> = {}): Client {
  return createClient({
    url: server.url('/graphql').replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
    lazy: false,
    // Every failure is a test's to see.
    onNonLazyError: () => undefined,
  });
}

/** What a subscription has told so far. */
export class Heard<T> implements Disposable {
  readonly events: T[] = [];
  readonly errors: unknown[] = [];
  private readonly end: () => void;

  constructor(client: Client, query: string, variables: Record<string, unknown> = {}) {
    this.end = client.subscribe<T>(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (data !== undefined && data !== null) this.events.push(data);
          if (errors !== undefined) this.errors.push(...errors);
        },
        error: (error) => this.errors.push(error),
        complete: () => undefined,
      },
    );
  }

  [Symbol.dispose](): void {
    this.end();
  }
}
