import { load } from '../../../../bench/machine/dist.mjs'
import { everyKind } from '../../damage/every-kind.mjs'

const { openCondemned } = await load('format/condemned.js')
const { decodeConfig } = await load('format/config.js')
const { openForgotten } = await load('format/forgotten.js')
const { decodeIndexFile } = await load('format/index-file.js')
const { decodeKeyring, openKeyring } = await load('format/keyring.js')
const { openNote, sealNote } = await load('format/note.js')
const { openPending, sealPending } = await load('format/pending.js')
const { decodeSlot } = await load('format/slot.js')
const { openSnapshot, sealSnapshot } = await load('format/snapshot.js')
const { openSuspect, sealSuspect } = await load('format/suspect.js')
const { readDirectory } = await load('repository/read-directory.js')

const id32 = '0f'.repeat(16)
const id64 = '0f'.repeat(32)

/** How an object is opened in each place, by whoever comes upon it there. */
const openers = (scene) => {
  const { seals, keys, backend } = scene.everyKind.repository.store
  const unpacked = (_page, sizeBytes) => Buffer.alloc(sizeBytes)
  return {
    config: (bytes) => decodeConfig(bytes, 'config'),
    keys: (bytes) => decodeSlot(bytes, `keys/${id32}`),
    keyring: (bytes) =>
      openKeyring(
        decodeKeyring(bytes, 9, 'keyring/00000009.a'),
        Buffer.from(keys.slot.id).toString('hex'),
        keys.privateKey,
        keys.config.repositoryId,
        'keyring/00000009.a',
      ),
    packs: async (bytes) => {
      const objects = new Map([[`packs/${id64}`, { bytes, modifiedMs: 0 }]])
      await readDirectory(new backend.constructor(objects), seals, id64)
    },
    index: (bytes) => decodeIndexFile(seals, bytes, unpacked, `index/${id64}`),
    snapshots: (bytes) => openSnapshot(seals, id32, bytes),
    pending: (bytes) => openPending(seals, { id: id32, checkpoint: 1 }, bytes),
    condemned: (bytes) => openCondemned(seals, id32, bytes),
    forgotten: (bytes) => openForgotten(seals, id32, bytes),
    suspect: (bytes) => openSuspect(seals, id32, bytes),
    notes: (bytes) => openNote(seals, { id: id32, number: 1 }, bytes),
  }
}

/** An object of each name in a folder stands in the place of every other kind, and under another name of its own. */
const inEveryPlace = async (scene, folder) => {
  scene.everyKind = await everyKind()
  const { objects } = scene.everyKind.repository
  const found = [...objects.keys()].filter((name) => name.split('/')[0].split('.')[0] === folder)
  const all = Object.entries(openers(scene))
  for (const name of found)
    for (const [place, open] of all) {
      if (place === 'config' && folder === 'config') continue
      // A pack is bound to its bytes alone, an index file too: their names are their hashes, which check compares.
      if (place === folder && (folder === 'packs' || folder === 'index')) continue
      if (place === folder && folder === 'keys') continue
      await scene.refused(`${name} as ${place}`, ['corrupt', 'unsupported-version'], async () =>
        open(objects.get(name).bytes),
      )
    }
  await scene.everyKind.repository[Symbol.asyncDispose]()
}

export const configInEveryPlace = (scene) => inEveryPlace(scene, 'config')
export const slotInEveryPlace = (scene) => inEveryPlace(scene, 'keys')
export const keyringInEveryPlace = (scene) => inEveryPlace(scene, 'keyring')
export const packInEveryPlace = (scene) => inEveryPlace(scene, 'packs')
export const indexFileInEveryPlace = (scene) => inEveryPlace(scene, 'index')
export const snapshotInEveryPlace = (scene) => inEveryPlace(scene, 'snapshots')
export const pendingInEveryPlace = (scene) => inEveryPlace(scene, 'pending')
export const condemnedInEveryPlace = (scene) => inEveryPlace(scene, 'condemned')
export const forgottenInEveryPlace = (scene) => inEveryPlace(scene, 'forgotten')
export const suspectInEveryPlace = (scene) => inEveryPlace(scene, 'suspect')
export const noteInEveryPlace = (scene) => inEveryPlace(scene, 'notes')

/** A seal of the right kind and name around a record that says another id: only a key holder can make it. */
export const snapshotThatSaysAnotherId = async (scene) => {
  const snapshot = await scene.repository.snapshot({ a: 'a' })
  const name = `snapshots/${id32}`
  const { sealRecord } = await load('format/sealed-record.js')
  const bare = { seal: (_type, _part, _name, plaintext) => plaintext }
  const { decodeRecord } = await load('format/record.js')
  const value = decodeRecord(sealSnapshot(bare, snapshot), 'bare', 2 ** 24)
  scene.put(name, sealRecord(scene.seals, 6, name, value))
  await scene.corrupt('the record', () => openSnapshot(scene.seals, id32, scene.bytesOf(name)))
  await scene.told()
}

export const snapshotUnderAnotherName = async (scene) => {
  const { id } = await scene.repository.snapshot({ a: 'a' })
  scene.put(`snapshots/${id32}`, scene.bytesOf(`snapshots/${id}`))
  await scene.told()
  await scene.refused('resolve', ['corrupt'], async () =>
    openSnapshot(scene.seals, id32, scene.bytesOf(`snapshots/${id32}`)),
  )
}

export const snapshotOfAnotherRepository = async (scene) => {
  const { MemoryRepository } = await import('../../../repository/memory-repository.mjs')
  const other = await MemoryRepository.create()
  const { id } = await other.snapshot({ secret: 'theirs' })
  for (const [name, { bytes }] of other.objects)
    if (!scene.objects.has(name) && !name.startsWith('key')) scene.put(name, bytes)
  await other[Symbol.asyncDispose]()
  await scene.told(id)
}

export const noteOfAnotherNumber = async (scene) => {
  const time = { seconds: 0, nanoseconds: 0 }
  const note = {
    snapshot: id32,
    number: 1,
    tagsAdded: ['a'],
    tagsRemoved: [],
    hold: null,
    time,
    extensions: [],
  }
  scene.put(`notes/${id32}.2`, sealNote(scene.seals, note))
  await scene.corrupt('note', () =>
    openNote(scene.seals, { id: id32, number: 2 }, scene.bytesOf(`notes/${id32}.2`)),
  )
  await scene.told()
}

export const pendingOfAnotherCheckpoint = async (scene) => {
  const { root, sourceStart } = await scene.repository.snapshot({ a: 'a' })
  const pending = {
    id: id32,
    checkpoint: 1,
    roots: [root],
    sourceStart,
    host: 'h',
    paths: ['/x'],
    captured: 0,
    program: 'p',
    rootAttributes: null,
    extensions: [],
  }
  scene.put(`pending/${id32}.2`, sealPending(scene.seals, pending))
  await scene.told()
}

export const suspectsOfEveryPack = async (scene) => {
  await scene.repository.snapshot({ a: 'a' })
  const time = { seconds: 0, nanoseconds: 0 }
  scene.names('packs').forEach((name, index) => {
    const id = String(index).padStart(32, '0')
    const suspect = {
      id,
      pack: name.slice(6),
      blocks: null,
      reason: '\x1b[31mred\u202e',
      time,
      extensions: [],
    }
    scene.put(`suspect/${id}`, sealSuspect(scene.seals, suspect))
  })
  const { restore } = await scene.everything()
  scene.expect(restore.problems?.length === 0, 'whole data is not restored')
}

export const unknownFoldersAndNames = async (scene) => {
  await scene.repository.snapshot({ a: 'a' })
  const strange = [
    'packs/notapack',
    'snapshots/latest',
    'index/x',
    'keys/x',
    'keyring/99999999.c',
    'keyring/1.a',
    'pending/x',
    'notes/x.01',
    'unknown/x',
    'condemned/y',
    'suspect/z',
    'forgotten/w',
  ]
  for (const name of strange) scene.put(name, Buffer.from('strange'))
  const { check } = await scene.harmless()
  scene.expect(check.damages.length === 0, 'check calls strange names damage')
}

export const featuresOfImpossibleNames = async (scene) => {
  await scene.repository.snapshot({ a: 'a' })
  for (const name of ['features/UPPER', `features/${'x'.repeat(129)}`, 'features/.hidden', 'features/-x'])
    scene.put(name, Buffer.of(0x82, 1, 1))
  await scene.harmless()
}

export const featureThatReadersMustKnow = async (scene) => {
  await scene.repository.snapshot({ a: 'a' })
  scene.put('features/teleport', Buffer.of(0x82, 1, 1))
  const { open } = await scene.everything()
  scene.expect(
    open?.code === 'unsupported-feature' && open.message.includes('teleport'),
    'the feature is not named',
  )
}

export const featureThatOnlyCollectorsMustKnow = async (scene) => {
  await scene.repository.snapshot({ a: 'a' })
  scene.put('features/teleport', Buffer.of(0x82, 1, 4))
  await scene.harmless()
}

export const configOfALaterReader = async (scene) => {
  const config = Buffer.from(scene.bytesOf('config'))
  config[7] = 9
  for (const name of ['config', 'config.copy']) scene.put(name, config)
  const { open } = await scene.everything()
  scene.expect(open?.code === 'unsupported-version', 'the version is not the reason')
}

export const configOfALaterWriter = async (scene) => {
  const config = Buffer.from(scene.bytesOf('config'))
  config[8] = 9
  for (const name of ['config', 'config.copy']) scene.put(name, config)
  await scene.told()
}

export const configOfOtherChunkSizes = async (scene) => {
  const { encodeConfig } = await load('format/config.js')
  const { repositoryId } = decodeConfig(scene.bytesOf('config'), 'config')
  const config = encodeConfig({ repositoryId, chunkSizes: [{ fromOffset: 0, averageBits: 10 }] })
  for (const name of ['config', 'config.copy']) scene.put(name, config)
  await scene.told()
}
