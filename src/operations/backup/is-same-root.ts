import type { TreeRoot } from '../../format/tree-root.js'

export const isSameRoot = (a: TreeRoot, b: TreeRoot): boolean => Buffer.compare(a.id, b.id) === 0
