import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { IceAgent, type IceDatagram, type IceResult } from './ice-agent.js';
import { ascii } from '../bytes.js';
import { type BindingFields, encodeBinding } from './message-encoder.js';
import { hasValidIntegrity } from './message-integrity.js';
import { parseStunMessage, type StunMessage } from './message.js';
import type { TransportAddress } from './transport-address.js';

const hmacSha1 = (key: Uint8Array, data: Uint8Array): Uint8Array => createHmac('sha1', key).update(data).digest();

const OURS = { usernameFragment: 'server01', password: 'serverpasswordserverpw' };
const THEIRS = { usernameFragment: 'client01', password: 'clientpasswordclientpw' };
const NEW_OURS = { usernameFragment: 'server02', password: 'serverpasswordserver02' };
const NEW_THEIRS = { usernameFragment: 'client02', password: 'clientpasswordclient02' };

const HOME = address('192.0.2.1', 4000);
const OTHER = address('192.0.2.1', 5000);
const AWAY = address('2001:db8::1', 4000);

function address(ip: string, port: number): TransportAddress {
  return { address: ip, port, family: ip.includes(':') ? 'IPv6' : 'IPv4' };
}

function counter(): (length: number) => Uint8Array {
  let next = 0;
  return (length) => Uint8Array.from({ length }, () => (next = (next * 5 + 7) & 0xff));
}

function newAgent(): IceAgent {
  let sequence = 0;
  const jitter = counter();
  const randomBytes = (length: number): Uint8Array => {
    if (length !== 12) return jitter(length);
    sequence += 1;
    return Uint8Array.of(sequence >> 8, sequence & 0xff, ...new Uint8Array(10));
  };
  return new IceAgent({ local: OURS, remote: THEIRS, hmacSha1, randomBytes });
}

type Fields = Omit<BindingFields, 'class' | 'transactionId'>;
const CONTROLLING: Fields = { priority: 1, iceControlling: 7n };
const NOMINATING: Fields = { ...CONTROLLING, useCandidate: true };

/** A check of the client, by default with neither PRIORITY nor ICE-CONTROLLING, as FFmpeg sends it. */
function check(fields: Fields = {}, ours = OURS, theirs = THEIRS): Uint8Array {
  const username = `${ours.usernameFragment}:${theirs.usernameFragment}`;
  const transactionId = ascii('abcdefghijkl');
  const integrity = { key: ascii(ours.password), hmacSha1 };
  return encodeBinding({ class: 'request', transactionId, username, ...fields }, integrity);
}

/** The client's answer to a check of ours; FFmpeg's has no mapped address either. */
function answerTo(sent: IceDatagram | undefined, theirs = THEIRS, fields: Fields = {}): Uint8Array {
  const transactionId = sent?.bytes.slice(8, 20) ?? new Uint8Array(12);
  const integrity = { key: ascii(theirs.password), hmacSha1 };
  return encodeBinding(
    { class: fields.error === undefined ? 'success' : 'error', transactionId, ...fields },
    integrity,
  );
}

function read(datagram: IceDatagram | undefined): StunMessage {
  const message = datagram && parseStunMessage(datagram.bytes);
  if (message === undefined) throw new Error('no STUN was sent');
  return message;
}

/** The agent is asked from an address and its own check is answered. */
function prove(agent: IceAgent, remote: TransportAddress, nowMs: number, fields: Fields = NOMINATING): IceResult {
  const { send } = agent.receive(check(fields), remote, 0, nowMs);
  return agent.receive(answerTo(send[1]), remote, 0, nowMs + 1);
}

describe('an ICE agent that hears its first check', () => {
  it('selects the pair, answers, and asks back the same way', () => {
    const agent = newAgent();
    const result = agent.receive(check(NOMINATING), HOME, 3, 1000);

    expect(result).toMatchObject({ accepted: true, nominated: true });
    expect(agent.selected).toMatchObject({ remote: HOME, socketId: 3 });
    expect(agent.lastHeardMs).toBe(1000);
    expect(result.send.map(({ remote, socketId }) => ({ remote, socketId }))).toEqual([
      { remote: HOME, socketId: 3 },
      { remote: HOME, socketId: 3 },
    ]);
    expect(read(result.send[0])).toMatchObject({ class: 'success', xorMappedAddress: HOME, hasFingerprint: true });
    expect(read(result.send[1])).toMatchObject({
      class: 'request',
      username: 'client01:server01',
      priority: 0x6effffff,
      iceControlled: 1n,
      useCandidate: false,
      hasFingerprint: true,
    });
  });

  it('signs answers with its own password and checks with the other side’s', () => {
    const { send } = newAgent().receive(check(), HOME, 0, 0);
    const isSigned = (sent: IceDatagram | undefined, password: string): boolean =>
      sent !== undefined && hasValidIntegrity(sent.bytes, read(sent), ascii(password), hmacSha1);
    expect(isSigned(send[0], OURS.password)).toBe(true);
    expect(isSigned(send[1], THEIRS.password)).toBe(true);
  });

  it('needs no PRIORITY, no role and no nomination', () => {
    const agent = newAgent();
    expect(agent.receive(check(), AWAY, 0, 0)).toMatchObject({ accepted: true, nominated: true });
    expect(agent.isValidated(AWAY, 0)).toBe(true);
    expect(agent.isValidated(AWAY, 1)).toBe(false);
    expect(agent.isValidated(HOME, 0)).toBe(false);
  });

  it('asks no more once it was answered, and measures the way', () => {
    const agent = newAgent();
    const { send } = agent.receive(check(), HOME, 0, 100);
    expect(agent.roundTripMs).toBeUndefined();
    expect(agent.receive(answerTo(send[1]), HOME, 0, 120)).toEqual({ accepted: true, nominated: false, send: [] });
    expect(agent.roundTripMs).toBe(20);
    expect(agent.receive(check(), HOME, 0, 200).send).toHaveLength(1);
    expect(agent.tick(700)).toEqual([]);
  });

  it('asks again until it is answered, four times in all, the interval doubling', () => {
    const agent = newAgent();
    agent.receive(check(), HOME, 0, 0);
    const sentAt: number[] = [];
    for (let nowMs = 0; nowMs < 9000; nowMs += 10) {
      agent.heard(nowMs);
      const repeated = agent.tick(nowMs).filter((sent) => read(sent).transactionId[1] === 1);
      sentAt.push(...repeated.map(() => nowMs));
    }
    expect(sentAt).toEqual([500, 1500, 3500]);
  });

  it('answers every check of a flood and adds hardly any of its own', () => {
    const agent = newAgent();
    const sent = Array.from({ length: 100 }, (_, nowMs) => agent.receive(check(), HOME, 0, nowMs).send).flat();
    expect(sent.filter((one) => read(one).class === 'success')).toHaveLength(100);
    expect(sent.filter((one) => read(one).class === 'request')).toHaveLength(2);
  });
});

describe('an ICE agent drops without an answer', () => {
  const integrity = { key: ascii(OURS.password), hmacSha1 };
  const transactionId = ascii('abcdefghijkl');
  const username = 'server01:client01';

  it.each([
    ['a wrong password', check({}, { ...OURS, password: 'wrongpasswordwrongpass' })],
    ['another session', check({}, { ...OURS, usernameFragment: 'server09' })],
    ['another client', check({}, OURS, { ...THEIRS, usernameFragment: 'client09' })],
    ['no signature', encodeBinding({ class: 'request', transactionId, username })],
    ['no name', encodeBinding({ class: 'request', transactionId }, integrity)],
    ['an indication', encodeBinding({ class: 'indication', transactionId, username }, integrity)],
    ['an answer to nothing', encodeBinding({ class: 'success', transactionId }, integrity)],
    ['its own check, reflected', newAgent().receive(check(), HOME, 0, 0).send[1]?.bytes ?? new Uint8Array()],
    ['no STUN', new Uint8Array(100)],
    ['nothing', new Uint8Array()],
  ])('%s', (_name, datagram) => {
    const agent = newAgent();
    expect(agent.receive(datagram, HOME, 0, 0)).toEqual({ accepted: false, nominated: false, send: [] });
    expect(agent.selected).toBeUndefined();
    expect(agent.lastHeardMs).toBe(-Infinity);
    expect(agent.isValidated(HOME, 0)).toBe(false);
    expect(agent.tick(60_000)).toEqual([]);
  });

  it('an answer from where it did not ask, or with a wrong signature', () => {
    const agent = newAgent();
    const { send } = agent.receive(check(), HOME, 0, 0);
    expect(agent.receive(answerTo(send[1]), OTHER, 0, 1).accepted).toBe(false);
    expect(agent.receive(answerTo(send[1]), HOME, 1, 1).accepted).toBe(false);
    expect(agent.receive(answerTo(send[1], OURS), HOME, 0, 1).accepted).toBe(false);
    expect(agent.receive(answerTo(send[1]), HOME, 0, 1).accepted).toBe(true);
  });

  it('an answer that comes twice', () => {
    const agent = newAgent();
    const { send } = agent.receive(check(), HOME, 0, 0);
    agent.receive(answerTo(send[1]), HOME, 0, 1);
    expect(agent.receive(answerTo(send[1]), HOME, 0, 2).accepted).toBe(false);
  });

  it('whatever bytes there are', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const flips = fc.array(fc.nat({ max: 8 * check(NOMINATING).length - 1 }), { minLength: 1, maxLength: 3 });
    const damaged = flips.map((bits) => {
      const datagram = check(NOMINATING);
      for (const bit of new Set(bits)) datagram[bit >> 3] = (datagram[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return datagram;
    });
    fc.assert(
      fc.property(fc.oneof(bytes, damaged), (datagram) => {
        // The type of FINGERPRINT may change without harm: it is optional, and MESSAGE-INTEGRITY ends before it.
        const isSound =
          parseStunMessage(datagram)?.hasFingerprint === false && datagram.length === check(NOMINATING).length;
        const { accepted, send } = newAgent().receive(datagram, HOME, 0, 0);
        if (!isSound) expect([accepted, send]).toEqual([false, []]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an ICE agent refuses what it cannot serve', () => {
  it('a peer that thinks to be controlled, with 487', () => {
    const agent = newAgent();
    const { accepted, send } = agent.receive(check({ iceControlled: 0n }), HOME, 0, 5);
    expect(accepted).toBe(false);
    expect(send.map(read)).toMatchObject([{ class: 'error', errorCode: 487 }]);
    expect(agent.isValidated(HOME, 0)).toBe(false);
    expect(agent.receive(check(NOMINATING), HOME, 0, 6).accepted).toBe(true);
  });

  it('an attribute that it must understand, with 420', () => {
    const datagram = check();
    // USE-CANDIDATE 0x0025 becomes 0x0026, signed again.
    const integrity = { key: ascii(OURS.password), hmacSha1 };
    const plain = check({ useCandidate: true });
    const unknown = withUnknownAttribute(plain, integrity.key);
    expect(newAgent().receive(datagram, HOME, 0, 0).accepted).toBe(true);
    const { accepted, send } = newAgent().receive(unknown, HOME, 0, 0);
    expect(accepted).toBe(false);
    expect(send.map(read)).toMatchObject([{ class: 'error', errorCode: 420 }]);
    expect([...(send[0]?.bytes ?? [])].join()).toContain([0, 0x0a, 0, 2, 0, 0x26, 0, 0].join());
  });

  it('never with more bytes than it was asked with', () => {
    for (const fields of [{ iceControlled: 0n }, NOMINATING, {}]) {
      const question = check(fields);
      const [answer] = newAgent().receive(question, AWAY, 0, 0).send;
      expect(answer?.bytes.length).toBeLessThanOrEqual(question.length);
    }
  });
});

describe('the selected pair', () => {
  it('follows USE-CANDIDATE once the new pair has answered', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    const asked = agent.receive(check(NOMINATING), OTHER, 0, 100);
    expect([asked.nominated, agent.selected?.remote]).toEqual([false, HOME]);
    const answered = agent.receive(answerTo(asked.send[1]), OTHER, 0, 120);
    expect([answered.nominated, agent.selected?.remote]).toEqual([true, OTHER]);
  });

  it('follows it at once to a pair that has answered before', () => {
    const agent = newAgent();
    prove(agent, HOME, 0, CONTROLLING);
    prove(agent, OTHER, 10, CONTROLLING);
    expect(agent.selected?.remote).toEqual(HOME);
    expect(agent.receive(check(NOMINATING), OTHER, 0, 50).nominated).toBe(true);
    expect(agent.receive(check(NOMINATING), OTHER, 0, 60).nominated).toBe(false);
    expect(agent.selected?.remote).toEqual(OTHER);
  });

  it('is not moved by a replayed check that someone else sends', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    for (let nowMs = 100; nowMs < 60_000; nowMs += 100) agent.receive(check(NOMINATING), OTHER, 0, nowMs);
    expect(agent.selected?.remote).toEqual(HOME);
  });

  it('is not moved by a nomination that was overtaken by another', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    const first = agent.receive(check(NOMINATING), OTHER, 0, 10);
    const second = agent.receive(check(NOMINATING), AWAY, 0, 20);
    agent.receive(answerTo(second.send[1]), AWAY, 0, 30);
    agent.receive(answerTo(first.send[1]), OTHER, 0, 40);
    expect(agent.selected?.remote).toEqual(AWAY);
  });

  it('stays while a backup is checked, as long as it lives', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    prove(agent, OTHER, 10, CONTROLLING);
    for (let nowMs = 1000; nowMs < 30_000; nowMs += 100) {
      agent.receive(check(CONTROLLING), OTHER, 0, nowMs);
      for (const sent of agent.tick(nowMs)) agent.receive(answerTo(sent), HOME, 0, nowMs + 20);
    }
    expect(agent.selected?.remote).toEqual(HOME);
  });

  it('follows a client without USE-CANDIDATE to its new address when the old one is dead', () => {
    const agent = newAgent();
    prove(agent, HOME, 0, CONTROLLING);
    let movedMs = Infinity;
    for (let nowMs = 10_000; nowMs < 20_000; nowMs += 100) {
      agent.heard(nowMs);
      const send = nowMs % 1000 === 0 ? agent.receive(check(CONTROLLING), OTHER, 0, nowMs).send : [];
      for (const sent of [...send, ...agent.tick(nowMs)]) {
        if (read(sent).class === 'request' && sent.remote === OTHER) agent.receive(answerTo(sent), OTHER, 0, nowMs);
      }
      if (agent.selected?.remote === OTHER) movedMs = Math.min(movedMs, nowMs);
    }
    expect(movedMs).toBeLessThanOrEqual(13_000);
  });

  it('is kept when very many addresses are heard', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    for (let port = 1; port <= 1000; port += 1) agent.receive(check(), address('198.51.100.1', port), 0, port);
    expect(agent.isValidated(HOME, 0)).toBe(true);
    expect(agent.isValidated(address('198.51.100.1', 1), 0)).toBe(false);
    expect(agent.isValidated(address('198.51.100.1', 1000), 0)).toBe(true);
    expect(agent.tick(1001).length).toBeLessThanOrEqual(64);
  });
});

describe('consent', () => {
  function askedAt(agent: IceAgent, fromMs: number, toMs: number, isHeard: boolean): number[] {
    const times: number[] = [];
    for (let nowMs = fromMs; nowMs < toMs; nowMs += 10) {
      if (isHeard) agent.heard(nowMs);
      if (agent.tick(nowMs).length > 0) times.push(nowMs);
    }
    return times;
  }

  it('is asked for after a second of silence, each half second', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    expect(askedAt(agent, 0, 3000, false)).toEqual([1010, 1510, 2010, 2510]);
  });

  it('is asked with a new transaction each time', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    const ids = [...agent.tick(1100), ...agent.tick(1600)].map((sent) => read(sent).transactionId.join());
    expect(new Set(ids).size).toBe(2);
  });

  it('counts as heard when it is answered, late too', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    const [first] = agent.tick(1100);
    agent.tick(1600);
    expect(agent.receive(answerTo(first), HOME, 0, 1700)).toEqual({ accepted: true, nominated: false, send: [] });
    expect(agent.lastHeardMs).toBe(1700);
    expect(agent.tick(2200)).toEqual([]);
  });

  it('counts as heard when it is refused: somebody with the password is there', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    const [asked] = agent.tick(1100);
    agent.receive(answerTo(asked, THEIRS, { error: { code: 487, reason: 'Role Conflict' } }), HOME, 0, 1150);
    expect(agent.lastHeardMs).toBe(1150);
  });

  it('is asked for every 4 to 6 s while media comes', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    const times = askedAt(agent, 0, 60_000, true);
    const intervals = times.map((time, index) => time - (times[index - 1] ?? 0));
    expect(times.length).toBeGreaterThan(9);
    expect(Math.min(...intervals)).toBeGreaterThanOrEqual(4000);
    expect(Math.max(...intervals)).toBeLessThanOrEqual(6010);
  });

  it('is not asked for before anybody was there', () => {
    expect(askedAt(newAgent(), 0, 10_000, false)).toEqual([]);
  });
});

describe('an ICE restart', () => {
  const newCheck = (fields: Fields = NOMINATING): Uint8Array => check(fields, NEW_OURS, NEW_THEIRS);

  it('leaves the selected pair and its credentials in service', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    agent.restart(NEW_OURS, NEW_THEIRS);
    expect(agent.selected?.remote).toEqual(HOME);
    expect(agent.isValidated(HOME, 0)).toBe(true);
    expect(agent.receive(check(), HOME, 0, 10).accepted).toBe(true);
    const [asked] = agent.tick(1100);
    expect(read(asked).username).toBe('client01:server01');
    expect(agent.receive(answerTo(asked), HOME, 0, 1110).accepted).toBe(true);
  });

  it('ends with the nomination of a pair that answered with the new credentials', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    agent.restart(NEW_OURS, NEW_THEIRS);
    const { send, nominated } = agent.receive(newCheck(), OTHER, 0, 100);
    expect(nominated).toBe(false);
    expect(read(send[1]).username).toBe('client02:server02');
    expect(agent.receive(answerTo(send[1], NEW_THEIRS), OTHER, 0, 110).nominated).toBe(true);
    expect(agent.selected?.remote).toEqual(OTHER);
    expect(agent.receive(check(NOMINATING), HOME, 0, 120).accepted).toBe(false);
  });

  it('may keep the address', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    agent.restart(NEW_OURS, NEW_THEIRS);
    const { send } = agent.receive(newCheck(), HOME, 0, 100);
    expect(send).toHaveLength(2);
    agent.receive(answerTo(send[1], NEW_THEIRS), HOME, 0, 110);
    expect(agent.selected?.remote).toEqual(HOME);
    expect(agent.receive(check(), HOME, 0, 120).accepted).toBe(false);
    expect(read(agent.tick(1200)[0]).username).toBe('client02:server02');
  });

  it('is not undone by a late check with the old credentials', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    agent.restart(NEW_OURS, NEW_THEIRS);
    const { send } = agent.receive(newCheck(), OTHER, 0, 100);
    agent.receive(check(NOMINATING), HOME, 0, 101);
    agent.receive(newCheck(), OTHER, 0, 102);
    agent.receive(answerTo(send[1], NEW_THEIRS), OTHER, 0, 110);
    expect(agent.selected?.remote).toEqual(OTHER);
  });

  it('that is followed by another leaves the first pair in service', () => {
    const agent = newAgent();
    prove(agent, HOME, 0);
    agent.restart({ ...NEW_OURS, usernameFragment: 'server09' }, { ...NEW_THEIRS, usernameFragment: 'client09' });
    agent.restart(NEW_OURS, NEW_THEIRS);
    expect(agent.receive(check(), HOME, 0, 10).accepted).toBe(true);
    expect(agent.receive(newCheck(), HOME, 0, 20).accepted).toBe(true);
  });

  it('before the first check serves both', () => {
    const agent = newAgent();
    agent.restart(NEW_OURS, NEW_THEIRS);
    expect(agent.receive(check(), HOME, 0, 0)).toMatchObject({ accepted: true, nominated: true });
    const { send } = agent.receive(newCheck(), OTHER, 0, 10);
    agent.receive(answerTo(send[1], NEW_THEIRS), OTHER, 0, 20);
    expect(agent.selected?.remote).toEqual(OTHER);
  });
});

/** The check with USE-CANDIDATE's type changed to one that does not exist, and signed again without FINGERPRINT. */
function withUnknownAttribute(datagram: Uint8Array, key: Uint8Array): Uint8Array {
  const integrityOffset = parseStunMessage(datagram)?.integrityOffset ?? 0;
  const bytes = datagram.slice(0, integrityOffset + 24);
  bytes[integrityOffset - 3] = 0x26;
  bytes[3] = bytes.length - 20;
  bytes.set(hmacSha1(key, bytes.slice(0, integrityOffset)), integrityOffset + 4);
  return bytes;
}
