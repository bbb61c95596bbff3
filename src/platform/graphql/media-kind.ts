import { enumOf } from './enum-values.js';

export const MediaKindEnum = enumOf('MediaKind', ['audio', 'video'], 'Sound or picture.');
