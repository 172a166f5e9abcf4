import { type Claim, type Claims, rule } from './decisions.js';
import { addedCodes } from './edits.js';
import { placesOf } from './places.js';
import type { Table } from './render.js';
import type { Site } from './sites.js';

/** The claims of each laptop while it was cut off, and the merged database. */
export interface Contest {
  readonly laptops: readonly [Site, Site];
  readonly claims: readonly [Claims, Claims];
  readonly merged: Claims;
}

export interface Outcome {
  readonly table: Table;
  /** Whether every result follows the merge rules. */
  readonly asRuled: boolean;
}

const CELLS = [
  ['Bern', 'CH', 'rating'],
  ['Bern', 'CH', 'note'],
  ['Ljubljana', 'SI', 'rating'],
  ['Innsbruck', 'AT', 'note'],
  ['Vaduz', 'LI', 'rating'],
  ['Davos', 'CH', 'note'],
] as const;

/** Some cells that both wrote, or that one wrote while the other deleted the row. */
export function contestedCells(contest: Contest): Outcome {
  let asRuled = true;
  const rows = CELLS.map(([name, country, column]) => {
    const { code } = placesOf([country]).find((place) => place.name === name)!;
    const { winner, why, kept } = settle(contest, code, column);
    asRuled &&= kept;
    const [ada, ben] = contest.claims.map((claims) => claims(code, column));
    const result = `${value(contest.merged(code, column))}, ${winner}`;
    return [name, column, shown(ada), shown(ben), result, why];
  });
  return { table: { head: ['Place', 'Cell', 'Ada', 'Ben', 'Kept', 'Why'], rows }, asRuled };
}

/** The rows for which both chose the same key: how many are a mixture now, and a few of them to show. */
export function contestedKeys(contest: Contest): Outcome & { readonly mixed: number } {
  const columns = ['name', 'country', 'lat', 'lng'];
  let asRuled = true;
  let mixed = 0;
  for (const code of addedCodes) {
    const settled = columns.map((column) => settle(contest, code, column));
    asRuled &&= settled.every(({ kept }) => kept);
    if (new Set(settled.map(({ winner }) => winner)).size > 1) mixed++;
  }
  const row = (claims: Claims, code: string) =>
    ['name', 'country', 'lng'].map((column) => value(claims(code, column))).join(' · ');
  const rows = addedCodes
    .slice(0, 3)
    .map((code) => [code, ...[...contest.claims, contest.merged].map((c) => row(c, code))]);
  return { table: { head: ['Key', 'Ada', 'Ben', 'Merged'], rows }, asRuled, mixed };
}

function settle({ laptops, claims, merged }: Contest, code: string, column: string) {
  const [ada, ben] = [claims[0](code, column), claims[1](code, column)];
  const ruling = rule(ada, ben);
  if (ruling === undefined) throw new Error(`nobody wrote ${code}.${column}`);
  const [claim, site] = ruling.winner === 'Ada' ? [ada!, laptops[0]] : [ben!, laptops[1]];
  return { ...ruling, kept: isKept(claim, merged(code, column), site) };
}

/** Whether the merged database has the winner's claim, with the winner's site id. */
function isKept(claim: Claim, result: Claim | undefined, winner: Site): boolean {
  if (claim.cl !== result?.cl) return false;
  if (claim.cell === undefined) return result.cell === undefined;
  const { cell } = result;
  return (
    cell?.val === claim.cell.val &&
    cell.col_version === claim.cell.col_version &&
    Buffer.compare(cell.site_id, winner.siteId) === 0
  );
}

const isDeleted = (claim: Claim) => claim.cl % 2 === 0;

function value(claim: Claim | undefined): string {
  if (claim === undefined || isDeleted(claim)) return 'no row';
  const { val } = claim.cell ?? {};
  return typeof val === 'number' ? val.toFixed(2) : String(val ?? 'NULL');
}

/** A claim in a few characters: the value and its version, or the delete of the row. */
function shown(claim: Claim | undefined): string {
  if (claim === undefined) return '–';
  if (isDeleted(claim)) return `delete cl${claim.cl}`;
  if (claim.cell === undefined) return '–';
  return `${value(claim)} v${claim.cell.col_version}${claim.cl > 1 ? ` cl${claim.cl}` : ''}`;
}
