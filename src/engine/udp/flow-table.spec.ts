import type { TransportAddress } from '../../media/stun/transport-address.js';
import { FlowTable } from './flow-table.js';

const at = (address: string, port: number): TransportAddress => ({ address, port, family: 'IPv4' });

describe('FlowTable', () => {
  it('tells flows apart by address, port and socket', () => {
    const flows = new FlowTable<{ name: string }>();
    const a = { name: 'a' };
    const b = { name: 'b' };
    flows.add(at('192.0.2.1', 5000), 0, a);
    flows.add(at('192.0.2.2', 5000), 0, b);

    expect(flows.find('192.0.2.1', 5000, 0)?.owner).toBe(a);
    expect(flows.find('192.0.2.2', 5000, 0)?.owner).toBe(b);
    expect(flows.find('192.0.2.1', 5001, 0)).toBeUndefined();
    expect(flows.find('192.0.2.1', 5000, 1)).toBeUndefined();
  });

  it('gives an address to who proved it last', () => {
    const flows = new FlowTable<object>();
    const [first, second] = [{}, {}];
    flows.add(at('192.0.2.1', 5000), 0, first);
    flows.add(at('192.0.2.1', 5000), 0, second);
    flows.removeOwner(first);

    expect(flows.find('192.0.2.1', 5000, 0)?.owner).toBe(second);
  });

  it('forgets the oldest addresses of an owner that has too many, and all when it goes', () => {
    const flows = new FlowTable<object>();
    const owner = {};
    for (let port = 1; port <= 40; port += 1) flows.add(at('192.0.2.1', port), 0, owner);

    const known = (): number[] =>
      Array.from({ length: 40 }, (_, index) => index + 1).filter(
        (port) => flows.find('192.0.2.1', port, 0) !== undefined,
      );

    expect(known()).toEqual(Array.from({ length: 32 }, (_, index) => index + 9));
    flows.removeOwner(owner);
    expect(known()).toEqual([]);
  });
});
