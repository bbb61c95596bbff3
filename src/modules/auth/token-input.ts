import { z } from 'zod';
import { SHORTEST_PASSWORD } from '../../config/index.js';
import { nameText } from '../../platform/input/fields.js';

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

export const newPassword = z.string().min(SHORTEST_PASSWORD).max(4096);

/** Of `POST /api/v1/accounts`: the words of `POST /api/token`. */
export const accountInput = z
  .strictObject({
    username: nameText,
    password: newPassword,
    id: nameText.default('*'),
    subscribe: z.boolean().default(false),
    publish: z.boolean().default(false),
    admin: z.boolean().default(false),
  })
  .refine(({ subscribe, publish, admin }) => subscribe || publish || admin, {
    message: 'Expected one of `subscribe`, `publish` and `admin`',
  });

export type AccountBody = z.output<typeof accountInput>;

/** Of `PUT /api/v1/accounts/{username}/password`. */
export const passwordInput = z.strictObject({ password: newPassword });

export type PasswordBody = z.output<typeof passwordInput>;
