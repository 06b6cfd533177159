import type { TreeRoot } from '../../format/tree-root.js'
import { forgetCoverage, rememberCoverage } from '../../repository/coverage.js'
import type { Store } from '../../repository/store.js'
import type { EarlierTree } from './choose-parent.js'
import { isSameRoot } from './is-same-root.js'

/** What this machine remembers of the packs below a run's roots. Of one run only the last root counts. */
export class RunCoverage {
  #last: TreeRoot | undefined

  constructor(private readonly store: Store) {}

  remember(root: TreeRoot, packs: ReadonlySet<string>): void {
    const last = this.#last
    if (last !== undefined && !isSameRoot(last, root)) forgetCoverage(this.store, last)
    rememberCoverage(this.store, root, packs)
    this.#last = root
  }

  /** Of the trees that a run began with, none but its own root. */
  forgetOthers(trees: readonly EarlierTree[], root: TreeRoot): void {
    for (const tree of trees) if (!isSameRoot(tree.root, root)) forgetCoverage(this.store, tree.root)
  }
}
