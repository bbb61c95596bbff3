/** Where a session is played, from its first media to its last. */
export interface ViewPaths {
  readonly dash: string;
  readonly hls: string;
  /** All of it as one file. */
  readonly mp4: string;
}

/** @returns paths on this server, which show what of the session there is when they are asked for */
export function viewPathsOf(stream: string, sessionId: string): ViewPaths {
  const folder = `/play/${encodeURIComponent(stream)}`;
  const query = `?session=${encodeURIComponent(sessionId)}`;
  return {
    dash: `${folder}/manifest.mpd${query}`,
    hls: `${folder}/index.m3u8${query}`,
    mp4: `${folder}/clip.mp4${query}`,
  };
}
