/** Knows whose a thing is that a call names by an id: which stream a session, a day or an object is of. */
export abstract class StreamOwner {
  /**
   * @param id as the caller gave it: of the path still encoded where the route takes the rest of the path
   * @returns undefined when there is no such thing
   */
  abstract streamOf(id: string): Promise<string | undefined>;
}
