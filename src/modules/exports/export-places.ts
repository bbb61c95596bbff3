import { Injectable } from '@nestjs/common';
import { NodeListService } from '../index/node-list.service.js';
import { ExportElsewhereError } from './exports.errors.js';
import type { ExportedFile } from './exports.service.js';

/** Where files of exports lie: each on the node that made it. */
@Injectable()
export class ExportPlaces {
  constructor(private readonly nodes: NodeListService) {}

  /**
   * @param search query that the other node is to get too, with its question mark
   * @returns where the file can be had, undefined when it is here
   * @throws {ExportElsewhereError}
   */
  async elsewhere({ id, isHere, nodeAlias }: ExportedFile, search = ''): Promise<string | undefined> {
    if (isHere) return undefined;
    const node = await this.nodes.urlOf(nodeAlias);
    if (node === undefined) throw new ExportElsewhereError(nodeAlias);
    return new URL(`api/v1/exports/${id}/file${search}`, node).href;
  }
}
