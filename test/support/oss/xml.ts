import type { Listing } from './bucket.js';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function uploadXml(bucket: string, key: string, uploadId: string): string {
  return `${HEAD}<InitiateMultipartUploadResult>
  <Bucket>${bucket}</Bucket><Key>${escape(key)}</Key><UploadId>${uploadId}</UploadId>
</InitiateMultipartUploadResult>`;
}

export function completedXml(bucket: string, key: string, etag: string): string {
  return `${HEAD}<CompleteMultipartUploadResult>
  <Bucket>${bucket}</Bucket><Key>${escape(key)}</Key><ETag>"${etag}"</ETag>
</CompleteMultipartUploadResult>`;
}

export function deletedXml(keys: readonly string[]): string {
  const deleted = keys.map((key) => `<Deleted><Key>${escape(key)}</Key></Deleted>`);
  return `${HEAD}<DeleteResult>${deleted.join('')}</DeleteResult>`;
}

export function listingXml(bucket: string, { objects, prefixes, next }: Listing): string {
  const contents = objects.map(
    ([key, { sizeBytes, etag, modifiedAt, contentMd5 }]) => `
  <Contents>
    <Key>${escape(key)}</Key><LastModified>${modifiedAt.toISOString()}</LastModified><ETag>"${etag}"</ETag>
    <Type>${contentMd5 === undefined ? 'Multipart' : 'Normal'}</Type><Size>${sizeBytes}</Size>
    <StorageClass>Standard</StorageClass>
  </Contents>`,
  );
  const common = prefixes.map((prefix) => `<CommonPrefixes><Prefix>${escape(prefix)}</Prefix></CommonPrefixes>`);
  const token = next === undefined ? '' : Buffer.from(next).toString('base64url');
  return `${HEAD}<ListBucketResult>
  <Name>${bucket}</Name><KeyCount>${objects.length + prefixes.length}</KeyCount>
  <IsTruncated>${String(next !== undefined)}</IsTruncated>
  ${token === '' ? '' : `<NextContinuationToken>${token}</NextContinuationToken>`}
  ${contents.join('')}${common.join('')}
</ListBucketResult>`;
}

/** What a request to complete an upload names. */
export function namedParts(xml: string): { partNumber: number; etag: string }[] {
  return [...xml.matchAll(/<Part>([\s\S]*?)<\/Part>/g)].map(([, part = '']) => ({
    partNumber: Number(textOf(part, 'PartNumber')),
    etag: textOf(part, 'ETag'),
  }));
}

/** What a request to delete many names. */
export function namedKeys(xml: string): { keys: string[]; isQuiet: boolean } {
  const objects = [...xml.matchAll(/<Object>([\s\S]*?)<\/Object>/g)];
  return { keys: objects.map(([, object = '']) => textOf(object, 'Key')), isQuiet: textOf(xml, 'Quiet') === 'true' };
}

function textOf(xml: string, element: string): string {
  const [, text = ''] = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(xml) ?? [];
  return unescape(text);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
