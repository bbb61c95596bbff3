type Kind = 'video' | 'audio';

/** What only goes along with another codec. */
const COMPANIONS = ['rtx', 'red', 'ulpfec', 'flexfec-03', 'CN', 'telephone-event'];

const nameOf = ({ mimeType }: { readonly mimeType: string }): string => mimeType.split('/')[1] ?? '';

function capable(kind: Kind): readonly RTCRtpCodec[] {
  return RTCRtpSender.getCapabilities(kind)?.codecs ?? [];
}

/** @returns names of what this browser can send */
export function codecNames(kind: Kind): readonly string[] {
  return [...new Set(capable(kind).map(nameOf))].filter((name) => !COMPANIONS.includes(name));
}

/** @param wanted in any case. @returns the browser's own name of it; empty for what it cannot send */
export function knownCodec(kind: Kind, wanted: string): string {
  return codecNames(kind).find((name) => name.toLowerCase() === wanted.toLowerCase()) ?? '';
}

/** @returns what is offered for a codec: itself, and what goes along with it */
export function offeredFor(kind: Kind, name: string): RTCRtpCodec[] {
  return capable(kind).filter((codec) => [name, ...COMPANIONS].includes(nameOf(codec)));
}
