import { z } from 'zod';
import { instant } from '../queries/instant.js';

/** Of `GET /api/v1/streams/{stream}/thumbnail` and `keyframe`. */
export const pictureQuery = z.object({ at: instant });

export type PictureQuery = z.output<typeof pictureQuery>;
