import { createHash } from 'node:crypto'
import { hexOf } from '../format/ids.js'
import type { TreeRoot } from '../format/tree-root.js'
import type { Store } from './store.js'

const packIdBytes = 32
const checksumBytes = 32

/**
 * "All that this root needs is in these packs." Packs never change, so this never goes stale (docs/GC-PROTOCOL.md, W5); whether
 * the packs are still there is another question. More packs than needed do no harm; fewer would, hence the checksum.
 */
export const rememberCoverage = (store: Store, root: TreeRoot, packs: ReadonlySet<string>): void => {
  const ids = Buffer.from([...packs].join(''), 'hex')
  store.state.set(keyOf(root), Buffer.concat([checksumOf(root, ids), ids]))
}

/** Undefined where nothing is remembered: then every chunk is looked up. */
export const recallCoverage = (store: Store, root: TreeRoot): Set<string> | undefined => {
  const bytes = store.state.get(keyOf(root))
  if (bytes === undefined) return undefined
  const ids = bytes.subarray(checksumBytes)
  if (!checksumOf(root, ids).equals(bytes.subarray(0, checksumBytes))) return undefined
  const packs = new Set<string>()
  for (let at = 0; at < ids.length; at += packIdBytes) packs.add(hexOf(ids.subarray(at, at + packIdBytes)))
  return packs
}

/** For a root that a later one has taken the place of: 32 bytes a pack would pile up. */
export const forgetCoverage = (store: Store, root: TreeRoot): void => store.state.delete(keyOf(root))

const keyOf = (root: TreeRoot): string => `covered-${hexOf(root.id)}`

const checksumOf = (root: TreeRoot, ids: Uint8Array): Buffer =>
  createHash('sha256').update(root.id).update(ids).digest()
