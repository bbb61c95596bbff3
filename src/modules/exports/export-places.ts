import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { NodeListService } from '../index/node-list.service.js';
import { ExportElsewhereError } from './exports.errors.js';
import type { ExportedFile } from './exports.service.js';

/** Where files of exports lie: each on the node that made it. */
@Injectable()
export class ExportPlaces {
  constructor(
    private readonly nodes: NodeListService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * @param path where it is on any node, with its query
   * @returns where the file can be had, undefined when it is here
   * @throws {ExportElsewhereError}
   */
  async elsewhere({ isHere, nodeAlias }: ExportedFile, path: string): Promise<string | undefined> {
    if (isHere) return undefined;
    const node = await this.nodes.urlOf(nodeAlias, this.config.recorder.node_alias);
    if (node === undefined) throw new ExportElsewhereError(nodeAlias);
    return new URL(path.slice(1), node).href;
  }
}
