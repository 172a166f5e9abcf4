import { CrrSchemaError, type CrrSchemaErrorCode } from '../errors.js';

/** Throws the reason why a table cannot be a CRR. */
export type Refuse = (code: CrrSchemaErrorCode, reason: string) => never;

export function refusal(table: string): Refuse {
  return (code, reason) => {
    throw new CrrSchemaError(code, `table "${table}" cannot be a CRR: ${reason}`);
  };
}
