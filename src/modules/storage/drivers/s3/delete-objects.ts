import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';

/** Names the checksum that comes with it in another header: MD5 never does, and strict stores look for it. */
const ALGORITHM_HEADER = 'x-amz-sdk-checksum-algorithm';

/**
 * Deletes up to 1000 objects in one request.
 *
 * @returns the store's words for why some of them could not be deleted, by name; empty when none is left
 * @throws what the SDK throws
 */
export async function deleteObjects(
  client: S3Client,
  bucket: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const takesOthers = (await client.config.requestChecksumCalculation()) === 'WHEN_SUPPORTED';
  const command = new DeleteObjectsCommand({
    Bucket: bucket,
    Delete: { Objects: names.map((name) => ({ Key: name })), Quiet: true },
    // This request is refused without a checksum; MD5 is the one that every store knows.
    ...(takesOthers ? {} : { ChecksumAlgorithm: 'MD5' }),
  });
  if (!takesOthers) withoutHeader(command, ALGORITHM_HEADER);
  const { Errors: errors = [] } = await client.send(command);
  const refused = errors.filter(({ Code: code }) => code !== 'NoSuchKey');
  return new Map(refused.map(({ Key: name = '', Code: code = 'unknown' }) => [name, code]));
}

function withoutHeader(command: DeleteObjectsCommand, name: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> };
      request.headers = Object.fromEntries(Object.entries(request.headers).filter(([header]) => header !== name));
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
}
