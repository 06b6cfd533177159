import { type ByteString, byteStringOfText } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import { currentDirectory } from '../../filesystem/read-text-file.js'
import { walk } from '../../filesystem/walk.js'
import type { WalkEntry } from '../../filesystem/walk-filter.js'
import type { FileContent } from '../../format/entry.js'
import type { RootAttributes } from '../../format/root-attributes.js'
import { isEntryName } from '../../format/tree-key.js'
import type { TreeWriter } from '../../tree/tree-writer.js'
import type { BackupOptions } from './backup-options.js'
import { BackupPass } from './backup-pass.js'
import type { EntryMaker } from './entry-of-stat.js'
import type { PassContext } from './pass-context.js'
import { readBack } from './read-back.js'
import { rootAttributesOf } from './root-attributes-of.js'
import { sourceOf } from './source.js'
import { SourceWalk } from './source-walk.js'
import { StreamPass } from './stream-pass.js'

/** What is backed up: paths, or one stream. */
export interface OpenSource extends AsyncDisposable {
  /** As the snapshot record has them. */
  readonly paths: readonly ByteString[]
  /** Where the relative ones of them start; undefined where none is, or where it is not known. */
  readonly directory: ByteString | undefined
  readonly leftOut: readonly ByteString[]
  /** Begins to look through it, beside whatever else is done, for the first pass. Nothing to do for a stream. */
  begin(): void
  rootAttributes(maker: EntryMaker, captureXattrs: boolean): RootAttributes | null
  /** One walk over the source into a new tree; `run` says whether it came to the end. */
  pass(context: PassContext): { readonly tree: TreeWriter; run(): Promise<boolean> }
  /** What a pass will find, without its problems; absent for a stream, which is over when it has been seen. */
  entries?(): Iterable<WalkEntry>
}

/** `own`: directories that are left out by themselves. Errors: `invalid-argument`, `source`. */
export const openSource = (options: BackupOptions, own: readonly string[]): OpenSource =>
  options.stdin === undefined ? pathSource(options, own) : streamSource(options.stdin)

const pathSource = (options: BackupOptions, own: readonly string[]): OpenSource => {
  const source = sourceOf(options, own, byteStringOfText(currentDirectory()))
  let begun: SourceWalk | undefined
  return {
    paths: source.paths,
    directory: source.directory,
    leftOut: source.leftOut,
    rootAttributes: (maker, captureXattrs) => rootAttributesOf(source, maker, captureXattrs),
    begin: () => {
      begun = new SourceWalk(source)
      begun.begin()
    },
    pass: (context) => {
      const walk = begun ?? new SourceWalk(source)
      begun = undefined
      return new BackupPass(walk, context)
    },
    entries: () => walk(source.roots, source.filter, () => undefined),
    [Symbol.asyncDispose]: async () => begun?.[Symbol.asyncDispose](),
  }
}

const streamSource = ({ stream, filename }: NonNullable<BackupOptions['stdin']>): OpenSource => {
  const name = byteStringOfText(filename)
  if (!isEntryName(name))
    throw new VarveError(
      'invalid-argument',
      `a stream cannot be stored under the name ${JSON.stringify(filename)}`,
      {
        hint: 'Give a file name without a slash.',
      },
    )
  let stored: FileContent | undefined
  const onStored = (content: FileContent): void => {
    stored = content
  }
  return {
    paths: [name],
    directory: undefined,
    leftOut: [],
    begin: () => {},
    rootAttributes: () => null,
    // A stream can be read only once: a later pass copies what the first one has stored, as far as it can be had.
    pass: (context) =>
      new StreamPass(
        stored === undefined ? stream : readBack(context.reader, stored),
        name,
        context,
        onStored,
      ),
    [Symbol.asyncDispose]: async () => {},
  }
}
