import { parseListenAddress, type AppConfig } from '../../config/index.js';
import type { DataLimits, StreamChannel } from '../../engine/index.js';

const BYTES_PER_KBIT = 125;

/** What a session may send on its data channels. */
export function configuredDataLimits(limits: AppConfig['limits']): DataLimits {
  return {
    mostMessageBytes: limits.data_message_bytes,
    messagesPerSecond: limits.data_messages_per_second,
    bytesPerSecond: limits.data_kbps * BYTES_PER_KBIT,
  };
}

/** UDP beside the data channels of streams, as live777 has it. */
export function configuredChannels(streams: AppConfig['stream']): StreamChannel[] {
  return Object.entries(streams).flatMap(([streamId, { channel }]) => {
    const listen = parseListenAddress(channel?.listen ?? '');
    const target = parseListenAddress(channel?.target ?? '');
    return listen === undefined || target === undefined ? [] : [{ streamId, listen, target }];
  });
}
