import { request } from './credentials';
import { Refusal, refusalOf } from './explain';
import { type Facts, wordsOf } from './problem-words';

/** @throws {Refusal} when the server refuses */
export async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await request(path, init);
  if (!response.ok) throw await refusalOf(response);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** @throws {Refusal} when the server refuses */
export function post<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return call<T>(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Of a list that GraphQL gives piece by piece. */
export interface Page<T> {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
  readonly edges: readonly { readonly node: T }[];
}

interface GraphqlAnswer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Facts & { readonly code?: string } }[];
}

/** @throws {Refusal} when the server refuses any of it */
export async function query<T>(document: string, variables: object = {}): Promise<T> {
  const { data, errors = [] } = await post<GraphqlAnswer<T>>('/graphql', { query: document, variables });
  const [error] = errors;
  if (error !== undefined || data === undefined || data === null) {
    const { message = 'The server answered nothing.', extensions: facts = {} } = error ?? {};
    throw new Refusal(200, facts.code, wordsOf(facts.code, facts, message));
  }
  return data;
}

/** @returns a word of a GraphQL enum as REST has it: `PUBLISHER_AWAY` is `publisher-away` */
export function wordOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
