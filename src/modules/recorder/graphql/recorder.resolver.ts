import { Args, Context, Field, ID, InputType, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { OperationContext } from '../../../platform/graphql/operation-context.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_CONTENT, onStream } from '../../auth/ports/place.js';
import { IndexLoaders } from '../../index/graphql/index-loaders.js';
import { RecordingSessionType } from '../../index/graphql/recording-session.type.js';
import { StreamType } from '../../signaling/graphql/stream.type.js';
import type { StreamName } from '../../signaling/ports/stream-name.js';
import { StreamNamePipe } from '../../signaling/ports/stream-name.pipe.js';
import { SplitRecordingDto } from '../dto/split-recording.dto.js';
import { RecorderService } from '../recorder.service.js';
import { StartedRecordingType } from './started-recording.type.js';

@InputType()
class StartRecordingInput {
  @Field(() => String, { nullable: true, description: 'Where to record, instead of `{stream}/YYYY/MM/DD`.' })
  readonly baseDir?: string | null;
}

const STREAM = { type: (): typeof ID => ID, description: 'Name of the stream.' } as const;

/** What is being recorded. */
@Resolver(() => StreamType)
@Permission('record', onStream('stream'))
export class RecorderResolver {
  constructor(
    private readonly recorder: RecorderService,
    private readonly loaders: IndexLoaders,
  ) {}

  @Mutation(() => StartedRecordingType, { description: 'Records a live stream; what runs already is returned.' })
  @Audited('recording-started')
  async startRecording(
    @Args('stream', STREAM, StreamNamePipe) stream: StreamName,
    @Args('input', { type: () => StartRecordingInput, nullable: true }) input: StartRecordingInput | null,
  ): Promise<StartedRecordingType> {
    return new StartedRecordingType(await this.recorder.start(stream, input?.baseDir ?? undefined));
  }

  @Mutation(() => Boolean, {
    description: 'Ends the recording; nothing starts by itself before the next publish. True when one ran.',
  })
  @Audited('recording-stopped')
  async stopRecording(@Args('stream', STREAM, StreamNamePipe) stream: StreamName): Promise<boolean> {
    const wasRecording = this.recorder.isRecording(stream);
    await this.recorder.stop(stream);
    return wasRecording;
  }

  @Mutation(() => SplitRecordingDto, {
    description: 'Ends the recording session at the next key frame, where another one goes on.',
  })
  @Audited('recording-split')
  async splitRecording(@Args('stream', STREAM, StreamNamePipe) stream: StreamName): Promise<SplitRecordingDto> {
    return new SplitRecordingDto(await this.recorder.split(stream));
  }

  @ResolveField(() => RecordingSessionType, {
    nullable: true,
    description: 'That records the stream now, or waits for its publisher.',
  })
  @Permission('playback', ON_CONTENT)
  async recordingSession(
    @Parent() { name }: StreamType,
    @Context() context: OperationContext,
  ): Promise<RecordingSessionType | null> {
    const row = await this.loaders.of(context).running.load(name);
    return row === undefined ? null : new RecordingSessionType(row);
  }
}
