import { hexOf } from '../format/ids.js'
import type { TreeRoot } from '../format/tree-root.js'
import type { Store } from './store.js'

const packIdBytes = 32

/**
 * "All that this root needs is in these packs." Packs never change, so this never goes stale (docs/GC-PROTOCOL.md, W5); whether
 * the packs are still there is another question. More packs than needed do no harm.
 */
export const rememberCoverage = async (
  store: Store,
  root: TreeRoot,
  packs: ReadonlySet<string>,
): Promise<void> => {
  const bytes = Buffer.concat([...packs].map((id) => Buffer.from(id, 'hex')))
  await (await store.state()).set(keyOf(root), bytes)
}

/** Undefined where nothing is remembered: then every chunk is looked up. */
export const recallCoverage = async (store: Store, root: TreeRoot): Promise<Set<string> | undefined> => {
  const bytes = await (await store.state()).get(keyOf(root))
  if (bytes === undefined || bytes.length % packIdBytes !== 0) return undefined
  const packs = new Set<string>()
  for (let at = 0; at < bytes.length; at += packIdBytes)
    packs.add(hexOf(bytes.subarray(at, at + packIdBytes)))
  return packs
}

const keyOf = (root: TreeRoot): string => `covered ${hexOf(root.id)}`
