export type MediaKind = 'audio' | 'video';

/** One RTP packet's payload, borrowed for the length of a call. The receive path reuses one object for all packets. */
export interface RtpPayload {
  /** The memory that `offset` points into. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly length: number;
  /** RTP ticks, 0 to 2^32 - 1 (RFC 3550 section 5.1). */
  readonly timestamp: number;
  readonly marker: boolean;
}

/** ISO/IEC 23091-2: 2 means unspecified in the first three. */
export interface ColourDescription {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  readonly isFullRange: boolean;
}

/** What a decoder must know before the first sample: the content of a sample entry. Immutable; a change is a new object. */
export interface CodecParameters {
  /** RFC 6381 `codecs` parameter: `avc1.42E01F`, `opus`. */
  readonly codecString: string;
  /**
   * Content of the box with the codec's configuration: AVCDecoderConfigurationRecord, OpusSpecificBox, version and flags
   * where the box has them (`vpcC`). Empty for a codec that is not recorded.
   */
  readonly configuration: Uint8Array;
  /** Pixels, video only. */
  readonly width?: number;
  readonly height?: number;
  /** Shape of a pixel, video only; square where absent. */
  readonly pixelAspectRatio?: { readonly horizontal: number; readonly vertical: number };
  /** Code points of ISO/IEC 23091-2, video only; unspecified where absent. */
  readonly colour?: ColourDescription;
  /** Hertz and number, audio only. */
  readonly sampleRate?: number;
  readonly channels?: number;
  /** How many access units may follow in decoding order before one is shown: 0 without B-frames. */
  readonly reorderDepth: number;
}

/** Facts about a finished access unit; its bytes are what was appended to the sink before. */
export interface AccessUnitFacts {
  readonly timestamp: number;
  readonly isKeyframe: boolean;
  /** In force from this access unit on; undefined until the stream has told them. */
  readonly parameters: CodecParameters | undefined;
  /** Sample duration in clock-rate ticks where the bytes tell it (Opus), else 0. */
  readonly durationTicks: number;
}

/** Where a depacketizer writes: the coded bytes of one access unit after another, as the container stores them. */
export interface AccessUnitSink {
  /** Bytes appended since the last `finish` or `discard`. */
  readonly length: number;
  append(bytes: Uint8Array, offset: number, length: number): void;
  appendUint32(value: number): void;
  /** Overwrites four bytes, big endian, `position` bytes after the start of the unit. */
  setUint32(position: number, value: number): void;
  /** The bytes since the last `finish` or `discard` are one whole access unit. `facts` is borrowed. */
  finish(facts: AccessUnitFacts): void;
  /** The bytes since the last `finish` or `discard` are thrown away: damaged, or not wanted. */
  discard(): void;
  /** An access unit of which something came is not delivered. */
  dropped(): void;
  /** An access unit was damaged by loss and not delivered; what follows may not decode until the next key frame. */
  damaged(): void;
}

/** Packets of one track in sequence order in, access units in decoding order out. Never throws on wire bytes. */
export interface Depacketizer {
  push(packet: RtpPayload): void;
  /** Packets before the next one were lost for good. */
  lost(): void;
  /** Ends the access unit in progress without its rest: delivered when whole, else discarded. */
  flush(): void;
}

/** `key=value` pairs of an `a=fmtp` line, keys in lower case. */
export type FormatParameters = Readonly<Record<string, string>>;

/** An access unit that was not sent: it asks the decoder to make up what is missing from what came before. */
export interface ConcealingUnit {
  readonly bytes: Uint8Array;
  readonly durationTicks: number;
}

/** Where a dependency descriptor says which decode targets are sent, for who is sent less of them. */
export interface DescribedTargets {
  /** The bit of the descriptor at which the mask of decode targets lies, or would lie; 0 where none may be written. */
  targetMaskAt: number;
  targetCount: number;
  /** Those that the publisher sends at present, a bit each. */
  activeTargets: number;
  /** By eight times the highest spatial layer and the highest temporal one: decode targets that need no other layers. */
  targetsWithin: Uint32Array | undefined;
}

/** What a packet of a stream with layers (SVC) says of itself. Reused from packet to packet. */
export interface PacketLayers extends DescribedTargets {
  /** False where nothing is known of layers; the rest then means nothing. */
  isLayered: boolean;
  /** 0 is the lowest, 7 the highest. */
  spatialLayer: number;
  temporalLayer: number;
  /** The packet is the first or last one of a frame: of one spatial layer of a picture. */
  startsFrame: boolean;
  endsFrame: boolean;
  /** The frame refers to no other picture: whoever has the lower layers of this one can begin with this layer. */
  startsLayer: boolean;
  /** Later pictures of higher temporal layers refer to none of a higher one than this picture's that came before it. */
  allowsFaster: boolean;
}

/** A packet whose layers are read. */
export interface LayeredPacket extends PacketLayers {
  readonly bytes: Uint8Array;
  readonly payloadOffset: number;
  readonly payloadLength: number;
  /** RTP ticks: packets of one picture have the same. */
  readonly timestamp: number;
}

/** Reads the layers of one source's packets, in the order in which they come. Never throws on any bytes. */
export interface LayerReader {
  /**
   * Sets everything of `PacketLayers`, `isLayered` in any case, and of `DescribedTargets` what it knows.
   * @param descriptorOffset of the dependency descriptor in the packet's bytes
   * @param descriptorLength 0 where there is none
   */
  read(packet: LayeredPacket, descriptorOffset: number, descriptorLength: number): void;
}

/** How packets of a codec tell their layers. */
export interface LayerBinding {
  /** By the header extension of the AV1 payload format, appendix A, and nothing else. */
  readonly needsDescriptor: boolean;
  createReader(): LayerReader;
}

/** Everything Aircheck knows about a codec. One file each, listed in `index.ts`. */
export interface CodecDefinition {
  /** Encoding name as in `a=rtpmap`, compared without case. */
  readonly name: string;
  readonly kind: MediaKind;
  readonly clockRate: number;
  /** That `a=rtpmap` says; 1 where absent. */
  readonly channels?: number;
  /** @returns how much a payload type with these parameters is wanted, higher is better; 0 refuses it */
  preference(parameters: FormatParameters): number;
  /**
   * How well a receiver that offers a payload type with the parameters `received` takes what a sender offered with `sent`,
   * higher is better; 0 when it cannot. Absent where every receiver takes everything.
   */
  fit?(received: FormatParameters, sent: FormatParameters): number;
  /** The parameters that are not refused, for people: `profile-id 0 or 2`. Absent where none is. */
  readonly acceptedFormats?: string;
  /** The `a=fmtp` values of our own offers to receive it, each for a payload type of its own; empty ones for none. */
  readonly receivedFormats: readonly [string, ...string[]];
  /** @returns the `a=fmtp` value of our answer to an offered one, undefined for none */
  answerFormat(parameters: FormatParameters): string | undefined;
  createDepacketizer(sink: AccessUnitSink, format: FormatParameters): Depacketizer;
  /**
   * Whether a payload begins a picture that a decoder can begin with. Absent where any packet will do. Never throws on
   * any bytes; runs per packet, whatever lies in it.
   */
  readonly startsKeyframe?: (bytes: Uint8Array, offset: number, length: number) => boolean;
  /** How packets tell which layer of a picture they belong to (SVC); absent where they do not. */
  readonly layers?: LayerBinding;
  /**
   * What to put where sound is missing; absent where units last as long as the container says.
   *
   * @param head first byte of the access unit before
   * @param missingTicks in clock-rate ticks
   * @returns the longest unit that fits, undefined when less is missing than the shortest would fill
   */
  conceal?(head: number, missingTicks: number): ConcealingUnit | undefined;
  /** Absent for a codec that is taken live only: it is answered where nothing else was offered, and not recorded. */
  readonly isobmff?: IsobmffBinding;
}

/** A codec that goes into recordings. */
export interface RecordableCodec extends CodecDefinition {
  readonly isobmff: IsobmffBinding;
  /** Absent for a codec that WebM does not have. */
  readonly webm?: WebmBinding;
  /** First packet of a logical bitstream in Ogg; absent for a codec that does not go there. */
  readonly oggHead?: (configuration: Uint8Array) => Uint8Array;
}

/** How a codec is carried in WebM. */
export interface WebmBinding {
  /** `V_VP9`. */
  readonly codecId: string;
  /** @returns content of `CodecPrivate`, empty for none */
  readonly codecPrivate: (configuration: Uint8Array) => Uint8Array;
  /** Audio: what a decoder is given before a place that is seeked to. */
  readonly seekPreRollNs?: number;
}

/** How a codec is carried in ISO BMFF. */
export interface IsobmffBinding {
  /** Four characters: `avc1`, `Opus`. */
  readonly sampleEntryType: string;
  /** Type of the box that holds `CodecParameters.configuration`: `avcC`, `dOps`. */
  readonly configurationBoxType: string;
  /** @returns `CodecParameters.codecString` of a configuration, undefined for bytes that are none. Never throws on them. */
  codecString(configuration: Uint8Array): string | undefined;
  /** How one sample entry serves several sets of parameters; absent where it cannot. */
  readonly inBand?: InBandParameters;
  /** Audio: how many samples before a random access point must be decoded for its sound to be right, as a negative number. */
  readonly rollDistance?: number;
  /** Audio: a frame of 20 ms that decodes to silence, whatever came before it. */
  readonly silence?: Uint8Array;
}

/** Parameters that a key frame brings itself. */
export interface InBandParameters {
  /** Four characters: `avc3`. */
  readonly sampleEntryType: string;
  /** @returns what goes in front of a key frame's bytes; empty where it has them anyway. Never throws on any bytes. */
  parameterUnits(configuration: Uint8Array): Uint8Array;
}
