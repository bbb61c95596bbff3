import { MemoryStorageDriver } from '../drivers/index.js';
import type { ObjectKey } from '../ports/object-key.js';
import type { ObjectFacts } from '../ports/storage-driver.js';
import { StorageUnavailableError, type StorageFault } from '../storage.errors.js';
import { MARK_KEY, readMark, writeMark } from './storage-mark.js';

const OWNER = '0123456789abcdef0123456789abcdef';

/** A bucket of which the key may list nothing: what is absent is forbidden there. */
class Unlisted extends MemoryStorageDriver {
  constructor(private readonly fault: StorageFault) {
    super();
  }

  override async head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    const facts = await super.head(key);
    if (facts === undefined) throw new StorageUnavailableError(this.fault, 'the key may not read.');
    return facts;
  }
}

it('is absent where absent objects are forbidden, and is read when it is there', async () => {
  const bucket = new Unlisted('access-denied');
  await expect(readMark(bucket)).resolves.toBeUndefined();

  await writeMark(bucket, OWNER, false);

  await expect(readMark(bucket)).resolves.toBe(OWNER);
});

it('is not known of a store that does not answer', async () => {
  await expect(readMark(new Unlisted('unreachable'))).rejects.toMatchObject({ fault: 'unreachable' });
});

it('stays as it is unless it is to be replaced', async () => {
  const bucket = new MemoryStorageDriver();
  await writeMark(bucket, OWNER, false);

  await writeMark(bucket, 'f'.repeat(32), false);
  await expect(readMark(bucket)).resolves.toBe(OWNER);

  await writeMark(bucket, 'f'.repeat(32), true);
  await expect(readMark(bucket)).resolves.toBe('f'.repeat(32));
  expect((await bucket.head(MARK_KEY))?.sizeBytes).toBeLessThan(200);
});
