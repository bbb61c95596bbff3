import { StrangerRoutes } from './stranger-routes.js';

const workersAt = (routes: StrangerRoutes, address: string): number[] => routes.at(address).map(({ worker }) => worker);

describe('StrangerRoutes', () => {
  it('leads to the worker of each session whose check came from an address, and to no other', () => {
    const routes = new StrangerRoutes();
    routes.learn('here', 'one', 0);
    routes.learn('here', 'one', 0);
    routes.learn('here', 'another', 2);
    routes.learn('there', 'third', 1);

    expect(workersAt(routes, 'here')).toEqual([0, 2]);
    expect(workersAt(routes, 'there')).toEqual([1]);
    expect(workersAt(routes, 'nowhere')).toEqual([]);
  });

  it('takes nothing from a session whose address another one claims', () => {
    const routes = new StrangerRoutes();
    routes.learn('here', 'victim', 0);

    routes.learn('here', 'liar', 1);
    routes.forget('liar');

    expect(workersAt(routes, 'here')).toEqual([0]);
  });

  it('keeps so many addresses of a session, the latest ones, and none when it is over', () => {
    const routes = new StrangerRoutes();
    for (let port = 0; port < 1000; port += 1) routes.learn(`address ${String(port)}`, 'one', 0);
    const known = (): number[] =>
      Array.from({ length: 1000 }, (_, port) => port).filter(
        (port) => workersAt(routes, `address ${String(port)}`).length > 0,
      );

    expect(known()).toHaveLength(32);
    expect(known()[0]).toBe(968);
    routes.forget('one');
    expect(known()).toEqual([]);
  });

  it('never has forged checks push out an address that is proven, nor one that goes on sending its own', () => {
    const routes = new StrangerRoutes();
    routes.learn('proven', 'one', 0);
    routes.prove('proven', 'one', 0);
    for (let port = 0; port < 1000; port += 1) {
      routes.learn('honest', 'one', 0);
      routes.learn(`forged ${String(port)}`, 'one', 0);
    }

    expect(routes.at('proven')).toEqual([{ sessionId: 'one', worker: 0, isProven: true }]);
    expect(routes.at('honest')).toEqual([{ sessionId: 'one', worker: 0, isProven: false }]);
    expect(routes.at('forged 0')).toEqual([]);
    routes.forget('one');
    expect(routes.at('proven')).toEqual([]);
  });
});
