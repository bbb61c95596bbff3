import { createHmac } from 'node:crypto';
import { ascii } from '../bytes.js';
import { ControllingAgent } from './controlling-agent.js';
import { IceAgent, type IceDatagram } from './ice-agent.js';
import { encodeBinding } from './message-encoder.js';
import { parseStunMessage } from './message.js';
import type { TransportAddress } from './transport-address.js';

const hmacSha1 = (key: Uint8Array, data: Uint8Array): Uint8Array => createHmac('sha1', key).update(data).digest();
const OURS = { usernameFragment: 'client01', password: 'clientpasswordclientpw' };
const THEIRS = { usernameFragment: 'server01', password: 'serverpasswordserverpw' };
const SERVER: TransportAddress = { address: '192.0.2.1', port: 7777, family: 'IPv4' };
const ELSEWHERE: TransportAddress = { address: '192.0.2.2', port: 7777, family: 'IPv4' };
const HOME: TransportAddress = { address: '198.51.100.1', port: 4000, family: 'IPv4' };

function randomBytes(): (length: number) => Uint8Array {
  let next = 0;
  return (length) => Uint8Array.from({ length }, () => (next = (next * 5 + 7) & 0xff));
}

function newAgent(...remotes: readonly TransportAddress[]): ControllingAgent {
  const pairs = remotes.map((remote) => ({ remote, socketId: -1 }));
  return new ControllingAgent({ local: OURS, remote: THEIRS, pairs, hmacSha1, randomBytes: randomBytes() });
}

/** A server that offered nothing and is asked. */
function newServer(): IceAgent {
  return new IceAgent({ local: THEIRS, remote: OURS, hmacSha1, randomBytes: randomBytes() });
}

/** What a lite agent says: answers, and nothing else. */
function answerTo(sent: IceDatagram | undefined, password = THEIRS.password): Uint8Array {
  const transactionId = sent?.bytes.slice(8, 20) ?? new Uint8Array(12);
  return encodeBinding({ class: 'success', transactionId }, { key: ascii(password), hmacSha1 });
}

const read = (datagram: IceDatagram | undefined) => parseStunMessage(datagram?.bytes ?? new Uint8Array());

describe('an ICE agent whose offer was answered', () => {
  it('checks where the peer may be, takes what answers, and nominates it', () => {
    const agent = newAgent(SERVER, ELSEWHERE);
    const first = agent.tick(0);
    expect(first.map(({ remote }) => remote)).toEqual([SERVER, ELSEWHERE]);
    expect(read(first[0])).toMatchObject({ username: 'server01:client01', useCandidate: false });
    expect(read(first[0])?.iceControlling).toBeGreaterThan(2n ** 63n);

    const answered = agent.receive(answerTo(first[1]), ELSEWHERE, -1, 20);

    expect(answered).toMatchObject({ accepted: true, nominated: true });
    expect(read(answered.send[0])).toMatchObject({ class: 'request', useCandidate: true });
    expect(agent.selected).toMatchObject({ remote: ELSEWHERE, socketId: -1 });
    expect(agent.roundTripMs).toBe(20);
    expect(agent.isValidated(ELSEWHERE, -1)).toBe(true);
    expect(agent.isValidated(SERVER, -1)).toBe(false);
  });

  it('comes to terms with an agent that answers and checks', () => {
    const [agent, server] = [newAgent(SERVER), newServer()];
    let now = 0;
    for (let toServer = agent.tick(now); toServer.length > 0; now += 1) {
      const toClient = toServer.flatMap(({ bytes }) => server.receive(bytes, HOME, 3, now).send);
      toServer = toClient.flatMap(({ bytes }) => agent.receive(bytes, SERVER, -1, now).send);
    }

    expect(agent.selected).toMatchObject({ remote: SERVER });
    expect(server.selected).toMatchObject({ remote: HOME, socketId: 3 });
    expect([...agent.tick(now), ...server.tick(now)]).toEqual([]);
  });

  it('begins two checks each time, and repeats those without an answer', () => {
    const remotes = [1, 2, 3, 4, 5].map((port) => ({ ...SERVER, port }));
    const agent = newAgent(...remotes);

    const counts = [0, 100, 200, 300, 500, 600].map((nowMs) => agent.tick(nowMs).length);

    expect(counts).toEqual([2, 2, 1, 0, 2, 2]);
  });

  it('asks for consent in silence, and takes another pair when none comes', () => {
    const agent = newAgent(SERVER, ELSEWHERE);
    const [first, second] = agent.tick(0);
    agent.receive(answerTo(first), SERVER, -1, 10);
    expect(agent.tick(1_100).some((sent) => sent.remote === SERVER && read(sent)?.useCandidate === true)).toBe(true);

    agent.receive(answerTo(second), ELSEWHERE, -1, 1_200);
    expect(agent.selected?.remote).toBe(SERVER);
    agent.receive(answerTo(second), ELSEWHERE, -1, 1_300);
    const [late] = agent.receive(checkOfServer(), ELSEWHERE, -1, 2_700).send.slice(1);
    expect(late).toBeUndefined();
    agent.tick(2_700);
    expect(agent.lastHeardMs).toBe(2_700);
  });

  it.each([
    ['signed by somebody else', answerTo(newAgent(SERVER).tick(0)[0], 'anotherpasswordanother'), SERVER],
    ['from where nobody was asked', answerTo(newAgent(SERVER).tick(0)[0]), ELSEWHERE],
    ['to nothing that was asked', answerTo(undefined), SERVER],
    ['of five bytes', Uint8Array.of(1, 1, 0, 0, 0), SERVER],
  ])('believes no answer %s', (_what, datagram, from) => {
    const agent = newAgent(SERVER);
    agent.tick(0);

    expect(agent.receive(datagram, from, -1, 5)).toMatchObject({ accepted: false, send: [] });
    expect(agent.selected).toBeUndefined();
  });

  it('tells who claims to control as well that it does not', () => {
    const agent = newAgent(SERVER);

    const { accepted, send } = agent.receive(checkOfServer({ iceControlling: 5n }), SERVER, -1, 0);

    expect(accepted).toBe(false);
    expect(read(send[0])).toMatchObject({ class: 'error', errorCode: 487 });
  });
});

function checkOfServer(fields: { readonly iceControlling?: bigint } = {}): Uint8Array {
  const username = `${OURS.usernameFragment}:${THEIRS.usernameFragment}`;
  const transactionId = ascii('abcdefghijkl');
  return encodeBinding(
    { class: 'request', transactionId, username, priority: 1, ...fields },
    { key: ascii(OURS.password), hmacSha1 },
  );
}
