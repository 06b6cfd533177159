import { kindOf } from './damages.mjs'

/**
 * The damage that a check need not name, and why: all of it. What is not in this list must be named, under the object's name.
 * @returns the reason, or undefined
 */
export const excuseOf = ({ object, result, bytes }) => {
  const kind = kindOf(object)
  if (result === 'removed' && unlisted.has(kind)) return unlisted.get(kind)
  if (kind === 'features' && isFeature(bytes))
    return 'a feature stands in the clear, and this is another valid one: it can only keep programs from working'
  return undefined
}

/** Nothing says which of these there should be. */
const unlisted = new Map([
  ['snapshots', 'snapshots are not chained: one that was taken away looks like one that was forgotten'],
  ['pending', 'a pending record only saves the next backup work'],
  ['condemned', 'a condemned record is withdrawn by removing it'],
  ['forgotten', 'a forgotten record is removed when the snapshot is gone for good'],
  ['suspect', 'a suspect record is removed when its pack was replaced'],
  ['notes', 'nothing counts the notes of a snapshot'],
  ['features', 'a feature that is taken away is not known of'],
  ['index', 'what only a missing index file named is named instead: its packs'],
])

const isFeature = (bytes) =>
  bytes !== undefined && bytes.length === 3 && bytes[0] === 0x82 && bytes[1] <= 0x17

/** Whether the repository must open although this object is damaged: everything else has a second copy, or is not needed. */
export const mustOpen = ({ object }, ownSlot) => kindOf(object) !== 'features' && object !== ownSlot
