import type { ByteString } from '../../bytes/byte-string.js'
import { ignoreMissingOrCorrupt, isMissingOrCorrupt, VarveError } from '../../errors.js'
import type { StatOfColumns } from '../../filesystem/stat-columns.js'
import { isFileContent } from '../../format/entry.js'
import type { ChunkId } from '../../format/ids.js'
import { PieceCursor } from '../../format/pieces.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import type { StoreWriter } from '../../repository/store-writer.js'
import { FilePieces } from '../../tree/list-reader.js'
import type { NodeSource } from '../../tree/node-store.js'
import { TreeCursor } from '../../tree/tree-cursor.js'
import type { EarlierTree } from './choose-parent.js'
import type { UnchangedTest } from './unchanged.js'

/** One earlier tree, followed in step with the walk. */
export class EarlierCursor {
  readonly #cursor: TreeCursor
  #loading: Promise<boolean> | undefined
  #standing: 'before' | 'on' | 'ended' = 'before'
  /** Some entry was taken over from this tree. */
  used = false

  constructor(
    private readonly source: NodeSource,
    readonly tree: EarlierTree,
    readonly test: UnchangedTest,
    /** The packs that all of this tree is in, all of them there; without them each chunk is looked up before it is relied on. */
    readonly covered: ReadonlySet<string> | undefined,
  ) {
    this.#cursor = new TreeCursor(source, tree.root)
  }

  /** Goes to `key`; the entry there, if there is one. A damaged tree ends where the damage is: the rest is read again. */
  async seek(key: ByteString): Promise<StoredEntry | undefined> {
    while (this.#standing !== 'ended' && (this.#standing === 'before' || this.#cursor.key < key))
      await this.#step()
    return this.#standing === 'on' && this.#cursor.key === key ? this.#cursor.entry : undefined
  }

  /** The same without waiting, where the cursor need not load a node; 'wait' otherwise. */
  seekAtHand(key: ByteString): StoredEntry | undefined | 'wait' {
    if (this.#loading !== undefined) return 'wait'
    while (this.#standing === 'on' && this.#cursor.key < key) {
      const more = this.#advance()
      if (more instanceof Promise) {
        this.#loading = more
        return 'wait'
      }
      if (!more) this.#standing = 'ended'
    }
    if (this.#standing === 'before') return 'wait'
    return this.#standing === 'on' && this.#cursor.key === key ? this.#cursor.entry : undefined
  }

  /** A failure that comes at once is one that `seek` deals with, too. */
  #advance(): boolean | Promise<boolean> {
    try {
      return this.#cursor.advance()
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** After `seek`: whether this tree has an entry of that key. */
  isOn(key: ByteString): boolean {
    return this.#standing === 'on' && this.#cursor.key === key
  }

  /** After `isOn`: the bytes of an entry that only its youth speaks against. A copy, since a view keeps the whole leaf. */
  valueInDoubt(stat: StatOfColumns): Uint8Array | undefined {
    const { entry } = this.#cursor
    return this.test.isInDoubt(stat, entry) ? Uint8Array.from(entry.valueBytes) : undefined
  }

  get strict(): boolean {
    return this.covered === undefined
  }

  get leaf(): TreeCursor['leaf'] {
    return this.#cursor.leaf
  }

  get index(): number {
    return this.#cursor.index
  }

  async #step(): Promise<void> {
    try {
      const more = await (this.#loading ?? this.#cursor.advance())
      this.#standing = more ? 'on' : 'ended'
    } catch (error) {
      ignoreMissingOrCorrupt(error)
      this.#standing = 'ended'
    } finally {
      this.#loading = undefined
    }
  }

  /** W5 for one entry: whether each of its chunks is stored somewhere that counts. */
  async hasAllChunks(entry: StoredEntry, writer: StoreWriter): Promise<boolean> {
    for (const { value } of entry.xattrs)
      if (!(value instanceof Uint8Array) && !value.ids.every((id) => writer.has(id))) return false
    const { content } = entry
    if (!isFileContent(content)) return true
    if (Array.isArray(content.holes) && !content.holes.every((id) => writer.has(id))) return false
    if (content.form === 'inline') return hasPieces(content.pieces, writer)
    return this.#hasListed(content, writer)
  }

  /** A list that cannot be read is as good as lost: the file is read again. */
  async #hasListed(
    content: Extract<StoredEntry['content'], { form: 'list' }>,
    writer: StoreWriter,
  ): Promise<boolean> {
    const checked: NodeSource = {
      get: (id, kind) => {
        if (!writer.has(id)) throw new VarveError('missing', 'a list node is gone')
        return this.source.get(id, kind)
      },
    }
    try {
      const pieces = new FilePieces(checked, content)
      while (await pieces.advance()) if (!pieces.isExtent && !writer.has(pieces.id)) return false
      return true
    } catch (error) {
      if (isMissingOrCorrupt(error)) return false
      throw error
    }
  }
}

const hasPieces = (packed: Uint8Array, writer: StoreWriter): boolean => {
  const cursor = new PieceCursor(packed, 'an earlier entry')
  while (cursor.next()) if (!cursor.isExtent && !writer.has(cursor.id as ChunkId)) return false
  return true
}
