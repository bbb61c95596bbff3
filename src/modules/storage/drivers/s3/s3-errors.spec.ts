import { ObjectNotFoundError, StorageUnavailableError, type StorageFault } from '../../storage.errors.js';
import { storageErrorOf, type S3Deed } from './s3-errors.js';

const place = { bucket: 'media', host: 's3.example.org' };

/** As the SDK throws what a store has answered. */
function answered(name: string, httpStatusCode: number, message = 'AKIASECRET'): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode, requestId: 'R-1' } });
}

/** As Node throws what happened on the way. */
function system(code: string): Error {
  return Object.assign(new Error(`connect ${code} AKIASECRET`), { code });
}

describe('storageErrorOf', () => {
  it.each<[Error, S3Deed, StorageFault, string]>([
    [answered('InvalidAccessKeyId', 403), 'list', 'credentials-refused', 's3.example.org does not know the access key'],
    [answered('ExpiredToken', 400), 'list', 'credentials-refused', 'the temporary credentials have expired'],
    [
      answered('AccessDenied', 403),
      'delete from',
      'access-denied',
      'it is not allowed to delete from the bucket media at s3.example.org',
    ],
    [
      answered('Unknown', 403),
      'read from',
      'access-denied',
      'it is not allowed to read from the bucket media at s3.example.org',
    ],
    [answered('NoSuchBucket', 404), 'list', 'no-such-bucket', 'there is no bucket media at s3.example.org'],
    [
      answered('RequestTimeTooSkewed', 403),
      'list',
      'clock-skewed',
      'the clock of this machine and that of s3.example.org differ too much',
    ],
    [answered('SlowDown', 503), 'write to', 'overloaded', 's3.example.org has too much to do'],
    [answered('Whatever', 503), 'write to', 'overloaded', 's3.example.org has too much to do'],
    [answered('PermanentRedirect', 301), 'list', 'failed', 'the bucket media is in another region'],
    [answered('BadDigest', 400), 'write to', 'failed', 'other bytes than were promised came to s3.example.org'],
    [answered('XMinioStorageFull', 507), 'write to', 'failed', 's3.example.org has no room left'],
    [answered('InternalError', 500), 'write to', 'failed', 's3.example.org answered with status 500'],
  ])('says %s in one sentence', (error, deed, fault, sentence) => {
    const told = storageErrorOf(error, place, deed);

    expect(told).toMatchObject({ fault, message: `The storage does not work: ${sentence} (${error.name}).` });
    expect(told.cause).toMatchObject({ message: expect.stringContaining(', request R-1') as string });
  });

  it.each<[unknown, StorageFault, string]>([
    [system('ECONNREFUSED'), 'unreachable', 's3.example.org cannot be reached (ECONNREFUSED).'],
    [
      system('DEPTH_ZERO_SELF_SIGNED_CERT'),
      'unreachable',
      's3.example.org cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT).',
    ],
    [
      new TypeError('fetch failed', { cause: system('ENOTFOUND') }),
      'unreachable',
      's3.example.org cannot be reached (ENOTFOUND).',
    ],
    [
      Object.assign(system('ETIMEDOUT'), { name: 'TimeoutError' }),
      'unreachable',
      's3.example.org does not answer in time.',
    ],
    [
      Object.assign(new Error(), { name: 'CredentialsProviderError' }),
      'credentials-refused',
      'there is no access key in the settings, the environment, the files of AWS or the role of this machine (CredentialsProviderError).',
    ],
    [new SyntaxError('AKIASECRET'), 'failed', 's3.example.org is not understood (SyntaxError).'],
    ['AKIASECRET', 'failed', 's3.example.org is not understood (without a name).'],
    [undefined, 'failed', 's3.example.org is not understood (without a name).'],
  ])('says what nobody answered: %p', (error, fault, reason) => {
    const told = storageErrorOf(error, place, 'list');

    expect(told).toMatchObject({ fault, message: `The storage does not work: ${reason}` });
  });

  it('shows nothing of what a store says but words', () => {
    const told = storageErrorOf(answered('<script>AKIASECRET</script>', 500), place, 'list');

    expect(told.message).toBe('The storage does not work: s3.example.org answered with status 500 (unnamed).');
    expect((told.cause as Error).message).not.toContain('AKIASECRET');
  });

  it.each([new ObjectNotFoundError('x'), new StorageUnavailableError('failed', 'x.')])(
    'leaves %p as it is',
    (error) => {
      expect(storageErrorOf(error, place, 'list')).toBe(error);
    },
  );
});
