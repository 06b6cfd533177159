import type { ByteString } from '../../bytes/byte-string.js'
import { processOwner } from '../../filesystem/host.js'
import type { Stat } from '../../filesystem/stat.js'
import { encodeEntryValue } from '../../format/entry-value.js'
import { keyOf } from '../../format/tree-key.js'
import { TreeWriter } from '../../tree/tree-writer.js'
import type { PassContext } from './backup-pass.js'
import { storeStream } from './stream-file.js'

/** A tree of one file, whose content is a stream. The stream can be read only once, so a second pass is an error. */
export class StreamPass {
  readonly tree: TreeWriter

  constructor(
    private readonly stream: AsyncIterable<Uint8Array>,
    private readonly name: ByteString,
    private readonly context: PassContext,
  ) {
    this.tree = new TreeWriter(context.writer, context.treeKey)
  }

  async run(): Promise<boolean> {
    const { writer, maker, report, stop, nowNs } = this.context
    const { uid, gid } = processOwner()
    const events = { signal: stop, onBytes: (bytes: number) => report.bytes(bytes, this.name) }
    const content = await storeStream(writer, this.stream, uid, events)
    const stat: Stat = { ...streamStat, uid, gid, sizeBytes: content.sizeBytes, mtimeNs: nowNs, ctimeNs: nowNs }
    const key = keyOf('' as ByteString, this.name)
    report.entry('new', key, 'file', content.sizeBytes)
    this.tree.add(key, encodeEntryValue(maker.entry(stat, content, [])), content.sizeBytes)
    return true
  }
}

const streamStat = {
  type: 'file',
  mode: 0o600,
  allocatedBytes: 0,
  inode: 0n,
  links: 1,
  device: 0n,
  deviceNumber: 0n,
} as const
