/** A position in a Yjs document, as JSON. */
interface Position {
  readonly type?: Id | null;
  readonly tname?: string | null;
  readonly item?: Id | null;
  readonly assoc?: number;
}

interface Id {
  readonly client: number;
  readonly clock: number;
}

/** Where somebody types, or what is selected. */
export interface Caret {
  /** The document. */
  readonly place: string;
  readonly anchor: Position;
  readonly head: Position;
}

/** Others send what they like, and the editors' bindings trust what they get. */
export function isCaret(value: unknown): value is Caret {
  const { place, anchor, head } = (value ?? {}) as Partial<Record<keyof Caret, unknown>>;
  return typeof place === 'string' && isPosition(anchor) && isPosition(head);
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  const { type, tname, item, assoc } = value as Record<keyof Position, unknown>;
  return (
    [type, item].every((id) => id == null || isId(id)) &&
    (tname == null || typeof tname === 'string') &&
    (assoc === undefined || Number.isSafeInteger(assoc)) &&
    [type, tname, item].some((part) => part != null)
  );
}

function isId(value: unknown): value is Id {
  const { client, clock } = value as Partial<Record<keyof Id, unknown>>;
  return [client, clock].every((part) => Number.isSafeInteger(part) && (part as number) >= 0);
}

/** A color that belongs to a name. */
export const hueOf = (name: string) =>
  [...name].reduce((hue, letter) => (hue * 31 + letter.codePointAt(0)!) % 360, 7);

/** The same as six hexadecimal digits, dark enough for white letters on it. */
export function colorOf(name: string): string {
  const [hue, saturation, lightness] = [hueOf(name), 0.65, 0.38];
  const part = (n: number) => {
    const k = (n + hue / 30) % 12;
    const range = saturation * Math.min(lightness, 1 - lightness);
    const value = lightness - range * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}
