import { type Change, SENTINEL, unpackKey } from 'drizzle-crr';
import { useEffect, useState } from 'react';
import { db, onWritten } from './database.js';

/** How many of the newest changes are shown. */
const SHOWN = 30;

interface Inspected {
  readonly version: number;
  readonly site: string;
  readonly changes: readonly Change[];
  /** Changes that wait for their row or column. */
  readonly waiting: number;
}

async function inspect(): Promise<Inspected> {
  const [version, siteId, waiting] = await Promise.all([
    db.$crr.version(),
    db.$crr.siteId(),
    db.$crr.pendingCount(),
  ]);
  const { changes } = await db.$crr.changes({ since: Math.max(0, version - SHOWN) });
  return {
    version,
    site: hex(siteId),
    changes: changes.slice(-SHOWN).reverse(),
    waiting,
  };
}

/** What is under the board: the newest cells with their clocks, as they come in. */
export function Inspector() {
  const [isOpen, setOpen] = useState(false);
  const [inspected, setInspected] = useState<Inspected>();
  useEffect(() => {
    if (!isOpen) return;
    const look = () => void inspect().then(setInspected, console.error);
    look();
    return onWritten(look);
  }, [isOpen]);
  return (
    <details
      className="inspector"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>Inspector</summary>
      {inspected && <Changes {...inspected} />}
    </details>
  );
}

function Changes({ version, site, changes, waiting }: Inspected) {
  return (
    <>
      <p>
        Site {site.slice(0, 8)} at version {version}. {count(waiting, 'change')} waiting for a row
        or column
      </p>
      <div className="feed">
        <table>
          <thead>
            <tr>
              {['Version', 'Table', 'Row', 'Column', 'Value', 'Clock', 'By'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => {
              const { table, cid, val, cl, col_version, db_version, site_id, seq } = change;
              const isRow = cid === SENTINEL;
              const writer = hex(site_id);
              return (
                <tr key={`${db_version} ${writer} ${seq} ${table} ${cid}`}>
                  <td>{db_version}</td>
                  <td>{table}</td>
                  <td>{String(unpackKey(change.pk)[0]).slice(0, 8)}</td>
                  <td>{isRow ? '' : cid}</td>
                  <td>{isRow ? (cl % 2 === 1 ? 'created' : 'deleted') : shown(val)}</td>
                  <td>{col_version}</td>
                  <td>{writer === site ? 'this browser' : writer.slice(0, 8)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

const hex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

const shown = (value: unknown) => (value instanceof Uint8Array ? hex(value) : String(value));
