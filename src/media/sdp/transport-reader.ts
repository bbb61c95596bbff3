import type { CandidateList } from './candidate.js';
import { readFingerprint } from './fingerprint.js';
import { CredentialsReader } from './ice-attributes.js';
import type { SdpAttribute } from './lines.js';
import { SdpError } from './sdp.errors.js';
import type { DtlsFingerprint, DtlsSetup, IceCandidate, IceCredentials } from './session.js';

/** ICE and DTLS of one level, the session or an m-line. What is missing at one may be told at the other. */
export class TransportReader {
  /** Those that prove something. */
  readonly fingerprints: DtlsFingerprint[] = [];
  /** Line of the last fingerprint of any kind. */
  fingerprintLine: number | undefined;
  setup: DtlsSetup | undefined;
  /** Line of `a=ice-lite`. */
  liteLine: number | undefined;
  private readonly credentialsReader = new CredentialsReader();
  private readonly readers: ReadonlyMap<string, (attribute: SdpAttribute) => void> = new Map([
    ['ice-ufrag', (attribute) => this.credentialsReader.readUsernameFragment(attribute)],
    ['ice-pwd', (attribute) => this.credentialsReader.readPassword(attribute)],
    ['ice-lite', ({ line }) => (this.liteLine = line)],
    ['candidate', (attribute) => this.list.add(attribute)],
    ['fingerprint', (attribute) => this.readFingerprint(attribute)],
    ['setup', (attribute) => (this.setup = readSetup(attribute))],
  ] satisfies [string, (attribute: SdpAttribute) => void][]);

  /** @param list of the whole description: all m-lines share one transport */
  constructor(private readonly list: CandidateList) {}

  /** Of the whole description. */
  get candidates(): readonly IceCandidate[] {
    return this.list.candidates;
  }

  /** @throws {SdpError} when there is only one half of them */
  credentials(): IceCredentials | undefined {
    return this.credentialsReader.credentials();
  }

  /**
   * Takes an attribute that is about the transport and ignores others.
   *
   * @throws {SdpError} when it is malformed
   */
  read(attribute: SdpAttribute): void {
    this.readers.get(attribute.name)?.(attribute);
  }

  private readFingerprint(attribute: SdpAttribute): void {
    const fingerprint = readFingerprint(attribute);
    this.fingerprintLine = attribute.line;
    if (fingerprint !== undefined) this.fingerprints.push(fingerprint);
  }
}

function readSetup({ line, value }: SdpAttribute): DtlsSetup {
  if (value === 'actpass' || value === 'active' || value === 'passive') return value;
  throw new SdpError(line, 'Expected a=setup:actpass, active or passive.');
}
