import { quoteName } from './quote.js';

/** @param definition the SELECT of the view. */
export const createViewSql = (view: string, definition: string) =>
  `CREATE VIEW ${quoteName(view)} AS ${definition};`;
export const dropViewSql = (view: string) => `DROP VIEW IF EXISTS ${quoteName(view)};`;
