/** Columns of some rows by their names: JSON values with commas between them; null when there are no rows. */
export type PackedRows = Readonly<Record<string, string | null | undefined>>;

/**
 * A page of rows comes as few long texts, which costs a fraction of as many rows, and less than one text for each row.
 *
 * @param value expression that gives JSON as text, never null
 * @returns an aggregate
 */
export function listed(value: string): string {
  return `string_agg(${value}, ',')`;
}

export function unpack(text: PackedRows[string]): readonly unknown[] {
  return JSON.parse(`[${text ?? ''}]`) as readonly unknown[];
}
