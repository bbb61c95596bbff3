/** @returns `cam 2026-11-21T12-00-00Z.mp4`: a name that every file system takes */
export function fileNameOf(stream: string, startEpochMs: number, extension: string): string {
  const instant = new Date(startEpochMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return `${stream} ${instant}.${extension}`.replaceAll(/[\\/:*?"<>|]/g, '-');
}

/**
 * `Content-Disposition`, RFC 6266: the name as it is, and for old clients in ASCII.
 *
 * @param kind shown in the page where it can be, or saved
 */
export function dispositionOf(kind: 'inline' | 'attachment', fileName: string): string {
  const plain = fileName.replaceAll(/[^\x20-\x7e]/g, '_');
  const encoded = encodeURIComponent(fileName).replaceAll(/['()*]/g, percent);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
