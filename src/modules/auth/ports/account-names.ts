/** Knows who has an account: what else stands where a user name is expected may be a password. */
export abstract class AccountNames {
  abstract has(username: string): boolean;
}
