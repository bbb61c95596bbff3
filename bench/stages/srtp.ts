import type * as KernelSpaceModule from '../../src/engine/srtp/kernel-space.ts';
import type * as KernelCryptoModule from '../../src/engine/srtp/kernel-srtp-crypto.ts';
import type * as NodeCryptoModule from '../../src/engine/srtp/node-srtp-crypto.ts';
import type * as MediaBlockModule from '../../src/engine/udp/media-block.ts';
import type { SrtpCryptoFactory } from '../../src/media/srtp/crypto.ts';
import type * as ProfileModule from '../../src/media/srtp/profile.ts';
import type * as ReceiverModule from '../../src/media/srtp/receiver.ts';
import type * as SenderModule from '../../src/media/srtp/sender.ts';
import { readFileSync } from 'node:fs';
import { importBuilt } from '../index-rows/import-built.ts';
import type { Stage } from './stage.ts';

const PACKETS = 128;
const SLOT_BYTES = 2048;
const PLAIN_BYTES = 1200;
const SEQUENCE_NUMBERS = 0x10000;
const KERNELS = new URL('../../dist/media/kernels/srtp.wasm', import.meta.url);

const { createMediaBlock } = await importBuilt<typeof MediaBlockModule>('engine/udp/media-block.js');
const { createKernelSpace } = await importBuilt<typeof KernelSpaceModule>('engine/srtp/kernel-space.js');
const { createKernelCrypto } = await importBuilt<typeof KernelCryptoModule>('engine/srtp/kernel-srtp-crypto.js');
const { srtpCrypto } = await importBuilt<typeof NodeCryptoModule>('engine/srtp/node-srtp-crypto.js');
const { srtpProfiles, srtpProfileNames } = await importBuilt<typeof ProfileModule>('media/srtp/profile.js');
const { ReceivedPacket, SrtpReceiver } = await importBuilt<typeof ReceiverModule>('media/srtp/receiver.js');
const { SrtpSender } = await importBuilt<typeof SenderModule>('media/srtp/sender.js');

/** Sealing, and sealing and opening in bursts of one session: what opening takes is the difference. */
export function sealing(): Stage[] {
  const { memory, wasm } = createMediaBlock(16);
  const space = createKernelSpace(memory, wasm, readFileSync(KERNELS));
  const slots = Array.from({ length: PACKETS }, () => memory.allocate(SLOT_BYTES));
  const implementations: readonly (readonly [string, SrtpCryptoFactory])[] = [
    ['kernels', createKernelCrypto(space)],
    ['node:crypto', srtpCrypto],
  ];
  return srtpProfileNames.flatMap((profile) =>
    implementations.flatMap(([name, crypto]) => stagesOf(`${profile}, ${name}`, profile, crypto, memory.bytes, slots)),
  );
}

function stagesOf(
  name: string,
  profile: ProfileModule.SrtpProfile,
  crypto: SrtpCryptoFactory,
  bytes: Uint8Array,
  slots: readonly number[],
): Stage[] {
  const { keyLength, saltLength } = srtpProfiles[profile];
  const keys = [new Uint8Array(keyLength).fill(3), new Uint8Array(saltLength).fill(5)] as const;
  const seal = (sender: SenderModule.SrtpSender, first: number): number[] =>
    slots.map((slot, index) => {
      const sequence = (first + index) % SEQUENCE_NUMBERS;
      bytes.set([0x80, 96, sequence >>> 8, sequence & 255, 0, 0, 0, 0, 0, 0, 0, 7], slot);
      return sender.protect(bytes, slot, PLAIN_BYTES);
    });
  const alone = new SrtpSender(profile, ...keys, crypto);
  let next = 0;
  const sealed = {
    ...{ name: `seal, ${name}`, packets: PACKETS },
    run: () => void seal(alone, (next += PACKETS)),
    close: () => {
      alone.close();
    },
  };
  const sender = new SrtpSender(profile, ...keys, crypto);
  const receiver = new SrtpReceiver(profile, ...keys, crypto);
  const packets = Array.from({ length: receiver.mostTogether }, () => new ReceivedPacket());
  let first = 0;
  const opened = {
    ...{ name: `seal and open, ${name}`, packets: PACKETS },
    run: () => {
      const lengths = seal(sender, (first += PACKETS));
      for (let at = 0; at < PACKETS; at += packets.length) {
        packets.forEach((packet, lane) => {
          packet.set(slots[at + lane] ?? 0, lengths[at + lane] ?? 0, 0);
        });
        receiver.unprotectTogether(bytes, packets, packets.length);
        if (packets.some(({ plainLength }) => plainLength !== PLAIN_BYTES)) throw new Error('A packet was refused.');
      }
      return undefined;
    },
    close: () => {
      sender.close();
      receiver.close();
    },
  };
  return [sealed, opened];
}
