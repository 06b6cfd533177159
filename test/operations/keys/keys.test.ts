import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryBackend } from '../../../src/backend/memory-backend.js'
import { defaultChunking } from '../../../src/chunking/parameters.js'
import type { SlotSecret } from '../../../src/crypto/key-slot.js'
import { parseRecoveryKey } from '../../../src/crypto/recovery-key.js'
import { VarveError } from '../../../src/errors.js'
import { addKey } from '../../../src/operations/keys/add-key.js'
import { changePassword } from '../../../src/operations/keys/change-password.js'
import { exportKeys } from '../../../src/operations/keys/export-keys.js'
import { listKeys } from '../../../src/operations/keys/list-keys.js'
import { removeKey } from '../../../src/operations/keys/remove-key.js'
import { createRepository } from '../../../src/repository/create-repository.js'
import { Store } from '../../../src/repository/store.js'

const keyFile = (byte: number): SlotSecret => ({ kind: 'key-file', secret: Buffer.alloc(32, byte) })
const password = (text: string): SlotSecret => ({ kind: 'password', password: text })
const scryptCost = { logN: 10, r: 8, p: 1 }

let folder: string
let backend: MemoryBackend
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varve-keys-'))
  backend = new MemoryBackend()
  const secrets = [{ secret: keyFile(1), label: 'first' }]
  await createRepository(backend, { secrets, chunking: defaultChunking, nowNs: 0n })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (secret: SlotSecret, through = backend): Promise<Store> =>
  Store.open({
    backend: through,
    secret: async () => secret,
    cacheDirectory: join(folder, `${Math.random()}`),
    compressionLevel: 3,
    workers: 1,
    random: randomBytes,
    now: () => 1_000_000_000n,
  })

const opens = async (secret: SlotSecret, through = backend): Promise<boolean> => {
  try {
    await using _ = await open(secret, through)
    return true
  } catch (error) {
    if (error instanceof VarveError) return false
    throw error
  }
}

const withStore = async <T>(secret: SlotSecret, action: (store: Store) => Promise<T>): Promise<T> => {
  await using store = await open(secret)
  return await action(store)
}

/** Ends the process, as it were, after so many writes. */
class EndingBackend extends MemoryBackend {
  writesLeft = Number.POSITIVE_INFINITY

  override async create(name: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    this.#count()
    await super.create(name, data)
  }

  override async remove(name: string): Promise<void> {
    this.#count()
    await super.remove(name)
  }

  #count(): void {
    if (this.writesLeft-- <= 0) throw new Error('the process ended')
  }
}

/** Does an action once for every number of writes after which it may be cut short. */
const cutShortEverywhere = async (
  secret: SlotSecret,
  action: (store: Store) => Promise<unknown>,
  afterwards: (through: MemoryBackend) => Promise<void>,
): Promise<number> => {
  for (let writes = 0; ; writes++) {
    const ending = new EndingBackend(new Map(backend.store))
    const store = await open(secret, ending)
    ending.writesLeft = writes
    const done = await action(store).then(
      () => true,
      () => false,
    )
    ending.writesLeft = Number.POSITIVE_INFINITY
    await afterwards(ending)
    if (done) return writes
  }
}

describe('keys', () => {
  it('are listed oldest first, with the one that is used marked', async () => {
    await withStore(keyFile(1), (store) => addKey(store, { secret: keyFile(2), label: 'second' }))
    const keys = await withStore(keyFile(2), (store) => listKeys(store))
    expect(keys.map(({ label, kind, current }) => ({ label, kind, current }))).toEqual([
      { label: 'first', kind: 'key-file', current: false },
      { label: 'second', kind: 'key-file', current: true },
    ])
    expect(keys[1]!.created).toEqual(new Date(1000))
  })

  it('whose slots are not what they were, or gone, are named', async () => {
    const { id } = await withStore(keyFile(1), (store) =>
      addKey(store, { secret: password('p'), scryptCost }),
    )
    const name = `keys/${id}`
    const object = backend.store.get(name)!
    const named = async (): Promise<string[]> => {
      const found: string[] = []
      const onDamage = (damage: { object: string }): void => void found.push(damage.object)
      await withStore(keyFile(1), (store) => listKeys(store, { onDamage }))
      return found
    }
    expect(await named()).toEqual([])
    for (let at = 0; at < object.bytes.length; at += 37) {
      const bytes = Buffer.from(object.bytes)
      bytes[at]! ^= 1 << (at % 8)
      backend.store.set(name, { ...object, bytes })
      expect(await named(), `byte ${at}`).toEqual([name])
    }
    backend.store.delete(name)
    expect(await named()).toEqual([name])
  })

  it('that open nothing are told apart from damage as far as possible: the slots that were tried are named', async () => {
    const { id } = await withStore(keyFile(1), (store) =>
      addKey(store, { secret: password('p'), scryptCost }),
    )
    const name = `keys/${id}`
    await expect(open(password('q'))).rejects.toMatchObject({
      code: 'wrong-password',
      message: expect.stringContaining(name),
      hint: expect.stringMatching(/may be damaged.*recovery key.*key list/),
    })
    const object = backend.store.get(name)!
    backend.store.delete(name)
    await expect(open(password('p'))).rejects.toMatchObject({
      code: 'wrong-password',
      message: expect.stringContaining(`missing: ${name}`),
    })
    backend.store.set(name, object)
    expect(await opens(password('p'))).toBe(true)
  })

  it('that are added open the repository beside the earlier ones', async () => {
    const added = await withStore(keyFile(1), async (store) => {
      await addKey(store, { secret: password('secret'), scryptCost })
      return addKey(store, { secret: { kind: 'recovery' } })
    })
    expect(await opens(keyFile(1))).toBe(true)
    expect(await opens(password('secret'))).toBe(true)
    expect(await opens({ kind: 'recovery', secret: parseRecoveryKey(added.recoveryKey!) })).toBe(true)
    expect(await opens(password('other'))).toBe(false)
  })

  it('are not lost, and neither is the repository, wherever adding one is cut short', async () => {
    const steps = await cutShortEverywhere(
      keyFile(1),
      (store) => addKey(store, { secret: keyFile(2) }),
      async (through) => expect(await opens(keyFile(1), through)).toBe(true),
    )
    expect(steps).toBe(3)
  })

  it('that stay are not lost wherever removing one is cut short, and it can be removed again', async () => {
    const { id } = await withStore(keyFile(1), (store) => addKey(store, { secret: keyFile(2) }))
    const steps = await cutShortEverywhere(
      keyFile(1),
      (store) => removeKey(store, id),
      async (through) => {
        await using store = await open(keyFile(1), through)
        await removeKey(store, id).catch((error: unknown) =>
          expect(error).toMatchObject({ code: 'not-found' }),
        )
        expect(await opens(keyFile(2), through)).toBe(false)
        expect(await opens(keyFile(1), through)).toBe(true)
        expect([...through.store.keys()].filter((name) => name.startsWith('keyring/')).length).toBe(2)
      },
    )
    expect(steps).toBeGreaterThan(3)
  })

  it('are removed by the beginning of their id', async () => {
    const { id } = await withStore(keyFile(1), (store) => addKey(store, { secret: keyFile(2) }))
    await withStore(keyFile(1), async (store) => {
      await expect(removeKey(store, 'zz')).rejects.toMatchObject({ code: 'not-found' })
      await expect(removeKey(store, '')).rejects.toMatchObject({ code: 'not-found' })
      expect(await removeKey(store, id.slice(0, 8))).toBe(id)
    })
    expect(await opens(keyFile(2))).toBe(false)
  })

  it('cannot be removed while the repository is open with them, so the last one never goes', async () => {
    await withStore(keyFile(1), async (store) => {
      const { id } = (await listKeys(store))[0]!
      await expect(removeKey(store, id)).rejects.toMatchObject({
        code: 'invalid-argument',
        hint: expect.any(String),
      })
    })
    expect(await opens(keyFile(1))).toBe(true)
  })

  it('are never sealed to a slot that somebody put into the storage', async () => {
    const other = new MemoryBackend()
    await createRepository(other, {
      secrets: [{ secret: keyFile(9), label: '' }],
      chunking: defaultChunking,
      nowNs: 0n,
    })
    const [name] = [...other.store.keys()].filter((key) => key.startsWith('keys/'))
    backend.store.set(name!, other.store.get(name!)!)
    const { keyring } = await withStore(keyFile(1), async (store) => {
      await addKey(store, { secret: keyFile(2) })
      return (await open(keyFile(2))).keys
    })
    expect(keyring.slots.length).toBe(2)
    expect(keyring.slots.map(({ slotId }) => `keys/${slotId}`)).not.toContain(name)
  })

  it('survive that two processes add one at once', async () => {
    await using first = await open(keyFile(1))
    await using second = await open(keyFile(1))
    await Promise.all([addKey(first, { secret: keyFile(2) }), addKey(second, { secret: keyFile(3) })])
    for (const byte of [1, 2, 3]) expect(await opens(keyFile(byte)), `key ${byte}`).toBe(true)
  })

  it('survive that the slot of another one is damaged while keys change', async () => {
    const { id } = await withStore(keyFile(1), (store) => addKey(store, { secret: keyFile(2) }))
    const whole = backend.store.get(`keys/${id}`)!
    backend.store.set(`keys/${id}`, { ...whole, bytes: Buffer.alloc(5) })
    await withStore(keyFile(1), (store) => addKey(store, { secret: keyFile(3) }))
    backend.store.set(`keys/${id}`, whole)
    expect(await opens(keyFile(2))).toBe(true)
  })

  it('are refused when there are too many passwords, when they are empty, and when they are there already', async () => {
    await withStore(keyFile(1), async (store) => {
      await expect(addKey(store, { secret: keyFile(1) })).rejects.toMatchObject({ code: 'exists' })
      await expect(addKey(store, { secret: password('') })).rejects.toMatchObject({
        code: 'invalid-argument',
      })
      for (let number = 0; number < 20; number++)
        await addKey(store, { secret: password(`password ${number}`), scryptCost })
      await expect(addKey(store, { secret: password('one more'), scryptCost })).rejects.toMatchObject({
        code: 'invalid-argument',
        hint: expect.stringContaining('key remove'),
      })
    })
  })
})

describe('the password', () => {
  beforeEach(() =>
    withStore(keyFile(1), (store) => addKey(store, { secret: password('old'), scryptCost, label: 'me' })),
  )

  it('is replaced by a new one, under the same label', async () => {
    await withStore(password('old'), (store) => changePassword(store, { password: 'new', scryptCost }))
    expect(await opens(password('old'))).toBe(false)
    expect(await withStore(password('new'), (store) => listKeys(store))).toContainEqual(
      expect.objectContaining({ label: 'me', current: true }),
    )
    expect(await opens(keyFile(1))).toBe(true)
  })

  it('opens the repository, the old one or the new one, wherever the change is cut short', async () => {
    await cutShortEverywhere(
      password('old'),
      (store) => changePassword(store, { password: 'new', scryptCost }),
      async (through) => {
        const both = [await opens(password('old'), through), await opens(password('new'), through)]
        expect(both).toContain(true)
      },
    )
  })

  it('is replaced with another key where it was forgotten, if it is the only one', async () => {
    await withStore(keyFile(1), (store) => changePassword(store, { password: 'new', scryptCost }))
    expect(await opens(password('old'))).toBe(false)
    expect(await opens(password('new'))).toBe(true)
    await withStore(keyFile(1), async (store) => {
      await addKey(store, { secret: password('second'), scryptCost })
      await expect(changePassword(store, { password: 'third', scryptCost })).rejects.toMatchObject({
        code: 'ambiguous',
      })
    })
  })
})

describe('the printed keys', () => {
  it('bring a repository back that has lost keys/, keyring/ and config', async () => {
    await withStore(keyFile(1), (store) => addKey(store, { secret: keyFile(2) }))
    const text = await withStore(keyFile(1), exportKeys)
    for (const name of [...backend.store.keys()]) backend.store.delete(name)
    for (const [name, bytes] of typedFrom(text)) await backend.create(name, bytes)
    for (const byte of [1, 2]) expect(await opens(keyFile(byte))).toBe(true)
  })

  it('fit on paper, and tell where a line was mistyped', async () => {
    const text = await withStore(keyFile(1), exportKeys)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(116)
    for (const [, hex, check] of text.matchAll(/^ *\d+ {2}([0-9a-f ]+?) {2,}([0-9a-f]{4})$/gm))
      expect(
        createHash('sha256')
          .update(Buffer.from(hex!.replaceAll(' ', ''), 'hex'))
          .digest('hex')
          .slice(0, 4),
      ).toBe(check)
  })
})

/** What a person does who follows the text. */
const typedFrom = (text: string): [string, Buffer][] =>
  text
    .split('--- ')
    .slice(1)
    .map((block) => {
      const [name, ...lines] = block.split('\n')
      const hex = lines
        .slice(1)
        .flatMap((line) => /^ *\d+ {2}([0-9a-f ]+?) {2,}[0-9a-f]{4}$/.exec(line)?.[1] ?? [])
      return [name!, Buffer.from(hex.join('').replaceAll(' ', ''), 'hex')]
    })

describe('A change of keys that was cut short between the two copies of the keyring', () => {
  it('is made complete by the next one, so that check has nothing to say of it', async () => {
    const add = (byte: number): Promise<unknown> =>
      withStore(keyFile(1), (store) => addKey(store, { secret: keyFile(byte), label: '' }))
    await add(2)
    const copy = backend.store.get('keyring/00000002.b')!
    await backend.remove('keyring/00000002.b')
    await add(3)
    expect(backend.store.get('keyring/00000002.b')?.bytes).toEqual(copy.bytes)
  })
})
