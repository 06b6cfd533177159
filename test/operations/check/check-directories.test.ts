import { describe, expect, it } from 'vitest'
import { keyOf } from '../../../src/format/tree-key.js'
import { checkDirectoriesOf, DirectoryFault } from '../../../src/operations/check/check-directories.js'
import { MemoryNodeStore } from '../../tree/memory-node-store.js'
import { build, bytes, directoryEntry, largeModel, linkEntry, type Model } from '../../tree/tree-samples.js'

const file = linkEntry('target')
const store = new MemoryNodeStore()
const rootOf = (model: Model) => build(model, store)
const key = (directory: string, name: string) => keyOf(bytes(directory), bytes(name))

const whole = (): Model =>
  new Map([...largeModel(3000), [key('', 'zz'), directoryEntry()], [key('zz', 'file'), file]])

describe('I-13: a directory that has entries has an entry', () => {
  it('holds for trees where it holds, alone and against an earlier tree', async () => {
    const changed = whole()
      .set(key('zz', 'more'), file)
      .set(key('', 'new'), directoryEntry())
      .set(key('new', 'file'), file)
    await checkDirectoriesOf(store, rootOf(changed), undefined)
    await checkDirectoriesOf(store, rootOf(changed), rootOf(whole()))
    await checkDirectoriesOf(store, rootOf(whole()), rootOf(changed))
  })

  it('is found broken where a directory that has entries is gone', async () => {
    const broken = whole()
    broken.delete(key('', 'zz'))
    await expect(checkDirectoriesOf(store, rootOf(broken), undefined)).rejects.toThrow(DirectoryFault)
    await expect(checkDirectoriesOf(store, rootOf(broken), rootOf(whole()))).rejects.toThrow('zz')
  })

  it('is found broken where a directory that has entries became something else', async () => {
    const broken = whole().set(key('', 'zz'), file)
    await expect(checkDirectoriesOf(store, rootOf(broken), undefined)).rejects.toThrow(DirectoryFault)
    await expect(checkDirectoriesOf(store, rootOf(broken), rootOf(whole()))).rejects.toThrow('zz')
  })

  it('is found broken where entries came without their directory', async () => {
    const broken = whole().set(key('no/such', 'file'), file)
    await expect(checkDirectoriesOf(store, rootOf(broken), undefined)).rejects.toThrow(DirectoryFault)
    await expect(checkDirectoriesOf(store, rootOf(broken), rootOf(whole()))).rejects.toThrow('no/such')
  })

  it('costs what changed, not what there is', async () => {
    const [earlier, later] = [rootOf(whole()), rootOf(whole().set(key('zz', 'more'), file))]
    store.forgetReads()
    await checkDirectoriesOf(store, later, earlier)
    expect(store.reads.length).toBeLessThan(20)
  })
})
