import type { ByteString } from '../../bytes/byte-string.js'
import { processOwner } from '../../filesystem/host.js'
import type { Stat } from '../../filesystem/stat.js'
import type { FileContent } from '../../format/entry.js'
import { encodeEntryValue } from '../../format/entry-value.js'
import { keyOf } from '../../format/tree-key.js'
import { TreeWriter } from '../../tree/tree-writer.js'
import type { PassContext } from './pass-context.js'
import { storeStream } from './stream-file.js'

/** A tree of one file, whose content is a stream. */
export class StreamPass {
  readonly tree: TreeWriter

  constructor(
    private readonly stream: AsyncIterable<Uint8Array>,
    private readonly name: ByteString,
    private readonly context: PassContext,
    private readonly onStored: (content: FileContent) => void,
  ) {
    this.tree = new TreeWriter(context.writer, context.treeKey)
  }

  async run(): Promise<boolean> {
    const { writer, report, stop } = this.context
    let bytesTold = 0
    const onBytes = (bytes: number): void => {
      bytesTold += bytes
      report.bytes(bytes, this.name)
    }
    const events = { signal: stop, onBytes }
    const key = keyOf('' as ByteString, this.name)
    const content = await storeStream(writer, this.stream, processOwner().uid, events)
    report.bytesEnded(bytesTold)
    this.onStored(content)
    report.entry('new', key, 'file', content.sizeBytes)
    this.tree.add(key, this.#valueOf(content), content.sizeBytes)
    return true
  }

  #valueOf(content: FileContent): Uint8Array {
    const { maker, nowNs } = this.context
    const stat: Stat = {
      ...streamStat,
      ...processOwner(),
      sizeBytes: content.sizeBytes,
      mtimeNs: nowNs,
      ctimeNs: nowNs,
    }
    return encodeEntryValue(maker.entry(stat, content, []))
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
