import { InputInvalidError } from '../body/body.errors.js';
import { isInOrder, ORDER_NEEDED, type Range } from './fields.js';

/** What the schemas of lists over HTTP hold against `ORDER_NEEDED`, for those that have no schema. @throws {InputInvalidError} */
export function checkOrder(range: Range): void {
  if (!isInOrder(range)) throw new InputInvalidError([`${ORDER_NEEDED.path.join('.')}: ${ORDER_NEEDED.error}`]);
}
