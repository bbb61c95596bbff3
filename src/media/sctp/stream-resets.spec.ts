import { readUint16, readUint32, uint16, uint32 } from '../bytes.js';
import { parseParameters, writeParameter } from './packet.js';
import { StreamResets } from './stream-resets.js';

const OUR_FIRST = 0xffff_ffff;
const PEER_FIRST = 0;
const RETRY_MS = 200;
const Result = { performed: 1, inProgress: 6, badNumber: 5 } as const;

class Scene {
  nowMs = 0;
  readonly byPeer: number[][] = [];
  readonly here: number[][] = [];
  readonly facts = {
    receivedUpTo: PEER_FIRST - 1,
    sentUpTo: 1_000,
    streamInHand: undefined as number | undefined,
    endedByPeer: (streamIds: readonly number[]) => void this.byPeer.push([...streamIds]),
    endedHere: (streamIds: readonly number[]) => void this.here.push([...streamIds]),
  };
  readonly resets = new StreamResets(OUR_FIRST, this.facts);

  /** @returns what we ask for now */
  request(): { number: number; lastTsn: number; streams: number[] } | undefined {
    const chunk = this.resets.next(this.nowMs, RETRY_MS);
    const [first] = chunk === undefined ? [] : parseParameters(chunk.subarray(4));
    if (first === undefined) return undefined;
    const [, value] = first;
    const streams = Array.from({ length: (value.length - 12) / 2 }, (_, at) => readUint16(value, 12 + 2 * at));
    return { number: readUint32(value, 0), lastTsn: readUint32(value, 8), streams };
  }

  answer(number: number, result: number): void {
    this.resets.receive(writeParameter(16, uint32(number, result)));
  }

  /** @returns our answer to the peer's request */
  ask(number: number, lastTsn: number, ...streams: number[]): number | undefined {
    const [answer] = this.resets.receive(writeParameter(13, uint32(number, 0, lastTsn), uint16(...streams)));
    return answer === undefined ? undefined : readUint32(answer, 12);
  }
}

describe('StreamResets', () => {
  it('ends what the peer has ended once all of it has come, once, and asks the same of the peer', () => {
    const scene = new Scene();
    expect(scene.ask(PEER_FIRST, 5, 2, 4)).toBe(Result.inProgress);
    scene.facts.receivedUpTo = 5;
    expect([scene.ask(PEER_FIRST, 5, 2, 4), scene.ask(PEER_FIRST, 5, 2, 4)]).toEqual([1, 1]);

    expect(scene.byPeer).toEqual([[2, 4]]);
    expect(scene.request()).toEqual({ number: OUR_FIRST, lastTsn: 1_000, streams: [2, 4] });
    expect(scene.here).toEqual([[2, 4]]);
    expect(scene.request()).toBeUndefined();
  });

  it('does not do again what comes late, from before another one', () => {
    const scene = new Scene();
    scene.ask(PEER_FIRST, -1, 2);
    scene.ask(PEER_FIRST + 1, -1, 4);

    expect(scene.ask(PEER_FIRST, -1, 2)).toBe(Result.badNumber);
    expect(scene.byPeer).toEqual([[2], [4]]);
  });

  it('takes a request that names no streams for all of them, and leaves out those that there are not', () => {
    const scene = new Scene();
    scene.ask(PEER_FIRST, -1, 1_023, 1_024, 65_535);
    scene.ask(PEER_FIRST + 1, -1);

    expect(scene.byPeer[0]).toEqual([1_023]);
    expect(scene.byPeer[1]).toHaveLength(1_024);
    const asked = new Set<number>();
    for (let request = scene.request(); request !== undefined; request = scene.request()) {
      for (const streamId of request.streams) asked.add(streamId);
      scene.answer(request.number, Result.performed);
    }
    expect(asked.size).toBe(1_024);
  });

  it('says the same again until there is an answer, each time after twice as long', () => {
    const scene = new Scene();
    scene.resets.end([6]);
    const asked: number[] = [];
    for (scene.nowMs = 0; scene.nowMs < 120_000; scene.nowMs += 20) {
      scene.facts.sentUpTo += 1;
      const request = scene.request();
      if (request === undefined) continue;
      expect(request).toEqual({ number: OUR_FIRST, lastTsn: 1_001, streams: [6] });
      asked.push(scene.nowMs);
    }

    expect(asked).toEqual([0, 200, 600, 1_400, 3_000, 6_200, 12_600, 25_400]);
  });

  it('asks by another number when the peer has not got everything yet', () => {
    const scene = new Scene();
    scene.resets.end([6]);
    scene.request();
    scene.answer(OUR_FIRST, Result.inProgress);
    expect(scene.request()).toBeUndefined();
    scene.nowMs = RETRY_MS;

    expect(scene.request()).toEqual({ number: 0, lastTsn: 1_000, streams: [6] });
    scene.answer(0, Result.performed);
    scene.nowMs = 100_000;
    expect(scene.request()).toBeUndefined();
    expect(scene.here).toEqual([[6]]);
  });

  it('ends a stream after the message that is leaving on it', () => {
    const scene = new Scene();
    scene.facts.streamInHand = 6;
    scene.resets.end([4, 6]);
    expect(scene.request()?.streams).toEqual([4]);
    scene.answer(OUR_FIRST, Result.performed);
    expect(scene.request()).toBeUndefined();
    scene.facts.streamInHand = 8;

    expect(scene.request()?.streams).toEqual([6]);
  });

  it('ends a stream once where both sides do, so that the peer may open it again', () => {
    const scene = new Scene();
    scene.resets.end([6]);
    const request = scene.request();
    scene.ask(PEER_FIRST, -1, 6);
    scene.answer(request?.number ?? -1, Result.performed);
    expect(scene.request()).toBeUndefined();

    scene.ask(PEER_FIRST + 1, -1, 6);
    expect(scene.request()?.streams).toEqual([6]);
  });
});
