import { ObjectExistsError, StorageUnavailableError } from '../storage.errors.js';
import { StoreCircuit } from './store-circuit.js';

let nowMs: number;
let told: string[];
let circuit: StoreCircuit;

beforeEach(() => {
  nowMs = 1_000_000;
  told = [];
  const clock = { epochMs: () => nowMs, monotonicMs: () => nowMs };
  const timing = { firstMs: 1000, longestMs: 300_000 };
  circuit = new StoreCircuit(clock, timing, {
    failed: () => void told.push('failed'),
    answered: () => void told.push('answered'),
  });
});

const fail = (): Promise<void> => use(Promise.reject(new StorageUnavailableError('unreachable', 'it is away.')));
const answer = (): Promise<void> => use(Promise.resolve());

async function use(work: Promise<void>): Promise<void> {
  await circuit.through(() => work).catch(() => undefined);
}

it('lets one in to find out, and all after an answer', async () => {
  const first = circuit.enter();
  expect(first).toEqual({ isTrial: true });
  expect(circuit.enter()).toBeUndefined();

  await answer();

  expect(circuit.enter()).toEqual({ isTrial: false });
  expect(told).toEqual([]);
});

it('leaves a store that fails alone, then lets one in again', async () => {
  await answer();
  await fail();
  expect(circuit.enter()).toBeUndefined();

  nowMs += circuit.waitMs;
  expect(circuit.enter()).toEqual({ isTrial: true });
  expect(circuit.isOpen).toBe(false);
});

it('waits longer with each trial that fails, up to the longest pause', async () => {
  const waits: number[] = [];
  for (let trial = 0; trial < 12; trial += 1) {
    await fail();
    waits.push(circuit.waitMs);
    nowMs += circuit.waitMs;
  }

  expect(waits[3]).toBeGreaterThanOrEqual(6000);
  expect(waits[3]).toBeLessThanOrEqual(10_000);
  expect(waits.at(-1)).toBeGreaterThanOrEqual(225_000);
  expect(waits.at(-1)).toBeLessThanOrEqual(375_000);
});

it('counts what fails together once, and tells of it once', async () => {
  await answer();
  for (let job = 0; job < 8; job += 1) await fail();
  expect(circuit.waitMs).toBeLessThanOrEqual(1250);

  nowMs += 2000;
  expect(circuit.failingForMs).toBe(2000);
  await answer();
  await answer();

  expect(circuit.failingForMs).toBe(0);
  expect(told).toEqual(['failed', 'answered']);
});

it('learns nothing from what is wrong with one object', async () => {
  await answer();

  await use(Promise.reject(new ObjectExistsError('cam/seg_0001.m4s')));

  expect(circuit.isOpen).toBe(true);
});
