import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { OutboxService } from '../../storage/outbox.service.js';
import { OwnershipService } from '../../storage/ownership.service.js';
import type { ObjectKey } from '../../storage/ports/object-key.js';
import { SigningService } from '../../storage/signing.service.js';
import { knownObjectsOf } from './known-objects.js';
import { findCommittedObject } from '../object-access/committed-object.js';

/** Tells the storage what the index knows of objects, from the moment it is made. */
@Injectable()
export class KnownObjectsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: OutboxService,
    ownership: OwnershipService,
    signing: SigningService,
    @Inject(APP_CONFIG) { recorder }: AppConfig,
  ) {
    ownership.askForObjects(knownObjectsOf(dataSource, recorder.node_alias));
    signing.askForRecorded((key) => this.isRecorded(key));
  }

  /** What waits to be uploaded is not in the bucket yet: its node may have asked for the signed request. */
  private async isRecorded(key: ObjectKey): Promise<boolean> {
    const committed = await findCommittedObject(this.dataSource.manager, key);
    return committed?.key === key && !(await this.outbox.isOrdered('upload', key));
  }
}
