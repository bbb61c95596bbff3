import { DiscoveryModule } from '@nestjs/core';
import { Resolver, ResolveField } from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import { buildSchema, graphql, type GraphQLResolveInfo } from 'graphql';
import { Permission, type WantedRight } from './ports/permission.decorator.js';
import { SelectedFields } from './selected-fields.js';

const schema = buildSchema(`
  type Query { day: Day }
  type Mutation { keep: Day }
  type Day { id: ID next: Day secret: String }
`);

const SECRET: WantedRight = { rights: ['admin'], on: { by: 'server' } };

@Resolver('Day')
class DayResolver {
  @Permission('admin', { by: 'server' })
  @ResolveField()
  secret(): string {
    return '';
  }
}

/** @returns what the outcome of the mutation `keep` wants, of an operation that was found valid */
async function wantedBy(source: string): Promise<readonly WantedRight[]> {
  const testing = Test.createTestingModule({ imports: [DiscoveryModule], providers: [SelectedFields, DayResolver] });
  const selected = (await testing.compile()).get(SelectedFields);
  let wanted: readonly WantedRight[] | undefined;
  const keep = (_arguments: unknown, _context: unknown, info: GraphQLResolveInfo): null => {
    wanted = selected.under(info);
    return null;
  };
  const { errors } = await graphql({ schema, source, rootValue: { keep: keep } });
  expect(errors).toBeUndefined();
  return wanted ?? [];
}

/** Fragments of which each spreads the next one twice: written out, the last one is there 2^count times. */
function spreadTwice(count: number, last: string): string {
  const levels = Array.from({ length: count }, (_, n) => `fragment F${n} on Day { ...F${n + 1} ...F${n + 1} }`);
  return `mutation { keep { ...F0 } } ${levels.join(' ')} fragment F${count} on Day { ${last} }`;
}

describe('SelectedFields', () => {
  it('walks sixty fragments that spread each other twice in a moment', async () => {
    await expect(wantedBy(spreadTwice(60, 'id'))).resolves.toEqual([]);
  });

  it('finds what a field wants that is deep in fragments spread twice', async () => {
    await expect(wantedBy(spreadTwice(60, 'next { next { secret } }'))).resolves.toEqual([SECRET]);
  });

  it('finds what a fragment wants that is left out where it is spread first', async () => {
    const fragment = 'fragment F on Day { secret }';

    await expect(wantedBy(`mutation { keep { ...F @skip(if: true) ...F } } ${fragment}`)).resolves.toEqual([SECRET]);
    await expect(wantedBy(`mutation { keep { id ...F @skip(if: true) } } ${fragment}`)).resolves.toEqual([]);
  });
});
