import { StorageWatch } from './storage-watch.js';

it('tells of a disk that gets full once, and once when it is not any more', async () => {
  const seen = [100, 9, 8, 'no answer', 7, 11, 12, 9];
  const freeBytes = (): Promise<number> => {
    const next = seen.shift();
    return typeof next === 'number' ? Promise.resolve(next) : Promise.reject(new Error('no answer'));
  };
  const watch = new StorageWatch(freeBytes, 10, 'node-1');

  const told = [];
  for (let looks = 0; looks < 8; looks += 1) told.push((await watch.look(new Date()))?.type);

  expect(told.filter((type) => type !== undefined)).toEqual(['storage.full', 'storage.recovered', 'storage.full']);
});
