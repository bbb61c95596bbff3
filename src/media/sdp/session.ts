import type { MediaKind } from '../codecs/codec.js';

/** RFC 8839 section 5.4. */
export interface IceCredentials {
  readonly usernameFragment: string;
  readonly password: string;
}

/** RFC 8122: `algorithm` in lower case (`sha-256`), `value` upper-case hexadecimal octets joined by colons. */
export interface DtlsFingerprint {
  readonly algorithm: string;
  readonly value: string;
}

/** RFC 8842. */
export type DtlsSetup = 'actpass' | 'active' | 'passive';

/** RFC 8839 section 5.1; only what a WebRTC agent uses. */
export interface IceCandidate {
  readonly foundation: string;
  readonly component: number;
  readonly transport: 'udp' | 'tcp';
  readonly priority: number;
  readonly address: string;
  readonly port: number;
  readonly type: 'host' | 'srflx' | 'prflx' | 'relay';
  /** RFC 6544 section 4.5; only candidates of ours have it, and only with TCP. */
  readonly tcpType?: 'passive';
}

/** What one side says of its transport; all m-lines share it (BUNDLE, rtcp-mux). */
export interface TransportDescription {
  readonly ice: IceCredentials;
  readonly fingerprints: readonly DtlsFingerprint[];
  readonly setup: DtlsSetup;
  readonly candidates: readonly IceCandidate[];
  /** It answers connectivity checks and makes none (RFC 8445 section 2.5): the other side checks its candidates. Absent: it does not. */
  readonly isLite?: true;
}

/** Our side of a session's transport, for the answer, or for an offer of ours. */
export interface LocalTransport {
  readonly ice: IceCredentials;
  readonly fingerprint: DtlsFingerprint;
  readonly setup: DtlsSetup;
  /** Best first: some clients use the first one only. */
  readonly candidates: readonly IceCandidate[];
  /** Of one message on a data channel; absent where there are none. */
  readonly mostMessageBytes?: number;
}

/** One payload type of an offered m-line. */
export interface OfferedFormat {
  readonly payloadType: number;
  readonly codecName: string;
  readonly clockRate: number;
  readonly channels: number;
  /** The raw `a=fmtp` value, empty when there is none. */
  readonly format: string;
  /** `a=rtcp-fb` values: `nack`, `nack pli`, `transport-cc`. */
  readonly feedback: readonly string[];
}

/** An SSRC that the offer names (RFC 5576) and, where an FID group says so, that of its retransmissions. */
export interface AnnouncedSource {
  readonly ssrc: number;
  readonly rtxSsrc?: number;
  /** Place in a SIM group, as senders without rids announce their simulcast layers: the smallest picture has 0. */
  readonly layer?: number;
}

/** A simulcast layer that the offer describes. */
export interface OfferedLayer {
  readonly rid: string;
  /** What it may be sent in, undefined for every format of its m-line (RFC 8851 section 5). */
  readonly payloadTypes: readonly number[] | undefined;
}

/** One m-line of an offer. */
export interface OfferedMedia {
  readonly mid: string;
  readonly kind: MediaKind;
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  readonly formats: readonly OfferedFormat[];
  readonly extensions: readonly { readonly id: number; readonly uri: string }[];
  readonly sources: readonly AnnouncedSource[];
  /** RFC 8853, in the order of the offer; absent without simulcast. */
  readonly layers?: readonly OfferedLayer[];
  /** `a=rtcp-rsize`, RFC 5506: only who offers it gets it in the answer. */
  readonly reducedSizeRtcp?: boolean;
  /** `a=extmap-allow-mixed`, RFC 8285 section 6: packets may have either form of header extensions. */
  readonly allowsMixedExtensions?: boolean;
}

/** What a peer says of its data channels (RFC 8841): a plain object that crosses to the engine worker. */
export interface NegotiatedData {
  /** Of SCTP, not of UDP. */
  readonly port: number;
  /** Of one message that it takes; 0 for any. */
  readonly mostBytes: number;
}

/** The m-line of data channels, on the transport of the others. */
export interface OfferedData {
  readonly mid: string;
  readonly data: NegotiatedData;
  /** `UDP/DTLS/SCTP` or `TCP/DTLS/SCTP`. */
  readonly protocol: string;
}

/** A WHIP client's offer, checked. */
export interface SessionOffer {
  readonly transport: TransportDescription;
  readonly media: readonly OfferedMedia[];
  /** Mids in the order of the BUNDLE group, the first one's m-line has the transport; empty when none was offered. */
  readonly bundle?: readonly string[];
  /** Absent where none is offered. */
  readonly data?: OfferedData;
  /** All m-lines in their order; absent: those of `media`. */
  readonly lines?: readonly (OfferedMedia | OfferedData | RefusedMedia)[];
}

/** An m-line of a viewer's offer that carries nothing of ours: the answer repeats it with port 0 (RFC 3264 section 6). */
export interface RefusedMedia {
  readonly mid: string | undefined;
  /** The m-line's value without its port: `application`, `UDP/DTLS/SCTP webrtc-datachannel`. */
  readonly refused: readonly [media: string, rest: string];
}

/** A WHEP client's offer, checked. `media` and `bundle` are without the m-lines that are refused. */
export interface SubscriberOffer extends SessionOffer {
  /** All m-lines in their order. */
  readonly lines: readonly (OfferedMedia | OfferedData | RefusedMedia)[];
}

/** One payload type that both sides agreed on. */
export interface NegotiatedFormat {
  /** `CodecDefinition.name`. */
  readonly codecName: string;
  readonly payloadType: number;
  readonly clockRate: number;
  readonly channels: number;
  /** The offered `a=fmtp` value, empty when there was none. */
  readonly format: string;
  /** The `a=fmtp` value of the answer, undefined for none. */
  readonly answerFormat: string | undefined;
  /** Payload type of RFC 4588 retransmissions, when offered for this format. */
  readonly rtxPayloadType: number | undefined;
}

/** What both sides agreed on for one track: a plain object that crosses to the engine worker. */
export interface NegotiatedTrack {
  readonly mid: string;
  readonly kind: MediaKind;
  /** Preferred first, all of one clock rate. The sender may use any of them at any time. */
  readonly formats: readonly [NegotiatedFormat, ...NegotiatedFormat[]];
  readonly feedback: { readonly nack: boolean; readonly pli: boolean; readonly transportCc: boolean };
  /** Header extension ids that were accepted (RFC 8285). */
  readonly extensions: {
    readonly mid: number | undefined;
    readonly transportSequenceNumber: number | undefined;
    readonly absoluteCaptureTime: number | undefined;
    /** RFC 8852: which layer a packet, or the one that it repeats, belongs to. */
    readonly rid: number | undefined;
    readonly repairedRid: number | undefined;
    /** Says which layer of AV1 a packet belongs to; absent where it was not accepted. */
    readonly dependencyDescriptor?: number;
  };
  readonly sources: readonly AnnouncedSource[];
  /** RFC 8853: rids of the layers, in the order of the offer, which is that of the sender's preference; empty without. */
  readonly rids: readonly string[];
}

/** What both sides agreed on for one track that a viewer gets: a plain object that crosses to the engine worker. */
export interface SentTrack {
  readonly mid: string;
  readonly kind: MediaKind;
  /** Preferred first. What is sent may change from any of them to any other. */
  readonly formats: readonly [NegotiatedFormat, ...NegotiatedFormat[]];
  /** What the viewer may ask for: packets again, key frames. */
  readonly feedback: {
    readonly nack: boolean;
    readonly pli: boolean;
    readonly fir: boolean;
    /** What tells how much the way carries: arrival times of packets, or the viewer's own estimate where those are not to be had. */
    readonly transportCc: boolean;
    readonly remb: boolean;
  };
  /** Header extension ids that were accepted (RFC 8285). */
  readonly extensions: {
    readonly mid: number | undefined;
    readonly transportSequenceNumber: number | undefined;
    readonly absoluteCaptureTime: number | undefined;
    /** Tells the layers of AV1 apart; absent where it was not accepted. */
    readonly dependencyDescriptor?: number;
  };
  /** Ours, as the answer names it. */
  readonly ssrc: number;
  /** Ours for retransmissions (RFC 4588), undefined when no format has any. */
  readonly rtxSsrc: number | undefined;
}

/** `application/trickle-ice-sdpfrag` (RFC 8840 section 9). */
export interface IceFragment {
  readonly ice: IceCredentials | undefined;
  readonly candidates: readonly IceCandidate[];
  readonly endOfCandidates: boolean;
}
