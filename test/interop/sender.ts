export type InteropCodec = 'H264' | 'H265' | 'VP8' | 'VP9' | 'AV1';

export interface InteropOrder {
  readonly whipUrl: string;
  readonly codec: InteropCodec;
  readonly seconds: number;
}

/** What left the sender by its own count. */
export interface SentFrames {
  readonly videoFrames: number;
  readonly audioFrames: number;
  /** Of these sound frames, those that left before the first picture, with which a recording begins. Undefined without pictures. */
  readonly audioFramesBeforePicture?: number;
}

/** A WebRTC stack that others wrote: one row of the table in docs/interop.md, a cell for each codec. */
export interface InteropSender {
  /** Name of the row: 'GStreamer webrtcbin'. */
  readonly name: string;
  /** Every codec it can send. */
  readonly codecs: readonly InteropCodec[];
  /** @returns undefined when it can run here, else why not, quoting the install command that failed */
  missing(): Promise<string | undefined>;
  /**
   * Sends pictures of `codec` and Opus sound for `seconds` in real time, and hangs up with DELETE.
   *
   * Pictures and sound as in flash-and-beep.ts: 640x360, 30 a second, dark, and as each whole second begins two white pictures
   * (66 ms) and a beep of 66 ms in silence.
   *
   * @throws when it cannot connect or loses the connection
   */
  publish(order: InteropOrder): Promise<SentFrames>;
}
