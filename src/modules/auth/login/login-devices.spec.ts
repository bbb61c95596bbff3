import { loadConfig } from '../../../config/index.js';
import { SigningKey } from '../tokens/signing-key.js';
import { DEVICE_SECONDS, LoginDevices } from './login-devices.js';

const NOW = Date.UTC(2026, 10, 22);

function devicesOf(secret: string): LoginDevices {
  const { config } = loadConfig({ env: { AIRCHECK_AUTH_SECRET: secret }, cwd: '/nowhere' });
  return new LoginDevices(new SigningKey(config));
}

describe('a device that has logged in', () => {
  const devices = devicesOf('a-secret-of-tests-with-32-bytes!');
  const mark = devices.mark('version 1', undefined, NOW);

  it('is known for its account, after a restart too, for half a year', () => {
    const again = devicesOf('a-secret-of-tests-with-32-bytes!');

    expect(again.nameOf('version 1', mark, NOW)).toMatch(/^[\w-]{16}$/);
    expect(again.nameOf('version 1', mark, NOW)).toBe(devices.nameOf('version 1', mark, NOW));
    expect(again.nameOf('version 1', mark, NOW + DEVICE_SECONDS * 1000)).toBeUndefined();
  });

  it('keeps its name when it logs in again', () => {
    const again = devices.mark('version 1', devices.nameOf('version 1', mark, NOW), NOW + 1000);

    expect(again).not.toBe(mark);
    expect(devices.nameOf('version 1', again, NOW)).toBe(devices.nameOf('version 1', mark, NOW));
  });

  it('is not known for another account or another password, nor by a mark that was changed or made elsewhere', () => {
    const [expiry = '', nonce = '', mac = ''] = mark.split('.');
    const longer = `${String(Number(expiry) + 1)}.${nonce}.${mac}`;

    expect(devices.nameOf('version 2', mark, NOW)).toBeUndefined();
    expect(devicesOf('another-secret-with-32-bytes-too').nameOf('version 1', mark, NOW)).toBeUndefined();
    for (const other of [undefined, '', 'x', longer, `${expiry}.${nonce}.`, mark.toLowerCase(), `${mark}=`]) {
      expect(devices.nameOf('version 1', other, NOW)).toBeUndefined();
    }
  });
});
