import { useSync } from 'drizzle-crr/react';
import { useSyncExternalStore } from 'react';
import { offline } from './database.js';
import { People } from './people.js';

interface ToolbarProps {
  readonly title: string;
  readonly search: string;
  readonly onSearch: (text: string) => void;
}

const PHASES: Readonly<Record<string, string>> = {
  idle: 'Synced',
  syncing: 'Syncing…',
  waiting: 'Waiting for the server…',
  offline: 'Offline',
  refused: 'The server refuses',
  stopped: 'Not syncing',
};

const NAMES: Readonly<Record<string, string>> = {
  boards: 'board',
  lists: 'list',
  cards: 'card',
  descriptions: 'description',
};

export function Toolbar({ title, search, onSearch }: ToolbarProps) {
  const isOffline = useSyncExternalStore(offline.subscribe, () => offline.isOn);
  const { phase, error, unsent = [] } = useSync();
  const shown = isOffline ? 'offline' : phase;
  return (
    <header className="toolbar">
      <h1>{title}</h1>
      <input
        type="search"
        value={search}
        onChange={({ target }) => onSearch(target.value)}
        placeholder="Search cards"
        aria-label="Search cards"
      />
      <span className={`phase ${shown}`} role="status" title={error?.message}>
        {PHASES[shown]}
      </span>
      <details className="unsent">
        <summary>{unsent.length === 0 ? 'All sent' : `${unsent.length} not sent`}</summary>
        {unsent.length > 0 && (
          <ul>
            {unsent.map(({ table, key, columns, deleted }) => (
              <li key={`${table} ${String(key.id)}`}>
                {NAMES[table] ?? table}: {deleted ? 'deleted' : columns.join(', ')}
              </li>
            ))}
          </ul>
        )}
      </details>
      <label className="switch">
        <input
          type="checkbox"
          role="switch"
          checked={isOffline}
          aria-checked={isOffline}
          onChange={({ target }) => offline.set(target.checked)}
        />
        Work offline
      </label>
      <People />
    </header>
  );
}
