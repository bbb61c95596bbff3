import { cam, OFFER, ViewerStage } from './testing/viewer-stage.js';

const CANDIDATES = ['10.0.0.7', '192.0.2.1'].map(
  (address, index) => `a=candidate:${index} 1 udp ${2_130_706_431 - index} ${address} 7777 typ host\r\n`,
);
const LITE = OFFER.replace('s=-\r\n', 's=-\r\na=ice-lite\r\n').replace(
  'a=mid:0\r\n',
  `a=mid:0\r\n${CANDIDATES.join('')}`,
);

describe('an ice-lite offer', () => {
  it('has us check what it names, as far as that may be asked', async () => {
    const { engine, signaling, subscriptions } = new ViewerStage({}, { mayAsk: (address) => address === '192.0.2.1' });

    await signaling.publish(cam, LITE.replace('recvonly', 'sendonly'));
    await subscriptions.subscribe(cam, LITE);

    const controlled = { localIce: undefined, candidates: [expect.objectContaining({ address: '192.0.2.1' })] };
    expect([...engine.published, ...engine.opened]).toMatchObject([{ controlled }, { controlled }]);
  });

  it('is refused where nothing of it may be asked', async () => {
    const { engine, signaling, subscriptions } = new ViewerStage({}, { mayAsk: () => false });
    const refusal = { kind: 'forbidden', code: 'peer-address-forbidden' };

    await expect(signaling.publish(cam, LITE.replace('recvonly', 'sendonly'))).rejects.toMatchObject(refusal);
    await expect(subscriptions.subscribe(cam, LITE)).rejects.toMatchObject(refusal);
    expect([...engine.published, ...engine.opened]).toEqual([]);
  });

  it.each([0, 53, 1023])('is refused where all that it names is port %d', async (port) => {
    const { engine, signaling, subscriptions } = new ViewerStage();
    const refusal = { kind: 'forbidden', code: 'peer-address-forbidden' };
    const offer = LITE.replaceAll(' 7777 typ', ` ${port} typ`);

    await expect(signaling.publish(cam, offer.replace('recvonly', 'sendonly'))).rejects.toMatchObject(refusal);
    await expect(subscriptions.subscribe(cam, offer)).rejects.toMatchObject(refusal);
    expect([...engine.published, ...engine.opened]).toEqual([]);
  });

  it('is the only one of which addresses are asked', async () => {
    const { engine, subscriptions } = new ViewerStage({}, { mayAsk: () => false });

    await subscriptions.subscribe(cam, LITE.replace('a=ice-lite\r\n', ''));

    expect(engine.opened[0]).not.toHaveProperty('controlled');
  });
});
