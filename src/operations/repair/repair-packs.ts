import { VarveError } from '../../errors.js'
import type { PackId } from '../../format/ids.js'
import { Folder } from '../../format/names.js'
import type { Store } from '../../repository/store.js'
import { type Known, mendPacks } from './mend-packs.js'
import type { RepairPacksOptions, RepairPacksReport } from './repair-options.js'

/**
 * Saves what is whole of damaged packs to new ones, and sets the damaged ones aside. Errors: `not-found` and `ambiguous` for
 * a pack that was named, `interrupted`, `read-only`, `no-space`, `backend`.
 */
export const repairPacks = (store: Store, options: RepairPacksOptions = {}): Promise<RepairPacksReport> =>
  mendPacks(store, { ...options, setAside: true, choose: (known) => chosen(known, options) })

const chosen = (known: Known, { packs = [], readData }: RepairPacksOptions): PackId[] => {
  if (packs.length > 0) return packs.map((text) => packNamed(known, text))
  if (readData === true) return [...known.listed.keys()].sort()
  const suspected = known.suspects.map(({ pack }) => pack).filter((id) => known.listed.has(id))
  return [...new Set([...known.torn.keys(), ...suspected])].sort()
}

const packNamed = ({ listed }: Known, text: string): PackId => {
  const start = text.startsWith(`${Folder.packs}/`) ? text.slice(Folder.packs.length + 1) : text
  const found = [...listed.keys()].filter((id) => id.startsWith(start))
  if (found.length === 1 && start !== '') return found[0]!
  if (found.length === 0)
    throw new VarveError('not-found', `there is no pack ${text}`, {
      hint: 'varve check names damaged packs; one that it calls missing is gone, and only a backup of the same source brings its content back.',
    })
  throw new VarveError('ambiguous', `${found.length} packs begin with '${start}'`, {
    hint: 'Give more digits of the id.',
  })
}
