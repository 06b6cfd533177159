import type { ByteString } from '../../bytes/byte-string.js'
import type { SafeDirectory } from '../../filesystem/safe-directory.js'
import { EntryType, type FileContent } from '../../format/entry.js'
import { splitKey } from '../../format/tree-key.js'
import type { TreeCursor } from '../../tree/tree-cursor.js'
import { reasonOf } from '../../workers/restore-file.js'
import { type Comparable, compareFiles, isAllRight } from './compare-files.js'
import { compareLarge } from './compare-large.js'
import { isUnreadable } from './failure.js'
import { inlinePieces } from './file-pieces.js'
import { openBelow } from './open-below.js'
import type { RestoreContext } from './restore-context.js'
import type { Selection } from './selection.js'

const batchFilesMax = 512
const batchBytesMax = 16 * 1024 * 1024

interface Restored extends Comparable {
  readonly path: ByteString
  readonly content: FileContent
}

/** Reads all restored files back from the target and compares their chunks with what the snapshot has. */
export class Verifier {
  #directory: { readonly path: ByteString; readonly safe: SafeDirectory | undefined } | undefined
  #batch: Restored[] = []
  #batchBytes = 0

  constructor(
    private readonly context: RestoreContext,
    private readonly target: SafeDirectory,
    private readonly base: ByteString,
    private readonly selection: Selection,
  ) {}

  async run(cursor: TreeCursor): Promise<void> {
    try {
      while (await this.#advance(cursor)) {
        const { entry } = cursor
        if (entry.type !== EntryType.file) continue
        const { directory, name } = splitKey(entry.key)
        if (this.selection(directory, name, false) !== 'yes') continue
        await this.#verify(directory, name, entry.content as FileContent)
      }
      await this.#compareBatch()
    } finally {
      this.#directory?.safe?.close()
    }
  }

  async #advance(cursor: TreeCursor): Promise<boolean> {
    for (;;) {
      try {
        return await cursor.advance()
      } catch (error) {
        // Told when it was restored.
        if (!isUnreadable(error)) throw error
      }
    }
  }

  async #verify(directory: ByteString, name: ByteString, content: FileContent): Promise<void> {
    const path = (directory === '' ? name : `${directory}/${name}`) as ByteString
    if (this.context.tally.notRight.has(path)) return
    if (this.#directory?.path !== directory) await this.#enter(directory)
    const safe = this.#directory?.safe
    if (safe === undefined) return
    const file = { path, name, directory: safe, content }
    if (content.form === 'list') return this.#tell(file, (await compareLarge(this.context, file)).isRight)
    this.#batch.push(file)
    this.#batchBytes += content.sizeBytes
    if (this.#batch.length >= batchFilesMax || this.#batchBytes >= batchBytesMax) await this.#compareBatch()
  }

  async #enter(path: ByteString): Promise<void> {
    await this.#compareBatch()
    this.#directory?.safe?.close()
    this.#directory = { path, safe: undefined }
    if (this.#isBelowNotRight(path)) return
    const below = (this.base === '' ? path : path.slice(this.base.length + 1)) as ByteString
    try {
      this.#directory = { path, safe: openBelow(this.target, below) }
    } catch (error) {
      this.context.tally.problem(path, 'data', `cannot be read back: ${reasonOf(error)}`)
    }
  }

  #isBelowNotRight(path: ByteString): boolean {
    const { notRight } = this.context.tally
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
      if (notRight.has(path.slice(0, end) as ByteString)) return true
    return false
  }

  async #compareBatch(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    if (batch.length === 0) return
    this.context.checkAborted()
    const files = batch.map((file) => ({
      file,
      pieces: inlinePieces((file.content as FileContent & { form: 'inline' }).pieces),
    }))
    const results = await compareFiles(this.context.engine, files)
    for (const [index, file] of batch.entries())
      this.#tell(file, isAllRight(results[index]!, file.content.sizeBytes))
    this.context.tally.progress('verify', batch.at(-1)!.path)
  }

  #tell({ path, content }: Restored, isRight: boolean): void {
    if (isRight) this.context.tally.bytesVerified += content.sizeBytes
    else this.context.tally.problem(path, 'data', 'what was read back is not what the snapshot has')
  }
}
