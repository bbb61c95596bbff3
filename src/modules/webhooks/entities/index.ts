import { WebhookDelivery } from './webhook-delivery.entity.js';
import { WebhookSubject } from './webhook-subject.entity.js';
import { WebhookTargetRow } from './webhook-target.entity.js';

export { WebhookDelivery, WebhookSubject, WebhookTargetRow };
export type { DeliveryState } from './webhook-delivery.entity.js';

export const webhookEntities = [WebhookTargetRow, WebhookDelivery, WebhookSubject] as const;
