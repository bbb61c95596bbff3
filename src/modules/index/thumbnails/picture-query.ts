import { z } from 'zod';
import { instant } from '../../../platform/input/fields.js';

/** Of `GET /api/v1/streams/{stream}/thumbnail` and `keyframe`. */
export const pictureQuery = z.object({ at: instant });

export type PictureQuery = z.output<typeof pictureQuery>;
