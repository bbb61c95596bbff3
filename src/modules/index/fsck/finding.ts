/** What is wrong. */
export type FindingKind =
  /** No store has the object. */
  | 'object-missing'
  /** The object has another length than its row says. */
  | 'object-truncated'
  /** The bytes are not those that were recorded. */
  | 'object-damaged'
  /** The bytes are those of the row, which are no media of ours, or other media than the row says. */
  | 'object-not-media'
  /** One store lacks, or has damaged, what another one still has. */
  | 'copy-missing'
  | 'copy-damaged'
  /** Bytes are there whose row says that they are lost. */
  | 'object-found'
  /** A storage has the mark of another database, or none where it had one. */
  | 'storage-foreign'
  | 'storage-mark-missing'
  /** It waits to be uploaded, and nothing will do it. */
  | 'upload-forgotten'
  /** Media without a row. */
  | 'object-without-row'
  | 'session-file-without-row'
  /** A manifest, playlist or session file is not there, or says something else than the rows. */
  | 'view-missing'
  | 'view-outdated'
  /** The rows cannot be made from the session file again. */
  | 'session-file-insufficient'
  /** The row points at an object that its number or directory does not name, or at one twice. */
  | 'object-misnamed'
  | 'track-missing'
  | 'session-missing'
  /** Media that begins before the media of the number before. */
  | 'order-broken'
  /** A session, or its part in a directory, says another sum than its segments make. */
  | 'sums-wrong';

/** What is as it may be, and good to know. */
export type NoteKind =
  /** The rows know, so the manifests show a gap. */
  | 'lost'
  /** Only a store that does not answer may have it. */
  | 'not-seen'
  /** It was deleted without its objects. */
  | 'left'
  /** Without a whole fragment; it was set aside. */
  | 'quarantined'
  /** A killed server was writing it: the next start commits it. */
  | 'open-segment'
  /** A killed server did not come to the manifests: the next start writes them. */
  | 'view-behind'
  /** Nothing points at it. */
  | 'unused-init'
  | 'awaiting-deletion'
  | 'foreign-file';

/** Where it is, as far as it is known. */
export interface Place {
  readonly key?: string | undefined;
  readonly directory?: string | undefined;
  /** Of the segment. */
  readonly number?: number | undefined;
  readonly session?: string | undefined;
  readonly stream?: string | undefined;
  /** RFC 3339. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Finding extends Place {
  readonly kind: FindingKind;
  /** One sentence. */
  readonly message: string;
}

export interface Note extends Place {
  readonly kind: NoteKind;
}

export interface RepairedFinding extends Finding {
  /** False also where nobody asked for it. */
  readonly repaired: boolean;
}

/** Who is told, one after the other: there may be more of them than fit into memory. */
export interface FindingListener {
  finding(finding: RepairedFinding): void;
  note(note: Note): void;
}
