import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { isKnownInstant } from '../input/fields.js';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

function readInstant(value: unknown): Date {
  const date = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : undefined;
  if (date === undefined || !isKnownInstant(date))
    throw new GraphQLError('Expected an RFC 3339 instant from 1970 to 9999.');
  return date;
}

/** A Date in code, RFC 3339 on the wire. */
export const Instant = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant, RFC 3339: `2026-11-20T12:00:00.000Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
  parseValue: readInstant,
  parseLiteral: (node) => readInstant(node.kind === Kind.STRING ? node.value : undefined),
});

function readWhole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new GraphQLError('Expected a whole number.');
  return value;
}

/** Bytes and milliseconds do not fit into 32 bits. */
export const Whole = new GraphQLScalarType<number, number>({
  name: 'Whole',
  description: 'A whole number from -(2^53 - 1) to 2^53 - 1: bytes, packets, milliseconds.',
  serialize: readWhole,
  parseValue: readWhole,
  parseLiteral: (node) => readWhole(node.kind === Kind.INT ? Number(node.value) : undefined),
});
