import type { ClipFormat } from '../../clips/clip.js';
import { planFragmented } from './fragmented.js';
import { planProgressive } from './progressive.js';

const ALL = { extension: 'mp4', contentType: 'video/mp4', carries: () => true };

export const mp4: ClipFormat = { ...ALL, name: 'mp4', plan: planProgressive };
export const fmp4: ClipFormat = { ...ALL, name: 'fmp4', plan: planFragmented };
