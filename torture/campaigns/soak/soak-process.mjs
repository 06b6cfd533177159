import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../../bench/machine/dist.mjs'
import { tell } from '../../inline/in-process.mjs'
import { Random } from '../../repository/random.mjs'
import { SourceTree } from '../../trees/source-tree.mjs'
import { pictureDifference, pictureOf } from '../../trees/tree-picture.mjs'

const { Repository } = await load('index.js')

/** One process of the soak: it does one kind of thing again and again, and tells what it holds after each. */
class SoakProcess {
  #targets = 0
  restores = 0

  constructor({ role, number, folder, seed, restoreUntilMs }) {
    Object.assign(this, { role, number, folder, restoreUntilMs })
    this.random = new Random(seed + number)
    this.acknowledged = join(folder, 'acknowledged')
    mkdirSync(this.acknowledged, { recursive: true })
    if (role === 'backup') this.source = new SourceTree(join(folder, `source${number}`), this.random)
  }

  async once() {
    const repository = await Repository.open({
      location: join(this.folder, 'repository'),
      secret: { kind: 'key-file', key: Buffer.alloc(32, 9) },
      cacheDirectory: join(this.folder, `cache${this.number % 3}`),
      workers: 1,
    })
    try {
      await this[this.role](repository)
    } finally {
      await repository[Symbol.asyncDispose]()
    }
  }

  async backup(repository) {
    this.source.change()
    const picture = pictureOf(this.source.path)
    const { snapshotId } = await repository.backup({ paths: [this.source.path], host: `host${this.number}` })
    const record = { path: this.source.path.slice(1), picture: [...picture] }
    const path = join(this.acknowledged, snapshotId)
    writeFileSync(`${path}.new`, JSON.stringify(record))
    renameSync(`${path}.new`, path)
  }

  async restore(repository) {
    const ids = readdirSync(this.acknowledged).filter((name) => !name.endsWith('.new'))
    if (ids.length > 0) await this.restored(repository, this.random.pick(ids))
  }

  async restored(repository, id) {
    const target = join(this.folder, `target${this.number}-${this.#targets++}`)
    const { path, picture } = JSON.parse(readFileSync(join(this.acknowledged, id), 'utf8'))
    await repository.restore({ snapshot: `${id}:${path}`, target })
    const difference = pictureDifference(new Map(picture), pictureOf(target))
    if (difference !== undefined) throw new Error(`snapshot ${id}: ${difference}`)
    rmSync(target, { recursive: true })
  }

  async check(repository) {
    const { damages } = await repository.check({ readData: this.random.below(2) === 0 })
    if (damages.length > 0) throw new Error(`check finds ${damages[0].object}: ${damages[0].message}`)
  }

  /** At the end: all data, and every snapshot, or as many of an hour's thousands as the time is there for. */
  async everything(repository) {
    const { damages } = await repository.check({ readData: true })
    if (damages.length > 0) throw new Error(`check finds ${damages[0].object}: ${damages[0].message}`)
    for (const id of this.random.shuffled(readdirSync(this.acknowledged))) {
      if (Date.now() > this.restoreUntilMs) break
      await this.restored(repository, id)
      this.restores++
    }
  }
}

const holding = () => {
  globalThis.gc?.()
  return { rssMiB: process.memoryUsage().rss / 2 ** 20, files: readdirSync('/proc/self/fd').length }
}

process.on('message', async (task) => {
  const soaking = new SoakProcess(task)
  try {
    do {
      await soaking.once()
      await tell({ done: task.role, restores: soaking.restores, ...holding() })
    } while (Date.now() < task.endMs)
  } catch (error) {
    await tell({ error: `${task.role} ${task.number}: ${error.stack}` })
  }
  setImmediate(() => process.disconnect())
})
