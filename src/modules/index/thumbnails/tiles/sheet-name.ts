import { z } from 'zod';
import { TILE_STEPS } from '../../../../media/manifests/tiles.js';
import { isKnownInstant } from '../../../../platform/input/fields.js';

const DIGITS = /^\d{1,15}$/;

/** Seconds from picture to picture, as the name of a sheet has it. */
export const tileStep = z
  .enum(TILE_STEPS.map(String))
  .transform((text) => TILE_STEPS.find((step) => String(step) === text) ?? 60);

/** Epoch milliseconds of the first picture, as the name of a sheet has it. */
export const sheetStart = z
  .string()
  .regex(DIGITS, 'Expected epoch milliseconds')
  .transform(Number)
  .refine((ms) => isKnownInstant(new Date(ms)), 'Expected an instant from 1970 to 9999');
