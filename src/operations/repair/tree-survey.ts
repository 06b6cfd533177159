import type { ByteString } from '../../bytes/byte-string.js'
import { type ChunkId, ChunkKind, chunkKey } from '../../format/ids.js'
import { isLeaf, type TreeNode } from '../../format/tree-node.js'
import type { TreeRoot } from '../../format/tree-root.js'
import type { NodeSource } from '../../tree/node-store.js'
import { readChild, readRoot } from '../../tree/read-node.js'
import type { ContentSurvey } from './content-survey.js'
import { isLost } from './tree-walk.js'

/** Says of trees whether everything below is there. What two of them share is looked at once: 250 bytes for each node. */
export class TreeSurvey {
  readonly #whole = new Set<string>()

  constructor(
    private readonly source: NodeSource,
    private readonly contents: ContentSurvey,
    private readonly onNode: () => void,
  ) {}

  isWhole(root: TreeRoot): Promise<boolean> {
    return this.#isWhole(root.id, (bytes) => readRoot(bytes, root), undefined)
  }

  async #isWhole(
    id: ChunkId,
    decode: (bytes: Uint8Array) => TreeNode,
    before: ByteString | undefined,
  ): Promise<boolean> {
    const key = chunkKey(id)
    if (this.#whole.has(key)) return true
    this.onNode()
    try {
      const node = decode(await this.source.get(id, ChunkKind.tree))
      if (!(await this.#isNodeWhole(node, before))) return false
    } catch (error) {
      if (isLost(error)) return false
      throw error
    }
    this.#whole.add(key)
    return true
  }

  async #isNodeWhole(node: TreeNode, before: ByteString | undefined): Promise<boolean> {
    if (isLeaf(node)) {
      for (const entry of node.entries) if (!(await this.contents.isWhole(entry))) return false
      return true
    }
    for (const [index, child] of node.children.entries()) {
      const end = node.children[index + 1]?.firstKey ?? before
      const decode = (bytes: Uint8Array): TreeNode => readChild(bytes, child, node.level, end)
      if (!(await this.#isWhole(child.id, decode, end))) return false
    }
    return true
  }
}
