import type { AppConfig } from '../../../config/index.js';
import { WrongCredentialsError } from '../auth.errors.js';
import { AccountsService } from './accounts.service.js';
import { hashPassword } from './password.js';

const PASSWORD = 'four words of no sense';

describe('AccountsService', () => {
  let accounts: AccountsService;

  beforeAll(async () => {
    const auth = {
      accounts: [
        { username: 'plain', password: PASSWORD },
        { username: 'hashed', password: await hashPassword(PASSWORD) },
      ],
    };
    accounts = new AccountsService({ auth } as unknown as AppConfig);
  });

  it.each(['plain', 'hashed'])('lets in who has the password of an account stored %s', async (username) => {
    await expect(accounts.check(username, PASSWORD)).resolves.toBeUndefined();
    await expect(accounts.check(username, `${PASSWORD} `)).rejects.toThrow(WrongCredentialsError);
  });

  it.each(['', 'constructor', 'Plain'])('lets in nobody without an account: %j', async (username) => {
    await expect(accounts.check(username, PASSWORD)).rejects.toThrow(WrongCredentialsError);
    await expect(accounts.check(username, '')).rejects.toThrow(WrongCredentialsError);
  });

  it('thinks as long about every name', async () => {
    const cpuOf = async (username: string): Promise<number> => {
      const before = process.cpuUsage();
      for (let n = 0; n < 5; n += 1) await accounts.check(username, 'wrong').catch(() => undefined);
      return process.cpuUsage(before).user;
    };
    const [plain, hashed, nobody] = [await cpuOf('plain'), await cpuOf('hashed'), await cpuOf('nobody')];

    expect(Math.max(plain, hashed, nobody)).toBeLessThan(3 * Math.min(plain, hashed, nobody));
  });
});
