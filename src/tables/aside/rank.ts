import { type UniqueSpec, uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, list, statementText } from '../../sql/layout.js';
import { keyOf, rankGate, SETTLING_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clock, clockKeys, clockRowid, sameKeys, sameRow } from '../clock/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { suffixedTuple } from './masks.js';
import {
  areEqual,
  areSet,
  asideKey,
  baseKey,
  baseRow,
  baseValuesOf,
  isPlain,
  valuesOf,
} from './sql.js';
import { aside, asideColumn, asideColumns, asideKeyIs, lost } from './table.js';

/*
 * Rows claim their unique values in the order of their keys. Rows aside are ranked one after the other, so when
 * a row's turn comes all rows before it are decided. Base rows beside them never clash with each other, and
 * give way to a row aside with a lesser key.
 */

/** Ranks the rows that are undecided. */
export function rankStatement(spec: TableSpec): string {
  const keys = clockKeys(spec).join(', ');
  return statementText`
    INSERT INTO ${quoteName(rankGate(spec.name))} (${keys})
    SELECT ${keys} FROM ${aside(spec)}
    WHERE state = 'open'
    ORDER BY ${keys}`;
}

export function rankTriggers(spec: TableSpec): TriggerSql[] {
  const uniques = uniquesOf(spec);
  if (uniques.length === 0) return [];
  const rank = new Rank(spec);
  return [
    triggerSql(spec, 'rank', {
      comment: 'whether the row has its unique values',
      on: `BEFORE INSERT ON ${quoteName(rankGate(spec.name))}`,
      when: [],
      body: [
        ...uniques.map((unique, n) => rank.look(unique, n)),
        ...rank.parkOwn(),
        ...uniques.flatMap((unique, n) => [
          rank.displaceBase(unique, n),
          rank.displaceAside(unique, n),
          ...rank.parkDisplaced(unique, n),
        ]),
        'SELECT RAISE(IGNORE)',
      ],
    }),
  ];
}

class Rank {
  readonly #row: string;

  constructor(readonly spec: TableSpec) {
    this.#row = aside(spec);
  }

  /** Which row has the values that the row in the gate has. */
  look({ columns }: UniqueSpec, n: number): Fragment {
    const { spec } = this;
    const row = this.#row;
    const values = valuesOf(spec, columns, row);
    return block`
      UPDATE ${row}
      SET
        ${lost(n)} = coalesce(
          ${this.#clockOfBase([
            areEqual(baseValuesOf(columns, 'rival'), values),
            `${baseKey(spec, 'rival')} < ${asideKey(spec, row)}`,
            isPlain(spec, 'rival'),
          ])},
          ${this.#clockOfAside([
            areEqual(valuesOf(spec, columns, 'rival'), values),
            `${asideKey(spec, 'rival')} < ${asideKey(spec, row)}`,
            `${CLAIMS} AND rival.${lost(n)} IS NULL`,
          ])}
        )
      WHERE
        ${all([this.#isOwn(), `state = 'open' AND ${lost(n)} IS NULL`, areSet(values)])}`;
  }

  /** Parks the row in the gate if it cannot be shown otherwise. */
  parkOwn(): Fragment[] {
    const lostAny = any(uniquesOf(this.spec).map((_, n) => `${lost(n)} IS NOT NULL`));
    const own = all([this.#isOwn(), "state = 'open'", block`(${lostAny})`]);
    return this.#park(
      uniquesOf(this.spec).map((unique, n) => ({ unique, n })),
      own,
    );
  }

  /** The base row with a greater key and the same values. */
  displaceBase({ columns, loser }: UniqueSpec, n: number): Fragment {
    const { spec } = this;
    return block`
      INSERT INTO ${aside(spec)} (
        ${list([...asideColumns(spec), 'state', lost(n), 'pass'])}
      )
      SELECT
        ${list([...baseRow(spec, 'base'), ...this.#lostTo(loser.shows)])}
      FROM ${aside(spec)} AS winner
      CROSS JOIN ${quoteName(spec.name)} AS base
        ON ${areEqual(baseValuesOf(columns, 'base'), valuesOf(spec, columns, 'winner'))}
      WHERE
        ${all([
          ...this.#claims('winner', n),
          `${baseKey(spec, 'base')} <> ${asideKey(spec, 'winner')}`,
          isPlain(spec, 'base'),
        ])}`;
  }

  /** Rows aside with greater keys and the same values: those that were displaced have no turn of their own. */
  displaceAside({ columns, loser }: UniqueSpec, n: number): Fragment {
    const { spec } = this;
    const row = this.#row;
    const [state, clockOf, pass] = this.#lostTo(loser.shows);
    return block`
      UPDATE ${row}
      SET
        state = ${state!},
        ${lost(n)} = ${clockOf!},
        pass = ${pass!}
      FROM ${row} AS winner
      WHERE
        ${all([
          ...this.#claims('winner', n),
          areEqual(valuesOf(spec, columns, row), valuesOf(spec, columns, 'winner')),
          `${asideKey(spec, row)} > ${asideKey(spec, 'winner')}`,
          `+${row}.state = 'open' AND ${row}.${lost(n)} IS NULL`,
        ])}`;
  }

  /** Those of them that would show the value of another row. */
  parkDisplaced(unique: UniqueSpec, n: number): Fragment[] {
    if (unique.loser.shows !== 'suffix') return [];
    const isDisplaced = all([`${lost(n)} = ${this.#ownClock()}`, "+state = 'open'"]);
    return this.#park([{ unique, n }], isDisplaced);
  }

  #park(losses: readonly { unique: UniqueSpec; n: number }[], rows: Fragment): Fragment[] {
    const masks = losses.filter(({ unique }) => unique.loser.shows === 'suffix');
    const parks = losses.filter(({ unique }) => unique.loser.shows === 'nothing');
    const taken = masks.flatMap(({ unique, n }) =>
      this.#takers(unique).map(
        (taker) => block`CASE WHEN ${lost(n)} IS NOT NULL THEN ${taker} END`,
      ),
    );
    const isParked = [...parks.map(({ n }) => `${lost(n)} IS NOT NULL`), 'taken IS NOT NULL'];
    return [
      ...(taken.length === 0
        ? []
        : [
            block`
              UPDATE ${this.#row}
              SET
                taken = coalesce(
                  ${list([...taken, 'NULL'])}
                )
              WHERE
                ${rows}`,
          ]),
      ...(taken.length + parks.length === 0
        ? []
        : [
            block`
              UPDATE ${this.#row}
              SET
                state = 'unique',
                pass = ${PASS}
              WHERE
                ${rows}
                AND (
                  ${any(isParked)}
                )`,
          ]),
    ];
  }

  /** The rows that have what this one would show, in any unique index that contains the masked column. */
  #takers({ loser }: UniqueSpec): Fragment[] {
    const { spec } = this;
    const row = this.#row;
    if (loser.shows !== 'suffix') return [];
    return uniquesOf(spec)
      .filter(({ columns }) => columns.includes(loser.column))
      .flatMap(({ columns }) => {
        const shown = suffixedTuple(
          spec,
          { name: '', columns, loser },
          (column) => `${row}.${asideColumn(spec, column)}`,
          (key) => `${row}.${quoteName(keyOf(key))}`,
        )!;
        return [
          this.#clockOfBase([
            areEqual(baseValuesOf(columns, 'rival'), shown),
            `${baseKey(spec, 'rival')} <> ${asideKey(spec, row)}`,
            isPlain(spec, 'rival'),
          ]),
          this.#clockOfAside([
            areEqual(valuesOf(spec, columns, 'rival'), shown),
            `${asideKey(spec, 'rival')} <> ${asideKey(spec, row)}`,
            "ifnull(rival.state, 'open') IN ('open', 'unique')",
          ]),
        ];
      });
  }

  #clockOfBase(conditions: readonly Fragment[]): Fragment {
    const { spec } = this;
    return block`
      (
        SELECT ifnull(clock.${clockRowid(spec)}, -1)
        FROM ${quoteName(spec.name)} AS rival
        LEFT JOIN ${clock(spec)} AS clock ON ${sameRow(spec, 'clock', 'rival')}
        WHERE
          ${all(conditions)}
        LIMIT 1
      )`;
  }

  #clockOfAside(conditions: readonly Fragment[]): Fragment {
    const { spec } = this;
    return block`
      (
        SELECT ifnull(clock.${clockRowid(spec)}, -1)
        FROM ${aside(spec)} AS rival
        LEFT JOIN ${clock(spec)} AS clock ON ${sameKeys(spec, 'clock', 'rival')}
        WHERE
          ${all(conditions)}
        LIMIT 1
      )`;
  }

  /** State, the winner's clock and pass of a row that loses to the one in the gate. */
  #lostTo(shows: UniqueSpec['loser']['shows']): Fragment[] {
    const state = shows === 'nothing' ? "'unique'" : "'open'";
    return [state, this.#ownClock(), PASS];
  }

  #ownClock(): string {
    const { spec } = this;
    const isOwn = clockKeys(spec).map((key) => `${key} = new.${key}`);
    return `ifnull((SELECT ${clockRowid(spec)} FROM ${clock(spec)} WHERE ${isOwn.join(' AND ')}), -1)`;
  }

  #claims(winner: string, n: number): Fragment[] {
    return [
      asideKeyIs(this.spec, winner, (name) => `new.${quoteName(keyOf(name))}`),
      `${winner}.state = 'open' AND ${winner}.${lost(n)} IS NULL`,
    ];
  }

  #isOwn(): string {
    return asideKeyIs(this.spec, this.#row, (name) => `new.${quoteName(keyOf(name))}`);
  }
}

const PASS = `(SELECT moved_in FROM ${SETTLING_TABLE})`;

/** SQL condition: the row is decided on, or is masked and stays so: see closed.ts. */
const CLAIMS = "ifnull(rival.state, 'open') = 'open'";
