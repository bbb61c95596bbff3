import fc from 'fast-check';
import { MediaMemory } from '../../media/memory.js';
import { FIRST_CONNECTION_ID } from '../tcp/handed-connection.js';
import { bindingRequest } from '../tcp/testing/binding-request.js';
import { Demultiplexer, type DatagramOwner } from './demultiplexer.js';

const SLOT = 4096;
let nowMs = 0;
const clock = { epochMs: () => 0, monotonicMs: () => nowMs };

class RecordingOwner implements DatagramOwner {
  readonly seen: string[] = [];
  lastHeardMs = -Infinity;
  constructor(private readonly authentic: boolean) {}

  stun(): boolean {
    this.seen.push('stun');
    return this.authentic;
  }

  dtlsDatagram(): void {
    this.seen.push('dtls');
  }

  mediaDatagram(): boolean {
    this.seen.push('media');
    return true;
  }

  mediaDrained(): void {
    this.seen.push('drained');
  }
}

function setUp(authentic: boolean): {
  owner: RecordingOwner;
  demultiplexer: Demultiplexer;
  hear: (bytes: Uint8Array, port?: number, socketId?: number) => boolean;
} {
  const memory = new MediaMemory(new ArrayBuffer(16_384));
  const demultiplexer = new Demultiplexer(memory, clock);
  const owner = new RecordingOwner(authentic);
  demultiplexer.expect('us', owner);
  const hear = (bytes: Uint8Array, port = 5000, socketId = 0): boolean => {
    memory.bytes.set(bytes, SLOT);
    return demultiplexer.datagram(SLOT, bytes.length, '192.0.2.1', port, socketId);
  };
  return { owner, demultiplexer, hear };
}

const dtls = Uint8Array.from([22, 0xfe, 0xfd]);
const rtp = Uint8Array.from([0x80, 96, 0, 1]);

describe('Demultiplexer', () => {
  it('tells a session that its media is all there before another one has some, and once at the end', () => {
    const { owner, demultiplexer, hear } = setUp(true);
    const other = new RecordingOwner(true);
    demultiplexer.expect('them', other);
    hear(bindingRequest('us:peer'), 5000);
    hear(bindingRequest('them:peer'), 6000);

    for (const port of [5000, 5000, 6000]) hear(rtp, port);
    expect(owner.seen).toEqual(['stun', 'media', 'media', 'drained']);
    demultiplexer.drained();
    demultiplexer.drained();

    expect(owner.seen).toEqual(['stun', 'media', 'media', 'drained']);
    expect(other.seen).toEqual(['stun', 'media', 'drained']);
  });

  it('hears nothing but checks from an address that has proved nothing', () => {
    const { owner, demultiplexer, hear } = setUp(false);

    hear(dtls);
    hear(rtp);
    hear(bindingRequest('us:them'));
    hear(dtls);

    expect(owner.seen).toEqual(['stun']);
    expect(demultiplexer.counters.strangers).toBe(3);
  });

  it('hands an address over to its session once a check of it was authentic', () => {
    const { owner, hear } = setUp(true);

    hear(bindingRequest('us:them'));
    hear(dtls);
    const isKept = hear(rtp);
    hear(rtp, 5001);

    expect(owner.seen).toEqual(['stun', 'dtls', 'media']);
    expect(isKept).toBe(true);
  });

  it('counts checks for sessions it does not know and protocols it does not speak', () => {
    const { owner, demultiplexer, hear } = setUp(true);

    hear(bindingRequest('others:them'));
    hear(bindingRequest('us:them'));
    hear(Uint8Array.from([0x40, 1, 2, 3]));

    expect(owner.seen).toEqual(['stun']);
    expect(demultiplexer.counters).toMatchObject({ unknownChecks: 1, unknownProtocol: 1 });
  });

  it('counts addresses that arrive, each once, and knows UDP from connections', () => {
    const { demultiplexer, hear } = setUp(true);

    for (const port of [5000, 5000, 5001]) hear(bindingRequest('us:them'), port);
    hear(bindingRequest('us:them'), 5000, FIRST_CONNECTION_ID);
    hear(bindingRequest('others:them'), 5002);

    expect(demultiplexer.arrivals.udp.addresses).toBe(2);
    expect(demultiplexer.arrivals.tcp.addresses).toBe(1);
    expect(demultiplexer.isProven('192.0.2.1', 5000, FIRST_CONNECTION_ID)).toBe(true);
    expect(demultiplexer.isProven('192.0.2.1', 5001, FIRST_CONNECTION_ID)).toBe(false);
  });

  it('gives answers without a name to whoever asked there, which is no arrival', () => {
    const { owner, demultiplexer, hear } = setUp(false);
    demultiplexer.expectFrom({ address: '192.0.2.1', port: 3478, family: 'IPv4' }, 0, owner);

    hear(Uint8Array.from([1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...new Uint8Array(12)]), 3478);
    hear(Uint8Array.from([1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...new Uint8Array(12)]), 3479);

    expect(owner.seen).toEqual(['stun']);
    expect(demultiplexer.arrivals.udp.addresses).toBe(0);
  });

  it('leaves an address to the session that is heard there, until it has been silent for a second', () => {
    const { owner, demultiplexer, hear } = setUp(true);
    const other = new RecordingOwner(true);
    demultiplexer.expect('them', other);
    hear(bindingRequest('us:peer'));
    nowMs = 50_000;
    owner.lastHeardMs = nowMs - 999;

    hear(bindingRequest('them:peer'));
    hear(rtp);
    expect(owner.seen).toEqual(['stun', 'media']);
    expect(demultiplexer.counters.unknownChecks).toBe(1);

    nowMs += 1;
    hear(bindingRequest('them:peer'));
    hear(rtp);
    expect(other.seen).toEqual(['stun', 'media']);
  });

  it("tells once that an address has become a session's", () => {
    const memory = new MediaMemory(new ArrayBuffer(16_384));
    const proofs: unknown[] = [];
    const demultiplexer = new Demultiplexer(memory, clock, (...proof) => proofs.push(proof));
    demultiplexer.expect('us', new RecordingOwner(true));
    demultiplexer.expect('liars', new RecordingOwner(false));
    const check = (name: string): void => {
      const bytes = bindingRequest(`${name}:peer`);
      memory.bytes.set(bytes, SLOT);
      demultiplexer.datagram(SLOT, bytes.length, '192.0.2.1', 5000, 0);
    };

    for (const name of ['liars', 'us', 'us']) check(name);

    expect(proofs).toEqual([['us', { address: '192.0.2.1', port: 5000, family: 'IPv4' }, 0]]);
  });

  it('forgets a session that was removed', () => {
    const { owner, demultiplexer, hear } = setUp(true);
    hear(bindingRequest('us:them'));

    demultiplexer.remove(owner);
    hear(bindingRequest('us:them'));
    hear(rtp);

    expect(owner.seen).toEqual(['stun']);
  });

  it('survives every datagram and gives strangers nothing', () => {
    const { owner, hear } = setUp(false);

    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        expect(hear(bytes)).toBe(false);
      }),
    );
    expect(owner.seen.filter((what) => what !== 'stun')).toEqual([]);
  });
});
