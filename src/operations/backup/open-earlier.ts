import { recallCoverage } from '../../repository/coverage.js'
import type { Store } from '../../repository/store.js'
import type { EarlierTree } from './choose-parent.js'
import { EarlierCursor } from './earlier-cursor.js'
import type { UnchangedTest } from './unchanged.js'

/**
 * Opens earlier trees to be followed in step with the walk. One whose packs are all known and all there can be relied on
 * as it is; of others, and of all where `strict`, each chunk is looked up.
 */
export const openEarlier = (
  store: Store,
  trees: readonly EarlierTree[],
  testOf: (tree: EarlierTree) => UnchangedTest,
  unusable: ReadonlySet<string>,
  strict: boolean,
): EarlierCursor[] => {
  const cursors: EarlierCursor[] = []
  for (const tree of trees) {
    const covered = strict ? undefined : recallCoverage(store, tree.root)
    const isSafe = covered !== undefined && areAllThere(store, covered, unusable)
    cursors.push(new EarlierCursor(store.reader, tree, testOf(tree), isSafe ? covered : undefined))
  }
  return cursors
}

const areAllThere = (store: Store, packs: ReadonlySet<string>, unusable: ReadonlySet<string>): boolean => {
  const { packs: table, removedPacks } = store.index.local
  const present = new Set(
    table.filter((_, ordinal) => !removedPacks.has(ordinal)).map(({ packId }) => packId),
  )
  return [...packs].every((id) => present.has(id) && !unusable.has(id))
}
