import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { clientOfAddress } from '../../platform/http/client-address.js';
import { IceService } from '../ice/ice.service.js';
import { FRAGMENT_TYPE, OFFER_TYPE } from './media-types.js';
import { OtherNodes } from './ports/other-nodes.js';
import type { StreamName } from './ports/stream-name.js';
import { SessionCredentials } from './session-credentials.js';
import { NodeOverloadedError } from './signaling.errors.js';
import { SignalingService } from './signaling.service.js';

/** What came of an offer. */
interface NewSession {
  readonly sessionId: string;
  /** SDP. */
  readonly answer: string;
  readonly entityTag: string;
  /** Beside those to ICE servers. */
  readonly links?: readonly string[];
}

/** What WHIP and WHEP endpoints say alike. */
@Injectable()
export class SessionEndpoint {
  constructor(
    private readonly ice: IceService,
    private readonly credentials: SessionCredentials,
    private readonly signaling: SignalingService,
    private readonly otherNodes: OtherNodes,
  ) {}

  /**
   * Makes the session, and meanwhile asks for ICE servers; answers 201 (RFC 9725 section 4.2).
   *
   * @param authorization that came with the offer
   */
  async create(
    response: Response,
    stream: StreamName,
    authorization: string | undefined,
    make: () => Promise<NewSession>,
  ): Promise<void> {
    const iceLinks = this.ice.linkHeaders();
    const made = await this.credentials
      .keepFor(stream, authorization, make)
      .catch((error: unknown) => this.sendOn(stream, error));
    const { sessionId, answer, entityTag, links = [] } = made;
    response.status(201);
    response.setHeader('Content-Type', OFFER_TYPE);
    response.setHeader('Location', `/session/${encodeURIComponent(stream)}/${sessionId}`);
    response.setHeader('ETag', entityTag);
    response.setHeader('Accept-Patch', FRAGMENT_TYPE);
    response.setHeader('Link', [...(await iceLinks), ...links]);
    response.end(answer);
  }

  /** What is not here may as well begin on another node (RFC 9725 section 4.5). */
  private async sendOn(stream: StreamName, error: unknown): Promise<never> {
    if (!(error instanceof NodeOverloadedError) || this.signaling.findStream(stream) !== undefined) throw error;
    throw new NodeOverloadedError(await this.otherNodes.withRoom());
  }

  /** Says what can be posted, and the ICE servers that whoever asks may know (RFC 9725 section 4.6). */
  async describe(response: Response, stream: StreamName, authorization: string | undefined, ip: string): Promise<void> {
    response.setHeader('Allow', 'GET, OPTIONS, POST');
    response.setHeader('Accept-Post', OFFER_TYPE);
    const credentials = { authorization, address: clientOfAddress(ip) };
    response.setHeader('Link', await this.ice.publicLinkHeaders(stream, credentials));
  }
}
