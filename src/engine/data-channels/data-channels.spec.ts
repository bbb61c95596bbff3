import type { RTCDataChannel } from 'werift';
import { until } from '../../../test/support/wait.js';
import { MOST_BUFFERED_BYTES } from './data-limits.js';
import { WeriftClient } from './testing/werift-client.js';

/** DATA chunks begin after the header of the packet. */
const isData = (packet: Uint8Array): boolean => packet[12] === 0;
const text = (label: string, content: string) => ({ label, isText: true, bytes: Buffer.from(content) });
const binary = (label: string, bytes: Uint8Array) => ({ label, isText: false, bytes });

describe('data channels with the SCTP of werift', () => {
  it('open, and carry texts and bytes of all sizes both ways, empty ones among them', async () => {
    using client = new WeriftClient();
    const { channel, heard } = client.open('chat', 0);
    await client.call();
    await until(() => channel.readyState === 'open', 'the channel is open');
    const sizes = [0, 1, 1131, 1132, 1133, 5_000, 65_536];
    const contents = sizes.map((size) => Buffer.alloc(size, size % 251));

    for (const bytes of contents.slice(1)) channel.send(bytes);
    channel.send('grüße');
    await until(() => client.heard.length === sizes.length, 'all came');
    for (const bytes of contents) client.ours.deliver(binary('chat', bytes), undefined);
    client.ours.deliver(text('chat', 'zurück'), undefined);
    client.ours.deliver(text('chat', ''), undefined);
    await until(() => heard.length === sizes.length + 2, 'all came back');

    expect(client.heard.map(({ bytes }) => bytes.length)).toEqual([...sizes.slice(1), 7]);
    expect(client.heard.slice(0, -1).map(({ bytes }) => Buffer.from(bytes))).toEqual(contents.slice(1));
    expect(client.heard.at(-1)).toMatchObject({ label: 'chat', isText: true });
    expect(heard.slice(0, sizes.length)).toEqual(contents);
    expect(heard.slice(sizes.length)).toEqual(['zurück', '']);
  });

  it('lose nothing and keep their order where the way loses one packet in ten', async () => {
    using client = new WeriftClient();
    const { channel, heard } = client.open('chat', 0);
    await client.call();
    await until(() => channel.readyState === 'open', 'the channel is open');
    let count = 0;
    client.loses = () => (count = (count * 7 + 3) % 1009) % 10 === 0;

    const numbers = Array.from({ length: 300 }, (_, index) => `${index} ${'x'.repeat((index * 37) % 3000)}`);
    for (const one of numbers) client.ours.deliver(text('chat', one), undefined);
    await until(() => heard.length === numbers.length, 'all came', 30_000);

    expect(heard).toEqual(numbers);
  });

  it.each([
    ['repetitions', { maxRetransmits: 0 }],
    ['time', { maxPacketLifeTime: 1 }],
  ])('give messages up by their %s, as the opener said, and no others', async (_what, how) => {
    using client = new WeriftClient();
    const reliable = client.open('sure', 0);
    const unreliable = client.open('fleeting', 2, how);
    await client.call();
    await until(() => [reliable, unreliable].every(({ channel }) => channel.readyState === 'open'), 'both are open');

    client.loses = (packet, isOurs) => isOurs && isData(packet);
    client.ours.deliver(text('fleeting', 'lost'), client.ours);
    client.ours.deliver(text('sure', 'kept'), client.ours);
    await until(() => true, 'it has left');
    client.loses = () => false;
    client.ours.deliver(text('fleeting', 'next'), client.ours);
    await until(() => reliable.heard.length === 1, 'what was lost came again', 15_000);
    client.ours.deliver(text('sure', 'too'), client.ours);
    await until(() => reliable.heard.length === 2 && unreliable.heard.length === 1, 'what is to come came', 15_000);

    expect(reliable.heard).toEqual(['kept', 'too']);
    expect(unreliable.heard).toEqual(['next']);
  });

  it('are opened by us where the call is ours, and carry both ways', async () => {
    using client = new WeriftClient({}, 65_536, true);
    const opened: RTCDataChannel[] = [];
    const heard: string[] = [];
    client.theirs.onDataChannel.subscribe((channel) => {
      opened.push(channel);
      channel.onMessage.subscribe((message) => void heard.push(`${channel.label}: ${message.toString()}`));
    });
    client.ours.mirror(() => new Set(['chat', 'grüße']));
    await client.call();
    client.ours.secured();
    await until(() => opened.length === 2, 'both are open');
    client.ours.deliver(text('grüße', 'hello'), client.ours);
    opened[0]?.send('hi');
    await until(() => heard.length === 1 && client.heard.length === 1, 'all came');
    client.ours.mirror(() => new Set(['chat']));
    await until(() => opened[1]?.readyState === 'closed', 'one is closed');

    expect(heard).toEqual(['grüße: hello']);
    expect(client.heard).toMatchObject([{ label: 'chat', isText: true }]);
    expect(opened.map(({ label, protocol }) => [label, protocol])).toEqual([
      ['chat', 'aircheck-relay'],
      ['grüße', 'aircheck-relay'],
    ]);
  });

  it('are closed by either side, and opened again', async () => {
    using client = new WeriftClient();
    const first = client.open('chat', 0);
    await client.call();
    await until(() => first.channel.readyState === 'open', 'the channel is open');
    first.channel.send('one');
    await until(() => client.heard.length === 1, 'it came');

    first.channel.close();
    await until(() => first.channel.readyState === 'closed' && !client.ours.has('chat'), 'it is closed', 10_000);
    const second = client.open('again', 0);
    await until(() => second.channel.readyState === 'open', 'another one is open', 10_000);
    second.channel.send('two');
    client.ours.deliver(text('again', 'three'), undefined);
    await until(() => client.heard.length === 2 && second.heard.length === 1, 'both came', 10_000);

    expect(client.heard[1]).toMatchObject({ label: 'again' });
    expect(second.heard).toEqual(['three']);
    expect(client.ends).toEqual([]);
  });

  it('keep what a slow peer does not take to a mebibyte, and drop the rest for it', async () => {
    using client = new WeriftClient();
    const { channel, heard } = client.open('chat', 0);
    await client.call();
    await until(() => channel.readyState === 'open', 'the channel is open');

    client.loses = (packet, isOurs) => isOurs && isData(packet);
    const messages = 200;
    for (let sent = 0; sent < messages; sent += 1) {
      client.ours.deliver(binary('chat', Buffer.alloc(16_384, sent)), undefined);
    }
    client.loses = () => false;
    await until(() => heard.length >= 60, 'what was kept came', 20_000);

    expect(heard.length * 16_384).toBeLessThanOrEqual(MOST_BUFFERED_BYTES);
    expect(heard.map((one) => (one as Buffer)[0])).toEqual(Array.from({ length: heard.length }, (_, index) => index));
  });

  it('end with a message that is larger than was agreed on, and with a flood', async () => {
    using large = new WeriftClient({ mostMessageBytes: 10_000 });
    using flooding = new WeriftClient({ messagesPerSecond: 50 });
    for (const client of [large, flooding]) {
      const { channel } = client.open('chat', 0);
      await client.call();
      await until(() => channel.readyState === 'open', 'the channel is open');
      if (client === large) channel.send(Buffer.alloc(10_001));
      else for (let sent = 0; sent < 300; sent += 1) channel.send('spam');
      await until(() => client.ends.length > 0 && channel.readyState === 'closed', 'it is over', 10_000);
    }

    expect(large.ends).toEqual(['violation']);
    expect(flooding.ends).toEqual(['flood']);
    expect(flooding.heard.length).toBeLessThanOrEqual(110);
    expect(large.heard).toEqual([]);
  });
});
