import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const UDP_TABLE = '100';

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

/**
 * A network of its own behind a cable to this machine (a Linux network namespace). Whatever its programs send by UDP is
 * lost without a word, as behind many firewalls: it is routed to a device whose other end is for nobody.
 */
export class NetworkWithoutUdp implements Disposable {
  /** Of this machine, as the programs in there see it. */
  readonly hostAddress: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'aircheck-network-'));

  private constructor(private readonly name: string) {
    // RFC 2544: for tests of networks, so that nobody's own is in the way.
    const subnet = `198.18.${String(process.pid % 251)}`;
    this.hostAddress = `${subnet}.1`;
    const [outer, inner] = [`${name}o`, `${name}i`];
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name);
    ip('addr', 'add', `${this.hostAddress}/30`, 'dev', outer);
    ip('link', 'set', outer, 'up');
    ip('-n', name, 'addr', 'add', `${subnet}.2/30`, 'dev', inner);
    for (const device of [inner, 'lo']) ip('-n', name, 'link', 'set', device, 'up');
    this.loseUdp();
  }

  /** @throws where the machine or the rights on it do not allow it */
  static create(): NetworkWithoutUdp {
    const name = `ac${String(process.pid)}`;
    ip('netns', 'add', name);
    try {
      return new NetworkWithoutUdp(name);
    } catch (error) {
      ip('netns', 'del', name);
      throw error;
    }
  }

  /** @returns the path of a program that runs `path` in there */
  wrap(path: string): string {
    const script = join(this.folder, 'program');
    writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${this.name} ${path} "$@"\n`, { mode: 0o755 });
    return script;
  }

  /** Takes the devices along. */
  [Symbol.dispose](): void {
    ip('link', 'del', `${this.name}o`);
    ip('netns', 'del', this.name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private loseUdp(): void {
    const { name } = this;
    ip('-n', name, 'link', 'add', 'hole', 'arp', 'off', 'type', 'veth', 'peer', 'name', 'nobody');
    for (const device of ['hole', 'nobody']) ip('-n', name, 'link', 'set', device, 'up');
    ip('-n', name, 'route', 'add', 'default', 'dev', 'hole', 'table', UDP_TABLE);
    ip('-n', name, 'rule', 'add', 'pref', '10', 'ipproto', 'udp', 'lookup', UDP_TABLE);
  }
}

/** Containers and ordinary users may often not. */
export function canMakeNetworks(): boolean {
  try {
    NetworkWithoutUdp.create()[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
