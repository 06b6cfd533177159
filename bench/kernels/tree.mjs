/**
 * The tree alone: nodes in memory, ids by HMAC-SHA-256. `npm run build`, then `node bench/kernels/tree.mjs
 * [entries]`. Prints microseconds for each entry, the nodes' mean sizes, and what one change adds to a tree.
 */
import { createHmac } from 'node:crypto'

const at = process.env.VARVE_DIST ?? new URL('../../dist/', import.meta.url).href
const load = (file) => import(new URL(file, at).href)
const { TreeWriter } = await load('tree/tree-writer.js')
const { TreeCursor } = await load('tree/tree-cursor.js')
const { entries: wholeTree } = await load('tree/tree-reader.js')
const { diff } = await load('tree/tree-diff.js')
const { encodeEntryValue } = await load('format/entry-value.js')
const { keyOf } = await load('format/tree-key.js')
const { PieceWriter } = await load('format/pieces.js')
const { openCodec } = await load('compression/codec.js')

const treeKey = Buffer.alloc(16, 7)
const idKey = Buffer.alloc(32, 9)

class MemoryStore {
  nodes = new Map()
  reads = 0
  newNodes = []
  put(kind, bytes) {
    const id = createHmac('sha256', idKey).update(Uint8Array.of(kind)).update(bytes).digest()
    const key = id.toString('latin1')
    if (!this.nodes.has(key)) {
      this.nodes.set(key, Buffer.from(bytes))
      this.newNodes.push(this.nodes.get(key))
    }
    return id
  }
  get(id) {
    this.reads++
    return this.nodes.get(id.toString('latin1'))
  }
  forget() {
    this.reads = 0
    this.newNodes = []
  }
}

/** Takes nodes and keeps none, so that the writer is timed and not the heap. */
const idsOnly = {
  put: (kind, bytes) => createHmac('sha256', idKey).update(Uint8Array.of(kind)).update(bytes).digest(),
}

const codec = openCodec(3)
const names = [
  'index.js',
  'package.json',
  'README.md',
  'main.c',
  'photo.jpg',
  'notes.txt',
  'Makefile',
  'data.bin',
]

/** A file of 1 to 4 chunks in a directory of 20; nothing in it is drawn by chance. */
function entryOf(index) {
  const pieces = new PieceWriter()
  for (let piece = 0; piece <= index % 4; piece++) {
    pieces.appendChunk(
      createHmac('sha256', idKey).update(`${index} ${piece}`).digest(),
      16_384 - (index % 1000),
    )
  }
  const seconds = 1_600_000_000 + ((index * 7919) % 100_000_000)
  return {
    type: 1,
    mode: 0o644,
    uid: 1000,
    gid: 1000,
    user: 'user',
    group: 'user',
    mtimeSeconds: seconds,
    mtimeNanoseconds: (index * 104_729) % 1_000_000_000,
    ctimeSeconds: seconds,
    ctimeNanoseconds: (index * 104_729) % 1_000_000_000,
    inode: 1_000_000 + index,
    links: 1,
    mount: 0,
    flags: 0,
    content: { form: 'inline', sizeBytes: pieces.coveredBytes, pieces: pieces.bytes(), holes: null },
    xattrs: [],
    extensions: [],
  }
}

const directoryEntry = (index) => ({ ...entryOf(index), type: 2, mode: 0o755, content: null })

function itemsOf(count) {
  const items = new Map()
  const add = (directory, name, entry) => {
    const key = keyOf(directory, name)
    if (!items.has(key))
      items.set(key, { key, value: encodeEntryValue(entry), fileBytes: entry.content?.sizeBytes ?? 0 })
  }
  for (let index = 0; index < count; index++) {
    const directory = Math.floor(index / 20)
    const [top, below] = [`area-${directory % 31}`, `project-${directory}`]
    add('', top, directoryEntry(index))
    add(top, below, directoryEntry(index))
    add(`${top}/${below}`, `${index}-${names[index % names.length]}`, entryOf(index))
  }
  return [...items.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

function write(items, sink) {
  const writer = new TreeWriter(sink, treeKey)
  for (const { key, value, fileBytes } of items) writer.add(key, value, fileBytes)
  return writer.finish()
}

function readAll(cursor) {
  let bytes = 0
  while (cursor.advance()) bytes += cursor.fileBytes
  return bytes
}

function takeOver(store, root, sink) {
  const writer = new TreeWriter(sink, treeKey)
  const cursor = new TreeCursor(store, root)
  while (cursor.advance()) writer.addUnchanged(cursor.leaf, cursor.index)
  return writer.finish()
}

async function changesOf(store, before, after) {
  let count = 0
  for await (const _ of diff(store, before, after)) count++
  return count
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const mean = (numbers) => numbers.reduce((total, number) => total + number, 0) / numbers.length

/**
 * Milliseconds of CPU time, because the machine may be busy; the best round, because the first ones compile.
 */
function timed(rounds, step) {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    step()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

const print = (label, value, unit) => console.log(`${label.padEnd(58)}${value.padStart(12)} ${unit}`)

async function measure(count, rounds) {
  const items = itemsOf(count)
  const store = new MemoryStore()
  const root = write(items, store)
  console.log(`\n${items.length} entries, tree of ${root.level + 1} levels`)
  const perEntry = (milliseconds) => ((1000 * milliseconds) / items.length).toFixed(2)
  print('write', perEntry(timed(rounds, () => write(items, idsOnly))), 'µs per entry')
  print(
    'read, all entries',
    perEntry(timed(rounds, () => readAll(new TreeCursor(store, root)))),
    'µs per entry',
  )
  print(
    'read, all entries, directories checked',
    perEntry(timed(rounds, () => readAll(wholeTree(store, root)))),
    'µs per entry',
  )
  print(
    'read and take over unchanged',
    perEntry(timed(rounds, () => takeOver(store, root, idsOnly))),
    'µs per entry',
  )
  printSizes(store, items.length)
  await measureChanges(items, store, root)
}

function printSizes(store, count) {
  const sizes = [[], []]
  for (const node of store.nodes.values()) sizes[node[1] === 0 ? 0 : 1].push(node.byteLength)
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)
  for (const [index, label] of ['leaves', 'inner nodes'].entries()) {
    if (sizes[index].length === 0) continue
    print(`${label}, mean size`, (sum(sizes[index]) / sizes[index].length).toFixed(0), 'bytes')
    print(`${label}, greatest size`, String(Math.max(...sizes[index])), 'bytes')
  }
  print('tree, all nodes', ((sum(sizes[0]) + sum(sizes[1])) / count).toFixed(1), 'bytes per entry')
}

async function measureChanges(items, store, root) {
  const kinds = {
    'a value that keeps its length': (at) =>
      items.with(at, { ...items[at], value: touched(items[at].value) }),
    'an entry that is new': (at) => items.toSpliced(at + 1, 0, { ...items[at], key: `${items[at].key}~` }),
    'an entry that is gone': (at) => items.toSpliced(at, 1),
  }
  for (const [label, change] of Object.entries(kinds)) {
    const [nodes, bytes, stored, reads, times] = [[], [], [], [], []]
    for (let step = 1; step <= 7; step++) {
      store.forget()
      const after = write(change(Math.floor((items.length * step) / 8)), store)
      const added = Buffer.concat(store.newNodes)
      nodes.push(store.newNodes.length)
      bytes.push(added.byteLength)
      stored.push(codec.compress(added, Buffer.alloc(2 * added.byteLength)))
      store.forget()
      const start = performance.now()
      if ((await changesOf(store, root, after)) !== 1) throw new Error('a change was not found')
      times.push(performance.now() - start)
      reads.push(store.reads)
    }
    print(`${label}: new nodes, mean`, mean(nodes).toFixed(1), '')
    print(`${label}: their bytes, mean`, mean(bytes).toFixed(0), 'bytes')
    print(`${label}: compressed together, mean`, mean(stored).toFixed(0), 'bytes')
    print(`${label}: diff, nodes read, mean`, mean(reads).toFixed(1), '')
    print(`${label}: diff`, (1000 * median(times)).toFixed(0), 'µs')
  }
}

/** The same value with another mode (item 3, three bytes from the second on). */
function touched(value) {
  const copy = Buffer.from(value)
  copy[3] ^= 0o10
  return copy
}

const wanted = process.argv[2] === undefined ? [200_000, 1_000_000] : [Number(process.argv[2])]
for (const count of wanted) await measure(count, count > 500_000 ? 3 : 5)
