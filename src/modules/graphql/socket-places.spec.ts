import { ConnectionsFullError, TooManyConnectionsError } from '../../platform/graphql/graphql.errors.js';
import { SocketPlaces } from './socket-places.js';

interface Socket {
  readonly address: string;
}

describe('SocketPlaces', () => {
  const places = (): SocketPlaces<Socket> => new SocketPlaces({ inAll: 3, perAddress: 0 });

  function waiting(of: SocketPlaces<Socket>, address: string): Socket {
    const socket = { address };
    of.enter(socket, address);
    of.await(socket);
    return socket;
  }

  function proven(of: SocketPlaces<Socket>): Socket {
    const socket = { address: 'known' };
    of.enter(socket, 'known');
    of.prove(socket);
    return socket;
  }

  it('has places for who shows a token, however many show none', () => {
    const some = places();
    for (let n = 0; n < 400; n += 1) waiting(some, `address-${String(n)}`);

    expect(() => waiting(some, 'another')).toThrow(ConnectionsFullError);
    expect(() => proven(some)).not.toThrow();
  });

  it('lets no address have the places of others who show none', () => {
    const some = places();
    const [first] = Array.from({ length: 50 }, () => waiting(some, 'one'));
    expect(() => waiting(some, 'one')).toThrow(TooManyConnectionsError);
    expect(() => waiting(some, 'other')).not.toThrow();

    if (first !== undefined) some.prove(first);
    expect(() => waiting(some, 'one')).not.toThrow();
  });

  it('has as many with a token as may be, and again when one goes', () => {
    const some = places();
    const [first] = [proven(some), proven(some), proven(some)];
    const late = waiting(some, 'late');
    expect(() => proven(some)).toThrow(ConnectionsFullError);
    expect(() => {
      some.prove(late);
    }).toThrow(ConnectionsFullError);

    some.leave(first);
    some.leave(first);
    expect(() => {
      some.prove(late);
      some.prove(late);
    }).not.toThrow();
  });

  it('counts all of an address where that has a limit', () => {
    const some = new SocketPlaces<Socket>({ inAll: 3, perAddress: 2 });
    const [first] = [waiting(some, 'known'), proven(some)];
    expect(() => proven(some)).toThrow(TooManyConnectionsError);

    some.leave(first);
    expect(() => proven(some)).not.toThrow();
  });
});
