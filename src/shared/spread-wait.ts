/** Those who are turned away together are told different times to come again. @returns whole seconds, `shortest` to `longest` */
export function spreadWaitSeconds(shortest: number, longest: number): number {
  return shortest + Math.floor(Math.random() * (longest - shortest + 1));
}
