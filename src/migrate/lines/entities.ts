import type { SnapshotColumn, SnapshotTable } from '../migration.js';

/** A thing of the schema as a snapshot of drizzle-kit 1.0 lists it: a table, a column, a key, a check, an index ... */
interface Entity {
  readonly entityType: string;
  readonly table?: string;
  readonly name: string;
}
interface ColumnEntity extends Entity {
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly generated: { readonly as: string } | null;
}
interface KeyEntity extends Entity {
  readonly columns: readonly string[];
}
interface CheckEntity extends Entity {
  readonly value: string;
}
interface ForeignKeyEntity extends Entity {
  readonly tableTo: string;
}
interface IndexEntity extends Entity {
  readonly isUnique: boolean;
}
interface ViewEntity extends Entity {
  readonly definition: string | null;
}

/** The entities of a schema, by what identifies them. */
export type Entities = ReadonlyMap<string, Entity>;

export const entitiesOf = (list: readonly Entity[]): Entities =>
  new Map(list.map((entity) => [idOf(entity), entity]));

const idOf = ({ entityType, table, name }: Entity) => JSON.stringify([entityType, table, name]);

/** What there was before a migration, with what it has changed in the schemas that it was made from. */
export function mergeOf(
  before: Entities,
  parents: readonly Entities[],
  entities: Entities,
): Entities {
  const after = new Map(before);
  for (const parent of parents) {
    for (const id of parent.keys()) if (!entities.has(id)) after.delete(id);
  }
  for (const [id, entity] of entities) {
    const text = JSON.stringify(entity);
    const isNew = parents.every((parent) => JSON.stringify(parent.get(id)) !== text);
    if (isNew) after.set(id, entity);
  }
  return after;
}

/** The tables as drizzle-kit 0.31 describes them. */
export function tablesOf(entities: Entities): ReadonlyMap<string, SnapshotTable> {
  const all = [...entities.values()];
  const of = <T extends Entity>(type: string, table: string) =>
    all.filter((entity) => entity.entityType === type && entity.table === table) as T[];
  const named = <T extends Entity, U>(list: readonly T[], map: (entity: T) => U) =>
    Object.fromEntries(list.map((entity) => [entity.name, map(entity)]));
  return new Map(
    all
      .filter(({ entityType }) => entityType === 'tables')
      .map(({ name }) => [
        name,
        {
          columns: named(of<ColumnEntity>('columns', name), columnOf),
          compositePrimaryKeys: named(of<KeyEntity>('pks', name), ({ columns }) => ({ columns })),
          checkConstraints: named(of<CheckEntity>('checks', name), (check) => check),
          foreignKeys: named(of<ForeignKeyEntity>('fks', name), ({ tableTo }) => ({ tableTo })),
          indexes: {
            ...named(of<IndexEntity>('indexes', name), ({ isUnique }) => ({ isUnique })),
            ...named(of('uniques', name), () => ({ isUnique: true })),
          },
        },
      ]),
  );
}

/** The definitions of views that drizzle-kit makes, by name. */
export function viewsOf(entities: Entities): ReadonlyMap<string, string> {
  const views = [...entities.values()].filter(
    (entity): entity is ViewEntity => entity.entityType === 'views',
  );
  return new Map(
    views.flatMap(({ name, definition }) => (definition ? [[name, definition] as const] : [])),
  );
}

function columnOf({
  name,
  type,
  notNull,
  default: value,
  generated,
}: ColumnEntity): SnapshotColumn {
  return {
    name,
    type,
    // Every key is an entity of its own.
    primaryKey: false,
    notNull,
    ...(value !== null && { default: BOOLEANS[value] ?? value }),
    ...(generated !== null && { generated }),
  };
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };
