import type { ByteString } from '../bytes/byte-string.js'
import { type ErrorCode, VarveError } from '../errors.js'
import { FoundEntry, type Place } from './found-entry.js'
import { StatColumns, StatOfColumns } from './stat-columns.js'
import type { Walk } from './walk.js'
import type { OnWalkError } from './walk-state.js'

/** Entries of one batch: some 60 KB, so that a message between threads (50 µs) costs little for each. */
export const batchEntries = 512

/** Entries of a walk, one after the other, as plain data: about 100 bytes each. */
export interface WalkBatch {
  readonly count: number
  /** Joined with '/', which no name has. */
  readonly names: string
  readonly words: Uint32Array
  /** The directories that they are in, each with the number of the first entry that is in it. */
  readonly places: readonly (Place & { readonly from: number })[]
  /** Those that are not in their directories. */
  readonly elsewhere: ReadonlyMap<number, ByteString>
  readonly problems: readonly WalkProblem[]
  /** Nothing follows. */
  readonly ended: boolean
}

/** What could not be read, before the entry of a number. */
export interface WalkProblem {
  readonly before: number
  readonly path: ByteString
  readonly message: string
  readonly code: string
  /** Of an error of the system; other errors are VarveErrors. */
  readonly syscall: string | undefined
}

/** Makes batches of a walk. The walk must tell its errors to `onError`. */
export class WalkBatcher {
  #problems: WalkProblem[] = []
  #count = 0

  /** Errors: those that are not of the source. */
  readonly onError: OnWalkError = (path, error) => {
    const { syscall, message } = error as NodeJS.ErrnoException
    const isOurs = error instanceof VarveError && (error.code === 'source' || error.code === 'not-found')
    if (syscall === undefined && !isOurs) throw error
    const { code } = error as { code: string }
    this.#problems.push({ before: this.#count, path, message, code, syscall })
  }

  /** The next entries; with `tillDirectoryEnd` none of another directory than the first one. */
  next(walk: Walk, tillDirectoryEnd = false): WalkBatch {
    const names: ByteString[] = []
    const places: (Place & { readonly from: number })[] = []
    const elsewhere = new Map<number, ByteString>()
    let last: Place | undefined
    let ended = false
    this.#count = 0
    while (this.#count < batchEntries) {
      const found = walk.nextHere()
      if (found === undefined) {
        if (tillDirectoryEnd && names.length > 0) break
        if (walk.enter()) continue
        ended = true
        break
      }
      if (found.place !== last) {
        last = found.place
        places.push({ diskPath: last.diskPath, treePath: last.treePath, from: this.#count })
      }
      if (found.elsewhere !== undefined) elsewhere.set(this.#count, found.elsewhere)
      names.push(found.name)
      this.#count++
    }
    const problems = this.#problems
    this.#problems = []
    const { words } = walk.takeStats()
    return { count: names.length, names: names.join('/'), words, places, elsewhere, problems, ended }
  }
}

/** The entries of a batch in order; what could not be read between them goes to `onError`. */
export function* entriesOf(batch: WalkBatch, onError: OnWalkError): Generator<FoundEntry, void, undefined> {
  const { count, places, elsewhere, problems } = batch
  const names = batch.names.split('/') as ByteString[]
  const columns = new StatColumns(batch.words)
  let place = -1
  let problem = 0
  for (let index = 0; index < count; index++) {
    for (; problems[problem]?.before === index; problem++) tell(problems[problem]!, onError)
    if (places[place + 1]?.from === index) place++
    const found = new FoundEntry(places[place]!, names[index]!, elsewhere.get(index))
    found.stat = new StatOfColumns(columns, index)
    yield found
  }
  for (; problem < problems.length; problem++) tell(problems[problem]!, onError)
}

const tell = ({ path, message, code, syscall }: WalkProblem, onError: OnWalkError): void => {
  if (syscall === undefined) onError(path, new VarveError(code as ErrorCode, message))
  else onError(path, Object.assign(new Error(message), { code, syscall }))
}
