import { mkdirSync, symlinkSync } from 'node:fs'
import { load } from '../../../../bench/machine/dist.mjs'
import { plainEntry } from '../../../repository/planned-tree.mjs'
import { blockOf, ChunkKind, cbor, innerOf, leafOf, packOf, putPack, Raw } from '../raw.mjs'

const { EntryType } = await load('format/entry.js')
const { encodeEntryValue } = await load('format/entry-value.js')

const empty = { form: 'inline', sizeBytes: 0, pieces: Buffer.alloc(0), holes: null }
const file = { ...plainEntry, content: empty }
const directory = { ...plainEntry, type: EntryType.directory, mode: 0o755 }
const link = (target) => ({ ...plainEntry, type: EntryType.symlink, content: target })

/** The root's entries. */
const top = (name) => `\0${name}`
const below = (parent, name) => `${parent}\0\0${name}`

/** A snapshot whose root is this node, which says of itself what the snapshot says of it unless told otherwise. */
const snapshotOfNode = (scene, node, claims) =>
  scene.repository.snapshotOf((sink) => ({
    id: sink.put(ChunkKind.tree, node),
    level: 0,
    entries: 1,
    bytes: 0,
    ...claims,
  }))

/** The same, and somebody must be told. */
const badNode = async (scene, node, claims) => {
  await snapshotOfNode(scene, node, claims)
  return scene.told()
}

const badLeaf = (scene, items, claims) => badNode(scene, leafOf(items), { entries: items.length, ...claims })

export const nameOfTwoDots = (scene) => badLeaf(scene, [[top('..'), file]])

export const nameOfOneDot = (scene) => badLeaf(scene, [[top('.'), file]])

export const nameWithASlash = (scene) => badLeaf(scene, [[top('../outside/hostile'), file]])

export const absoluteName = (scene) => badLeaf(scene, [[top('/etc/hostile'), file]])

export const emptyName = (scene) => badLeaf(scene, [[top(''), file]])

export const nameOf256Bytes = (scene) => badLeaf(scene, [[top('n'.repeat(256)), file]])

export const directoryOfTwoDots = (scene) => badLeaf(scene, [[below('..', 'precious'), file]])

export const directoryNameWithASlash = (scene) =>
  badLeaf(scene, [[below('a/../../outside', 'hostile'), file]])

export const keyWithoutAName = (scene) => badLeaf(scene, [['nothing but a directory', file]])

export const keyOf65536Bytes = (scene) =>
  badLeaf(scene, [[`${Array.from({ length: 33_000 }, () => 'd').join('\0')}\0\0n`, file]])

export const deepestKey = async (scene) => {
  const directories = Array.from({ length: 2000 }, () => 'd')
  await snapshotOfNode(scene, leafOf([[`${directories.join('\0')}\0\0name`, file]]))
  await scene.everything()
}

export const sameKeyTwice = (scene) =>
  badNode(
    scene,
    cbor([0, new Raw(Buffer.concat([Buffer.of(0x82), entryItems(0, top('a')), entryItems(2, '')]))]),
    { entries: 2 },
  )

const entryItems = (shared, suffix) =>
  Buffer.concat([Buffer.of(0x93), cbor(shared), cbor(Buffer.from(suffix, 'latin1')), encodeEntryValue(file)])

export const keysInTheWrongOrder = (scene) =>
  badLeaf(scene, [
    [top('b'), file],
    [top('a'), file],
  ])

export const keySharesMoreThanThereIs = (scene) =>
  badNode(scene, Buffer.concat([Buffer.of(0x82, 0, 0x81), entryItems(9, 'a')]))

export const keySharesLessThanItCould = (scene) =>
  badNode(
    scene,
    Buffer.concat([Buffer.of(0x82, 0, 0x82), entryItems(0, top('a')), entryItems(0, top('b'))]),
    { entries: 2 },
  )

export const entriesBelowNoDirectory = (scene) => badLeaf(scene, [[below('nowhere', 'name'), file]])

export const entriesBelowAFile = (scene) =>
  badLeaf(scene, [
    [top('a'), file],
    [below('a', 'name'), file],
  ])

/** The old trick: a link that leads outside, and a file that would be written through it. */
export const entriesBelowASymlink = async (scene) => {
  const results = await badLeaf(scene, [
    [top('a'), link(scene.outside)],
    [below('a', 'hostile'), file],
  ])
  scene.expect(results.restore !== undefined, 'restore was not tried')
}

export const entriesBelowASymlinkInTheTarget = async (scene) => {
  await snapshotOfNode(
    scene,
    leafOf([
      [top('a'), directory],
      [below('a', 'hostile'), file],
    ]),
    { entries: 2 },
  )
  mkdirSync(scene.target)
  symlinkSync(scene.outside, `${scene.target}/a`)
  const { restore } = await load('operations/restore/restore.js')
  const { openInlineEngine } = await load('operations/restore/restore-engine.js')
  for (const overwrite of [undefined, 'never', 'if-changed', 'always']) {
    const options = {
      snapshot: 'latest',
      target: scene.target,
      noOwnership: true,
      ...(overwrite && { overwrite }),
    }
    await scene.attempt(`restore, overwrite ${overwrite}`, () =>
      restore(scene.store, options, openInlineEngine),
    )
  }
}

export const moreEntriesThanTheRootSays = (scene) => badLeaf(scene, [[top('a'), file]], { entries: 2 })

export const twoToTheFiftyThreeEntries = (scene) =>
  badLeaf(scene, [[top('a'), file]], { entries: Number.MAX_SAFE_INTEGER })

export const moreBytesThanTheRootSays = (scene) => badLeaf(scene, [[top('a'), file]], { bytes: 5 })

export const leafWhereAnInnerNodeIsSaid = (scene) => badLeaf(scene, [[top('a'), file]], { level: 3 })

export const listNodeWhereATreeIsSaid = async (scene) => {
  await scene.repository.snapshotOf((sink) => ({
    id: sink.put(ChunkKind.list, leafOf([[top('a'), file]])),
    level: 0,
    entries: 1,
    bytes: 0,
  }))
  await scene.told()
}

export const innerNodeWithoutChildren = (scene) => badNode(scene, innerOf(1, []), { level: 1, entries: 0 })

/** Two levels of honest leaves under an inner node that says something else of them. */
const badInner = async (scene, childrenOf, level = 1) => {
  await scene.repository.snapshotOf((sink) => {
    const leaves = ['a', 'c', 'e'].map((name) => {
      const items = [
        [top(name), file],
        [top(`${name}2`), file],
      ]
      return { key: top(name), id: sink.put(ChunkKind.tree, leafOf(items)), entries: 2, bytes: 0 }
    })
    const children = childrenOf(leaves)
    const sum = children.reduce((total, child) => total + child.entries, 0)
    const entries = Math.min(sum, Number.MAX_SAFE_INTEGER)
    return { id: sink.put(ChunkKind.tree, innerOf(level, children)), level, entries, bytes: 0 }
  })
  return scene.told()
}

export const sameChildTwice = (scene) => badInner(scene, ([a]) => [a, { ...a, key: top('b') }])

export const childrenThatOverlap = (scene) => badInner(scene, ([a, c]) => [a, { ...c, key: top('a1') }])

export const childWithAnotherFirstKey = (scene) => badInner(scene, ([a, c]) => [{ ...a, key: top('0') }, c])

export const childWithMoreEntriesThanSaid = (scene) => badInner(scene, ([a, c]) => [{ ...a, entries: 1 }, c])

export const childrenOfMoreThanTwoToTheFiftyThree = (scene) =>
  badInner(scene, ([a, c]) => [a, { ...c, entries: Number.MAX_SAFE_INTEGER }])

export const childOfAnotherLevel = (scene) => badInner(scene, (leaves) => leaves, 2)

export const levelTwelve = (scene) => badInner(scene, (leaves) => leaves, 12)

export const childThatIsNowhere = (scene) =>
  badInner(scene, ([a, c]) => [a, { ...c, id: Buffer.alloc(32, 1) }])

/** Ids are hashes with a key, so a node cannot hold its own; but a directory can claim that it has it. */
export const nodeThatIsItsOwnChild = async (scene) => {
  const id = Buffer.alloc(32, 0xcc)
  const node = innerOf(1, [{ key: top('a'), id, entries: 1, bytes: 0 }])
  putPack(scene, packOf(scene.seals, ChunkKind.tree, [blockOf(node, id)]))
  await scene.repository.record({ root: { id, level: 1, entries: 1, bytes: 0 } })
  await scene.told()
}

export const twoNodesThatAreEachOthersChildren = async (scene) => {
  const ids = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const blocks = ids.map((id, index) => {
    const child = { key: top('a'), id: ids[1 - index], entries: 1, bytes: 0 }
    return blockOf(innerOf(2 - index, [child]), id)
  })
  putPack(scene, packOf(scene.seals, ChunkKind.tree, blocks))
  await scene.repository.record({ root: { id: ids[0], level: 2, entries: 1, bytes: 0 } })
  await scene.told()
}

/** As deep as trees may be, one child in each: allowed, and to be read without harm. */
export const chainOfElevenInnerNodes = async (scene) => {
  await scene.repository.snapshotOf((sink) => {
    let id = sink.put(ChunkKind.tree, leafOf([[top('a'), file]]))
    for (let level = 1; level <= 11; level++)
      id = sink.put(ChunkKind.tree, innerOf(level, [{ key: top('a'), id, entries: 1, bytes: 0 }]))
    return { id, level: 11, entries: 1, bytes: 0 }
  })
  await scene.harmless()
}

export const leafOfTwentyThousandEntries = async (scene) => {
  const items = Array.from({ length: 20_000 }, (_, index) => [top(String(index).padStart(6, '0')), link('t')])
  await snapshotOfNode(scene, leafOf(items), { entries: items.length })
  const { restore } = await load('operations/restore/restore.js')
  await scene.attempt('dry run', () =>
    restore(scene.store, { snapshot: 'latest', target: scene.target, dryRun: true }),
  )
}

export const entryThatNeedsAnUnknownExtension = (scene) =>
  badLeaf(scene, [[top('a'), { ...file, extensions: [{ id: 77, critical: true, bytes: Buffer.of(1) }] }]])

export const entryWithAnUnneededExtension = async (scene) => {
  const extensions = [{ id: 77, critical: false, bytes: Buffer.alloc(9) }]
  await snapshotOfNode(scene, leafOf([[top('a'), { ...file, extensions }]]))
  await scene.harmless()
}

const valueWith = (changes) => {
  const items = valueItems(changes)
  return new Raw(Buffer.concat(items.map(cbor)))
}

/** Items 2 to 18 with some of them other than they may be. */
const valueItems = (changes) => {
  const items = {
    type: 1,
    mode: 0o644,
    uid: 0,
    gid: 0,
    user: Buffer.alloc(0),
    group: Buffer.alloc(0),
    mtime: 0,
    mtimeNs: 0,
    ctime: 0,
    ctimeNs: 0,
    inode: 0,
    links: 1,
    mount: 0,
    flags: 0,
    content: [0, 0, Buffer.alloc(0), null],
    xattrs: [],
    extensions: [],
    ...changes,
  }
  return Object.values(items)
}

export const impossibleValuesOfEntries = async (scene) => {
  const impossible = [
    { type: 0 },
    { type: 8 },
    { mode: 0o10000 },
    { user: Buffer.alloc(1025) },
    { mtimeNs: 1_000_000_000 },
    { flags: 2 },
    { mount: 1 },
    { type: 2, links: 2, mount: 1, content: null },
    { type: 2, content: [0, 0, Buffer.alloc(0), null] },
    { type: 3, content: Buffer.alloc(0) },
    { type: 3, content: Buffer.from('a\0b') },
    { type: 3, content: Buffer.alloc(65_536, 97) },
    { type: 6, content: null },
    { type: 6, content: [2 ** 32, 0] },
    { type: 6, content: [1, 2, 3] },
    { content: null },
    { content: [2, 0, Buffer.alloc(0), null] },
    { content: [0, 0, Buffer.alloc(0), []] },
    { content: [0, 0, Buffer.alloc(641), null] },
    { content: [0, -1, Buffer.alloc(0), null] },
    {
      xattrs: [
        [Buffer.from('b'), Buffer.alloc(0)],
        [Buffer.from('a'), Buffer.alloc(0)],
      ],
    },
    { xattrs: [[Buffer.alloc(0), Buffer.alloc(0)]] },
    { xattrs: [[Buffer.from('a\0b'), Buffer.alloc(0)]] },
    { xattrs: [[Buffer.alloc(256, 97), Buffer.alloc(0)]] },
    { xattrs: [[Buffer.from('a'), Buffer.alloc(1025)]] },
    { xattrs: [[Buffer.from('a'), [10, []]]] },
    { xattrs: [[Buffer.from('a'), [65_537, [Buffer.alloc(32)]]]] },
    {
      extensions: [
        [2, false, Buffer.alloc(0)],
        [1, false, Buffer.alloc(0)],
      ],
    },
    { extensions: [[1, 1, Buffer.alloc(0)]] },
    { extensions: [[1, false, Buffer.alloc(1_048_577)]] },
  ]
  for (const changes of impossible) {
    const { decodeNode } = await load('format/tree-node.js')
    const node = leafOf([[top('a'), valueWith(changes)]])
    await scene.corrupt(JSON.stringify(changes).slice(0, 60), () => decodeNode(node, 'tree node'))
  }
}

export const extremeValuesOfEntries = async (scene) => {
  const max = Number.MAX_SAFE_INTEGER
  const values = [
    { mtime: max, ctime: max },
    { mtime: -max, ctime: -max },
    { uid: max, gid: max },
    { links: max, inode: max },
    { mode: 0o7777 },
    { type: 6, content: [0xffffffff, 0xffffffff] },
    { type: 7, content: [8, 0] },
    { type: 4, content: null },
    { type: 5, content: null },
    { type: 3, content: Buffer.alloc(65_535, 97) },
    { user: Buffer.alloc(1024, 0xff), group: Buffer.from('../../etc') },
  ]
  const items = values.map((changes, index) => [top(String(index).padStart(2, '0')), valueWith(changes)])
  await snapshotOfNode(scene, leafOf(items), { entries: items.length })
  await scene.everything()
}

export const hundredThousandAttributes = async (scene) => {
  const xattrs = Array.from({ length: 100_000 }, (_, index) => [
    Buffer.from(`user.${String(index).padStart(6, '0')}`),
    Buffer.alloc(0),
  ])
  await badLeaf(scene, [[top('a'), valueWith({ xattrs })]])
}

export const attributesThatGiveRights = async (scene) => {
  const names = [
    'security.capability',
    'security.selinux',
    'system.posix_acl_access',
    'trusted.hostile',
    'user.x',
  ]
  const xattrs = names.map((name) => [Buffer.from(name), Buffer.alloc(20, 1)])
  await snapshotOfNode(scene, leafOf([[top('a'), valueWith({ mode: 0o6755, xattrs })]]))
  await scene.everything()
}

/** Half a megabyte of ids of one chunk: a value of a gigabyte. */
export const attributeOfAGigabyte = async (scene) => {
  await scene.repository.snapshotOf((sink) => {
    const id = sink.put(ChunkKind.data, Buffer.alloc(65_536, 7))
    const ids = Array.from({ length: 16_000 }, () => id)
    const xattrs = [[Buffer.from('user.large'), [65_536 * ids.length, ids]]]
    return {
      id: sink.put(ChunkKind.tree, leafOf([[top('a'), valueWith({ xattrs })]])),
      level: 0,
      entries: 1,
      bytes: 0,
    }
  })
  await scene.told()
}

export const attributeOfAnotherSize = async (scene) => {
  await scene.repository.snapshotOf((sink) => {
    const id = sink.put(ChunkKind.data, Buffer.alloc(5000, 7))
    const xattrs = [[Buffer.from('user.lies'), [4000, [id]]]]
    return {
      id: sink.put(ChunkKind.tree, leafOf([[top('a'), valueWith({ xattrs })]])),
      level: 0,
      entries: 1,
      bytes: 0,
    }
  })
  const { restore } = await scene.told()
  const isTold = restore.problems?.some(({ message }) => message.includes('xattr'))
  scene.expect(isTold, 'a value of another size than said was restored')
}
