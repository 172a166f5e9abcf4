import type { ChangeBatch, CrrCore } from '../database/crr.js';
import type { DraftedItem } from '../database/draft-diff.js';
import { CrrDraftError, CrrUsageError } from '../errors.js';
import type { Cells } from '../feed/shown-rows.js';
import { optionsOf, requireFunction, requireOptions } from '../model/options.js';
import { bytesToHex } from '../model/value.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type {
  Draft,
  DraftInfo,
  DraftItem,
  DraftMergeOptions,
  DraftMergeResult,
  DraftReview,
} from './draft-types.js';
import { requireCommit } from './history.js';
import type { AsyncTransaction, NotedTransactions } from './noted-transaction.js';
import { cellsInTypes } from './row-merge.js';
import { packedRowRefs } from './row-ref.js';

const MERGE = optionsOf<DraftMergeOptions>({
  review: 'any',
  take: 'any',
  author: 'any',
  message: 'any',
});

/** What a draft needs of a `$crr`. */
export interface DraftOwner {
  readonly core: CrrCore;
  readonly schema: DrizzleSchema;
  readonly transactions: NotedTransactions;
}

/** Opens the draft of a name; makes it if there is none. */
export async function openDraft(owner: DraftOwner, name: string): Promise<Draft> {
  if (typeof name !== 'string' || name === '' || name.length > MOST_CHARACTERS) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `draft(): a name is a text of 1 to ${MOST_CHARACTERS} characters`,
    );
  }
  await owner.core.reviews.openDraft(name);
  return new DrizzleDraft(owner, name);
}
const MOST_CHARACTERS = 200;

export async function listDrafts(core: CrrCore): Promise<DraftInfo[]> {
  const drafts = await core.reviews.drafts();
  return drafts.map(({ name, rows, created }) => ({ name, rows, created: new Date(created) }));
}

class DrizzleDraft implements Draft {
  readonly #owner: DraftOwner;

  constructor(
    owner: DraftOwner,
    readonly name: string,
  ) {
    this.#owner = owner;
  }

  get #reviews() {
    return this.#owner.core.reviews;
  }

  async transaction<T, TTransaction = AsyncTransaction>(
    run: (tx: TTransaction) => T,
  ): Promise<Awaited<T>> {
    requireFunction('draft.transaction()', run);
    const { transactions } = this.#owner;
    const steps = await this.#reviews.draftTransaction(this.name);
    return (await transactions.draft!(steps, run as never)) as Awaited<T>;
  }

  fetch(changes: ChangeBatch): Promise<void> {
    return this.#reviews.fetch(this.name, changes);
  }

  async diff(): Promise<DraftItem[]> {
    const { items } = await this.#reviews.diff(this.name);
    return items.map(this.#itemOf());
  }

  async review(): Promise<DraftReview> {
    const { draft, version, items, reasonOf } = await this.#reviews.review(this.name);
    const itemOf = this.#itemOf();
    return {
      draft: this.name,
      token: `${draft.revision}.${version}.${this.name}`,
      items: items.map((item) => ({ ...itemOf(item), breaks: reasonOf(item) })),
    };
  }

  async merge(options: DraftMergeOptions): Promise<DraftMergeResult> {
    requireOptions('merge()', options, MERGE);
    const { review, take, ...note } = options;
    requireCommit('merge()', note);
    const itemOf = withReasons(this.#itemOf(), review?.items);
    requireItems(take, review);
    const choice = {
      ...requireToken(review?.token, this.name),
      isTaken: chooser(take, itemOf),
    };
    const { taken, left, moved, isOther } = await this.#reviews.merge(this.name, choice, note);
    if (isOther || moved.length > 0) {
      const toRef = packedRowRefs(this.#owner.schema);
      throw new CrrDraftError(
        'CRR_DRAFT_MOVED',
        `draft "${this.name}": ${isOther ? 'the draft has changed' : `somebody has written to ${moved.length} of its rows`} since it was reviewed, so nothing was written: call review() again`,
        { rows: moved.map(toRef) },
      );
    }
    return { taken: taken.map(itemOf), left: left.map(itemOf) };
  }

  drop(): Promise<void> {
    return this.#reviews.dropDraft(this.name);
  }

  #itemOf(): (item: DraftedItem) => DraftItem {
    const { schema } = this.#owner;
    const toRef = packedRowRefs(schema);
    return ({ table, pk, column, isMoved, ...sides }) => {
      const ref = toRef({ table, pk });
      const inTypes = cellsInTypes(schema, table);
      const side = (cells: Cells | undefined) => {
        if (cells === undefined) return undefined;
        const row = inTypes(cells);
        return column === undefined ? { ...ref.key, ...row } : row[column.property];
      };
      return {
        ...ref,
        id: [table, bytesToHex(pk), column?.property ?? ''].join(' '),
        column: column?.property,
        base: side(sides.base),
        ours: side(sides.ours),
        theirs: side(sides.theirs),
        isMoved,
        breaks: undefined,
      };
    };
  }
}

/** With what the review has said of the items, if it is given as a whole. */
function withReasons(
  itemOf: (item: DraftedItem) => DraftItem,
  reviewed: readonly DraftItem[] = [],
): (item: DraftedItem) => DraftItem {
  const reasons = new Map(reviewed.map(({ id, breaks }) => [id, breaks]));
  return (drafted) => {
    const item = itemOf(drafted);
    return { ...item, breaks: reasons.get(item.id) };
  };
}

function requireToken(
  token: unknown,
  draft: string,
): { readonly revision: number; readonly version: number } {
  const [, revision, version, name] = /^(\d{1,15})\.(\d{1,15})\.(.+)$/s.exec(String(token)) ?? [];
  if (name === draft) return { revision: Number(revision), version: Number(version) };
  if (name !== undefined) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `merge(): the review is of draft "${name}", and this is draft "${draft}": pass what review() of this draft gave`,
    );
  }
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    'merge(): review must be what review() of this draft gave: what nobody has looked at is not merged',
  );
}

/** What is no item would be taken for nothing, without a word. */
function requireItems(take: DraftMergeOptions['take'], review: DraftMergeOptions['review']): void {
  if (take === undefined || typeof take === 'function') return;
  const known = review?.items && new Set(review.items.map(({ id }) => id));
  const isItem = (item: Pick<DraftItem, 'id'> | undefined) =>
    typeof item?.id === 'string' && (known === undefined || known.has(item.id));
  if (Array.isArray(take) && take.every(isItem)) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    'merge(): take is a list of items of the review, or of objects with their ids, such as [{ id: review.items[0].id }], or a function that chooses',
  );
}

function chooser(
  take: DraftMergeOptions['take'],
  itemOf: (item: DraftedItem) => DraftItem,
): (item: DraftedItem) => boolean {
  if (take === undefined) return () => true;
  if (typeof take === 'function') return (item) => take(itemOf(item));
  const ids = new Set(take.map(({ id }) => id));
  return (item) => ids.has(itemOf(item).id);
}
