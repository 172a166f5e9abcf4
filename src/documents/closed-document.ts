import { CrrUsageError } from '../errors.js';

export const closedDocument = (): CrrUsageError =>
  new CrrUsageError(
    'CRR_USAGE_DOCUMENT_CLOSED',
    'the document was closed, and what is edited in it now is lost: open it again with document(), and end the editor before close()',
  );
