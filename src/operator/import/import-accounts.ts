import { asId, type Entry, type Fields, isKeepable } from './entry.ts'
import type { Format, Found } from './format.ts'
import { type HashStore, openHashStore } from './hash-store.ts'
import type { Fate } from './place.ts'
import { openInput, readEntries } from './read-entries.ts'
import { readWish, type Wish } from './read-wish.ts'
import { Refusal } from './refusal.ts'
import { type Deps, foresee, settle } from './settle.ts'
import { startTally, type Tally } from './tally.ts'

export type Import = {
  readonly file: string
  readonly format: Format
  /** The file of --hashes, if the hashes are apart from the accounts. */
  readonly hashesFile: string | undefined
  readonly isDryRun: boolean
}

export type Watcher = {
  readonly onBytes: (count: number) => void
  readonly onFate: (at: string, fate: Fate) => void
}

type Candidate = { readonly at: string; readonly found: Found | Refusal }

/** Accounts in one transaction: few enough that other writers wait only briefly for its locks. */
const batchSize = 250

/**
 * Afterwards every account of the file that was not refused exists here with a verified address. Existing accounts are
 * left as they are, so the same file can be imported again. A dry run writes nothing and returns what would happen.
 */
export async function importAccounts(deps: Deps, wanted: Import, watcher: Watcher): Promise<Tally> {
  const { file, format, isDryRun } = wanted
  const tally = startTally()
  await using opened = new AsyncDisposableStack()
  const hashes = await collectHashes(deps.directUrl, wanted, opened)
  const decide = isDryRun ? await foresee(deps, opened) : settle(deps)

  const finish = async (batch: readonly Candidate[], wishes: readonly (Wish | Refusal)[]): Promise<void> => {
    const fates = await decide(wishes.filter((wish): wish is Wish => !(wish instanceof Refusal)))
    for (const [index, wish] of wishes.entries()) {
      const at = batch[index]?.at ?? ''
      const fate = wish instanceof Refusal ? ({ kind: 'refused', why: wish.message } as const) : fates.shift()
      if (fate === undefined) continue
      tally.note(at, fate, !(wish instanceof Refusal) && wish.passwordHash !== undefined)
      watcher.onFate(at, fate)
    }
  }
  // The next batch is read while PostgreSQL writes this one.
  let written = Promise.resolve()
  for await (const entries of batchesOf(readEntries(openInput(file), format.layout, watcher.onBytes))) {
    const batch = entries.map((entry) => findIn(format, entry))
    const wishes = await readWishes(deps, hashes, batch)
    await written
    written = finish(batch, wishes)
    // `written` is awaited later; without this handler an earlier failure would count as an unhandled rejection.
    written.catch(() => undefined)
  }
  await written
  return tally.read()
}

async function* batchesOf(all: AsyncIterable<readonly Entry[]>): AsyncGenerator<Entry[]> {
  let batch: Entry[] = []
  for await (const entries of all)
    for (const entry of entries) {
      batch.push(entry)
      if (batch.length < batchSize) continue
      yield batch
      batch = []
    }
  if (batch.length > 0) yield batch
}

const findIn = (format: Format, entry: Entry): Candidate => ({
  at: entry.at,
  found: 'record' in entry ? orRefusal(() => format.find(entry.record)) : new Refusal(entry.refused),
})

function orRefusal<Result>(act: () => Result): Result | Refusal {
  try {
    return act()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

async function readWishes(
  { hashCost }: Deps,
  hashes: HashStore | undefined,
  batch: readonly Candidate[],
): Promise<(Wish | Refusal)[]> {
  const ids = batch.flatMap(({ found }) => (found instanceof Refusal ? [] : (asId(found.id) ?? [])))
  const apart = await hashes?.find(ids)
  return batch.map(({ found }) => {
    if (found instanceof Refusal) return found
    return orRefusal(() => {
      const passwordHash = found.passwordHash ?? (apart && findApart(apart, found.id))
      return readWish({ ...found, passwordHash }, hashCost)
    })
  })
}

function findApart(apart: ReadonlyMap<string, string>, given: unknown): string | undefined {
  const id = asId(given)
  if (id === undefined && given !== undefined) throw new Refusal('id is no text, or a number that JSON rounds')
  return id === undefined ? undefined : apart.get(id)
}

/** Reads the hashes that are apart. Returns undefined if the format has none, or no file of them was given. */
async function collectHashes(
  directUrl: string,
  { file, format: { hashes }, hashesFile }: Import,
  opened: AsyncDisposableStack,
): Promise<HashStore | undefined> {
  const from = hashesFile ?? (hashes?.isInSameFile ? file : undefined)
  if (hashes === undefined || from === undefined) return undefined
  const store = await openHashStore(directUrl)
  opened.defer(store.close)
  const read = (record: Fields) => {
    const { id: given, passwordHash } = hashes.find(record)
    const id = asId(given)
    if (id === undefined || typeof passwordHash !== 'string') return []
    // An account whose hash is damaged is refused like one whose hash is empty, not imported without a password.
    return [{ id, hash: isKeepable(passwordHash) ? passwordHash : '' }]
  }
  for await (const batch of batchesOf(readEntries(openInput(from), hashes.layout)))
    await store.put(batch.flatMap((entry) => ('record' in entry ? read(entry.record) : [])))
  return store
}
