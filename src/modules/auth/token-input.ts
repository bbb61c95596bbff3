import { z } from 'zod';

/** Of `POST /api/login`. */
export const loginInput = z.strictObject({
  username: z.string().min(1).max(255),
  password: z.string().min(1).max(4096),
});

export type LoginBody = z.output<typeof loginInput>;

/** Ten years: what a camera lasts. */
export const LONGEST_SECONDS = 315_576_000;

/** Of `POST /api/token`, as liveman has it. */
export const tokenInput = z.strictObject({
  id: z.string().min(1).max(255),
  duration: z.int().min(1).max(LONGEST_SECONDS),
  subscribe: z.boolean(),
  publish: z.boolean(),
  admin: z.boolean(),
});

export type TokenBody = z.output<typeof tokenInput>;
