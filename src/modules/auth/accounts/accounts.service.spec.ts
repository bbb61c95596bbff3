import { loadConfig } from '../../../config/index.js';
import { PermissionDeniedError, WrongCredentialsError } from '../auth.errors.js';
import type { Account } from '../entities/account.entity.js';
import { Caller } from '../ports/caller.js';
import { rightsOfMode } from '../ports/right.js';
import { StreamScope } from '../ports/stream-scope.js';
import { SigningKey } from '../tokens/signing-key.js';
import { AccountConfiguredError, AccountExistsError, AccountsUnavailableError } from './account.errors.js';
import { AccountsService } from './accounts.service.js';
import { ConfiguredAccounts } from './configured-accounts.js';
import type { KeptAccounts } from './kept-accounts.js';
import { hashPassword } from './password.js';

const PASSWORD = 'four words of no sense';

/** Accounts of the database, in memory. */
class MemoryAccounts {
  readonly rows = new Map<string, Partial<Account>>();

  get all(): Partial<Account>[] {
    return [...this.rows.values()];
  }

  find(username: string): Partial<Account> | undefined {
    return this.rows.get(username);
  }
}

describe('AccountsService', () => {
  let accounts: AccountsService;

  async function servedBy(env: Record<string, string>): Promise<AccountsService> {
    const { config } = loadConfig({ env, cwd: '/nowhere' });
    const kept = new MemoryAccounts();
    const passwordHash = await hashPassword(PASSWORD);
    for (const username of ['kept', 'plain'])
      kept.rows.set(username, { username, passwordHash, scope: 'cam', mode: 4, version: 'v1' });
    const key = new SigningKey(config);
    const configured = new ConfiguredAccounts(config, key);
    return new AccountsService(configured, kept as unknown as KeptAccounts, config, key);
  }

  function configuredWith(password: string): Record<string, string> {
    const listed = [{ username: 'plain', password }];
    return { AIRCHECK_AUTH_ACCOUNTS: JSON.stringify(listed), AIRCHECK_AUTH_SECRET: 'a-secret-of-tests-with-32-bytes!' };
  }

  beforeAll(async () => {
    const listed = [
      { username: 'plain', password: PASSWORD },
      { username: 'hashed', password: await hashPassword(PASSWORD) },
    ];
    accounts = await servedBy({ AIRCHECK_AUTH_ACCOUNTS: JSON.stringify(listed) });
  });

  it.each(['plain', 'hashed', 'kept'])('lets in who has the password of an account that is %s', async (username) => {
    await expect(accounts.check(username, PASSWORD)).resolves.toMatchObject({
      scope: username === 'kept' ? 'cam' : '*',
    });
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

  it('ends what log-ins gave when the configuration has another password, and not before', async () => {
    const [before, same, after] = await Promise.all(
      [PASSWORD, PASSWORD, `${PASSWORD}!`].map((password) => servedBy(configuredWith(password))),
    );
    const { version } = (await before?.check('plain', PASSWORD)) ?? {};

    expect(same?.isCurrent({ username: 'plain', version })).toBe(true);
    expect(after?.isCurrent({ username: 'plain', version })).toBe(false);
    expect(same?.isCurrent({ username: 'nobody', version: undefined })).toBe(false);
  });

  it('has the configuration go first', async () => {
    await expect(accounts.check('plain', PASSWORD)).resolves.toMatchObject({ mode: 7 });
    await expect(accounts.remove('plain', Caller.ANYONE)).rejects.toThrow(AccountConfiguredError);
    const wanted = { username: 'plain', password: PASSWORD, scope: '*', mode: 7 };
    await expect(accounts.create(wanted, Caller.ANYONE)).rejects.toThrow(AccountExistsError);
  });

  it('gives no account more than its maker has', async () => {
    const maker = new Caller('jwt', 'ops', StreamScope.ALL, rightsOfMode(1));
    const wanted = { username: 'new', password: PASSWORD, scope: '*', mode: 4 };

    await expect(accounts.create(wanted, maker)).rejects.toThrow(PermissionDeniedError);
    await expect(accounts.changePassword('kept', PASSWORD, maker)).rejects.toThrow(PermissionDeniedError);
  });

  it('has no account removed by who has less than it has', async () => {
    const lacking = new Caller('jwt', 'ops', StreamScope.ALL, rightsOfMode(1));
    const elsewhere = new Caller('jwt', 'ops', new StreamScope('cam'), rightsOfMode(7));

    await expect(accounts.remove('kept', lacking)).rejects.toThrow(PermissionDeniedError);
    await expect(accounts.remove('kept', elsewhere)).rejects.toThrow(PermissionDeniedError);
  });

  it('makes none where nobody has to log in', async () => {
    const wanted = { username: 'new', password: PASSWORD, scope: '*', mode: 7 };

    await expect((await servedBy({})).create(wanted, Caller.ANYONE)).rejects.toThrow(AccountsUnavailableError);
  });
});
