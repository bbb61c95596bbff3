import { post } from './call';

/** What of a stream is to be played: all of it where nothing is said. Instants as RFC 3339. */
export interface Selection {
  readonly session?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Addresses that need no token, for whoever has them. */
export interface SignedUrls {
  readonly dash: string;
  readonly hls: string;
  readonly mp4: string | null;
  readonly expiresAt: string;
}

/** For what cannot send a token: links, other programs, and a browser that plays HLS by itself. */
export function signUrls(stream: string, selection: Selection): Promise<SignedUrls> {
  return post('/api/v1/playback-urls', { stream, ...selection });
}
