import type { FileContent } from '../../format/entry.js'
import { type Comparable, compareFiles } from './compare-files.js'
import { piecesInGroups } from './file-pieces.js'
import type { RestoreContext } from './restore-context.js'

/** Is what is on the disk right already? Tells which pieces are, in order. Errors: `corrupt`, `missing` for its list. */
export const compareLarge = async (
  { engine, reader, checkAborted }: Pick<RestoreContext, 'engine' | 'reader' | 'checkAborted'>,
  file: Comparable & { readonly content: FileContent },
): Promise<{ readonly isRight: boolean; readonly matches: PieceBits }> => {
  const matches = new PieceBits()
  let isRight = true
  for await (const pieces of piecesInGroups(reader, file.content)) {
    checkAborted()
    const [compared] = await compareFiles(engine, [{ file, pieces }])
    if (compared!.sizeBytes !== file.content.sizeBytes) isRight = false
    for (const match of compared!.matches) {
      matches.push(match === 1)
      if (match === 0) isRight = false
    }
  }
  return { isRight, matches }
}

/** A bit for each piece of a file of any size. */
export class PieceBits {
  #bits = new Uint8Array(1024)
  #count = 0

  push(bit: boolean): void {
    if (this.#count === 8 * this.#bits.length) {
      const larger = new Uint8Array(2 * this.#bits.length)
      larger.set(this.#bits)
      this.#bits = larger
    }
    if (bit) this.#bits[this.#count >>> 3]! |= 1 << (this.#count & 7)
    this.#count++
  }

  at(index: number): boolean {
    return (this.#bits[index >>> 3]! & (1 << (index & 7))) !== 0
  }
}
