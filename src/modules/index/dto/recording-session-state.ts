import { enumOf } from '../../../platform/graphql/enum-values.js';
import { RECORDING_SESSION_STATES } from '../sessions/recording-session.js';

export const RecordingSessionStateEnum = enumOf(
  'RecordingSessionState',
  RECORDING_SESSION_STATES,
  'How far a recording session is.',
);
