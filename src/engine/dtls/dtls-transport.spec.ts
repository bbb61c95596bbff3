import { createDtlsIdentity, type DtlsIdentity } from './dtls-identity.js';
import { parseRecords, type DtlsRecord } from './dtls-record.js';
import { DtlsTransport } from './dtls-transport.js';
import type { MediaKeys } from './media-keys.js';

/** What happened to one side. */
interface Side {
  transport: DtlsTransport;
  keys: MediaKeys | undefined;
  failure: string | undefined;
  closed: boolean;
}

interface LinkOptions {
  readonly serverExpects?: DtlsIdentity;
  readonly clientExpects?: DtlsIdentity;
  readonly serverShows?: DtlsIdentity;
  readonly clientShows?: DtlsIdentity;
  /** What becomes of each datagram on its way. */
  readonly network?: (datagram: Uint8Array, to: 'client' | 'server', count: number) => Uint8Array[];
}

const client = createDtlsIdentity();
const server = createDtlsIdentity();

/** Two transports back to back; returns when both know how it ended. */
async function handshake(options: LinkOptions = {}): Promise<{ client: Side; server: Side }> {
  const sides = {} as { client: Side; server: Side };
  let count = 0;
  const settled = new Promise<void>((resolve) => {
    const check = (): void => {
      const done = (side: Side | undefined): boolean => side?.keys !== undefined || side?.failure !== undefined;
      if (done(sides.client) && done(sides.server)) resolve();
      else if (sides.client.failure !== undefined || sides.server.failure !== undefined) resolve();
    };
    const make = (role: 'client' | 'server', shows: DtlsIdentity, expects: DtlsIdentity): Side => {
      const other = role === 'client' ? 'server' : 'client';
      const transport = new DtlsTransport(
        { role, identity: shows, remoteFingerprints: [expects.fingerprint] },
        {
          send: (datagram) => {
            count += 1;
            const parts = options.network?.(datagram, other, count) ?? [datagram];
            for (const part of parts) setImmediate(() => sides[other].transport.receive(part));
          },
          secured: (keys) => {
            sides[role].keys = keys;
            check();
          },
          failed: (message) => {
            sides[role].failure = message;
            check();
          },
          closed: () => (sides[role].closed = true),
        },
      );
      return { transport, keys: undefined, failure: undefined, closed: false };
    };
    sides.client = make('client', options.clientShows ?? client, options.clientExpects ?? server);
    sides.server = make('server', options.serverShows ?? server, options.serverExpects ?? client);
    sides.client.transport.start();
    sides.server.transport.start();
  });
  await settled;
  return sides;
}

/** Gives an extension a number that nobody knows. @param beginning its number and length, in hexadecimal */
function withoutExtension(datagram: Uint8Array, beginning: string): Uint8Array {
  return Buffer.from(
    Buffer.from(datagram)
      .toString('hex')
      .replace(beginning, `0aaa${beginning.slice(4)}`),
    'hex',
  );
}

function closeBoth(sides: { client: Side; server: Side }): void {
  sides.client.transport.close();
  sides.server.transport.close();
}

describe('DtlsTransport', () => {
  it('gives both sides the same media keys, AES-GCM first', async () => {
    const sides = await handshake();

    expect(sides.client.keys?.profile).toBe('AEAD_AES_128_GCM');
    expect(sides.client.keys?.localKey).toEqual(sides.server.keys?.remoteKey);
    expect(sides.server.keys?.localSalt).toEqual(sides.client.keys?.remoteSalt);
    closeBoth(sides);
  });

  it('refuses a client whose certificate was not announced', async () => {
    const sides = await handshake({ serverExpects: server });

    expect(sides.server.failure).toContain('fingerprint');
    expect(sides.server.keys).toBeUndefined();
    closeBoth(sides);
  });

  it('refuses a server whose certificate was not announced', async () => {
    const sides = await handshake({ clientExpects: client });

    expect(sides.client.failure).toContain('fingerprint');
    closeBoth(sides);
  });

  it('refuses a client that shows the announced certificate without having its key', async () => {
    const thief: DtlsIdentity = { ...client, privateKey: server.privateKey };

    const sides = await handshake({ clientShows: thief });

    expect(sides.server.failure).toContain('wrong signature');
    closeBoth(sides);
  });

  it('refuses a server that shows the announced certificate without having its key', async () => {
    const thief: DtlsIdentity = { ...server, privateKey: client.privateKey };

    const sides = await handshake({ serverShows: thief });

    expect(sides.client.failure).toContain('wrong signature');
    closeBoth(sides);
  });

  it.each([
    ['client', 'server', '000e0007'],
    ['server', 'client', '000e0005'],
  ] as const)('refuses a %s without SRTP where media is to flow', async (_, refusing, useSrtp) => {
    const sides = await handshake({
      network: (datagram, to) => [to === refusing ? withoutExtension(datagram, useSrtp) : datagram],
    });

    expect(sides[refusing].failure).toContain('no SRTP profile');
    expect(sides[refusing].keys).toBeUndefined();
    closeBoth(sides);
  });

  it('gets through when datagrams are lost, repeated and delayed', async () => {
    const late: Uint8Array[] = [];
    const sides = await handshake({
      network: (datagram, _to, count) => {
        if (count % 4 === 1) return [];
        if (count % 4 === 2) {
          late.push(datagram);
          return [];
        }
        return [datagram, ...late.splice(0), datagram];
      },
    });

    expect(sides.client.keys?.remoteKey).toEqual(sides.server.keys?.localKey);
    closeBoth(sides);
  }, 30_000);

  it('waits for the proof of a client whose Finished has overtaken it', async () => {
    const late: DtlsRecord[] = [];
    let overtaken = 0;
    const isProof = ({ epoch, contentType, fragment }: DtlsRecord): boolean =>
      epoch === 0 && contentType === 22 && fragment[0] === 15;
    const sides = await handshake({
      network: (datagram, to) => {
        if (to === 'client') return [datagram];
        const records = [...parseRecords(datagram.slice())];
        late.push(...records.filter(isProof));
        const others = records.filter((record) => !isProof(record));
        const proofs = others.some(({ epoch }) => epoch === 1) ? late.splice(0) : [];
        overtaken += proofs.length;
        return [...others, ...proofs].map(({ bytes }) => bytes);
      },
    });

    expect(overtaken).toBeGreaterThan(0);
    expect(sides.server.failure).toBeUndefined();
    expect(sides.client.keys?.remoteKey).toEqual(sides.server.keys?.localKey);
    closeBoth(sides);
  });

  it('repeats a first flight that got lost, long before half a second', async () => {
    // Timers fire in the order of their times, however busy the machine is.
    let isHalfASecondOver = false;
    const halfASecond = setTimeout(() => (isHalfASecondOver = true), 450);
    let wasRepeatedInTime = false;
    const sides = await handshake({
      network: (datagram, _to, count) => {
        if (count === 2) wasRepeatedInTime = !isHalfASecondOver;
        return count === 1 ? [] : [datagram];
      },
    });
    clearTimeout(halfASecond);

    expect(sides.client.keys).toBeDefined();
    expect(wasRepeatedInTime).toBe(true);
    closeBoth(sides);
  });

  it('hears the goodbye of the other side', async () => {
    const sides = await handshake();

    sides.client.transport.close();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

    expect(sides.server.closed).toBe(true);
    closeBoth(sides);
  });

  it('keeps its keys when someone without them sends alerts, greetings or noise', async () => {
    const greetings: Uint8Array[] = [];
    const sides = await handshake({
      network: (datagram, to) => {
        if (to === 'server') greetings.push(datagram.slice());
        return [datagram];
      },
    });
    const fatalAlert = Uint8Array.from([21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40]);
    const forgedClose = Uint8Array.from([
      21,
      0xfe,
      0xfd,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      9,
      0,
      26,
      ...new Array<number>(26).fill(7),
    ]);

    for (const hostile of [fatalAlert, forgedClose, ...greetings, Uint8Array.from([22, 0xfe])]) {
      sides.server.transport.receive(hostile);
    }

    expect(sides.server.transport.isSecured).toBe(true);
    expect(sides.server.closed).toBe(false);
    expect(sides.server.failure).toBeUndefined();
    closeBoth(sides);
  });
});
