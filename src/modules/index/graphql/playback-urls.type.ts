import { Field, ObjectType } from '@nestjs/graphql';
import type { Recording, RecordingSession } from '../entities/index.js';
import { splitKey } from '../directories/object-names.js';
import { viewPathsOf } from '../playback/view-paths.js';

const objectUrl = (key: string): string => `/api/record/object/${key.split('/').map(encodeURIComponent).join('/')}`;

@ObjectType('PlaybackUrls', { description: 'Paths on the server that was asked.' })
export class PlaybackUrls {
  @Field(() => String, { description: 'DASH manifest.' })
  readonly dash: string;

  @Field(() => String, { description: 'HLS multivariant playlist.' })
  readonly hls: string;

  @Field(() => String, { nullable: true, description: 'All of it as one MP4; of a session only.' })
  readonly mp4: string | null;

  private constructor(dash: string, hls: string, mp4: string | null) {
    this.dash = dash;
    this.hls = hls;
    this.mp4 = mp4;
  }

  static ofSession({ id, stream }: RecordingSession): PlaybackUrls {
    const { dash, hls, mp4 } = viewPathsOf(stream, id);
    return new PlaybackUrls(dash, hls, mp4);
  }

  static ofDay({ mpdPath }: Recording): PlaybackUrls {
    return new PlaybackUrls(objectUrl(mpdPath), objectUrl(`${splitKey(mpdPath).directory}/index.m3u8`), null);
  }
}
