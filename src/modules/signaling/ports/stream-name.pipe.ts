import type { PipeTransform } from '@nestjs/common';
import { parseStreamName, type StreamName } from './stream-name.js';

/** Checks the `{stream}` of a path. */
export class StreamNamePipe implements PipeTransform<string, StreamName> {
  transform(text: string): StreamName {
    return parseStreamName(text);
  }
}
