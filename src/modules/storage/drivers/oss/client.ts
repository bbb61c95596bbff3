import OSS from 'ali-oss';
import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIPv4 } from 'node:net';
import type { OssStorageConfig } from '../../../../config/index.js';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A request of ali-oss as its own methods make them. Without `successStatuses` it comes back whatever its status. */
interface OssRequest {
  readonly method: 'GET' | 'HEAD';
  readonly bucket: string;
  readonly object: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout: number;
  /** Gives the body as it comes. */
  readonly customResponse?: boolean;
}

interface OssAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, with `customResponse`. */
  readonly res: IncomingMessage;
}

/**
 * What ali-oss 6.23 has and @types/ali-oss does not tell. Its `head` and `getStream` are not used: they take the answer's
 * body, or its x-oss-err, for nothing, so an absent bucket looks like an absent object and a wrong key like any other fault.
 */
interface UntypedOss {
  request(request: OssRequest): Promise<OssAnswer>;
  uploadPart(
    name: string,
    uploadId: string,
    partNumber: number,
    bytes: Buffer,
    start: number,
    end: number,
    options: { readonly headers: Readonly<Record<string, string>>; readonly timeout: number },
  ): Promise<OSS.UploadPartResult>;
}

interface UntypedOptions {
  /** Puts the bucket into the path instead of the host's name. */
  readonly sldEnable: boolean;
  readonly agent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

export type OssClient = OSS & UntypedOss;

/** Idle connections go before OSS closes them. Busy ones are not limited here: a slow reader is no fault of the store. */
const connections = { keepAlive: true, timeout: 15_000 };

export function createOssClient(config: OssStorageConfig): OssClient {
  const { bucket, region, endpoint, accessKeyId, accessKeySecret, securityToken } = config;
  const options: OSS.Options & UntypedOptions = {
    bucket,
    region,
    endpoint,
    accessKeyId,
    accessKeySecret,
    stsToken: securityToken,
    // The token is what the configuration says; without this ali-oss recommends on the console to refresh it.
    refreshSTSTokenInterval: 1,
    authorizationV4: true,
    sldEnable: isIPv4(new URL(endpoint).hostname),
    agent: new HttpAgent(connections),
    httpsAgent: new HttpsAgent(connections),
  };
  return new OSS(options) as OssClient;
}

/** @returns a header of what ali-oss calls a response, whose headers have no type */
export function headerOf({ headers }: { readonly headers: object }, name: string): string | undefined {
  const value = (headers as Headers)[name];
  return typeof value === 'string' ? value : undefined;
}
