import type { Snapshot } from '../format/snapshot.js'
import { compareTimestamps } from '../format/timestamp.js'

type Dated = Pick<Snapshot, 'id' | 'time'>

/** Oldest first; those of one time by their ids, so that the order is the same everywhere. */
export const compareSnapshots = (a: Dated, b: Dated): number =>
  compareTimestamps(a.time, b.time) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
