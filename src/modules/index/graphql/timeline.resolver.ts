import { Args, Float, ID, Query, Resolver } from '@nestjs/graphql';
import { InputInvalidError } from '../../../platform/body/body.errors.js';
import { Instant } from '../../../platform/graphql/scalars.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { onStream } from '../../auth/ports/place.js';
import { parseStreamName } from '../../signaling/ports/stream-name.js';
import { TimelineDto } from '../dto/timeline.dto.js';
import { timelineResolution } from '../timeline/timeline-query.js';
import { TimelineService } from '../timeline/timeline.service.js';

@Resolver(() => TimelineDto)
@Permission('playback', onStream('stream'))
export class TimelineResolver {
  constructor(private readonly timelines: TimelineService) {}

  @Query(() => TimelineDto, {
    name: 'timeline',
    description: 'What is recorded of a stream in some time, and why not.',
  })
  async show(
    @Args('stream', { type: () => ID }) stream: string,
    @Args('from', { type: () => Instant }) from: Date,
    @Args('to', { type: () => Instant, description: 'Not part of it.' }) to: Date,
    @Args('resolution', {
      type: () => Float,
      nullable: true,
      description: 'Seconds, to 86400: ranges nearer than that are one, and shorter gaps are left out.',
    })
    resolution: number | null,
  ): Promise<TimelineDto> {
    const seconds = timelineResolution.safeParse(resolution ?? undefined);
    if (!seconds.success)
      throw new InputInvalidError(seconds.error.issues.map(({ message }) => `resolution: ${message}`));
    const timeline = await this.timelines.timeline({
      stream: parseStreamName(stream),
      fromMs: from.getTime(),
      toMs: to.getTime(),
      resolutionMs: seconds.data === undefined ? undefined : seconds.data * 1000,
    });
    return new TimelineDto(timeline);
  }
}
