import { useEffect, useState } from 'react';
import { messageOf } from './explain';
import { PeerLink, type LinkState } from './peer-link';

const STATE_TEXT: Record<LinkState, string> = {
  connecting: 'Connecting…',
  live: '',
  reconnecting: 'The connection was lost. Trying again…',
  ended: '',
};

const DESCRIPTOR = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

interface HeaderExtension {
  readonly uri: string;
  readonly direction: RTCRtpTransceiverDirection;
}

/** WebRTC Extensions, section 5.4: not in every browser, and unknown to the types. */
interface ExtensionControl {
  getHeaderExtensionsToNegotiate?: () => HeaderExtension[];
  setHeaderExtensionsToNegotiate?: (extensions: HeaderExtension[]) => void;
}

interface WatchOptions {
  /** Shows what comes at once, at the price of freezing where the network is uneven. */
  readonly isLowLatency?: boolean;
  /** How long it rests between two tries. */
  readonly retryMs?: number | undefined;
}

interface Watching {
  /** For a person; empty while all is well. */
  readonly told: string;
  /** Undefined while nothing is connected. */
  readonly link: PeerLink | undefined;
}

/** Watches a stream by WHEP in a video element while it is named. */
export function useWatching(
  video: React.RefObject<HTMLVideoElement | null>,
  stream: string | undefined,
  { isLowLatency = false, retryMs }: WatchOptions = {},
): Watching {
  const [told, setTold] = useState('');
  const [live, setLive] = useState<PeerLink>();

  useEffect(() => {
    const element = video.current;
    if (element === null || stream === undefined || stream === '') return undefined;
    const path = `/whep/${encodeURIComponent(stream)}`;
    const link = new PeerLink(
      path,
      receivingInto(element, isLowLatency),
      (state, detail) => {
        setTold(detail ?? STATE_TEXT[state]);
        setLive(state === 'live' ? link : undefined);
      },
      retryMs,
    );
    link.start().catch((failure: unknown) => {
      setTold(messageOf(failure));
      if (retryMs !== undefined) link.tryAgain(messageOf(failure));
    });
    const leave = (): void => void link.end();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
      element.srcObject = null;
    };
  }, [video, stream, isLowLatency, retryMs]);

  return { told: stream === undefined ? '' : told, link: stream === undefined ? undefined : live };
}

/** @returns what makes a connection receive sound and picture, and show them */
function receivingInto(element: HTMLVideoElement, isLowLatency: boolean): (peer: RTCPeerConnection) => void {
  return (peer) => {
    const media = new MediaStream();
    element.srcObject = media;
    peer.addEventListener('track', ({ track }) => {
      media.addTrack(track);
    });
    for (const kind of ['audio', 'video']) {
      const transceiver = peer.addTransceiver(kind, { direction: 'recvonly' });
      if (kind === 'video') takeDescriptor(transceiver);
      const { receiver } = transceiver;
      if (isLowLatency && 'jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
    }
  };
}

/** By it Chromium shows AV1 in several sizes at its largest; it is not offered unless it is asked for. */
function takeDescriptor(transceiver: RTCRtpTransceiver & ExtensionControl): void {
  const extensions = transceiver.getHeaderExtensionsToNegotiate?.() ?? [];
  transceiver.setHeaderExtensionsToNegotiate?.(
    extensions.map((one) => (one.uri === DESCRIPTOR ? { ...one, direction: 'sendrecv' } : one)),
  );
}
