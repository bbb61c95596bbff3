import { Args, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { InputInvalidError } from '../../../platform/body/body.errors.js';
import { Instant } from '../../../platform/graphql/scalars.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import type { Caller } from '../../auth/ports/caller.js';
import { CurrentCaller } from '../../auth/ports/current-caller.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { onStream } from '../../auth/ports/place.js';
import { parseStreamName } from '../../signaling/ports/stream-name.js';
import { wantedUrls, type WantedUrlsInput } from '../dto/playback-urls.dto.js';
import { PlaybackUrlsService, type SignedUrls } from '../playback-urls.service.js';

@InputType({ description: 'All of a stream, a session of it, or what was recorded from an instant on.' })
class SignedPlaybackUrlsInput {
  @Field(() => ID)
  readonly stream!: string;

  @Field(() => ID, { nullable: true, description: 'Only this recording session.' })
  readonly session?: string | null;

  @Field(() => Instant, { nullable: true, description: 'Only what was recorded from then on.' })
  readonly from?: Date | null;

  @Field(() => Instant, { nullable: true, description: 'Exclusive.' })
  readonly to?: Date | null;

  @Field(() => Int, { nullable: true, description: 'How long they are good: a week at most.' })
  readonly expiresInSeconds?: number | null;
}

@ObjectType('SignedPlaybackUrls', {
  description: 'Paths on the server that was asked, for players that cannot send headers.',
})
class SignedPlaybackUrlsType {
  @Field(() => String, { description: 'DASH manifest.' })
  readonly dash: string;

  @Field(() => String, { description: 'HLS multivariant playlist.' })
  readonly hls: string;

  @Field(() => String, { nullable: true, description: 'One MP4, of a session or a range that ends.' })
  readonly mp4: string | null;

  @Field(() => Instant)
  readonly expiresAt: Date;

  constructor({ dash, hls, mp4, expiresAt }: SignedUrls) {
    this.dash = dash;
    this.hls = hls;
    this.mp4 = mp4 ?? null;
    this.expiresAt = expiresAt;
  }
}

/** Playback without headers. */
@Resolver()
export class PlaybackUrlsResolver {
  constructor(private readonly urls: PlaybackUrlsService) {}

  @Mutation(() => SignedPlaybackUrlsType, {
    description: 'URLs that play a stream, a session or a range without credentials, for a time.',
  })
  @Permission('playback', onStream('input.stream'))
  @Audited('playback-url-created')
  async createPlaybackUrls(
    @Args('input', { type: () => SignedPlaybackUrlsInput }) input: SignedPlaybackUrlsInput,
    @CurrentCaller() caller: Caller,
  ): Promise<SignedPlaybackUrlsType> {
    const { stream, session, from, to, expiresInSeconds: ttlSeconds } = check(input);
    const selection = { session, from, to };
    return new SignedPlaybackUrlsType(
      await this.urls.sign({ stream: parseStreamName(stream), selection, ttlSeconds, maker: caller }),
    );
  }
}

/** The rules of `POST /api/v1/playback-urls`. @throws {InputInvalidError} */
function check({ stream, session, from, to, expiresInSeconds }: SignedPlaybackUrlsInput): WantedUrlsInput {
  const read = wantedUrls.safeParse({
    stream,
    session: session ?? undefined,
    from: from?.toISOString(),
    to: to?.toISOString(),
    expiresInSeconds: expiresInSeconds ?? undefined,
  });
  if (read.success) return read.data;
  throw new InputInvalidError(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
}
