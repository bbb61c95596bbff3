import { z } from 'zod';
import { setting, wholeNumber } from './setting.js';

export const graphql = z.strictObject({
  introspection: setting(z.boolean().default(true), {
    description: 'Tells clients the schema.',
    unit: 'true | false',
    allowed: 'true or false',
  }),
  max_depth: wholeNumber({
    min: 1,
    max: 100,
    default: 12,
    unit: 'levels',
    description: 'How deep a selection may be nested.',
  }),
  max_aliases: wholeNumber({
    min: 0,
    max: 10_000,
    default: 50,
    unit: 'aliases',
    description: 'How many aliases an operation may have.',
  }),
  max_objects: wholeNumber({
    min: 1,
    max: 1_000_000,
    default: 20_000,
    unit: 'objects',
    description: 'How many entries the pages of an operation may have together, those in other pages multiplied.',
  }),
  max_connections: wholeNumber({
    min: 0,
    max: 100_000,
    default: 1000,
    unit: 'connections',
    description: 'How many WebSocket connections of subscribers there may be.',
  }),
  max_connections_per_address: wholeNumber({
    min: 0,
    max: 100_000,
    default: 500,
    unit: 'connections',
    description: 'How many of them may come from one address (IPv6: one /64). 0: no limit of its own.',
  }),
  max_connections_per_token: wholeNumber({
    min: 0,
    max: 100_000,
    default: 200,
    unit: 'connections',
    description: 'How many of them one token may have, or one account with all of its log-ins. 0: no limit of its own.',
  }),
});
