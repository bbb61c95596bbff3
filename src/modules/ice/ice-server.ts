/** A STUN or TURN server as clients are told of it; without credentials both are empty. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}
