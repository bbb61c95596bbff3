import { Injectable } from '@nestjs/common';
import { NodeListService } from '../index/node-list.service.js';
import { ExportElsewhereError } from './exports.errors.js';
import type { ExportedFile } from './exports.service.js';

/** Where files of exports lie: each on the node that made it. */
@Injectable()
export class ExportPlaces {
  constructor(private readonly nodes: NodeListService) {}

  /**
   * @param path where it is on any node, with its query
   * @returns where the file can be had, undefined when it is here
   * @throws {ExportElsewhereError}
   */
  async elsewhere({ isHere, nodeAlias }: ExportedFile, path: string): Promise<string | undefined> {
    if (isHere) return undefined;
    const node = await this.nodes.urlOf(nodeAlias);
    if (node === undefined) throw new ExportElsewhereError(nodeAlias);
    return new URL(path.slice(1), node).href;
  }
}
