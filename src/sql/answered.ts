import { type Statement, statement } from './statement.js';

/**
 * Requests of tabs whose writes are committed. A tab whose database was closed before the answer came asks again, and
 * must not write twice.
 */
export const ANSWERED_TABLE = 'crr_answered';

export const CREATE_ANSWERED = statement(
  `CREATE TABLE IF NOT EXISTS ${ANSWERED_TABLE} (
  tab TEXT NOT NULL,
  request INTEGER NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (tab, request)
) STRICT`,
);

/** To be run in the transaction of the write. */
export const rememberAnswer = (tab: string, request: number, answer: string): Statement =>
  statement(`INSERT INTO ${ANSWERED_TABLE} (tab, request, answer) VALUES (?, ?, ?)`, [
    tab,
    request,
    answer,
  ]);

/** @param before answers to older requests have arrived. */
export const forgetAnswers = (tab: string, before: number): Statement =>
  statement(`DELETE FROM ${ANSWERED_TABLE} WHERE tab = ? AND request < ?`, [tab, before]);

export const findAnswer = (tab: string, request: number): Statement =>
  statement(`SELECT answer FROM ${ANSWERED_TABLE} WHERE tab = ? AND request = ?`, [tab, request]);

/** @param tabs JSON array of those that are open. */
export const forgetOtherTabs = (tabs: string): Statement =>
  statement(`DELETE FROM ${ANSWERED_TABLE} WHERE tab NOT IN (SELECT value FROM json_each(?))`, [
    tabs,
  ]);
