import { Args, Field, ID, InputType, Mutation, Query, Resolver } from '@nestjs/graphql';
import { InputInvalidError } from '../../../platform/body/body.errors.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_SERVER } from '../../auth/ports/place.js';
import { newTargetInput } from '../dto/webhook-input.js';
import { WebhookTargetDto } from '../dto/webhook-target.dto.js';
import { WebhooksService } from '../webhooks.service.js';

@InputType()
class CreateWebhookInput {
  @Field(() => String)
  readonly url!: string;

  @Field(() => String, { description: 'What requests are signed with, 16 to 256 characters; it is never shown.' })
  readonly secret!: string;

  @Field(() => [String], { defaultValue: ['*'], description: 'Patterns of event types.' })
  readonly events!: string[];

  @Field(() => [String], { defaultValue: ['*'], description: 'Patterns of streams.' })
  readonly streams!: string[];
}

/** Who is told by HTTP what happens. */
@Resolver(() => WebhookTargetDto)
@Permission('admin', ON_SERVER)
export class WebhookResolver {
  constructor(private readonly webhooks: WebhooksService) {}

  @Query(() => [WebhookTargetDto], { description: 'All targets, those of the configuration first.' })
  async webhookTargets(): Promise<WebhookTargetDto[]> {
    return (await this.webhooks.parts.targets.list()).map((target) => new WebhookTargetDto(target));
  }

  @Mutation(() => WebhookTargetDto, { description: 'Has somebody told what happens from now on.' })
  @Audited('webhook-created', { madeMember: 'id' })
  async createWebhook(
    @Args('input', { type: () => CreateWebhookInput }) input: CreateWebhookInput,
  ): Promise<WebhookTargetDto> {
    const checked = newTargetInput.safeParse({
      url: input.url,
      secret: input.secret,
      events: input.events,
      streams: input.streams,
    });
    if (!checked.success) {
      throw new InputInvalidError(checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
    }
    return new WebhookTargetDto(await this.webhooks.parts.targets.create(checked.data));
  }

  @Mutation(() => Boolean, { description: 'Tells a target nothing more, and forgets what it was told.' })
  @Audited('webhook-deleted')
  async deleteWebhook(@Args('id', { type: () => ID }) id: string): Promise<boolean> {
    await this.webhooks.parts.targets.delete(id);
    return true;
  }

  @Mutation(() => Boolean, { description: 'Tells one event once more, under the same id.' })
  async redeliverWebhook(@Args('delivery', { type: () => ID }) delivery: string): Promise<boolean> {
    await this.webhooks.parts.log.deliverAgain(delivery);
    return true;
  }
}
