import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { InputInvalidError } from '../../../platform/body/body.errors.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import type { Caller } from '../../auth/ports/caller.js';
import { CurrentCaller } from '../../auth/ports/current-caller.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_CONTENT, onStream } from '../../auth/ports/place.js';
import { StreamNamePipe } from '../../signaling/ports/stream-name.pipe.js';
import type { StreamName } from '../../signaling/ports/stream-name.js';
import { CascadeService } from '../cascade.service.js';
import { cascadeInput, describeCascade } from '../dto/cascade.input.js';
import { describeSource, readSourceUrl } from '../sources/dto/source.input.js';
import { SourcesService } from '../sources/sources.service.js';
import { CascadeLinkType, StartCascadeInput, StreamSourceType } from './cascade.types.js';

const STREAM = { type: (): typeof ID => ID, description: 'Name of the stream.' } as const;

/** Streams between servers. */
@Resolver()
@Permission('watch', ON_CONTENT)
export class CascadeResolver {
  constructor(
    private readonly links: CascadeService,
    private readonly origins: SourcesService,
  ) {}

  @Query(() => [CascadeLinkType], {
    description: 'The streams that come from other servers or go to them, and how that goes.',
  })
  cascades(@CurrentCaller() caller: Caller): CascadeLinkType[] {
    const allowed = this.links.links.filter(({ stream }) => caller.may(['watch'], stream));
    return allowed.map((link) => new CascadeLinkType(link));
  }

  @Query(() => [StreamSourceType], {
    description: 'The streams that come from elsewhere by themselves, all the time or on demand.',
  })
  sources(@CurrentCaller() caller: Caller): StreamSourceType[] {
    const allowed = this.origins.list.filter(({ stream }) => caller.may(['watch'], stream));
    return allowed.map((source) => new StreamSourceType(source));
  }

  @Permission('admin', onStream('stream'))
  @Audited('cascade-started', { describe: describeCascade })
  @Mutation(() => CascadeLinkType, {
    description:
      'Publishes a stream of another server here, or one of ours there; tried again for ever once it has worked.',
  })
  async startCascade(
    @Args('stream', STREAM, StreamNamePipe) stream: StreamName,
    @Args('input', { type: () => StartCascadeInput }) input: StartCascadeInput,
  ): Promise<CascadeLinkType> {
    const read = cascadeInput.safeParse(input);
    if (!read.success)
      throw new InputInvalidError(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
    const { token, sourceUrl, targetUrl = '' } = read.data;
    const link =
      sourceUrl === undefined
        ? await this.links.push(stream, { url: targetUrl, token })
        : await this.links.pull(stream, { url: sourceUrl, token });
    return new CascadeLinkType(link);
  }

  @Permission('admin', onStream('stream'))
  @Audited('cascade-ended')
  @Mutation(() => Boolean, { description: 'Ends all ways of a stream, but for that of its source.' })
  async endCascade(@Args('stream', STREAM, StreamNamePipe) stream: StreamName): Promise<boolean> {
    await this.links.end(stream);
    return true;
  }

  @Permission('admin', onStream('stream'))
  @Audited('source-added', { describe: describeSource })
  @Mutation(() => StreamSourceType, { description: 'Has a stream come from a WHEP endpoint of another server.' })
  async addSource(
    @Args('stream', STREAM, StreamNamePipe) stream: StreamName,
    @Args('url', { type: () => String, description: 'whep, wheps, http or https, with a token in front of the host.' })
    url: string,
  ): Promise<StreamSourceType> {
    return new StreamSourceType(await this.origins.create(stream, readSourceUrl(url)));
  }

  @Permission('admin', onStream('stream'))
  @Audited('source-removed')
  @Mutation(() => Boolean, { description: 'Fetches it no more. False: it had no source.' })
  removeSource(@Args('stream', STREAM, StreamNamePipe) stream: StreamName): Promise<boolean> {
    return this.origins.remove(stream);
  }
}
