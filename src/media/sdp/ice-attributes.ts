import type { SdpAttribute } from './lines.js';
import { SdpError } from './sdp.errors.js';
import type { IceCredentials } from './session.js';

/** ice-char of RFC 8839 section 5.4, and what browsers accept besides. */
const ICE_CHARACTERS = /^[A-Za-z0-9+/=_#-]+$/;
const MAX_LENGTH = 256;
const USERNAME_FRAGMENT = { min: 4, max: MAX_LENGTH };
const PASSWORD = { min: 22, max: MAX_LENGTH };

/** Username fragment and password of one level of a description: they come in either order, the first of each counts. */
export class CredentialsReader {
  private usernameFragment: string | undefined;
  private password: string | undefined;
  private line = 1;

  /** @throws {SdpError} for a value that RFC 8839 section 5.4 forbids */
  readUsernameFragment({ line, value }: SdpAttribute): void {
    const usernameFragment = checked(value, USERNAME_FRAGMENT, line);
    this.usernameFragment ??= usernameFragment;
    this.line = line;
  }

  /** @throws {SdpError} for a value that RFC 8839 section 5.4 forbids */
  readPassword({ line, value }: SdpAttribute): void {
    const password = checked(value, PASSWORD, line);
    this.password ??= password;
    this.line = line;
  }

  /**
   * @returns undefined when there was neither
   * @throws {SdpError} when there was only one of them
   */
  credentials(): IceCredentials | undefined {
    if (this.usernameFragment === undefined && this.password === undefined) return undefined;
    if (this.usernameFragment === undefined || this.password === undefined) {
      throw new SdpError(this.line, 'ice-ufrag and ice-pwd come together.');
    }
    return { usernameFragment: this.usernameFragment, password: this.password };
  }
}

function checked(value: string, { min, max }: { readonly min: number; readonly max: number }, line: number): string {
  if (value.length < min || value.length > max || !ICE_CHARACTERS.test(value)) {
    throw new SdpError(line, `It wants ${String(min)} to ${String(max)} letters, digits, + or /.`);
  }
  return value;
}
