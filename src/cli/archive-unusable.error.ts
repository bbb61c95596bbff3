/** What a command is to look at is not there, or is not to be touched. */
export class ArchiveUnusableError extends Error {
  override readonly name = 'ArchiveUnusableError';
}
