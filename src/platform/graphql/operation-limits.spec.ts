import { buildSchema, parse } from 'graphql';
import { checkOperation } from './operation-limits.js';

const schema = buildSchema(`
  type Query { day: Day days(first: Int = 50): Days! }
  type Days { nodes: [Day!]! }
  type Day { id: ID! next: Day parts(first: Int = 50): Days! }
`);

const refusal = (code: string): Error => expect.objectContaining({ code }) as Error;

const LIMITS = { depth: 4, aliases: 3, objects: 1000 };

function check(query: string, variables: Readonly<Record<string, unknown>> = {}): void {
  checkOperation({ schema, document: parse(query), variables }, LIMITS);
}

describe('checkOperation', () => {
  it.each([
    ['a selection as deep as is allowed', '{ day { next { next { id } } } }'],
    ['as many aliases as are allowed', '{ a: day { b: id c: id } }'],
    [
      'pages that have as many objects as are allowed',
      '{ days(first: 20) { nodes { parts(first: 49) { __typename } } } }',
    ],
    ['the schema, however deep', '{ __schema { types { fields { type { ofType { ofType { name } } } } } } }'],
  ])('lets pass %s', (_, query) => {
    expect(() => check(query)).not.toThrow();
  });

  it.each([
    ['a deeper selection', '{ day { next { next { next { id } } } } }', 'graphql-too-deep'],
    [
      'depth behind fragments',
      '{ day { ...A } } fragment A on Day { next { ... on Day { next { next { id } } } } }',
      'graphql-too-deep',
    ],
    ['one more alias', '{ a: day { b: id c: id d: id } }', 'graphql-too-many-aliases'],
    [
      'aliases of a fragment each time it is spread',
      '{ day { ...A next { ...A } } } fragment A on Day { a: id b: id }',
      'graphql-too-many-aliases',
    ],
    [
      'aliases of the schema',
      '{ a: __typename b: __typename c: __typename d: __typename }',
      'graphql-too-many-aliases',
    ],
    ['pages in pages', '{ days(first: 20) { nodes { parts { __typename } } } }', 'graphql-too-many-objects'],
    ['two operations', 'query A { day { id } } query B { day { id } }', 'graphql-too-many-operations'],
    ['a page that is too long', '{ days(first: 201) { nodes { id } } }', 'page-size-invalid'],
    ['an empty page', '{ days(first: 0) { nodes { id } } }', 'page-size-invalid'],
  ])('refuses %s', (_, query, code) => {
    expect(() => check(query)).toThrow(refusal(code));
  });

  it('reads the size of a page from a variable', () => {
    const query = 'query ($n: Int) { days(first: $n) { nodes { id } } }';

    expect(() => check(query, { n: 200 })).not.toThrow();
    expect(() => check(query)).not.toThrow();
    expect(() => check(query, { n: 201 })).toThrow(refusal('page-size-invalid'));
  });

  it('finds in variables what no database takes, at whatever depth, and takes none that are nested without end', () => {
    const nested = (depth: number, value: unknown): unknown => {
      let outside = value;
      for (let n = 0; n < depth; n += 1) outside = n % 2 === 0 ? [outside] : { inside: outside };
      return outside;
    };

    expect(() => check('{ day { id } }', { a: nested(60, 'text') })).not.toThrow();
    expect(() => check('{ day { id } }', { a: nested(60, 'te\0xt') })).toThrow('U+0000');
    expect(() => check('{ day { id } }', { a: nested(120_000, 'text') })).toThrow(refusal('input-invalid'));
  });

  it('weighs fragments that spread each other many times in a moment', () => {
    const levels = Array.from({ length: 30 }, (_, n) => `fragment F${n} on Day { ...F${n + 1} ...F${n + 1} }`);
    const query = `{ day { ...F0 } } ${levels.join(' ')} fragment F30 on Day { a: id }`;

    expect(() => check(query)).toThrow(refusal('graphql-too-many-aliases'));
  });
});
