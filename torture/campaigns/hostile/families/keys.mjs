import { load } from '../../../../bench/machine/dist.mjs'
import { repositorySecret } from '../../../repository/memory-repository.mjs'
import { cbor, head } from '../raw.mjs'

const { encodeKeyring, keyringRecipientOf } = await load('format/keyring.js')
const { decodeSlot, encodeSlot } = await load('format/slot.js')
const { addKey } = await load('operations/keys/add-key.js')
const { checkSlot } = await load('crypto/check-slot.js')

const password = { kind: 'password', password: 'the password of hostile cases' }
const bytes = (length, from = 1) => Buffer.from(Uint8Array.from({ length }, (_, index) => from + index))

/** A password slot of somebody who only can write to the storage. */
const forgedSlot = (kdf, id = bytes(16)) => ({
  id,
  kind: 'password',
  role: 'full',
  kdf: { salt: bytes(32), ...kdf },
  commitment: bytes(32, 2),
  publicKey: bytes(32, 9),
  wrappedPrivateKey: bytes(72),
  label: 'forged',
  createdNs: 0n,
})

const scrypt = (logN, r, p) => ({ name: 'scrypt', logN, r, p })
const argon2id = (memoryKiB, passes, lanes) => ({ name: 'argon2id', memoryKiB, passes, lanes })

const refusedCost = async (scene, kdf) => {
  const slot = forgedSlot(kdf)
  await scene.corrupt('checking', () => checkSlot(slot))
  const encoded = encodeSlot(slot)
  const name = `keys/${Buffer.from(slot.id).toString('hex')}`
  await scene.corrupt('decoding', () => decodeSlot(encoded, name))
  scene.put(name, encoded)
  await scene.refused('open', ['wrong-password', 'corrupt'], () =>
    scene.repository.open(undefined, undefined, password),
  )
}

export const scryptOfAnHour = (scene) => refusedCost(scene, scrypt(20, 8, 4096))
export const scryptOfAHundredGigabytes = (scene) => refusedCost(scene, scrypt(27, 8, 1))
export const scryptOfThirtyTwoGigabytesByR = (scene) => refusedCost(scene, scrypt(15, 8192, 1))
export const scryptOfLogN63 = (scene) => refusedCost(scene, scrypt(63, 1, 1))
export const scryptWithoutWork = (scene) => refusedCost(scene, scrypt(1, 1, 1))
export const argon2idOfAnHour = (scene) => refusedCost(scene, argon2id(65_536, 100_000, 1))
export const argon2idOfAHundredGigabytes = (scene) => refusedCost(scene, argon2id(100 * 2 ** 20, 1, 1))
export const argon2idOfAThousandLanes = (scene) => refusedCost(scene, argon2id(65_536, 1, 1000))
export const argon2idOfZeros = (scene) => refusedCost(scene, argon2id(0, 0, 0))

/** The dearest that may be stored must end in the time too. */
export const dearestScryptThatIsAllowed = async (scene) => {
  const slot = forgedSlot(scrypt(17, 8, 4))
  scene.put(`keys/${Buffer.from(slot.id).toString('hex')}`, encodeSlot(slot))
  await scene.refused('open', ['wrong-password'], () => scene.repository.open(undefined, undefined, password))
}

/** Each would be tried with the password, half a second each. */
export const aThousandPasswordSlots = async (scene) => {
  for (let index = 0; index < 1000; index++) {
    const id = Buffer.alloc(16)
    id.writeUInt32LE(index)
    scene.put(`keys/${id.toString('hex')}`, encodeSlot(forgedSlot(scrypt(17, 8, 1), id)))
  }
  await scene.refused('open', ['wrong-password', 'corrupt'], () =>
    scene.repository.open(undefined, undefined, password),
  )
  const store = await scene.attempt('open with the key file', () => scene.repository.open())
  scene.expect(!(store instanceof Error), 'the key file opens it no more')
  await store[Symbol.asyncDispose]?.()
}

const putSlotsOfOneHint = (scene, count) => {
  const own = decodeSlot(scene.bytesOf(scene.names('keys')[0]), 'own').slot
  for (let index = 0; index < count; index++) {
    const id = Buffer.alloc(16, 0xff)
    id.writeUInt32LE(index)
    scene.put(`keys/${id.toString('hex')}`, encodeSlot({ ...own, id }))
  }
}

/** As many as there can be: the true one and copies of it. */
export const fourThousandSlotsOfOneHint = async (scene) => {
  putSlotsOfOneHint(scene, 4095)
  await scene.everything()
}

export const tenThousandSlotsOfOneHint = async (scene) => {
  putSlotsOfOneHint(scene, 10_000)
  await scene.refused('open', ['corrupt'], () => scene.repository.open())
}

export const slotOfAnotherName = async (scene) => {
  const [own] = scene.names('keys')
  scene.put(`keys/${'ab'.repeat(16)}`, scene.bytesOf(own))
  await scene.told()
}

export const slotWithALowOrderPublicKey = async (scene) => {
  const [own] = scene.names('keys')
  const { slot } = decodeSlot(scene.bytesOf(own), own)
  scene.put(own, encodeSlot({ ...slot, publicKey: Buffer.alloc(32) }))
  await scene.told()
}

export const slotOfAnUnknownKdfOrKind = async (scene) => {
  const salt = bytes(32)
  const rest = [Buffer.alloc(0), bytes(32), bytes(32), bytes(72), '', [0, 0], 1, []]
  for (const [kind, kdf] of [
    [4, [1, 17, 8, 1, salt]],
    [1, [9, salt]],
    [1, [3, salt]],
    [2, [1, 17, 8, 1, salt]],
    [1, [1, 17, 8, 1]],
    [1, []],
  ])
    await scene.corrupt(`kind ${kind}`, () => decodeSlot(cbor([1, bytes(16), kind, kdf, ...rest]), 'keys/x'))
}

/** Sealed to the true slot's public key, which is no secret, with keys that the forger knows: the next backup would be theirs. */
export const keyringOfTheStoragesOwner = async (scene) => {
  await scene.repository.snapshot({ a: 'a' })
  const { slot, config } = scene.store.keys
  const slotId = Buffer.from(slot.id).toString('hex')
  const recipient = { ...keyringRecipientOf(slotId, bytes(32)), publicKey: slot.publicKey }
  const keyring = {
    number: 2,
    configHash: config.hash,
    chunkSizes: scene.store.keys.keyring.chunkSizes,
    slots: [recipient],
    idKey: bytes(32),
    chunkerKey: bytes(32),
    treeKey: bytes(16),
    epochs: [[1, bytes(32)]],
    extensions: [],
  }
  const forged = encodeKeyring(keyring, config.repositoryId)
  for (const copy of ['a', 'b']) scene.put(`keyring/00000002.${copy}`, forged)
  await scene.refused('open', ['corrupt'], () => scene.repository.open())
}

export const keyringsRolledBack = async (scene) => {
  const first = new Map(scene.objects)
  await addKey(scene.store, { secret: { kind: 'recovery', secret: bytes(32) }, label: 'second' })
  const store = await scene.repository.open('one-machine')
  await store[Symbol.asyncDispose]()
  await scene.refused('open', ['corrupt'], () => scene.repository.open('one-machine', first))
}

export const keyringOfTheHighestNumber = async (scene) => {
  for (const copy of ['a', 'b'])
    scene.put(`keyring/99999999.${copy}`, scene.bytesOf(`keyring/00000001.${copy}`))
  await scene.told()
}

export const keyringOfTwoMegabytesOfNumbers = async (scene) => {
  const count = 2 * 2 ** 20 - 10
  const junk = Buffer.concat([head(4, count), Buffer.alloc(count, 1)])
  for (const copy of ['a', 'b']) scene.put(`keyring/00000001.${copy}`, junk)
  await scene.told()
}

export const keyringOfTwoMegabytesOfArrays = async (scene) => {
  const count = 2 * 2 ** 20 - 10
  const junk = Buffer.concat([head(4, count), Buffer.alloc(count, 0x80)])
  for (const copy of ['a', 'b']) scene.put(`keyring/00000001.${copy}`, junk)
  await scene.told()
}

/** A slot that somebody put into keys/ must never be sealed to. */
export const slotThatWantsToBeSealedTo = async (scene) => {
  const planted = {
    ...forgedSlot(scrypt(17, 8, 1)),
    publicKey: keyringRecipientOf('00'.repeat(16), bytes(32, 50)).publicKey,
  }
  const id = Buffer.from(planted.id).toString('hex')
  scene.put(`keys/${id}`, encodeSlot(planted))
  await addKey(scene.store, { secret: { kind: 'recovery', secret: bytes(32) }, label: 'second' })
  const store = await scene.repository.open()
  const sealedTo = store.keys.keyring.slots.map(({ slotId }) => slotId)
  scene.expect(!sealedTo.includes(id), 'the next keyring is sealed to a planted slot')
  scene.expect(sealedTo.length === 2, 'the next keyring is not sealed to both true slots')
  await store[Symbol.asyncDispose]()
}

export const wrongSecrets = async (scene) => {
  const wrong = [
    password,
    { kind: 'key-file', secret: bytes(32) },
    { kind: 'recovery', secret: repositorySecret.secret },
  ]
  for (const secret of wrong)
    await scene.refused(`open with a wrong ${secret.kind}`, ['wrong-password'], () =>
      scene.repository.open(undefined, undefined, secret),
    )
}

export const everyKeyIsGone = async (scene) => {
  for (const name of scene.names('keys')) scene.objects.delete(name)
  await scene.told()
}
