import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { MediaMemory } from '../../media/memory.js';
import { RemoteStrangersPort } from './remote-strangers-port.js';
import type { FromSharedPort, ToSharedPort } from './shared-port-messages.js';
import { SlotIntake } from './slot-intake.js';
import { SLOT_BYTES, SlotPool } from './slot-pool.js';

describe('RemoteStrangersPort', () => {
  let main: MessagePort;
  let port: RemoteStrangersPort;
  let heard: number;
  const tell = (message: FromSharedPort): void => main.postMessage(message);
  const datagram = (): FromSharedPort => ({ bytes: Uint8Array.of(22), address: '192.0.2.1', port: 9, socketId: 0 });
  const next = async (): Promise<ToSharedPort> => ((await once(main, 'message')) as [ToSharedPort])[0];

  beforeEach(() => {
    const { port1, port2 } = new MessageChannel();
    main = port1;
    heard = 0;
    const memory = new MediaMemory(new ArrayBuffer(16 * SLOT_BYTES));
    port = new RemoteStrangersPort({ sockets: [], messages: port2 }, new SlotIntake(memory, new SlotPool(memory)));
    port.deliverTo({ datagram: () => (heard += 1) < 0, drained: () => undefined });
  });

  afterEach(() => port.close());

  it('has heard what lay in the main thread when it says that it has heard what arrived', async () => {
    const arrived = port.hearArrived();
    const question = await next();
    for (let i = 0; i < 5; i += 1) tell(datagram());
    if (question.what === 'echo') tell({ echo: question.echo });
    await arrived;

    expect(question.what).toBe('echo');
    expect(heard).toBe(5);
  });

  it('does not wait for a main thread that does not answer', async () => {
    await expect(port.hearArrived()).resolves.toBeUndefined();
  });

  it('says how many datagrams it has taken, so that it is given more', async () => {
    for (let i = 0; i < 5; i += 1) tell(datagram());
    let taken = 0;
    while (taken < 5) {
      const message = await next();
      if (message.what === 'taken') taken += message.count;
    }

    expect([taken, heard]).toEqual([5, 5]);
  });

  it("says which address has become a session's", async () => {
    port.proved('us', { address: '192.0.2.1', port: 9, family: 'IPv4' }, 0);

    expect(await next()).toEqual({
      what: 'proved',
      usernameFragment: 'us',
      address: '192.0.2.1',
      port: 9,
      socketId: 0,
    });
  });
});
