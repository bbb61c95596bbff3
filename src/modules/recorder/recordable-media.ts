import { isRecorded } from '../../media/codecs/index.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import type { UnrecordedTrack } from '../index/index.service.js';

type Media = Pick<NegotiatedTrack, 'kind' | 'formats'>;

/** @returns those of a publisher's tracks that its recording goes without */
export function unrecordedOf(tracks: readonly Media[]): UnrecordedTrack[] {
  const unrecorded = tracks.filter(
    ({ kind, formats }) => !formats.some(({ codecName }) => isRecorded(codecName, kind)),
  );
  return unrecorded.map(({ kind, formats }) => ({
    kind,
    codecName: formats[0].codecName,
    reason: 'unsupported-codec',
  }));
}
