/** Where newcomers may go that this node has no room for. */
export class OtherNodes {
  private find: () => Promise<string | undefined> = () => Promise.resolve(undefined);

  /** @param find origin of a node that has room and does not send them back, undefined when there is none */
  findBy(find: () => Promise<string | undefined>): void {
    this.find = find;
  }

  /** Whoever is too many is refused as well where the other nodes cannot be asked for. */
  withRoom(): Promise<string | undefined> {
    return this.find().catch(() => undefined);
  }
}
