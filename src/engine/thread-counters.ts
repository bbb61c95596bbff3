/**
 * What happens in this thread, counted since its start. One per thread, as each has its own modules: whoever does such a thing adds
 * one, and the worker tells all of it every second.
 */
export const threadCounters = {
  /** RTCP packets that ask for lost ones. */
  nacksSent: 0,
  /** Picture Loss Indications. */
  keyframesRequested: 0,
  /** RTP packets that viewers had lost and were sent again. */
  packetsRepeated: 0,
  handshakes: 0,
  handshakesFailed: 0,
  dataMessagesReceived: 0,
  dataMessagesSent: 0,
  /** Too many of a sender, or more than a receiver could take. */
  dataMessagesDropped: 0,
  /** Sessions that lost their data channels. */
  dataSessionsEnded: 0,
  /** Files that were forced to the disk, and how long that took altogether. */
  syncs: 0,
  syncMs: 0,
};
